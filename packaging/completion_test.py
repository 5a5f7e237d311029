#!/usr/bin/env python3
"""Real shells complete `hinomi`: bash is given keys on a terminal, zsh and fish where they are installed.

  completion_test.py HINOMI
"""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

SKIP = 77
READY = "hinomi-ready"
END = "hinomi-completion-ends"
ROWS = [  # keys before TAB, words that must be offered, words that must not
    ("hinomi ", ["watch", "indicators", "evidence", "site"], ["import"]),
    ("hinomi --", ["--help", "--version"], ["watch"]),
    ("hinomi indicators ", ["import", "list", "check", "export"], ["watch", "--replace"]),
    ("hinomi indicators import --", ["--source", "--tlp", "--replace", "--help", "--lang"], ["--with-evidence"]),
    ("hinomi indicators import --tlp ", ["clear", "green", "amber+strict"], ["--replace", "log"]),
    ("hinomi indicators export --format=", ["csv", "stix", "misp"], ["log"]),
    ("hinomi watch --indicators ", ["list-a.csv", "list-b.csv"], ["--follow"]),
    ("hinomi watch ", ["list-a.csv", "folder/"], ["--follow"]),
    ("hinomi watch --lang ", ["ja", "en"], ["list-a.csv"]),
    ("hinomi site ", ["backup", "restore"], ["import"]),
    ("hinomi site backup --", ["--with-evidence", "--output"], ["--example-config"]),
    ("hinomi doctor --", ["--config"], ["list-a.csv"]),
]


def read_until(terminal, end):
    seen, until = "", time.monotonic() + 20
    while end not in seen:
        if time.monotonic() > until:
            raise AssertionError("no %s in %r" % (end, seen))
        if select.select([terminal], [], [], 0.2)[0]:
            seen += os.read(terminal, 65536).decode(errors="replace")
    return seen


def offered_by_bash(folder, keys):
    """What readline shows when TAB comes after the keys."""
    rc = os.path.join(folder, ".rc")
    with open(rc, "w") as f:
        f.write("PS1='%s '\nsource %s/.bash\nbind 'set show-all-if-ambiguous on'\nbind 'set page-completions off'\n"
                "bind 'set completion-query-items 0'\nbind 'set enable-bracketed-paste off'\nbind 'set bell-style none'\n" % (READY, folder))
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(shutil.which("bash"), ["bash", "--noprofile", "--rcfile", rc, "-i"],
                  {"PATH": os.environ["PATH"], "TERM": "dumb", "COLUMNS": "400", "HOME": folder, "LC_ALL": "C.UTF-8"})
    try:
        read_until(terminal, READY)
        # Control-U and an echo behind it: what is between is all that was offered.
        os.write(terminal, (keys + "\t").encode() + b"\x15echo " + END.replace("-", "''-", 1).encode() + b"\n")
        seen = read_until(terminal, END)
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen)
    # Behind the keys themselves and before readline shows them again.
    return re.split(READY + "|\x08", text[text.index(keys) + len(keys):])[0].split()


def offered_by_fish(folder, keys):
    said = subprocess.run(["fish", "--no-config", "-c", "source %s/.fish; complete -C '%s'" % (folder, keys)], cwd=folder,
                          capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env=dict(os.environ, HOME=folder, LC_ALL="C.UTF-8"))
    if said.stderr:
        raise AssertionError(said.stderr)
    return [line.split("\t")[0] for line in said.stdout.splitlines()]


def syntax_of_zsh(folder):
    said = subprocess.run(["zsh", "-fn", folder + "/.zsh"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return said.stderr


def wrong_rows(shell, offered):
    wrong = 0
    for keys, wanted, unwanted in ROWS:
        # An option's value that is part of the word comes back with its option.
        words = [w.split("=", 1)[1] if shell == "fish" and "=" in w else w for w in offered(keys)]
        missing = [w for w in wanted if w not in words]
        too_many = [w for w in unwanted if w in words]
        if missing or too_many:
            print("FAIL %s: %r: missing %s, too many %s, offered %s" % (shell, keys, missing, too_many, words))
            wrong += 1
    print("%s: %d rows, %d wrong" % (shell, len(ROWS), wrong))
    return wrong


def main():
    hinomi = os.path.abspath(sys.argv[1])
    if shutil.which("bash") is None:
        print("SKIP: there is no bash")
        sys.exit(SKIP)
    folder = tempfile.mkdtemp(prefix="hinomi-completion-")
    try:
        for shell in ("bash", "zsh", "fish"):
            with open(os.path.join(folder, "." + shell), "wb") as f:
                f.write(subprocess.run([hinomi, "manual", "--completion", shell], check=True, stdout=subprocess.PIPE,
                                       stdin=subprocess.DEVNULL).stdout)
        for name in ("list-a.csv", "list-b.csv"):
            open(os.path.join(folder, name), "w").close()
        os.mkdir(os.path.join(folder, "folder"))
        wrong = wrong_rows("bash", lambda keys: offered_by_bash(folder, keys))
        if shutil.which("fish"):
            wrong += wrong_rows("fish", lambda keys: offered_by_fish(folder, keys))
        if shutil.which("zsh"):
            complaints = syntax_of_zsh(folder)
            print("zsh: %s" % (complaints or "nothing wrong"))
            wrong += complaints != ""
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
