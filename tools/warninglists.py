#!/usr/bin/env python3
"""Make the warninglists of data/warninglists into one C table.

usage: warninglists.py OUT LIST.txt...

A list begins with "#ja WHY" and "#en WHY"; then a value a line: ".name" (it and all below), "=name" or "name" (it alone),
an address, a network, a hash in hexadecimal.  Fails, naming file and line, on anything else.
"""
import ipaddress
import re
import sys
from pathlib import Path

NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def read(path, number, rows):
    why = {}
    for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if line[:4] in ("#ja ", "#en "):
            why[line[1:3]] = line[4:]
        elif line and not line.startswith("#"):
            take(line, number, rows, f"{path}:{at}")
    if set(why) != {"ja", "en"}:
        raise SystemExit(f"{path}: must begin with #ja and #en")
    return path.stem, why["ja"], why["en"]


def take(line, number, rows, place):
    if re.fullmatch(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}", line):
        rows["hashes"].append((bytes.fromhex(line), number))
    elif re.fullmatch(r"[0-9.]+(/[0-9]+)?|[0-9a-f:]*:[0-9a-f:]*(/[0-9]+)?", line):
        net = ipaddress.ip_network(line)
        mapped = bytes(10) + b"\xff\xff" if net.version == 4 else b""
        rows["nets"].append((mapped + net.network_address.packed, net.prefixlen + (96 if mapped else 0), number))
    elif NAME.fullmatch(line.lstrip(".=")) and len(line) - len(line.lstrip(".=")) <= 1:
        name = line.lstrip(".=")
        if any(name == other for other, _, _ in rows["names"]):
            raise SystemExit(f"{place}: {name} stands twice")
        rows["names"].append((name, not line.startswith("."), number))
    else:
        raise SystemExit(f"{place}: neither name, address, network nor hash: {line}")


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def octets(data):
    return "{ " + ", ".join(str(b) for b in data) + " }"


def main(out, *paths):
    rows = {"names": [], "nets": [], "hashes": []}
    lists = [read(path, i, rows) for i, path in enumerate(sorted(map(Path, paths)))]
    lines = ["/* Made by tools/warninglists.py from data/warninglists. */", '#include "detect/warninglist_table.h"', "",
             "const struct warninglist warninglists[] = {"]
    lines += [f"\t{{ {quote(name)}, {quote(ja)}, {quote(en)} }}," for name, ja, en in lists]
    lines += ["};", f"const size_t warninglists_n = {len(lists)};", "", "const struct warning_name warning_names[] = {"]
    lines += [f"\t{{ {quote(name)}, {len(name)}, {int(exact)}, {n} }}," for name, exact, n in sorted(rows["names"])]
    lines += ["};", f"const size_t warning_names_n = {len(rows['names'])};", "", "const struct warning_net warning_nets[] = {"]
    lines += [f"\t{{ {{ {{ {octets(data)[2:-2]} }} }}, {bits}, {n} }}," for data, bits, n in rows["nets"]]
    lines += ["};", f"const size_t warning_nets_n = {len(rows['nets'])};", "", "const struct warning_hash warning_hashes[] = {"]
    lines += [f"\t{{ {octets(data)}, {len(data)}, {n} }}," for data, n in rows["hashes"]]
    lines += ["};", f"const size_t warning_hashes_n = {len(rows['hashes'])};", ""]
    Path(out).write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
