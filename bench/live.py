#!/usr/bin/env python3
"""A running site under 5,000 lines a second by syslog (TCP) and by tail: how far behind, how much CPU, how much memory.

  bench/live.py [--hinomi build/hinomi] [--rate 5000] [--seconds 20]

"Behind" is measured from the moment a line that an indicator knows was written until its finding is in the database
that the page reads. CPU and memory are those of all the site's processes together.
"""
import argparse
import os
import socket
import sys
import threading
import time

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(TOP, "tests"))
import live_site  # noqa: E402

LIST = "value,type,source,tlp,expires,note\nplanted.weather-sync.example,domain,bench,green,,\n"
LINE = "%d.%03d   1816 %s TCP_TUNNEL/200 7256 CONNECT %s:443 sato.e HIER_DIRECT/192.0.2.70 -\n"
EVERY_S = 0.5


class Feed(threading.Thread):
    """Sends lines at the wanted rate, a planted one with a machine of its own every half second."""

    def __init__(self, name, send, rate, seconds, head):
        super().__init__(daemon=True)
        self.tag, self.send, self.rate, self.seconds, self.head = name, send, rate, seconds, head
        self.planted = {}
        self.late_s = 0.0

    def run(self):
        begun, sent, planted = time.monotonic(), 0, 0
        while sent < self.rate * self.seconds:
            due = begun + sent / self.rate
            wait = due - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            self.late_s = max(self.late_s, -wait)
            rows = []
            for _ in range(max(1, self.rate // 100)):
                now = time.time()
                rows.append(LINE % (int(now), int(now * 1000) % 1000, "10.20.10.%d" % (20 + sent % 80),
                                    "site%d.example" % (sent % 3000)))
                sent += 1
            if time.monotonic() - begun >= planted * EVERY_S:
                machine = "10.9.%d.%d" % (self.tag, planted)
                rows.append(LINE % (int(now), int(now * 1000) % 1000, machine, "planted.weather-sync.example"))
                self.planted[machine] = time.monotonic()
                planted += 1
            self.send("".join(self.head + row for row in rows).encode())


def watch_lag(site, feeds, until):
    """Seconds from writing to the database, per planted line; looks 20 times a second."""
    lags = {}
    while time.monotonic() < until:
        seen = {source for (rule, source, destination) in site.findings()}
        now = time.monotonic()
        for feed in feeds:
            for machine, at in list(feed.planted.items()):
                if machine in seen and machine not in lags:
                    lags[machine] = now - at
        time.sleep(0.05)
    return lags


def measure(hinomi, rate, seconds):
    port = live_site.free_port()
    site = live_site.Site(hinomi, {"tcp": {"kind": "syslog-tcp", "listen": "127.0.0.1:%d" % port}}, LIST)
    os.mkdir(site.base + "/logs")
    open(site.base + "/logs/access.log", "w").close()
    with open(site.config, "a") as f:
        f.write("[source tail]\nkind = tail\npath = %s/logs/access.log\n" % site.base)
    site.start()
    time.sleep(2)
    stream = socket.create_connection(("127.0.0.1", port))
    log = open(site.base + "/logs/access.log", "ab", buffering=0)
    feeds = [Feed(1, stream.sendall, rate // 2, seconds, "<134>Jun  8 02:33:00 proxy01 squid: "), Feed(2, log.write, rate // 2, seconds, "")]
    cpu, begun = site.cpu_s(), time.monotonic()
    for feed in feeds:
        feed.start()
    lags = watch_lag(site, feeds, begun + seconds + 5)
    spent = site.cpu_s() - cpu
    result = {"lag_max_s": max(lags.values(), default=float("inf")), "seen": len(lags),
              "planted": sum(len(f.planted) for f in feeds), "cpu_share": spent / seconds, "memory_mb": site.rss_mb(),
              "sender_late_s": max(f.late_s for f in feeds)}
    site.stop()
    site.forget()
    return result


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--hinomi", default=os.path.join(TOP, "build", "hinomi"))
    a.add_argument("--rate", type=int, default=5000)
    a.add_argument("--seconds", type=int, default=20)
    options = a.parse_args()
    for key, value in measure(options.hinomi, options.rate, options.seconds).items():
        print("%s: %.2f" % (key, value))


if __name__ == "__main__":
    main()
