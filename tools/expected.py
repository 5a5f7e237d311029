#!/usr/bin/env python3
"""Make the expected peers of data/expected into one C table.

usage: expected.py OUT SERVICE.json...

A service has ja, en, source, date (YYYY-MM-DD), status ("rule": lowers noise; "confirm": shown, to be confirmed, used for
nothing) and peers: ".name" (it and all below) or "name" (it alone).  Fails, naming the file, on anything else.
"""
import json
import re
import sys
from pathlib import Path

KEYS = {"ja", "en", "source", "date", "status", "peers"}
PEER = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)+")


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def read(path, known):
    row = json.loads(path.read_text(encoding="utf-8"))
    if set(row) != KEYS or row["status"] not in ("rule", "confirm") or not re.fullmatch(r"\d{4}-\d\d-\d\d", row["date"]):
        raise SystemExit(f"{path}: wants {', '.join(sorted(KEYS))}; status is rule or confirm")
    for peer in row["peers"]:
        if not PEER.fullmatch(peer) or peer in known:
            raise SystemExit(f"{path}: {peer}: no name, or it stands twice")
        known.add(peer)
    if not all(row[key].strip() for key in ("ja", "en", "source")):
        raise SystemExit(f"{path}: ja, en and source must say something")
    return row


def main(out, *paths):
    known, peers = set(), []
    lines = ["/* Made by tools/expected.py from data/expected. */", '#include "detect/expected.h"', "",
             "const struct expected_service expected_services[] = {"]
    for number, path in enumerate(sorted(map(Path, paths))):
        row = read(path, known)
        lines.append("\t{ %s, %s }," % (", ".join(quote(v) for v in (path.stem, row["ja"], row["en"], row["source"], row["date"])),
                                        "true" if row["status"] == "rule" else "false"))
        peers += [(peer.lstrip("."), peer.startswith("."), number) for peer in row["peers"]]
    lines += ["};", "const size_t expected_services_n = %d;" % len(paths), "",
              "const struct expected_peer expected_peers[] = {"]
    lines += ["\t{ %s, %d, %s, %d }," % (quote(name), len(name), "true" if below else "false", number)
              for name, below, number in peers]
    lines += ["};", "const size_t expected_peers_n = %d;" % len(peers), ""]
    Path(out).write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
