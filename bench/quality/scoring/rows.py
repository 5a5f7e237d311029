"""The rows of the table: each runs the program over one prepared folder or some, and says how it went."""
import glob
import os
import statistics
import subprocess

from kit import dga
from kit.book import read_json, write_json
from kit.clock import MINUTE, utc_ms, utc_text

import rita
from . import contacts, curves, legit, match
from .watch import KINDS, plain


def labels_of(folder):
    return read_json(os.path.join(folder, "labels.json"))


def logs(folder):
    return os.path.join(folder, "logs")


def share(part, whole):
    return "%d of %d (%.3f)" % (part, whole, part / max(1, whole))


# -- beacons --------------------------------------------------------------------------------------------------------------
BEACONS = ["week-a", "week-b", "real-dns", "real-proxy"]


def in_class(cases, found, key, groups):
    """Rows (group, found, of) of recall by a class's value."""
    rows = []
    for name, test in groups:
        some = [c for c in cases if test(c["class"][key])]
        rows.append((name, "%d of %d" % (sum(c["id"] in found for c in some), len(some))))
    return rows


INTERVALS = [("1-5 min", lambda v: v <= 300), ("5-30 min", lambda v: 300 < v <= 1800), ("30 min-2 h", lambda v: 1800 < v <= 7200),
             ("2-6 h", lambda v: v > 7200)]
JITTERS = [("0-10 %", lambda v: v <= 0.1), ("20-30 %", lambda v: 0.1 < v <= 0.3), ("40-50 %", lambda v: v > 0.3)]


def contracts(folder):
    path = os.path.join(os.path.dirname(folder), "expected.txt")
    if not os.path.exists(path):
        return ()
    with open(path, encoding="utf-8") as text:
        return tuple("." + line.split(",")[0] for line in text)


def rita_of(folder):
    """RITA's pairs of a folder, worked out once; it is told the house's contracts as we are."""
    kept = folder + ".rita-%d.json" % rita.VERSION
    if not os.path.exists(kept):
        known = contracts(logs(folder))
        write_json(kept, [[client, peer, value] for (client, peer), value in rita.pairs(contacts.of(logs(folder))).items()
                          if not ("." + peer).endswith(known)])
    return {(client, peer): value for client, peer, value in read_json(kept)}


def contact_places(best, cases):
    """RITA's pairs as hits for a curve: (score, label id or None)."""
    sides = [(c["id"], match.spoken(c["hosts"] + c["accounts"] + [c.get("behind", "")]), match.spoken(c["peers"])) for c in cases]
    return [(value, next((i for i, hosts, peers in sides if client in hosts and plain(peer) in peers), None))
            for (client, peer), value in best.items()]


def beacon_sets(bench, folders):
    """Cases, found ids, false findings, ranks, host-days, and hits of ours and of the peer over some folders."""
    cases, found, false, ranks, days, ours, theirs = [], set(), [], [], 0, [], []
    for name in folders:
        folder = bench.path(name)
        if not os.path.isdir(folder):
            print("skip %s: not made (the real recordings are not here)" % name)
            continue
        label = labels_of(folder)
        for c in label["cases"]:
            c["id"] = name + "/" + c["id"]
        said = bench.watch.run(logs(folder), "beacon")
        worth = [f for f in said if f.worth()]
        places, wrong = match.beacons(worth, label["cases"])
        cases += label["cases"]
        found |= set(places)
        false += [(name, f) for f in wrong]
        ranks += [1 + sum(f in wrong for f in worth[:place - 1]) for place in places.values()]
        days += label["host_days"]
        for f in said:
            hit, _ = match.beacons([f], label["cases"])
            ours.append(((f.level, f.score), next(iter(hit), None)))
        theirs += contact_places(rita_of(folder), label["cases"])
    return {"cases": cases, "found": found, "false": false, "ranks": ranks, "days": days, "ours": ours, "theirs": theirs}


def beacons(bench, table):
    got = beacon_sets(bench, BEACONS)
    n, rate = len(got["cases"]), 1000 * len(got["false"]) / max(1, got["days"])
    mine, peer = curves.curve(got["ours"], n), curves.curve(got["theirs"], n)
    table.add("%d beacons, 60 s to 6 h, jitter to 50 %%, in generated and real background of %d host-days" % (n, got["days"]),
              "recall %s; %.2f false per 1,000 host-days; true pair at rank %s (median, worst)" % (
                  share(len(got["found"]), n), rate, "%d, %d" % (statistics.median(got["ranks"]), max(got["ranks"]))
                  if got["ranks"] else "-"),
              "recall >= 0.95 at <= 1 false", len(got["found"]) >= 0.95 * n and rate <= 1,
              "RITA's formula: recall %.3f at <= 1 false per 1,000 host-days; at 0.9 and more %d true, %d false" % (
                  curves.best_recall(peer, got["days"] // 1000), len({i for v, i in got["theirs"] if v >= 0.9 and i}),
                  sum(v >= 0.9 and i is None for v, i in got["theirs"])))
    table.detail("Beacons found, by class:", ["class", "found"],
                 [("interval " + a, b) for a, b in in_class(got["cases"], got["found"], "interval_s", INTERVALS)] +
                 [("jitter " + a, b) for a, b in in_class(got["cases"], got["found"], "jitter", JITTERS)] +
                 [("%s %s" % (key, value), in_class(got["cases"], got["found"], key, [(value, lambda v, w=value: v == w)])[0][1])
                  for key in ("pause", "shape", "sizes", "transport")
                  for value in sorted({c["class"][key] for c in got["cases"]})])
    table.pictures["quality-beacons.svg"] = ("precision and recall of beacons, ours and RITA's formula", curves.picture(
        "%d planted beacons" % n, [("Hinomi", mine), ("RITA's formula", peer)]))
    bench.tell("beacons not found", [str((c["id"], c["class"], c["count"], c["hosts"][0], c["peers"][0])) for c in got["cases"]
                                     if c["id"] not in got["found"]])
    bench.tell("false beacons", ["%s: %s" % (name, f.text()) for name, f in got["false"]])


def strobes(bench, table):
    got = beacon_sets(bench, ["strobes"])
    n = len(got["cases"])
    table.add("%d beacons, 2 s to 60 s, half an hour to three" % n, "recall %s; %d false" % (share(len(got["found"]), n),
                                                                                           len(got["false"])),
              "recall >= 0.95", len(got["found"]) >= 0.95 * n)
    bench.tell("fast beacons not found", [
        str((c["id"], c["class"], c["count"])) for c in got["cases"] if c["id"] not in got["found"]])


TRUE_PAIR = ("73.54.23.243", "64.225.56.201")


def sensor(bench, table):
    """One day of a sensor on the open internet: one true pair among hundreds of scanners."""
    folder = os.path.join(bench.data, "rita", "missing_host")
    if not os.path.isdir(folder):
        print("skip sensor: the real recordings are not here")
        return
    worth = [f for f in bench.watch.run(folder) if f.worth()]
    rank = next((n for n, f in enumerate(worth, 1) if set(TRUE_PAIR) <= f.names), None)
    best = sorted(rita.pairs(rita.every(folder)).items(), key=lambda p: -p[1])
    theirs = next((n for n, (pair, _) in enumerate(best, 1) if pair == TRUE_PAIR), None)
    table.add("a day of an internet-exposed sensor, one true beacon",
              "rank %s; %d findings of medium and more" % (rank or "-", len(worth)),
              "rank <= 3, <= 2 findings", rank is not None and rank <= 3 and len(worth) <= 2,
              "RITA's formula: rank %s of %d, %d at 0.9 and more" % (theirs, len(best), sum(v >= 0.9 for _, v in best)))
    bench.tell("on the exposed sensor", [f.text() for f in worth])


# -- ordinary months --------------------------------------------------------------------------------------------------------
def benign(bench, table):
    """All kinds together where nothing is wrong."""
    false, days, by_kind, months = [], 0, {}, sorted(f for f in glob.glob(bench.path("month-*")) if os.path.isdir(f))
    for folder in months:
        label = labels_of(folder)
        wrong = [f for f in bench.watch.run(logs(folder)) if f.worth()]
        false += [(os.path.basename(folder), f) for f in wrong]
        days += label["host_days"]
    generated = len(false)
    for name, size in (("zed-sample/zeek-default", 77), ("rita/proxy_rolling", 6)):
        folder = os.path.join(bench.data, *name.split("/"))
        if os.path.isdir(folder):
            false += [(name, f) for f in bench.watch.run(folder) if f.worth()]
            days += size
    for _, f in false:
        by_kind[f.kind] = by_kind.get(f.kind, 0) + 1
    rate = 800 * len(false) / max(1, days)
    table.add("ordinary traffic, all kinds, %d host-days" % days,
              "%.2f findings of medium and more a day per 800 machines (%d, of them %d in real recordings: %s)" % (
                  rate, len(false), len(false) - generated, ", ".join("%s %d" % p for p in sorted(by_kind.items())) or "none"),
              "<= 3 a day over >= 30,000 host-days", rate <= 3 and days >= 30000)
    bench.tell("false on ordinary traffic", ["%s: %s %s" % (name, utc_text(f.first), f.text()) for name, f in false])


# -- names ------------------------------------------------------------------------------------------------------------------
def of_sort(label, sort):
    return [c for c in label["cases"] if c["sort"] == sort]


def tunnels(bench, table):
    for whole, first, what in (("dns", "dns-first", "generated"), ("real-tunnels", "real-tunnels-first", "real")):
        if not os.path.isdir(bench.path(whole)):
            continue
        label = labels_of(bench.path(whole))
        cases = of_sort(label, "tunnel")
        places, _ = match.hosts([f for f in bench.watch.run(logs(bench.path(whole)), "tunnel") if f.worth()], cases)
        early, false = match.hosts([f for f in bench.watch.run(logs(bench.path(first)), "tunnel") if f.worth()], cases)
        table.add("DNS tunnels and exfiltration in %s DNS (%d)" % (what, len(cases)),
                  "%d found within 50 queries or 60 s, %d in all; %d false" % (len(early), len(places), len(false)),
                  "all, 0 false", len(early) == len(cases) and not false)
        ways = sorted({c["class"]["way"] for c in cases})
        table.detail("Tunnels in %s DNS found within 50 queries or 60 s:" % what, ["sort", "found"], [
            (way, in_class(cases, early, "way", [(way, lambda v, w=way: v == w)])[0][1]) for way in ways])
        bench.tell("false tunnels in %s DNS" % what, [f.text() for f in false])


def bursts(bench, table):
    for name, what in (("dns", "generated"), ("real-tunnels", "real")):
        if not os.path.isdir(bench.path(name)):
            continue
        label = labels_of(bench.path(name))
        cases = of_sort(label, "dga")
        places, false = match.hosts([f for f in bench.watch.run(logs(bench.path(name)), "dga") if f.worth()], cases)
        table.add("bursts of made-up names in %s DNS (%d machines)" % (what, len(cases)), "%s; %d false" % (
            share(len(places), len(cases)), len(false)), ">= 0.99", len(places) >= 0.99 * len(cases))
        bench.tell("bursts not found in %s DNS" % what, [
            str((c["class"], c["hosts"][0])) for c in cases if c["id"] not in places])


def scored(tool, names):
    done = subprocess.run([tool], input="\n".join(names) + "\n", stdout=subprocess.PIPE, text=True, check=True)
    values = [float(line) for line in done.stdout.split()]
    if len(values) != len(names):
        raise RuntimeError("%s gave %d scores for %d names" % (tool, len(values), len(names)))
    return values


def names(bench, table):
    """TPR of single names where one legitimate in a thousand is taken for made up."""
    tool = os.path.join(os.path.dirname(bench.watch.binary), "bench", "dga_names")
    if not os.path.exists(tool):
        table.add("made-up names one by one, >= 100,000 legitimate", "no build/bench/dga_names yet", ">= 0.40 at 0.1 % false",
                  False)
        return
    sources, good = legit.gather(bench.data, 100000, bench.legit)
    values = scored(tool, good)
    real = values[:len(good) - sources["coined words"] - sources["generated"]]
    _, balanced, lists = legit.labelled(bench.data)
    ours = {"own " + family: dga.names(family, 1, 1000) for family in dga.FAMILIES}
    bad = {family: scored(tool, rows) for some in (balanced, lists, ours) for family, rows in sorted(some.items())}
    every = [v for family in balanced for v in bad[family]]
    cut, cut_real = (sorted(rows)[-max(1, len(rows) // 1000)] for rows in (values, real))
    rate = sum(v > cut for v in every) / max(1, len(every))
    table.add("made-up names one by one (%d of %d families), %d legitimate (%s)" % (
        len(every), len(balanced), len(values), ", ".join("%s %d" % p for p in sources.items())),
        "TPR %.3f at 0.1 %% false; %.3f at 0.1 %% of the real ones; %.3f of our own families" % (
            rate, sum(v > cut_real for v in every) / max(1, len(every)),
            sum(v > cut for family in ours for v in bad[family]) / (1000 * len(ours))),
        ">= 0.40 at 0.1 % false", rate >= 0.4 and len(values) >= 100000, "bigram log-likelihood: 0.376")
    table.detail("Made-up names told, by family, at 0.1 % false:", ["family", "TPR", "names"], [
        (family, "%.2f" % (sum(v > cut for v in rows) / len(rows)), len(rows)) for family, rows in bad.items()])
    hits = [(v, None) for v in values] + [(v, n) for n, v in enumerate(every)]
    table.pictures["quality-names.svg"] = ("precision and recall of single made-up names", curves.picture(
        "%d made-up names among %d legitimate" % (len(every), len(values)), [("Hinomi", curves.curve(hits, len(every)))]))


# -- acts and chains --------------------------------------------------------------------------------------------------------
def acts(bench, table):
    label = labels_of(bench.path("acts"))
    worth = [f for f in bench.watch.run(logs(bench.path("acts"))) if f.worth()]
    found, sorts = {}, {}
    for case in label["cases"]:
        found[case["id"]] = any(match.act(f, case, KINDS.get(case["sort"])) for f in worth)
        sorts.setdefault(case["sort"], []).append(found[case["id"]])
    false = [f for f in worth if not any(match.act(f, c) for c in label["cases"])]
    table.add("%d single acts in a fortnight of %d machines" % (len(found), label["hosts"]), "%s; %.2f false a day" % (
        share(sum(found.values()), len(found)), len(false) / label["days"]), "-", None)
    table.detail("Single acts found:", ["sort", "found"], [(s, "%d of %d" % (sum(v), len(v))) for s, v in sorted(sorts.items())])
    bench.tell("acts not found", [str((c["id"], c["sort"], c["class"]["way"], c["from"], c["hosts"][:1])) for c in label["cases"]
                                  if not found[c["id"]]])


def speaking(worth, plain_ids, steps, until):
    """Of each step before the encryption, the findings that name it; what the plain month says as well does not count."""
    fresh = [f for f in worth if f.planted or f.id not in plain_ids]
    return {s["n"]: [f for f in fresh if match.act(f, s)] for s in steps if s["log"] and utc_ms(s["at"]) < until}


def first_cut(bench, folder, case, plain_ids):
    """The end of the first step (and a minute) by which some finding names a step: bisection over where the logs are cut."""
    steps = sorted((s for s in case["steps"] if s["log"]), key=lambda s: s["until"])
    limit = utc_ms(case["encryption_at"])
    cuts = sorted({min(limit, utc_ms(s["until"]) + MINUTE) for s in steps})
    low, high = 0, len(cuts) - 1
    while low < high:
        middle = (low + high) // 2
        worth = [f for f in bench.watch.run(logs(folder), to=utc_text(cuts[middle])) if f.worth()]
        if any(speaking(worth, plain_ids, steps, limit).values()):
            high = middle
        else:
            low = middle + 1
    return cuts[low]


def chains(bench, table):
    rows, good = [], 0
    cases = sorted(glob.glob(bench.path("chains", "*")))
    plain_ids = {f.id for f in bench.watch.run(logs(bench.path("month-1"))) if f.worth()}
    most = 0.0
    for folder in cases:
        label = labels_of(folder)
        case = label["cases"][0]
        limit = utc_ms(case["encryption_at"])
        worth = [f for f in bench.watch.run(logs(folder), to=case["encryption_at"]) if f.worth()]
        named = speaking(worth, plain_ids, case["steps"], limit)
        told = [n for n, some in named.items() if some]
        must = [n for n in case["must_name"] or [] if not named.get(n)]
        ok = bool(told) and not must
        good += ok
        when = "-"
        if told:
            cut = first_cut(bench, folder, case, plain_ids) if bench.exact else min(f.first for n in told for f in named[n])
            when = "%d min" % ((limit - cut) // MINUTE)
        all_worth = [f for f in bench.watch.run(logs(folder)) if f.worth()]
        most = max(most, len(all_worth) / label["days"])
        rows.append((case["id"], "yes" if ok else "**no**", ", ".join(map(str, sorted(told))) or "-", ", ".join(
            map(str, case["must_name"] or [])) or "-", when, "%.2f" % (len(all_worth) / label["days"])))
        bench.tell(case["id"], ["step %s: %s" % (n, f.text()) for n, some in sorted(named.items()) for f in some[:3]] +
                   ["step %s: nothing" % n for n in sorted(named) if not named[n]])
    table.add("%d hospital cases in a month of 300 machines" % len(cases),
              "%d found before the encryption; at most %.2f findings a day" % (
        good, most), "all; <= 3 a day", good == len(cases) and most <= 3)
    table.detail("Hospital cases: steps named before the encryption%s:" % (
        "" if bench.exact else " (the time is that of the finding's first record)"),
        ["case", "in time", "steps named", "must name", "before the encryption", "findings a day"], rows)


ROWS = {"beacons": beacons, "strobes": strobes, "sensor": sensor, "benign": benign, "tunnels": tunnels, "bursts": bursts,
        "names": names, "acts": acts, "chains": chains}
