#!/usr/bin/env python3
"""Measures how well the detectors see and how quiet they are, and writes the second table of docs/benchmarks.md.

  bench/quality/score.py [--hinomi build/hinomi] [--work DIR] [--row NAME]... [--exact] [--site] [--write]

What is missing in the work folder is made first (about ten minutes once, 9 GB).  --write puts the table and the pictures into
docs/.  What was missed and what was false stands in WORK/report.txt, or where --report says.
"""
import argparse
import fcntl
import glob
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import chains  # noqa: E402
import hospital  # noqa: E402
import plant  # noqa: E402
from scoring import rows, table as tables  # noqa: E402
from scoring.watch import Watch  # noqa: E402

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
# seed, days, machines, density: 4 houses, together more than 30,000 host-days
MONTHS = [("month-1", 1, 30, 300, 1.0), ("month-2", 2, 30, 300, 0.5), ("month-3", 3, 30, 260, 0.35),
          ("month-4", 4, 30, 340, 0.35)]
NEEDS = {"beacons": ["beacons"], "strobes": ["beacons"], "benign": ["months"], "tunnels": ["dns"], "bursts": ["dns"],
         "acts": ["acts"], "chains": ["months", "chains"]}


class Bench:
    def __init__(self, options):
        self.work, self.data, self.legit, self.exact = options.work, options.data, options.legit, options.exact
        self.watch = Watch(options.hinomi, options.watch, options.site)
        os.makedirs(self.work, exist_ok=True)
        self.report = open(options.report or os.path.join(self.work, "report.txt"), "w", encoding="utf-8")

    def path(self, *parts):
        return os.path.join(self.work, *parts)

    def tell(self, what, rows_):
        self.report.write("== %s: %d\n%s" % (what, len(rows_), "".join("  %s\n" % r for r in rows_)))
        self.report.flush()

    def made(self, name, make):
        """Once per version of the generators."""
        stamp = self.path("%s.made-%d.%d.%d" % (name, hospital.VERSION, plant.VERSION, chains.VERSION))
        if not os.path.exists(stamp):
            make()
            for old in glob.glob(self.path("*.rita-*.json")):
                os.unlink(old)
            open(stamp, "w", encoding="utf-8").close()

    def prepare(self, needs):
        """What these rows need; two runs at once make it once."""
        with open(self.path("lock"), "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.prepare_alone(needs)

    def prepare_alone(self, needs):
        if "months" in needs:
            for name, seed, days, hosts, density in MONTHS:
                self.made(name, lambda n=name, s=seed, d=days, h=hosts, k=density: hospital.make(argparse.Namespace(
                    out=self.path(n), seed=s, days=d, hosts=h, density=k, start=hospital.START)))
        for what in ("beacons", "dns", "acts"):
            if what in needs:
                self.made(what, lambda w=what: plant.PLANTS[w](argparse.Namespace(out=self.work, hosts=300, data=self.data)))
        if "chains" in needs:
            self.made("chains", lambda: chains.make(self.path("month-1"), self.path("chains")))


def options_of():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--hinomi", default=os.path.join(TOP, "build", "hinomi"))
    a.add_argument("--work", default="/var/tmp/hinomi-quality", help="where prepared folders are kept between runs")
    a.add_argument("--data", default=plant.DATA, help="folder of the real recordings")
    a.add_argument("--legit", help="a list of legitimate domains, one a line, to be used before our own")
    a.add_argument("--report", help="where to name what was missed and what was false (WORK/report.txt)")
    a.add_argument("--row", action="append", choices=sorted(rows.ROWS), help="this row alone; may be repeated")
    a.add_argument("--exact", action="store_true", help="cut the logs again and again to learn when a chain was first found")
    a.add_argument("--watch", action="append", default=[], metavar="OPTION",
                   help="a further option of hinomi watch (--watch=--x)")
    a.add_argument("--site", action="store_true", help="give the program the house's networks and agreed hours (site.json)")
    a.add_argument("--write", action="store_true", help="write the table and the pictures into docs/")
    options = a.parse_args()
    if options.write and options.row:
        a.error("--write puts a whole table into the page: without --row")
    return options


def main():
    options = options_of()
    options.work = os.path.abspath(options.work)
    bench, table = Bench(options), tables.Table()
    wanted = [name for name in rows.ROWS if not options.row or name in options.row]
    bench.prepare({need for name in wanted for need in NEEDS.get(name, [])})
    for name in wanted:
        try:
            rows.ROWS[name](bench, table)
        except (RuntimeError, OSError) as why:
            print("%s: not measured: %s" % (name, why))
    if bench.watch.kinds_missing:
        print("kinds that this program does not have: " + ", ".join(sorted(bench.watch.kinds_missing)))
    print("%.0f s of the program's CPU" % bench.watch.spent)
    version = subprocess.run([bench.watch.binary, "version"], capture_output=True, text=True).stdout.strip() or "hinomi"
    said = {"version": version, "command": "`bench/quality/score.py%s`" % (" --exact" if options.exact else ""),
            "generators": "hospital.py %d, plant.py %d, chains.py %d" % (hospital.VERSION, plant.VERSION, chains.VERSION)}
    tables.save(os.path.join(bench.work, "result.json"), table)
    print(tables.block(table, said))
    if options.write:
        tables.write(TOP, table, said)


if __name__ == "__main__":
    main()
