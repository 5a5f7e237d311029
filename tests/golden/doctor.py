#!/usr/bin/env python3
"""hinomi doctor names what is amiss in a set-up and how to mend it.

  doctor.py HINOMI
"""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import drive  # noqa: E402


def says(hinomi, text, code, *words):
    with tempfile.TemporaryDirectory() as base:
        path = os.path.join(base, "hinomi.conf")
        if text is not None:
            with open(path, "w") as f:
                f.write(text.replace("BASE", base))
        run = drive.run([hinomi, "doctor", "--lang", "en", "--config", path])
        drive.equal("exit code (%s)" % run.out.decode(), run.code, code)
        for word in words:
            drive.true("says \"%s\": %s" % (word, run.out.decode()), word in run.out.decode())


def main():
    hinomi = sys.argv[1]
    checks = drive.Checks()
    checks.row("no configuration", lambda: says(hinomi, None, 2, "[!!] The configuration", "--example-config"))
    checks.row("a wrong key", lambda: says(hinomi, "[site]\nnmae = x\n", 2, "hinomi.conf:2", "nmae"))
    checks.row("nothing there yet", lambda: says(
        hinomi, "[site]\ndata_dir = BASE/data\nlisten = 127.0.0.1:1\n", 1, "[!!] The data folder BASE".replace("BASE", "/"),
        "No source of logs", "no indicators", "does not answer", "-> "))
    checks.row("a file that is not there", lambda: says(
        hinomi, "[site]\ndata_dir = BASE\nlisten = 127.0.0.1:1\n[source proxy]\nkind = tail\npath = BASE/no.log\n", 1,
        "[!!] A source cannot be read: proxy", "[ok] room for the data",
        "[ok] raw lines use 0 / 102400 MB", "[ok] findings and audit chain use 0 / 10240 MB"))
    checks.finish()


if __name__ == "__main__":
    main()
