#!/usr/bin/env python3
"""`hinomi indicators` from end to end: lists in, questions answered, every export read back as the same table.

usage: indicators.py HINOMI
"""
import gzip
import json
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import drive  # noqa: E402

LIST = b"""# remark
198.51.100.9
192.0.2.1:8080
[2001:db8::7]:443
203.0.113.0/24
evil.example
http://site.example/gate.php
d41d8cd98f00b204e9800998ecf84200
boss@evil-mail.example
8.8.8.8
"""
BAD = b"co.jp\nfine.example\n(a|b)+\n"


class Box:
    def __init__(self, hinomi, folder):
        self.hinomi, self.folder = hinomi, folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def put(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data)
        return self.path(name)

    def call(self, verb, *args, store="store", code=0):
        done = drive.run([self.hinomi, "indicators", verb, "--lang", "en", "--store", self.path(store), *args])
        drive.equal("exit code of %s: %s" % (verb, done.err[-500:]), done.code, code)
        return done

    def rows(self, store="store"):
        lines = self.call("list", "--json", store=store).out.decode().splitlines()
        return sorted((r["value"], r["type"], r["tlp"], r["confidence"]) for r in map(json.loads, lines))

    def check(self, value):
        return json.loads(self.call("check", "--json", value).out)


def imports(box):
    box.call("import", "--source", "one", "--tlp", "amber", "--confidence", "70", box.put("one.txt.gz", gzip.compress(LIST)))
    rows = box.rows()
    drive.equal("entries", len(rows), 9)
    drive.true("a row lacks what the options say", all(r[2:] == ("amber", 70) for r in rows))


def answers(box):
    got = box.check("a.b.evil.example")
    drive.equal("entries met", [e["value"] for e in got["entries"]], ["evil.example"])
    drive.equal("parents", got["parents"], ["b.evil.example", "evil.example"])
    drive.equal("entries met", box.check("notevil.example")["entries"], [])
    muted = box.check("8.8.8.8")
    drive.equal("warninglist", muted["warninglist"], "resolver")
    drive.equal("muted", muted["entries"][0]["muted"], "resolver")
    drive.equal("network", [e["value"] for e in box.check("203.0.113.77")["entries"]], ["203.0.113.0/24"])
    box.call("check", "what is this", code=1)


def times(box):
    """What expired lately stays in the table and is told so; what expired long ago is not taken."""
    day = lambda n: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400 * n))
    rows = [("a.example", day(-10), day(1)), ("b.example", day(-10), day(-1)), ("c.example", day(-900), day(-31)),
            ("d.example", day(10), "")]
    box.put("times.csv", ("value,valid_from,expires\n" + "".join("%s,%s,%s\n" % row for row in rows)).encode())
    stix = [{"type": "indicator", "id": "indicator--%d" % i, "pattern_type": "stix", "valid_from": f,
             "pattern": "[domain-name:value = 's%s']" % v, **({"valid_until": u} if u else {})}
            for i, (v, f, u) in enumerate(rows)]
    box.put("times.json", json.dumps({"type": "bundle", "id": "bundle--1", "objects": stix}).encode())
    box.call("import", box.path("times.csv"), box.path("times.json"), store="times")
    box.call("import", box.put("other.txt", b"e.example\n"), store="times")
    for sign in ("", "s"):
        for (value, begin, end), known, silent in zip(rows, (1, 1, 0, 1), (False, True, None, False)):
            got = json.loads(box.call("check", "--json", sign + value, store="times").out)["entries"]
            drive.equal(sign + value, len(got), known)
            if known:
                drive.equal("valid_from", got[0]["valid_from"][:19], begin[:19])
                drive.equal("expires", got[0].get("expires", "")[:19], end[:19])
                drive.equal("silent " + value, "silent" in got[0], silent)
        got = json.loads(box.call("check", "--json", "--at", day(-2), sign + "b.example", store="times").out)
        drive.equal("in force two days ago", "silent" in got["entries"][0], False)
        text = box.call("check", "--lang", "en", "--at", day(2), sign + "a.example", store="times").out.decode()
        drive.true(text, "expires " + rows[0][2][:19] in text and "valid from" in text and "expired" in text)
    box.call("check", "--at", "yesterday", "a.example", store="times", code=2)


def exports(box):
    for form in ("csv", "stix", "misp"):
        box.put("again." + form, box.call("export", "--format", form).out)
        box.call("import", "--replace", "--confidence", "70", box.path("again." + form), store="again-" + form)
        wanted = [r for r in box.rows() if form != "misp" or r[0] != "8.8.8.8"]  # muted ones are not to_ids
        drive.equal("table read back from " + form, box.rows("again-" + form), wanted)


def replaces(box):
    box.call("import", "--source", "two", box.put("two.txt", b"other.example\n"))
    drive.equal("entries of both", len(box.rows()), 10)
    box.call("import", "--source", "two", box.put("two.txt", b"third.example\nfourth.example\n"))
    drive.equal("entries of both", len(box.rows()), 11)
    drive.equal("the old one of that name", box.check("other.example")["entries"], [])


def complains(box):
    done = box.call("import", box.put("bad.txt", BAD), store="bad", code=1)
    drive.true("file and line: " + done.err, "bad.txt:3" in done.err and "bad.txt:1" in done.err)
    box.call("import", box.path("nothing"), store="bad", code=2)
    box.call("import", box.put("odd.json", b'{"a": 1}'), store="bad", code=2)
    drive.equal("the table stays", len(box.rows("bad")), 1)
    box.call("list", store="nowhere", code=2)
    with open(box.path("bad/indicators.table"), "r+b") as f:
        f.truncate(9000)
    done = box.call("list", store="bad", code=2)
    drive.true("what is wrong: " + done.err, "cut off" in done.err)


def main(hinomi):
    checks = drive.Checks()
    with tempfile.TemporaryDirectory() as folder:
        box = Box(os.path.abspath(hinomi), folder)
        for row in (imports, answers, times, exports, replaces, complains):
            checks.row(row.__name__, lambda: row(box))
    checks.finish()


if __name__ == "__main__":
    main(sys.argv[1])
