"""Who spoke with whom, when and how much: read straight from the logs, for the baseline that is our peer in the table."""
import glob
import gzip
import json
import os

INSIDE = ("10.", "192.168.") + tuple("172.%d." % n for n in range(16, 32))


def inside(address):
    return address.startswith(INSIDE)


def opened(path):
    return gzip.open(path, "rt", encoding="utf-8", errors="replace") if path.endswith(".gz") else open(
        path, encoding="utf-8", errors="replace")


def rows_of(path):
    """Zeek rows as dictionaries' getters: TSV or JSON."""
    names = None
    with opened(path) as text:
        for line in text:
            if line[0] == "{":
                yield json.loads(line)
            elif line.startswith("#fields"):
                names = line.rstrip("\n").split("\t")[1:]
            elif line[0] != "#" and names:
                yield dict(zip(names, line.rstrip("\n").split("\t")))


def number(value):
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def zeek(folder):
    """(seconds, client, peer, bytes out) of one folder of Zeek logs; named where a handshake or request gave a name."""
    named, through = {}, {}
    for kind, field in (("ssl", "server_name"), ("http", "host")):
        for path in sorted(glob.glob(os.path.join(folder, kind + ".*"))):
            for row in rows_of(path):
                name = row.get(field, "-")
                if name not in ("-", "", None):
                    named[row["uid"]] = name.split(":")[0]
                    through[row["uid"]] = row
    files = sorted(glob.glob(os.path.join(folder, "conn.*")))
    for path in files:
        for row in rows_of(path):
            yield (float(row["ts"]), row["id.orig_h"], named.get(row["uid"], row["id.resp_h"]), row["id.resp_h"],
                   number(row.get("orig_ip_bytes")))
    if not files:
        for uid, row in through.items():
            yield float(row["ts"]), row["id.orig_h"], named[uid], row["id.resp_h"], 0


def squid(path):
    with opened(path) as text:
        for line in text:
            part = line.split()
            if len(part) < 10 or part[3].startswith("TCP_DENIED"):
                continue
            host = part[6].split("://")[-1].split("/")[0].split(":")[0]
            client = part[10].strip('"') if len(part) > 10 and part[10] != "-" else part[2]
            yield float(part[0]), client, host, host, number(part[4])


def fortigate(path):
    with opened(path) as text:
        for line in text:
            if 'type="traffic"' not in line or 'action="deny"' in line:
                continue
            pair = dict(p.split("=", 1) for p in line.split() if "=" in p)
            yield number(pair["eventtime"][:13]) / 1000, pair["srcip"], pair["dstip"], pair["dstip"], number(pair.get("sentbyte"))


def of(folder):
    """Every contact of ours with the outside below a folder of logs."""
    for top, _, files in os.walk(folder):
        if any(f.startswith(("conn.", "ssl.")) for f in files):
            for at, client, peer, address, size in zeek(top):
                if inside(client) and (not inside(address) or peer != address):
                    yield at, client, peer, size
        for name in sorted(files):
            path = os.path.join(top, name)
            reader = squid if "access.log" in name else fortigate if "fgt" in name else None
            for at, client, peer, _, size in reader(path) if reader else ():
                if inside(client) and not inside(peer):
                    yield at, client, peer, size
