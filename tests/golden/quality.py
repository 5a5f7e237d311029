#!/usr/bin/env python3
"""The evaluation of bench/quality is itself right, and what it says of order and addresses holds.

  quality.py HINOMI

The generators write the same bytes again; the judge counts what a program finds, misses and makes up, whatever program it is;
and of one small hospital, moved by weeks, with its addresses permuted, its seconds shuffled, its files split, `hinomi watch`
says the same.
"""
import hashlib
import json
import os
import stat
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(HERE, "..", "..", "bench", "quality")]
import drive  # noqa: E402
import hospital  # noqa: E402
import plant  # noqa: E402
import transform  # noqa: E402
from kit import beacon, dga, names, tunnel  # noqa: E402
from kit.book import read_json, write_json  # noqa: E402
from kit.clock import DAY, MINUTE, Rng, day_start, utc_ms, utc_text  # noqa: E402
from kit.play import Play  # noqa: E402
from scoring import match, rows, table  # noqa: E402
from scoring.watch import Finding, Watch  # noqa: E402

# A program that knows the labels: it speaks of every case but each third, and of one machine where nothing is.
ORACLE = """#!%s
import json, os, sys
folder = sys.argv[-1]
labels = json.load(open(os.path.join(os.path.dirname(folder), "labels.json")))
rows = [(c["hosts"][0], c["peers"][-1]) for n, c in enumerate(labels["cases"]) if n %% 3 or "all" in sys.argv[0]]
rows.append(("10.99.0.9", "nobody.example"))
for n, (source, destination) in enumerate(rows):
    print(json.dumps({"id": "%%032x" %% n, "kind": "beacon", "rule": "r", "level": "medium", "score": 0.9 - n / 1000,
                      "source": source, "destination": destination, "user": "", "first_at": labels["from"],
                      "last_at": labels["to"], "evidence": []}))
"""


def digest(folder):
    whole = hashlib.sha256()
    for top, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            with open(os.path.join(top, name), "rb") as data:
                whole.update(name.encode() + data.read())
    return whole.hexdigest()


def small(out, days=2, seed=5):
    options = plant.argparse.Namespace(out=out, hosts=60, seed=seed, days=days, density=0.4, start=hospital.START)
    with open(os.devnull, "w", encoding="utf-8") as log:
        hospital.make(options, log)
    return out


def same_bytes(folder):
    one, two, other = small(folder + "/one"), small(folder + "/two"), small(folder + "/other", seed=6)
    drive.equal("a hospital made twice", digest(one), digest(two))
    drive.true("another seed is another hospital", digest(one) != digest(other))
    return one


def beacons_as_said():
    """Each beacon has its class: the middle gap is the interval, no gap is off by more than the jitter without a pause."""
    begin = day_start(hospital.START)
    for n in range(60):
        kind, moments = beacon.plan(Rng("test", n), begin, 7, n % 4 == 0)
        drive.true("enough calls", len(moments) >= beacon.LEAST)
        drive.true("within the week", begin <= moments[0] and moments[-1] < begin + 7 * DAY)
        gaps = [b - a for a, b in zip(moments, moments[1:])]
        near = [g for g in gaps if abs(g - kind["interval_s"] * 1000) <= kind["jitter"] * kind["interval_s"] * 1000 + 1]
        drive.true("gaps of %s" % kind, len(near) >= 0.6 * len(gaps) and (kind["pause"] != "none" or len(near) == len(gaps)))
    for family in dga.FAMILIES:
        drive.equal("names of " + family, len(set(dga.names(family, 1, 100))) > 90, True)


class Bench:
    def __init__(self, work, program):
        self.work, self.data, self.legit, self.exact = work, work, None, False
        self.watch, self.told = Watch(program), {}

    def path(self, *parts):
        return os.path.join(self.work, *parts)

    def tell(self, what, told):
        self.told[what] = told


def program(folder, name):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as out:
        out.write(ORACLE % sys.executable)
    os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
    return path


def judge(folder, hospital_folder):
    """Twelve cases: a program that tells all, one that keeps every third to itself; each with one false finding."""
    labels = read_json(os.path.join(hospital_folder, "labels.json"))
    labels["cases"] = [{"id": "c%d" % n, "sort": "beacon", "hosts": ["10.1.1.%d" % n, "PC%d" % n], "accounts": [],
                        "peers": ["c2-%d.example" % n, "198.51.100.%d" % n], "from": labels["from"], "to": labels["to"],
                        "count": 30,
                        "class": {"interval_s": 60 + 700 * n, "jitter": n / 30, "pause": "none", "shape": "uniform",
                                  "sizes": "fixed",
                                  "transport": "connect"}} for n in range(12)]
    for name in rows.BEACONS:
        write_json(os.path.join(folder, name, "labels.json"), dict(labels, host_days=1000))
        os.makedirs(os.path.join(folder, name, "logs"))
    for name, recall, met in (("all", "48 of 48", "yes"), ("some", "32 of 48", "**no**")):
        bench, said = Bench(folder, program(folder, name)), table.Table()
        rows.beacons(bench, said)
        drive.true("%s: %s" % (name, said.rows[0]), recall in said.rows[0][1] and "1.00 false" in said.rows[0][1])
        drive.true("whether it is met: " + name, said.rows[0][4] == (met == "yes"))
        drive.equal("missed by " + name, len(bench.told["beacons not found"]), 48 - int(recall.split()[0]))
        drive.true("its picture", "<svg" in said.pictures["quality-beacons.svg"][1])


def acts_in_their_time():
    begin = utc_ms("2026-10-01T00:00:00Z")
    case = {"hosts": ["PC1", "10.0.0.1"], "accounts": ["sato.k"], "peers": ["up.bad.example"], "from": utc_text(begin),
            "to": utc_text(begin + 10 * MINUTE)}
    row = {"id": "0", "kind": "scan", "rule": "", "level": "high", "score": 1, "source": "10.0.0.1", "destination": "",
           "user": "",
           "first_at": case["from"], "last_at": case["to"]}
    for change, good in (({}, True), ({"source": "10.0.0.2"}, False), ({"source": "x", "user": "HINO\\sato.k"}, True),
                         ({"source": "x", "destination": "bad.example"}, True), ({"source": "x", "destination": "example.bad"},
                                                                                 False),
                         ({"first_at": utc_text(begin - DAY)}, False),
                         ({"first_at": utc_text(begin - DAY), "evidence": [{"file": "a.part2.log"}]}, True),
                         ({"last_at": utc_text(begin - 5 * MINUTE), "first_at": utc_text(begin - 6 * MINUTE)}, False)):
        drive.equal("a finding with %s speaks of the act" % change, match.act(Finding(dict(row, **change)), case), good)


def plain(finding, told):
    """What must be equal: what is said of whom, how loudly, of how many records, and from when to when (to the second)."""
    back, moved = told.get("addresses", {}), told.get("weeks_ms", 0)
    whose = tuple(back.get(finding[k], finding[k]) for k in ("source", "destination", "user"))
    return (finding["kind"], finding["rule"], finding["level"], finding["count"]) + whose + tuple(
        utc_text((utc_ms(finding[k]) - moved) // 1000 * 1000) for k in ("first_at", "last_at"))


def intruded(out):
    """Two days of a small hospital with a beacon on each way out, a scan, guessing and a tunnel in them."""
    month, begin, rng = hospital.Month(out, 60, 5, 0.4), day_start(hospital.START), Rng("test")
    play, planted = Play(month.book, month.world, rng), []
    for way in ("connect", "forwarded", "ssl", "http"):
        victim = plant.victims(month.world, way, rng)[0]
        path = beacon.Way(month.world, rng, names.bad_domain(rng), victim)
        for at in beacon.calls(rng, (begin + 3 * 3600000, begin + 40 * 3600000), 600, 0.2, "uniform", "none"):
            planted += getattr(path, way)(at, (900, 2000))
    host, at = month.world.of("terminal")[0], begin + DAY + 10 * 3600000
    play.sweep(at, host.ip, ["%s.20.%d" % (month.world.clinical_net, n) for n in range(1, 200)], [445])
    play.guess(at, (host.ip, host.name), month.world.one("file"), ["administrator"], 60)
    domain = names.bad_domain(rng)
    for n in range(300):
        name, kind, _, answer = tunnel.dnscat(rng, domain)
        planted.append(tunnel.query(month.world, host, rng, at + n * 900, (name, kind, answer)))
    for path, sink in list(month.book.sinks.items()):
        planted += [(path, sink.head, when, line) for when, line in sink.rows]
    month.book.sinks.clear()
    for number, some in enumerate(plant.by_day(planted, begin, 2)):
        month.day(begin + number * DAY, number)
        plant.add(month.book, some)
        month.book.flush()
    month.book.close()
    return out


def findings(hinomi, folder, lists):
    done = drive.watch(hinomi, "--indicators", lists, folder)
    return done.findings()


def same_findings(hinomi, folder):
    """Beside the detectors' own findings, some names of the hospital's web are indicators: there is always something to say."""
    lists, values = folder + "/indicators.txt", sorted(hospital.web.Web(hospital.World(60, 5)).alias.values())
    with open(lists, "w", encoding="utf-8") as out:
        out.write("\n".join(values) + "\n")
    logs = intruded(folder + "/intruded")
    wanted = sorted(plain(f, {}) for f in findings(hinomi, logs, lists))
    drive.true("there is something to say", len(wanted) >= 5)
    for what in ("weeks", "addresses", "shuffle", "split"):
        told = transform.transform(what, logs, folder + "/" + what, plant.argparse.Namespace(weeks=3, seed=2, parts=3))
        got = sorted(plain(f, told) for f in findings(hinomi, folder + "/" + what, lists))
        drive.equal("findings after: %s (only in one: %s)" % (what, sorted(set(got) ^ set(wanted))[:4]), len(got), len(wanted))
        drive.true("findings after: %s: %s" % (what, json.dumps(sorted(set(got) ^ set(wanted))[:4])), got == wanted)


def main():
    hinomi = sys.argv[1]
    beacons_as_said()
    acts_in_their_time()
    with tempfile.TemporaryDirectory() as folder:
        one = same_bytes(folder)
        judge(folder + "/judge", one)
        same_findings(hinomi, folder)
    print("the evaluation is right")


if __name__ == "__main__":
    main()
