#!/usr/bin/env python3
"""The disk of a running site fills up under load, and later the database's budget does: receiving waits, the page and
`hinomi doctor` say so, no role dies or spins, and with room it all goes on by itself, nothing lost and nothing twice.

  site_disk.py HINOMI [STEP...]

Runs in a mount namespace of its own, with the site's folder on a small file system in memory.
"""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import drive  # noqa: E402
import live_site  # noqa: E402
from console import Console, token_of  # noqa: E402

LIST = "value,type,source,tlp,expires,note\nplanted.weather-sync.example,domain,test,green,,\n"
LINE = "%d.%03d   1816 10.%d.%d.%d TCP_TUNNEL/200 7256 CONNECT %s:443 sato.e HIER_DIRECT/192.0.2.70 -\n"
START_S = 1780844400
DISK_MB, RESERVE_MB = 448, 16
EACH = 5000  # lines of one go; every tenth is a hit


def own_namespace():
    """Begin again where a mount is seen by nobody else."""
    if os.environ.get("HINOMI_TEST_MOUNTS") == "own":
        return
    drive.need("unshare", "mount")
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode != 0:
        print("SKIP: only root may mount a small disk for this test")
        sys.exit(drive.SKIP)
    os.environ["HINOMI_TEST_MOUNTS"] = "own"
    os.execvp("unshare", ["unshare", "-m", "--propagation", "private", sys.executable, *sys.argv])


class Box:
    def __init__(self, hinomi):
        self.site, self.path = live_site.tailing(hinomi, LIST)
        self.udp = live_site.free_port(socket.SOCK_DGRAM)
        self.budget(64)
        with open(self.site.config, "a") as f:
            f.write("[source hall]\nkind = syslog-udp\nlisten = 127.0.0.1:%d\n" % self.udp)
        os.mkdir(self.site.data)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dm" % DISK_MB, "none", self.site.data]).returncode != 0:
            print("SKIP: a small disk cannot be mounted here")
            sys.exit(drive.SKIP)
        self.filler = os.path.join(self.site.data, "filler")
        self.lines = self.hit = 0

    def budget(self, mb):
        with open(self.site.config) as f:
            text = re.sub(r"\[database\]\nbudget_mb = \d+\n", "", f.read())
        with open(self.site.config, "w") as f:
            f.write("[database]\nbudget_mb = %d\n" % mb + text)

    def write(self, every=10):
        rows = []
        for n in range(self.lines, self.lines + EACH):
            is_hit = n % every == 0
            self.hit += is_hit
            machine = self.hit if every == 1 else n // 10 % 7
            rows.append(LINE % (START_S + n // 100, n % 100 * 10, machine >> 16, machine >> 8 & 255, machine & 255,
                                "planted.weather-sync.example" if is_hit else "www%d.hinode-hp.example" % (n % 500)))
        with open(self.path, "a") as f:
            f.write("".join(rows))
        self.lines += EACH

    def hits(self):
        return self.site.rows("SELECT coalesce(sum(count), 0) FROM finding WHERE kind = 'indicator'")[0][0]

    def settle(self, seconds=90):
        live_site.wait_until("every hit", lambda: self.hits() >= self.hit, seconds)
        time.sleep(1)
        drive.equal("hits, none twice", self.hits(), self.hit)

    def free(self):
        fs = os.statvfs(self.site.data)
        return fs.f_bavail * fs.f_frsize

    def fill(self, leave):
        """All but so many bytes; more when the site gives some back meanwhile."""
        with open(self.filler, "ab") as f:
            while self.free() > leave:
                try:
                    f.write(bytes(min(1 << 20, max(4096, self.free() - leave))))
                    f.flush()
                except OSError:
                    return

    def make_room(self):
        os.unlink(self.filler)

    def sign_in(self):
        live_site.wait_until("the certificate", lambda: os.path.exists(os.path.join(self.site.data, "tls", "ca.pem")))
        self.console = Console(self.site)
        right, _ = self.console.ask("POST", "/api/session", json.dumps({"token": token_of(self.site)}))
        drive.equal("sign-in", right.status, 204)
        self.console.cookie = right.getheader("Set-Cookie").split(";")[0]

    def notices(self):
        return self.console.json("/api/state")["notices"]

    def states(self):
        return {s["name"]: s["state"] for s in self.console.json("/api/sources")}

    def doctor(self):
        return drive.run([self.site.hinomi, "doctor", "--lang", "en", "--config", self.site.config]).out.decode()

    def verify(self):
        done = drive.run([self.site.hinomi, "evidence", "verify", "--config", self.site.config])
        drive.equal("exit code of verify: %s" % done.err[-300:], done.code, 0)

    def said(self, event):
        with open(self.site.log.name) as f:
            return f.read().count("event=" + event + " ")

    def idles(self):
        """Five seconds of waiting cost little, and nobody dies of them."""
        died, before = self.said("role-ended"), self.site.cpu_s()
        time.sleep(5)
        drive.true("CPU seconds of 5: %.1f" % (self.site.cpu_s() - before), self.site.cpu_s() - before < 2.5)
        drive.equal("roles that ended", self.said("role-ended"), died)


def runs_low(box):
    """Less than the reserve is free: all wait, though the database could still write."""
    box.fill((RESERVE_MB << 20) // 2)
    live_site.wait_until("the page's words", lambda: "disk" in box.notices(), 10)
    live_site.wait_until("the sources' state", lambda: box.states() == {"proxy": "held", "hall": "held"}, 10)
    before = box.hits()
    box.write()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for n in range(50):
            s.sendto(b"<13>Jun  7 15:00:00 host app: %d" % n, ("127.0.0.1", box.udp))
    live_site.wait_until("50 datagrams counted as lost", lambda: box.site.rows(
        "SELECT dropped FROM source WHERE name = 'hall'") == [(50,)], 10)
    drive.equal("hits taken in meanwhile", box.hits(), before)
    drive.true("the doctor says so", "[!!] The disk is full and receiving has stopped" in box.doctor())
    box.idles()


def goes_on(box):
    box.make_room()
    box.settle()
    live_site.wait_until("the page's words", lambda: box.notices() == [], 10)
    live_site.wait_until("the sources' state", lambda: "held" not in box.states().values(), 10)
    drive.true("the doctor is content", "receiving has stopped" not in box.doctor())
    box.verify()


def runs_out(box):
    """Not one byte is free, from one moment to the next, while lines come in."""
    for _ in range(4):
        box.write()
    box.fill(0)
    box.write()
    live_site.wait_until("the page's words", lambda: "disk" in box.notices(), 10)
    box.fill(0)
    box.idles()


def roles_die(box):
    """And now every role is killed: what comes anew waits like what was there before."""
    for pid in box.site.processes():
        if pid != box.site.child.pid:
            os.kill(pid, signal.SIGKILL)
    time.sleep(3)
    box.fill(0)
    died = box.said("role-ended")
    time.sleep(5)
    drive.true("roles that ended of it: %d" % (box.said("role-ended") - died), box.said("role-ended") - died <= 2)


def budget_is_used_up(box):
    """More findings than the database may hold, for longer than a batch may take: nothing is set aside for it."""
    while "database" not in box.notices():
        drive.true("findings so far: %d" % box.hits(), box.hit < 400000)
        box.write(every=1)
        live_site.wait_until("these hits, or the end", lambda: box.hits() >= box.hit or "database" in box.notices(), 60)
    drive.true("the doctor says so", "[!!] The database takes no more" in box.doctor())
    for _ in range(6):
        box.write(every=1)  # more than fits on the way from intake to core
    time.sleep(65)
    drive.equal("quarantined batches", os.listdir(os.path.join(box.site.data, "quarantine")), [])
    box.idles()


def budget_is_raised(box):
    box.budget(200)
    box.site.child.send_signal(signal.SIGHUP)
    box.settle(180)
    live_site.wait_until("the page's words", lambda: box.notices() == [], 20)
    drive.true("the doctor is content", "takes no more" not in box.doctor())
    box.verify()


def main():
    live_site.skip_without_site(sys.argv[1])
    own_namespace()
    box, checks = Box(sys.argv[1]), drive.Checks()
    try:
        box.site.start()
        box.sign_in()
        box.write()
        box.settle()
        for step in (runs_low, goes_on, runs_out, roles_die, goes_on, budget_is_used_up, budget_is_raised):
            if not sys.argv[2:] or step.__name__ in sys.argv[2:]:
                checks.row(step.__name__, lambda step=step: step(box))
    finally:
        box.site.stop()
        if checks.failed:
            with open(box.site.log.name) as f:
                print("".join(line for line in f if "role-start" not in line)[-6000:])
        subprocess.run(["umount", "-l", box.site.data])
        box.site.forget()
    checks.finish()


if __name__ == "__main__":
    main()
