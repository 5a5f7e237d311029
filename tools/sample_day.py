#!/usr/bin/env python3
"""Makes a sample day of a 120-bed hospital: ordinary traffic with one attack inside, in real log formats.

  tools/sample_day.py OUT                          one day: OUT/logs, OUT/indicators/sample.csv, OUT/expected.json
  tools/sample_day.py OUT --days 7 --no-attack     a benign week
  tools/sample_day.py OUT --bulk-squid 10000000    OUT/access.log alone, as many lines as wanted, fast

The same options give the same bytes. expected.json says what must be found: by which indicator, on which machine of
the hospital (source), what it met (destination), first and last when, in how many lines of which file.
"""
import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sampleday import attack, core, edge, hospital, japanese, squid, windows, zeek  # noqa: E402

ORDINARY = [squid.ordinary, edge.fortigate_ordinary, edge.yamaha_ordinary, zeek.ordinary, windows.ordinary,
            japanese.ordinary]


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        out.write(text)


def expected(book, story, options):
    kinds = {row[0]: row[1] for row in attack.INDICATORS}
    rows = []
    for (value, source, destination), seen in book.marks.items():
        rows.append({"kind": "indicator", "indicator": {"type": kinds[value], "value": value},
                     "source": source, "destination": destination,
                     "first_at": core.utc_text(seen["first"]), "last_at": core.utc_text(seen["last"]),
                     "records": sum(seen["files"].values()), "files": dict(sorted(seen["files"].items()))})
    rows.sort(key=lambda row: (row["first_at"], row["indicator"]["value"], row["source"], row["destination"]))
    for step in story:
        step["at"] = core.utc_text(step.pop("at_ms"))
    return {"format": 1, "seed": options.seed, "start": options.start, "days": options.days,
            "lines": {path: sink.lines for path, sink in sorted(book.sinks.items())},
            "expect": rows, "story": story,
            "never": [row[0] for row in attack.DECOYS + [attack.EXPIRED]]}


def make(options):
    where = hospital.build(options.hosts, options.seed)
    book = core.Book(options.out, options.thin)
    story = []
    for day in range(options.days):
        day_ms = core.day_start(options.start) + day * core.DAY_MS
        for part in ORDINARY:
            part(book, where, day_ms, day)
        if day == options.days - 1 and not options.no_attack:
            story = attack.play(book, where, day_ms)
        book.flush()
        print("day %d of %d" % (day + 1, options.days), file=sys.stderr)
    book.close()
    write(os.path.join(options.out, "indicators", "sample.csv"), attack.indicator_csv())
    result = expected(book, story, options)
    write(os.path.join(options.out, "expected.json"), json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    print("%d lines in %d files, %d things to be found" % (
        sum(result["lines"].values()), len(result["lines"]), len(result["expect"])), file=sys.stderr)


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("out", help="folder to write")
    a.add_argument("--days", type=int, default=1)
    a.add_argument("--hosts", type=int, default=220, help="computers in the hospital (220)")
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--start", default="2026-06-08", help="first day, in Japan (2026-06-08, a Monday)")
    a.add_argument("--no-attack", action="store_true")
    a.add_argument("--thin", type=int, default=0, metavar="LINES", help="keep so many ordinary lines of each file")
    a.add_argument("--bulk-squid", type=int, metavar="LINES", help="write OUT/access.log alone")
    options = a.parse_args()
    if options.bulk_squid:
        os.makedirs(options.out, exist_ok=True)
        squid.bulk(os.path.join(options.out, "access.log"), hospital.build(options.hosts, options.seed),
                   core.day_start(options.start), options.bulk_squid)
        return
    make(options)


if __name__ == "__main__":
    main()
