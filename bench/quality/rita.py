#!/usr/bin/env python3
"""The beacon score of RITA v5 as its description gives it, written anew: the peer in the table of beacons.

  bench/quality/rita.py LOGS [--all]      the best pairs of a folder; --all: also pairs that do not begin inside

Of every pair of client and peer, in windows of 24 hours, the mean of four: how even the gaps between contacts are, how even
their sizes, how even the hours, how many of the hours without a break.  No line of it is RITA's; sources: its description and
published defaults.
"""
import argparse
import math
import os
import sys
from collections import Counter, defaultdict

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scoring import contacts  # noqa: E402

VERSION = 1
LEAST = 4
DAY = 86400


def quantile(rows, share):
    """Linear between neighbours; rows are sorted."""
    place = (len(rows) - 1) * share
    low = int(place)
    high = min(low + 1, len(rows) - 1)
    return rows[low] + (rows[high] - rows[low]) * (place - low)


def evenness(values, otherwise):
    """Bowley's skew and the median deviation from the median, each as 1 for perfectly even; their mean."""
    rows = sorted(values)
    q1, q2, q3 = (quantile(rows, s) for s in (0.25, 0.5, 0.75))
    skew = 0.0
    if q3 - q1 >= 10 and q2 not in (q1, q3):
        skew = (q1 + q3 - 2 * q2) / (q3 - q1)
    deviation = quantile(sorted(abs(v - q2) for v in rows), 0.5)
    mad = otherwise if q2 < 1 else max(0.0, (q2 - deviation) / q2)
    return (1 - abs(skew) + mad) / 2


def hours_even(bars):
    """bars: contacts in each of 24 hours."""
    full = [b for b in bars if b]
    mean = sum(bars) / 24
    spread = math.sqrt(sum((b - mean) ** 2 for b in bars) / 24) / mean
    two_heights = 0.0
    if len(full) >= 11:
        step = math.ceil(max(bars) * 0.05)
        heights = sorted(Counter(b // step for b in full).values(), reverse=True)
        two_heights = min(1.0, sum(heights[:2]) / max(1, len(full) - 1))
    return max(0.0, 1 - spread, two_heights)


def lasting(bars):
    full = sum(1 for b in bars if b)
    if full < 6:
        return 0.0
    longest = run = 0
    for b in bars + bars:
        run = run + 1 if b else 0
        longest = max(longest, min(run, 24))
    return min(1.0, max(full / 24, longest / 12))


def score(rows):
    """rows: (seconds, bytes) of one pair within one day; None: too few."""
    moments = sorted(int(r[0]) for r in rows)
    if len(set(moments)) < LEAST:
        return None
    gaps = [b - a for a, b in zip(moments, moments[1:]) if b > a]
    first = moments[0]
    bars = [0] * 24
    for at in moments:
        bars[int((at - first) % DAY // 3600)] += 1
    return (evenness(gaps, 0.0) + evenness([r[1] for r in rows], 0.0) + hours_even(bars) + lasting(bars)) / 4


def pairs(rows):
    """{(client, peer): best score of any day}."""
    days = defaultdict(list)
    for at, client, peer, size in rows:
        days[(client, peer, int(at // DAY))].append((at, size))
    best = {}
    for (client, peer, _), seen in days.items():
        value = score(seen)
        if value is not None and value > best.get((client, peer), 0):
            best[(client, peer)] = value
    return best


def every(folder):
    for top, _, files in os.walk(folder):
        for at, client, _, address, size in contacts.zeek(top):
            yield at, client, address, size


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("logs")
    a.add_argument("--all", action="store_true")
    a.add_argument("--top", type=int, default=40)
    options = a.parse_args()
    best = sorted(pairs(every(options.logs) if options.all else contacts.of(options.logs)).items(), key=lambda p: -p[1])
    print("%d pairs, %d at 0.9 and more, %d at 0.7" % (len(best), sum(v >= 0.9 for _, v in best), sum(v >= 0.7 for _, v in best)))
    for n, ((client, peer), value) in enumerate(best[:options.top], 1):
        print("%3d  %.3f  %s -> %s" % (n, value, client, peer))


if __name__ == "__main__":
    main()
