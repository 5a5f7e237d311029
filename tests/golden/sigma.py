#!/usr/bin/env python3
"""`hinomi watch --rules` over Sigma's own regression pairs: every rule that can be used meets the event that it must meet.

usage: sigma.py HINOMI SIGMA   SIGMA: folder with rules.tar.gz and regression/; exit 77 (skipped) where it is not there
"""
import json
import re
import subprocess
import sys
from pathlib import Path


def main(hinomi, folder):
    folder = Path(folder)
    rules = folder / "rules.tar.gz"
    if not rules.exists():
        print(f"SKIP: {rules} is not there")
        return 77
    listed = subprocess.run([hinomi, "rules", "check", "--json", rules], capture_output=True, text=True, check=False).stdout
    unusable = {r["id"]: r for r in map(json.loads, listed.splitlines())}
    watched = subprocess.run([hinomi, "watch", "--output", "json", "--only", "sigma", "--rules", rules, folder / "regression"],
                             capture_output=True, text=True, check=False)
    hits, faults, pairs = {}, [], 0
    for finding in map(json.loads, watched.stdout.splitlines()):
        for evidence in finding["evidence"]:
            hits.setdefault(evidence["file"], set()).add(finding["rule"])
        if "title" not in finding["facts"] or "author" not in finding["note"]:
            faults.append(f"{finding['rule']}: no title or no author")
    for info in sorted(folder.rglob("info.yml")):
        rule = re.search(r"rule_metadata:\s*\n\s*- id: (\S+)", info.read_text())[1]
        for path in sorted(p for p in info.parent.iterdir() if p != info):
            if rule in unusable:
                print(f"not usable: {rule} {unusable[rule]['title']}: {unusable[rule]['why_not']}")
                continue
            pairs += 1
            if rule not in hits.get(str(path), ()):
                faults.append(f"{rule} does not meet {path.name}")
    if pairs == 0:
        faults.append("no pair was compared")
    print("\n".join(faults) if faults else f"{pairs} pairs match; {len(unusable)} rules cannot be used")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
