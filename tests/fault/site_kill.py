#!/usr/bin/env python3
"""kill -9 of every role of a site under load: no line is lost, none counts twice, findings are as if nothing had been.

  site_kill.py HINOMI [SEED]

Sources are tailed files that grow, and are rotated once, while roles die. Each planted line is counted by its machine.
"""
import os
import random
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import drive  # noqa: E402
import live_site  # noqa: E402

LIST = "value,type,source,tlp,expires,note\nplanted.weather-sync.example,domain,test,green,,\n"
LINE = "%d.%03d   1816 10.20.10.%d TCP_TUNNEL/200 7256 CONNECT %s:443 sato.e HIER_DIRECT/192.0.2.70 -\n"
START_S = 1780844400
LINES, MACHINES = 60000, 7


class Log:
    """A growing Squid log; writes lines in odd pieces, so that reads end in the middle of one."""

    def __init__(self, path):
        self.path, self.n, self.planted = path, 0, {}
        self.out = open(path, "ab", buffering=0)

    def write(self, count, rng):
        rows = []
        for _ in range(count):
            bad = self.n % 10 == 0
            machine = 20 + self.n // 10 % MACHINES
            rows.append(LINE % (START_S + self.n // 100, self.n % 100 * 10, machine,
                                "planted.weather-sync.example" if bad else "www.hinode-hp.example"))
            if bad:
                self.planted["10.20.10.%d" % machine] = self.planted.get("10.20.10.%d" % machine, 0) + 1
            self.n += 1
        text = "".join(rows).encode()
        cut = rng.randrange(len(text))
        self.out.write(text[:cut])
        self.out.write(text[cut:])

    def rotate(self):
        self.out.close()
        os.rename(self.path, self.path + ".1")
        self.out = open(self.path, "ab", buffering=0)


def role_processes(site):
    """The children of the parent: every role."""
    return [pid for pid in site.processes() if pid != site.child.pid]


def storm(site, log, rng):
    """Write, and every now and then kill a role, or at last all of them at once."""
    killed = 0
    while log.n < LINES:
        log.write(rng.randrange(50, 1500), rng)
        time.sleep(0.02)
        if rng.random() < 0.12 and killed < 8:
            roles = role_processes(site)
            if roles:
                os.kill(rng.choice(roles), signal.SIGKILL)
                killed += 1
        if log.n > LINES // 2 and not os.path.exists(log.path + ".1"):
            log.rotate()
    site.kill_all()
    site.start()
    return killed


def counted(site):
    found = {}
    for (rule, source, destination), row in site.findings().items():
        found[source] = found.get(source, 0) + row[0]
    return found


def main():
    live_site.skip_without_site(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    rng = random.Random(seed)
    site, path = live_site.tailing(sys.argv[1], LIST)
    log = Log(path)
    checks = drive.Checks()
    try:
        site.start()
        killed = storm(site, log, rng)
        print("killed %d roles, then everything (seed %d)" % (killed, seed))
        try:
            live_site.wait_until("the last line", lambda: sum(counted(site).values()) >= sum(log.planted.values()), 60)
        except AssertionError:
            pass
        time.sleep(1)
        checks.row("no line lost, none twice", lambda: drive.equal("planted lines by machine", counted(site), log.planted))
        checks.row("the evidence log is whole", lambda: drive.equal(
            "exit code of verify", drive.run([site.hinomi, "evidence", "verify", "--config", site.config]).code, 0))
    finally:
        site.stop()
    if checks.failed:
        print("kept in", site.base, site.said())
    else:
        site.forget()
    checks.finish()


if __name__ == "__main__":
    main()
