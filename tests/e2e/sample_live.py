#!/usr/bin/env python3
"""What `./run --sample` does: a sample day, each log a source of its own, is told by a running site as one attack.

  sample_live.py HINOMI
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import drive  # noqa: E402
import live_site  # noqa: E402


def sources(day):
    found = {}
    for root, _, files in os.walk(os.path.join(day, "logs")):
        os.chmod(root, 0o755)
        for name in files:
            path = os.path.join(root, name)
            plain = os.path.relpath(path, os.path.join(day, "logs"))
            found["".join(c if c.isalnum() else "-" for c in plain)] = {"kind": "tail", "path": path, "silent_after_s": "0"}
    return found


def one_attack(site, lines):
    live_site.wait_until("all lines", lambda: (site.rows("SELECT total(records) FROM source") or [[0]])[0][0] >= lines, 90)
    said = drive.run([site.hinomi, "findings", "list", "--data", site.data, "--output", "json"])
    found = [json.loads(line) for line in said.out.decode().splitlines()]
    chains = [f for f in found if f["kind"] == "chain"]
    drive.equal("chains worth a person's time", len(chains), 1)
    drive.equal("its level and place", (chains[0]["level"], found[0]["id"]), ("critical", chains[0]["id"]))
    drive.true("six stages and more: %s" % chains[0]["parts"], len(chains[0]["parts"]) >= 8)
    alone = [(f["kind"], f["rule"], f["source"]) for f in found if f is not chains[0] and f.get("chain") != chains[0]["id"]]
    drive.equal("what is worth a person's time beside it", alone, [])


def main():
    live_site.skip_without_site(sys.argv[1])
    checks = drive.Checks()
    with tempfile.TemporaryDirectory() as day:
        os.chmod(day, 0o755)
        tool = os.path.join(HERE, "..", "..", "tools", "sample_day.py")
        subprocess.run([sys.executable, tool, day, "--hosts", "40"], check=True, stderr=subprocess.DEVNULL)
        with open(os.path.join(day, "expected.json"), encoding="utf-8") as f:
            lines = sum(json.load(f)["lines"].values())
        with open(os.path.join(day, "indicators", "sample.csv"), encoding="utf-8") as f:
            site = live_site.Site(sys.argv[1], sources(day), f.read())
        try:
            site.start()
            checks.row("one attack", lambda: one_attack(site, lines))
        finally:
            site.stop()
        site.forget()
    checks.finish()


if __name__ == "__main__":
    main()
