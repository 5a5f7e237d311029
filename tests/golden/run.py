#!/usr/bin/env python3
"""Golden tests of `hinomi watch`: an input beside what must come out of it.

  run.py HINOMI [CASE...]
  run.py -                  only that the sample day's generator still writes the same bytes

tests/golden/watch/CASE/ holds
  args            the command line after `hinomi watch --output json`, one argument a line, run inside the folder
  expected.ndjson one object a finding, most urgent first: each key given must be equal in the program's finding
                  (lists and objects in full; "places": its evidence as FILE:LINE); as many lines as findings
  exit            the exit code, where it is not 0
  says            lines that standard error must contain
tests/golden/sample/ is a thinned sample day with its own expected.json (see tools/sample_day.py).
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import drive  # noqa: E402


def text_of(path, otherwise=""):
    if not os.path.exists(path):
        return otherwise
    with open(path, encoding="utf-8") as f:
        return f.read()


def case(hinomi, name):
    folder = os.path.join(HERE, "watch", name)
    args = text_of(os.path.join(folder, "args")).splitlines()
    done = drive.watch(hinomi, *args, cwd=folder)
    said = "; standard error: " + done.err[-600:]
    drive.equal("exit code" + said, done.code, int(text_of(os.path.join(folder, "exit"), "0")))
    wanted = [json.loads(line) for line in text_of(os.path.join(folder, "expected.ndjson")).splitlines()]
    found = done.findings()
    brief = [{k: f.get(k) for k in ("level", "rule", "source", "destination", "count")} for f in found]
    drive.equal("number of findings (found: %s)" % json.dumps(brief), len(found), len(wanted))
    for n, (f, w) in enumerate(zip(found, wanted)):
        for key, value in w.items():
            got = places(f) if key == "places" else f.get(key)
            drive.equal("finding %d: %s" % (n + 1, key), got, value)
    for line in text_of(os.path.join(folder, "says")).splitlines():
        drive.true("standard error lacks %r: %s" % (line, done.err), line in done.err)


def places(finding):
    return ["%s:%d" % (e["file"], e["line"]) for e in finding["evidence"]]


def same_day():
    """The generator still writes the bytes that stand here."""
    with tempfile.TemporaryDirectory() as fresh:
        tool = os.path.join(HERE, "..", "..", "tools", "sample_day.py")
        subprocess.run([sys.executable, tool, fresh, "--thin", "100", "--hosts", "40"], check=True,
                       stderr=subprocess.DEVNULL)
        difference = subprocess.run(["diff", "-rq", fresh, os.path.join(HERE, "sample")], capture_output=True, text=True)
        drive.equal("difference (run tools/sample_day.py tests/golden/sample --thin 100 --hosts 40)",
                    difference.stdout, "")


def key_of(value):
    """An indicator's value as its rule names it: without the scheme of a URL."""
    return value.split("://", 1)[-1]


def sample_day(hinomi, folder):
    """Everything that was planted is found with the right count and times, and nothing else."""
    expected = json.loads(text_of(os.path.join(folder, "expected.json")))
    done = drive.watch(hinomi, "--only", "indicator", "--indicators", "indicators/sample.csv", "logs", cwd=folder)
    drive.equal("exit code; standard error: " + done.err[-600:], done.code, 0)
    found = {}
    for f in done.findings():
        row = found.setdefault((key_of(value_of(f)), f["source"]), {"count": 0, "first": "9", "last": "", "n": 0})
        row["count"] += f["count"]
        row["first"], row["last"] = min(row["first"], f["first_at"]), max(row["last"], f["last_at"])
    wanted = {}
    for e in expected["expect"]:
        row = wanted.setdefault((key_of(e["indicator"]["value"]), e["source"]), {"count": 0, "first": "9", "last": ""})
        row["count"] += e["records"]
        row["first"], row["last"] = min(row["first"], e["first_at"]), max(row["last"], e["last_at"])
    drive.equal("indicators and machines found", sorted(found), sorted(wanted))
    for pair, w in wanted.items():
        drive.equal("%s: records" % (pair,), found[pair]["count"], w["count"])
        drive.equal("%s: first second" % (pair,), found[pair]["first"][:19], w["first"][:19])
        drive.equal("%s: last second" % (pair,), found[pair]["last"][:19], w["last"][:19])


ATTACK = ["chain.credential", "chain.entry", "chain.discovery", "chain.command", "chain.foothold", "chain.lateral",
          "chain.evasion", "chain.impact"]


def one_attack(hinomi):
    """The sample day is told as one chain that names each of its stages in order, and everything found of the attack is in it."""
    with tempfile.TemporaryDirectory() as day:
        tool = os.path.join(HERE, "..", "..", "tools", "sample_day.py")
        subprocess.run([sys.executable, tool, day, "--hosts", "40"], check=True, stderr=subprocess.DEVNULL)
        found = drive.watch(hinomi, "--indicators", "indicators/sample.csv", "logs", cwd=day).findings()
        told = drive.run([hinomi, "watch", "--lang", "ja", "--indicators", "indicators/sample.csv", "logs"], cwd=day).out.decode()
    chains = [f for f in found if f["kind"] == "chain"]
    drive.equal("chains", len(chains), 1)
    chain, members = chains[0], [f for f in found if f.get("chain") == chains[0]["id"]]
    drive.equal("its level and place", (chain["level"], found[0]["id"]), ("critical", chain["id"]))
    drive.equal("its stages", sorted(p["name"] for p in chain["parts"][1:-1]), sorted(ATTACK))
    drive.equal("where it begins", chain["source"], "FGT60F-HINODE")
    drive.equal("its members", sorted(f["id"] for f in members), sorted(chain["members"]))
    alone = [f["id"] for f in found if f["level"] in ("medium", "high", "critical") and f not in members + [chain]]
    drive.equal("what is worth a person's time beside it", alone, [])
    drive.true("a stage's line: %s" % chain["evidence"], any("kyushoku-hoshu" in e["raw"] for e in chain["evidence"]))
    blocks = told.strip().split("\n\n")
    drive.equal("blocks that stand below the chain", [b[:2] for b in blocks[1:1 + len(members)]], ["└ "] * len(members))


def value_of(finding):
    return finding["rule"].split(":", 1)[-1] if finding["rule"].split(":", 1)[0] in KINDS else finding["rule"]


KINDS = ("ip", "cidr", "domain", "url", "hash", "md5", "sha1", "sha256", "ja3", "ja4", "email")


def main():
    hinomi, names = sys.argv[1], sys.argv[2:]
    hinomi = hinomi if hinomi == "-" else os.path.abspath(hinomi)
    checks = drive.Checks()
    if hinomi == "-":
        checks.row("the sample day's bytes", same_day)
        checks.finish()
    cases = os.path.join(HERE, "watch")
    for name in sorted(names or (os.listdir(cases) if os.path.isdir(cases) else [])):
        checks.row(name, lambda name=name: case(hinomi, name))
    if not names:
        checks.row("the sample day is one attack", lambda: one_attack(hinomi))
        checks.row("the sample day's findings", lambda: sample_day(hinomi, os.path.join(HERE, "sample")))
    checks.finish()


if __name__ == "__main__":
    main()
