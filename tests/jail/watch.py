#!/usr/bin/env python3
"""`hinomi watch` and `indicators import` read in their jail: what was not named cannot be opened, and the work goes on.

usage: watch.py HINOMI   (TAP)
"""
import json
import os
import pty
import subprocess
import sys
import tempfile
import time

LINE = "1795420800.123  60012 10.20.10.31 TCP_TUNNEL/200 4821 CONNECT bad.example.com:443 sato HIER_DIRECT/203.0.113.9 -\n"
HINOMI = os.path.abspath(sys.argv[1])
# A sanitizer's leak checker traces the process at its end, which no jail allows: it is left out for the jail's sake.
ENV = dict(os.environ, HINOMI_JAIL="1", LC_ALL="C.UTF-8",
           ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0")


def wait_for(what, seconds=30):
    end = time.time() + seconds
    while time.time() < end:
        if what():
            return True
        time.sleep(0.02)
    return False


def write(path, text, mode="w"):
    with open(path, mode) as f:
        f.write(text)
    return path


def start(*args, **more):
    return subprocess.Popen([HINOMI, "watch", *args], env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            **more)


def status(pid):
    with open(f"/proc/{pid}/status") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


def jailed_before_the_first_byte(folder):
    fifo = os.path.join(folder, "fifo")
    os.mkfifo(fifo)
    p = start("--output", "json", fifo)
    entered = wait_for(lambda: status(p.pid).get("Seccomp") == "2")
    facts = status(p.pid)
    with open(fifo, "w") as f:
        f.write(LINE)
    p.communicate(timeout=60)
    return entered and facts["NoNewPrivs"] == "1" and p.returncode == 0


def nothing_else_can_be_opened(folder):
    """A log that is exchanged for a link to another file after the start is refused, the others are read."""
    fifo, log = os.path.join(folder, "a"), write(os.path.join(folder, "b"), LINE)
    secret = write(os.path.join(tempfile.mkdtemp(), "secret"), LINE)
    os.mkfifo(fifo)
    p = start("--output", "text", fifo, log)
    entered = wait_for(lambda: status(p.pid).get("Seccomp") == "2")
    os.unlink(log)
    os.symlink(secret, log)
    with open(fifo, "w") as f:
        f.write(LINE)
    _, said = p.communicate(timeout=60)
    return entered and p.returncode == 1 and log in said and "1 record" in said


def works_at_a_terminal(folder):
    log = write(os.path.join(folder, "access.log"), LINE)
    bad = write(os.path.join(folder, "bad.txt"), "bad.example.com\n")
    ours, theirs = pty.openpty()
    p = subprocess.Popen([HINOMI, "watch", "--output", "json", "--indicators", bad, log], env=ENV, stdout=subprocess.PIPE,
                         stderr=theirs)
    out = p.communicate(timeout=60)[0]
    os.close(theirs)
    os.close(ours)
    return p.returncode == 0 and json.loads(out)["destination"] == "bad.example.com"


def follows_a_rotation(folder):
    log = write(os.path.join(folder, "access.log"), "")
    bad = write(os.path.join(folder, "bad.txt"), "bad.example.com\n")
    p = start("--follow", "--output", "json", "--indicators", bad, log)
    write(log, LINE, "a")
    first = json.loads(p.stdout.readline())
    os.rename(log, log + ".1")
    write(log, LINE.replace("10.20.10.31", "10.20.10.32"))
    second = json.loads(p.stdout.readline())
    p.terminate()
    p.communicate(timeout=60)
    return first["source"] == "10.20.10.31" and second["source"] == "10.20.10.32"


def a_list_is_imported(folder):
    store, bad = os.path.join(folder, "store"), write(os.path.join(folder, "bad.txt"), "bad.example.com\n203.0.113.9\n")
    p = subprocess.run([HINOMI, "indicators", "import", "--store", store, bad], env=ENV, capture_output=True, text=True,
                       timeout=60)
    return p.returncode == 0 and os.path.getsize(os.path.join(store, "indicators.table")) > 0


def a_feed_is_imported(folder):
    """A MISP feed's folder: every event is read, hashes.csv (hashes of values, not of files) is not; a list from a pipe too."""
    store, feed = os.path.join(folder, "store"), os.path.join(folder, "feed")
    os.mkdir(feed)
    for i in range(1200):   # more than a process may have open
        event = {"Event": {"info": "x", "Attribute": [{"type": "domain", "value": f"d{i}.example", "to_ids": True}]}}
        write(os.path.join(feed, f"{i}.json"), json.dumps(event))
    write(os.path.join(feed, "manifest.json"), json.dumps({"1": {"info": "x", "timestamp": "1"}}))
    write(os.path.join(feed, "hashes.csv"), "d41d8cd98f00b204e9800998ecf8427e,1\n")
    p = subprocess.run([HINOMI, "indicators", "import", "--store", store, feed, "-"], env=ENV, capture_output=True, text=True,
                       input="piped.example\n", timeout=60)
    listed = subprocess.run([HINOMI, "indicators", "list", "--store", store, "--json"], env=ENV, capture_output=True, text=True,
                            timeout=60)
    values = {json.loads(line)["value"] for line in listed.stdout.splitlines()}
    return p.returncode == 0 and values == {f"d{i}.example" for i in range(1200)} | {"piped.example"}


def main():
    tests = [jailed_before_the_first_byte, nothing_else_can_be_opened, works_at_a_terminal, follows_a_rotation,
             a_list_is_imported, a_feed_is_imported]
    with open("/proc/self/status") as f:
        if "Seccomp:" not in f.read():
            print("1..0 # SKIP this kernel has no seccomp")
            return 0
    print(f"1..{len(tests)}")
    failed = 0
    for number, test in enumerate(tests, 1):
        with tempfile.TemporaryDirectory() as folder:
            worked = test(folder)
        failed += not worked
        print(f"{'ok' if worked else 'not ok'} {number} - {test.__name__}", flush=True)
    return 1 if failed else 0


sys.exit(main())
