#!/usr/bin/env python3
"""Plants labelled cases into ordinary and into real background.

  bench/quality/plant.py beacons OUT     OUT/{week-a,week-b,strobes,real-dns,real-proxy}: beacons over seven days
  bench/quality/plant.py dns OUT         OUT/{dns,dns-first}: tunnels, slow exfiltration, bursts of made-up names
  bench/quality/plant.py acts OUT        OUT/acts: scans, guessing, spraying, exfiltration, signs of ransomware

Every folder gets logs/, labels.json and, where the background is generated, site.json and expected.txt.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hospital  # noqa: E402
from kit import acts, beacon, lines, names, tunnel  # noqa: E402
from kit.book import Book, write_json  # noqa: E402
from kit.clock import DAY, Rng, day_start, utc_text  # noqa: E402
from kit.real import Real  # noqa: E402

VERSION = 1
DAYS = 7
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "data", "detect")
# ways out in a generated week and how many beacons take each
WEEK = [("connect", 35), ("forwarded", 5), ("named", 3), ("ssl", 10), ("http", 9), ("bare", 4), ("forti", 4)]
STROBES = [("connect", 16), ("forwarded", 4), ("ssl", 10), ("http", 6), ("bare", 4)]


def victims(world, way, rng):
    """Whose computer takes that way: offices go through the proxy, guests and servers straight out."""
    roles = {"connect": ("office",), "forwarded": ("branch",), "named": ("branch",), "forti": ("office", "terminal")}
    return rng.shuffled(world.of(*roles.get(way, ("guest", "mail", "web", "file", "lis", "meal", "modality", "print", "wsus"))))


def case(ident, sort, victim, peers, moments, kind):
    """One label; victim: names.Host."""
    return {"id": ident, "sort": sort, "hosts": victim.names(), "accounts": [] if victim.user in ("-", "SYSTEM", "root") else
            [victim.user], "peers": peers, "from": utc_text(moments[0]), "to": utc_text(moments[-1]), "count": len(moments),
            "class": kind}


def by_day(rows, begin, days):
    """(path, head, at, line) rows, a list a day."""
    parted = [[] for _ in range(days)]
    for row in rows:
        if 0 <= row[2] - begin < days * DAY:
            parted[(row[2] - begin) // DAY].append(row)
    return parted


def add(book, rows):
    for path, head, at, line in rows:
        book.rows(path, head).append((at, line))


def generated(out, options, seed, ways, strobe):
    """A generated week with beacons."""
    month = hospital.Month(os.path.join(out, "logs"), options.hosts, seed)
    begin = day_start(hospital.START)
    rng, rows, cases = Rng("beacons", seed, strobe), [], []
    for way, n in ways:
        crew = victims(month.world, way, rng)
        for i in range(n):
            victim, name = crew[i % len(crew)], rng.pick(("", "", "cdn.", "api.", "www.")) + names.bad_domain(rng)
            kind, moments = beacon.plan(rng, begin, DAYS, strobe)
            path = beacon.Way(month.world, rng, name, victim)
            send = getattr(path, way)
            for at, sizes in zip(moments, beacon.sizes_of(rng, kind["sizes"], len(moments))):
                rows += send(at, sizes)
            row = case("%s%03d" % (os.path.basename(out)[-1], len(cases)), "beacon", victim, path.peers(), moments,
                       dict(kind, transport=way))
            if way in ("forwarded", "named"):
                row["behind"] = month.world.branch_net + ".2"
            cases.append(row)
    finish(out, options, month, seed, begin, by_day(rows, begin, DAYS), cases)


def finish(out, options, month, seed, begin, days, cases):
    """Write the days of a generated background with what is planted, and the labels."""
    for number, rows in enumerate(days):
        month.day(begin + number * DAY, number)
        add(month.book, rows)
        month.book.flush()
    month.book.close()
    options.seed, options.days, options.start = seed, len(days), hospital.START
    labels = hospital.labels(month, options, cases)
    labels["generator"] = "plant.py %d" % VERSION
    month.papers(out)
    write_json(os.path.join(out, "labels.json"), labels)
    print("%s: %d lines, %d cases" % (out, labels["lines"], len(cases)), file=sys.stderr, flush=True)


class Address:
    """A computer of a real recording: it has an address and no name."""

    def __init__(self, ip):
        self.ip, self.user = ip, "-"

    def names(self):
        return [self.ip]


def real_rows(way, tables, at, sizes, path):
    """One call in the columns of a real recording: CONNECT to its proxy, or straight out."""
    rng, victim = path.rng, path.victim
    if way == "connect":
        who = lines.ends(rng, victim.ip, (path.proxy, 3128))
        rows = [("conn", lines.conn(at, rng, who, ("tcp", "http,ssl", 0.4), sizes)),
                ("http", lines.http(at, rng, who, ("CONNECT", path.name + ":443", path.name + ":443", path.agent, "-"), (0, 0),
                                    "PROXY-CONNECTION -> keep-alive")),
                ("ssl", lines.ssl(at, rng, who, path.name, path.ja3))]
    else:
        who = lines.ends(rng, victim.ip, (path.address, 80 if way == "http" else 443))
        rows = [("conn", lines.conn(at, rng, who, ("tcp", way, 0.4), sizes))]
        rows += [("ssl", lines.ssl(at, rng, who, path.name, path.ja3))] if way == "ssl" else [
            ("http", lines.http(at, rng, who, ("GET", path.name, path.uri, path.agent, "-"), sizes))]
    return [(kind, at, tables[kind].fit(line)) for kind, line in rows if kind in tables]


def laid(out, real, ways, mix):
    """A week of a real recording with beacons; what the recording has no table for is not shown.

    mix: (share of its pairs kept, further addresses, layers).
    """
    begin, book = day_start(hospital.START), Book(os.path.join(out, "logs"))
    rng, rows, cases = Rng("beacons", out.rsplit("/", 1)[-1]), [], []
    crew = rng.shuffled(sorted(set(real.clients) | set(mix[1])))
    for way, n in ways:
        for i in range(n):
            victim, name = Address(crew[len(cases) % len(crew)]), rng.pick(("", "cdn.", "api.")) + names.bad_domain(rng)
            kind, moments = beacon.plan(rng, begin, DAYS, False)
            path = beacon.Way(None, rng, name, victim)
            path.proxy = "10.0.0.238"
            for at, sizes in zip(moments, beacon.sizes_of(rng, kind["sizes"], len(moments))):
                rows += real_rows(way, real.tables, at, sizes, path)
            cases.append(case("%s%03d" % (os.path.basename(out)[5], len(cases)), "beacon", victim, path.peers(), moments,
                              dict(kind, transport=way)))
    host_days = 0
    for number in range(DAYS):
        day = begin + number * DAY
        host_days += len(real.lay(book, day, number, *mix))
        for kind, at, line in rows:
            if day <= at < day + DAY:
                book.rows("zeek/%02d/%s.log" % (number, kind), real.tables[kind].header()).append((at, line))
        book.flush()
    book.close()
    write_json(os.path.join(out, "labels.json"), {
        "format": 1, "generator": "plant.py %d" % VERSION, "seed": 0, "from": utc_text(begin), "to": utc_text(begin + DAYS * DAY),
        "hosts": len(crew), "days": DAYS, "host_days": host_days, "lines": sum(book.lines().values()), "harmless": [],
        "cases": cases})
    print("%s: %d lines, %d cases, %d host-days" % (out, sum(book.lines().values()), len(cases), host_days), file=sys.stderr)


def beacons(options):
    generated(os.path.join(options.out, "week-a"), options, 11, WEEK, False)
    generated(os.path.join(options.out, "week-b"), options, 12, WEEK, False)
    generated(os.path.join(options.out, "strobes"), options, 13, STROBES, True)
    folder = os.path.join(options.data, "zed-sample", "zeek-default")
    if os.path.isdir(folder):
        laid(os.path.join(options.out, "real-dns"), Real(folder, ("dns", "ssl")), [("ssl", 35)], (0.15, (), 1))
        laid(os.path.join(options.out, "real-proxy"), Real(os.path.join(options.data, "rita", "proxy_rolling")),
             [("connect", 25), ("ssl", 10), ("http", 5)], (0.15, ["10.0.0.%d" % n for n in range(100, 140)], 6))
    else:
        print("the real recordings are not here: beacons in generated background alone", file=sys.stderr)


PLANTS = {"beacons": beacons, "dns": tunnel.plant, "acts": acts.plant}


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("what", choices=sorted(PLANTS))
    a.add_argument("out")
    a.add_argument("--hosts", type=int, default=300)
    a.add_argument("--data", default=DATA, help="folder of the real recordings")
    options = a.parse_args()
    PLANTS[options.what](options)


if __name__ == "__main__":
    main()
