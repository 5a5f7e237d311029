#!/usr/bin/env python3
"""Turns a folder of logs into another that means the same, for tests: the findings must be the same.

  bench/quality/transform.py weeks IN OUT [--weeks 3]     every time three weeks later
  bench/quality/transform.py addresses IN OUT             inner addresses permuted within their /24, the same everywhere
  bench/quality/transform.py shuffle IN OUT               lines of the same second in another order
  bench/quality/transform.py split IN OUT [--parts 3]     every file in some files, by time

OUT.transform.json beside OUT says how to turn findings back: {"weeks_ms": ...} or {"addresses": {new: old}}.  Headers
of Zeek files stay where they belong.  Times of every generated format are known: Squid, Zeek (TSV, JSON),
FortiGate, syslog, Winlogbeat, EVE.
"""
import argparse
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from kit.book import write_json  # noqa: E402
from kit.clock import DAY, JST, Rng, jst, utc_ms, utc_text  # noqa: E402

INNER = re.compile(r"(?<![\w.])(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2,3}(?![\w.]|\.\d)")
EPOCH = re.compile(r"^(\d{10})\.")
JSON_TS = re.compile(r'"ts":(\d{10})(?=\.)')
UTC = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d{3}(?=Z|\")")
LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?=\.\d+\+09|\+09|\.\d+\+0900)")
FORTI_DATE, FORTI_TIME = re.compile(r"(?<= date=)\d{4}-\d\d-\d\d"), re.compile(r"(?<= eventtime=)\d{13}")
YAMAHA = re.compile(r"(?<=\()\d{4}/\d\d/\d\d(?= )")


def moved_utc(text, by):
    whole = utc_text(utc_ms(text.replace(" ", "T")) + by).rstrip("Z")
    return whole.replace("T", " ") if " " in text else whole


def moved_date(text, by, mark):
    t = jst(utc_ms(text.replace(mark, "-") + "T00:00:00") - JST + by)
    return "%04d%s%02d%s%02d" % (t.tm_year, mark, t.tm_mon, mark, t.tm_mday)


class Weeks:
    """Every time of a line later by whole weeks: the hour, the day of the week and every gap stay."""

    def __init__(self, weeks):
        self.by = weeks * 7 * DAY

    def line(self, line):
        by = self.by
        if line.startswith("{"):
            line = JSON_TS.sub(lambda m: '"ts":%d' % (int(m.group(1)) + by // 1000), line)
            line = UTC.sub(lambda m: moved_utc(m.group(), by), line)
            return LOCAL.sub(lambda m: moved_utc(m.group() + ".000", by)[:19], line)
        line = EPOCH.sub(lambda m: "%d." % (int(m.group(1)) + by // 1000), line)
        line = LOCAL.sub(lambda m: moved_utc(m.group() + ".000", by)[:19], line, 1)
        line = FORTI_DATE.sub(lambda m: moved_date(m.group(), by, "-"), line)
        line = FORTI_TIME.sub(lambda m: str(int(m.group()) + by), line)
        return YAMAHA.sub(lambda m: moved_date(m.group(), by, "/"), line)

    def told(self):
        return {"weeks_ms": self.by}


class Addresses:
    """Inner addresses change places within their /24; .0, .1, .2 and .255 stay, as routers and broadcasts do."""

    def __init__(self, seed):
        self.seed, self.nets, self.new = seed, {}, {}

    def of(self, address):
        part = address.split(".")
        if len(part) != 4 or not 2 < int(part[3]) < 255:
            return address
        net = ".".join(part[:3])
        if net not in self.nets:
            self.nets[net] = dict(zip(range(3, 255), Rng("addresses", self.seed, net).shuffled(range(3, 255))))
        new = "%s.%d" % (net, self.nets[net][int(part[3])])
        self.new[new] = address
        return new

    def line(self, line):
        return INNER.sub(lambda m: self.of(m.group()), line)

    def told(self):
        return {"addresses": self.new}


def second_of(line):
    """The second a line belongs to, as text; None: it tells none."""
    for pattern in (EPOCH, JSON_TS):
        m = pattern.search(line)
        if m:
            return m.group(1)
    m = LOCAL.search(line) or UTC.search(line)
    return m.group()[:19] if m else None


def shuffled(lines, rng):
    """Lines of the same second in another order."""
    out, block, now = [], [], None
    for line in lines:
        second = second_of(line)
        if second != now or second is None:
            out += rng.shuffled(block)
            block, now = [], second
        block.append(line)
    return out + rng.shuffled(block)


def read(path):
    """(header lines, lines)."""
    with open(path, encoding="utf-8") as text:
        lines = text.read().splitlines()
    return [row for row in lines if row.startswith("#") and not row.startswith("#close")], [
        row for row in lines if not row.startswith("#")]


def put(path, head, lines):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        out.write("".join(row + "\n" for row in head + lines))


def parts(path, head, lines, n):
    stem, end = os.path.splitext(path)
    step = max(1, -(-len(lines) // n))
    for i in range(0, len(lines), step):
        put("%s-%d%s" % (stem, i // step + 1, end), head, lines[i:i + step])


def transform(what, source, target, options):
    change = Weeks(options.weeks) if what == "weeks" else Addresses(options.seed) if what == "addresses" else None
    if os.path.exists(target):
        shutil.rmtree(target)
    for top, _, files in os.walk(source):
        for name in sorted(files):
            path = os.path.join(top, name)
            to = os.path.join(target, os.path.relpath(path, source))
            head, lines = read(path)
            if what == "split":
                parts(to, head, lines, options.parts)
            elif what == "shuffle":
                put(to, head, shuffled(lines, Rng("shuffle", options.seed, name)))
            else:
                put(to, head, [change.line(row) for row in lines])
    return change.told() if change else {}


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("what", choices=["weeks", "addresses", "shuffle", "split"])
    a.add_argument("source")
    a.add_argument("target")
    a.add_argument("--weeks", type=int, default=3)
    a.add_argument("--parts", type=int, default=3)
    a.add_argument("--seed", type=int, default=1)
    options = a.parse_args()
    told = transform(options.what, options.source, options.target, options)
    write_json(options.target.rstrip("/") + ".transform.json", told)


if __name__ == "__main__":
    main()
