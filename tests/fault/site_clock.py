#!/usr/bin/env python3
"""The wall clock of a running site jumps a day forward, a day back, and back over a year: nothing is lost, repeated or deleted.

  site_clock.py HINOMI          (a build with sanitizers: only there can a test move the clock)

Days are kept for one day only, so that a believed jump would delete all there is.
"""
import glob
import json
import os
import ssl
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import drive  # noqa: E402
import live_site  # noqa: E402
from console import Console, token_of  # noqa: E402

LIST = "value,type,source,tlp,expires,note\nplanted.weather-sync.example,domain,test,green,,\n"
LINE = "%d.%03d   1816 10.20.10.%d TCP_TUNNEL/200 7256 CONNECT %s:443 sato.e HIER_DIRECT/192.0.2.70 -\n"
DAY_S = 86400
EACH = 2000


class Clock:
    """The file that moves the clock of the processes that have mapped it."""

    def __init__(self, path):
        with open(path, "wb") as f:
            f.write(bytes(8))
        os.chmod(path, 0o644)
        self.path = path
        os.environ["HINOMI_TEST_CLOCK"] = path

    def move(self, seconds):
        with open(self.path, "r+b") as f:
            f.write(struct.pack("<q", seconds * 1000))


class Box:
    def __init__(self, hinomi):
        self.site, self.path = live_site.tailing(hinomi, LIST)
        with open(self.site.config, "a") as f:
            f.write("silent_after_s = 3600\n[evidence]\nkeep_days = 1\n[observables]\nkeep_days = 1\n")
        self.clock = Clock(os.path.join(self.site.base, "moved"))
        self.lines = 0

    def write(self):
        now = int(time.time())
        with open(self.path, "a") as f:
            for n in range(self.lines, self.lines + EACH):
                f.write(LINE % (now, n % 1000, 20 + n % 7,
                                "planted.weather-sync.example" if n % 10 == 0 else "www%d.hinode-hp.example" % n))
        self.lines += EACH

    def settle(self):
        def hits():
            return self.site.rows("SELECT coalesce(sum(count), 0) FROM finding WHERE kind = 'indicator'")[0][0]
        live_site.wait_until("every hit", lambda: hits() >= self.lines // 10, 60)
        time.sleep(1.2)
        drive.equal("hits, none twice", hits(), self.lines // 10)

    def verify(self):
        done = drive.run([self.site.hinomi, "evidence", "verify", "--output", "json", "--config", self.site.config])
        drive.equal("exit code of verify: %s" % done.err[-300:], done.code, 0)
        return json.loads(done.out)

    def hunted(self):
        done = drive.run([self.site.hinomi, "hunt", "--output", "json", "--config", self.site.config,
                          "--from", "2020-01-01", "planted.weather-sync.example"])
        drive.equal("exit code of hunt: %s" % done.err[-300:], done.code, 0)
        return sum(json.loads(line)["count"] for line in done.out.splitlines())


    def sign_in(self):
        """Its certificate may be "not yet valid" by a clock that is wrong, here and there: it is known by itself."""
        live_site.wait_until("the certificate", lambda: os.path.exists(os.path.join(self.site.data, "tls", "ca.pem")))
        self.console = Console(self.site)
        self.console.tls.check_hostname, self.console.tls.verify_mode = False, ssl.CERT_NONE
        right, _ = self.console.ask("POST", "/api/session", json.dumps({"token": token_of(self.site)}))
        drive.equal("sign-in", right.status, 204)
        self.console.cookie = right.getheader("Set-Cookie").split(";")[0]

    def segments(self):
        """The evidence log's files, sealed or not."""
        return {os.path.basename(p).split(".")[0] for kind in ("seg", "open")
                for p in glob.glob("%s/evidence/*.%s" % (self.site.data, kind))}


def says(box, state, notices):
    """What the page is told, to one who signed in before the clock jumped."""
    last = []

    def is_so():
        last[:] = [box.console.json("/api/sources")[0], box.console.json("/api/state")]
        return last[0]["state"] == state and last[1]["notices"] == notices
    try:
        live_site.wait_until("the page's words", is_so, 10)
    except AssertionError as why:
        raise AssertionError("%s: %s" % (why, json.dumps(last)[:700]))
    now, spoke = (time.mktime(time.strptime(at[:19], "%Y-%m-%dT%H:%M:%S")) for at in (last[1]["at"], last[0]["last_at"]))
    drive.true("it spoke %d s ago" % (now - spoke), 0 <= now - spoke < 60)


def jumps(box, offset_s):
    before = box.segments()
    box.clock.move(offset_s)
    says(box, "speaking", ["clock"] if offset_s else [])
    box.write()
    box.settle()
    says(box, "speaking", ["clock"] if offset_s else [])
    drive.true("evidence was deleted", before <= box.segments())
    drive.equal("what a hunt finds", box.hunted(), box.lines // 10)
    box.verify()


def restarts(box):
    """A site that begins anew while the clock is wrong does not take it for granted."""
    before = box.segments()
    box.clock.move(5 * DAY_S)
    says(box, "speaking", ["clock"])
    box.site.stop()
    box.site.start()
    time.sleep(11)  # upkeep looks at what is too old after 10 s
    drive.true("evidence was deleted", before <= box.segments())
    drive.equal("what a hunt finds", box.hunted(), box.lines // 10)
    box.sign_in()
    says(box, "speaking", ["clock"])


def main():
    live_site.skip_without_site(sys.argv[1])
    with open(sys.argv[1], "rb") as f:
        if b"HINOMI_TEST_CLOCK" not in f.read():
            print("SKIP: the clock can be moved only in a build with sanitizers (-Db_sanitize=address,undefined)")
            raise SystemExit(drive.SKIP)
    box, checks = Box(sys.argv[1]), drive.Checks()
    try:
        box.site.start()
        box.sign_in()
        box.write()
        box.settle()
        for name, offset_s in (("as it is", 0), ("a day forward", DAY_S), ("right again", 0), ("a day back", -DAY_S),
                               ("back over a year", -400 * DAY_S), ("forward over a year", 400 * DAY_S), ("right at last", 0)):
            checks.row(name, lambda offset_s=offset_s: jumps(box, offset_s))
        checks.row("a restart while it is wrong", lambda: restarts(box))
    finally:
        box.site.stop()
    if checks.failed:
        print("kept in", box.site.base, box.site.said())
    else:
        box.site.forget()
    checks.finish()


if __name__ == "__main__":
    main()
