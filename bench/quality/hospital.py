#!/usr/bin/env python3
"""Makes ordinary months of a hospital: nothing in them is an attack, and much of it looks like one.

  bench/quality/hospital.py OUT                        30 days of 300 machines: OUT/{logs,labels.json,site.json,expected.txt}
  bench/quality/hospital.py OUT --days 1 --hosts 80    a small day

The same options give the same bytes.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from kit import accounts, calendar, edge, lan, web  # noqa: E402
from kit.book import Book, write_json  # noqa: E402
from kit.clock import DAY, date_text, day_start, utc_text  # noqa: E402
from kit.world import World  # noqa: E402

VERSION = 1
START = "2026-09-28"  # a Monday


class Month:
    """A house over some days; day by day, so that its memory is a day's."""

    def __init__(self, root, hosts=300, seed=1, density=1.0):
        self.world = World(hosts, seed)
        self.web = web.Web(self.world)
        self.book = Book(root)
        self.density = density
        self.told = []

    def day(self, day, number):
        """Write the ordinary part of a day into the book, not yet flushed; what else happens may be added to the scene."""
        out = web.ordinary(self.book, self.web, day, number, self.density)
        inner = lan.ordinary(self.book, self.web, out, day, number, self.density)
        edge.ordinary(self.book, self.world, out, inner, day, number, self.density)
        desk = accounts.ordinary(self.book, self.world, day, number, calendar.after_holiday(day))
        scene = calendar.Scene(self.book, self.world, self.web, out, inner, desk)
        calendar.ordinary(scene, day, number)
        self.told += scene.told
        return scene

    def papers(self, out):
        """What an installation would know of the house: site.json, and its contracts as an allow-list, expected.txt."""
        write_json(os.path.join(out, "site.json"), self.world.site())
        with open(os.path.join(out, "expected.txt"), "w", encoding="utf-8") as text:
            text.write(web.expected(self.web))


def labels(month, options, cases=()):
    """The label file that score.py reads; its form is in README.md."""
    begin = day_start(options.start)
    for row in month.told:
        row["at"] = utc_text(row["at"])
    return {"format": 1, "generator": "hospital.py %d" % VERSION, "seed": options.seed, "from": utc_text(begin),
            "to": utc_text(begin + options.days * DAY), "hosts": len(month.world.hosts), "days": options.days,
            "host_days": len(month.world.hosts) * options.days, "lines": sum(month.book.lines().values()),
            "harmless": month.told, "cases": list(cases)}


def make(options, log=sys.stderr):
    month = Month(os.path.join(options.out, "logs"), options.hosts, options.seed, options.density)
    begin = day_start(options.start)
    for number in range(options.days):
        month.day(begin + number * DAY, number)
        month.book.flush()
        print("%s: %d of %d" % (date_text(begin + number * DAY), number + 1, options.days), file=log, flush=True)
    month.book.close()
    month.papers(options.out)
    write_json(os.path.join(options.out, "labels.json"), labels(month, options))


def arguments(text):
    a = argparse.ArgumentParser(description=text.split("\n")[0])
    a.add_argument("out", help="folder to write")
    a.add_argument("--days", type=int, default=30)
    a.add_argument("--hosts", type=int, default=300)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--start", default=START, help="first day, in Japan (%s)" % START)
    a.add_argument("--density", type=float, default=1.0, help="how much people and strangers do; 0.3 makes long runs quick")
    return a


if __name__ == "__main__":
    make(arguments(__doc__).parse_args())
