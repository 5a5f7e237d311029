"""Names that people gave: what a detector of made-up names must leave alone.

Real domains where we have them (a labelled set, real DNS logs, or a list given by hand), then words that people coined (vendors
and products of the CPE list) before an ending, then names of the generator, until there are enough.
"""
import csv
import glob
import gzip
import os
import re

from kit import names
from kit.clock import Rng

ENDS = ("com", "net", "org", "jp", "co.jp", "io", "de", "fr", "info", "co.uk")
WORD = re.compile(r"^[a-z]+[0-9]?([_-][a-z]+[0-9]?){0,2}$")


def labelled(data):
    """(legitimate, {family: names} of the balanced set, {family: names} of single families' lists)."""
    good, bad, more = [], {}, {}
    path = os.path.join(data, "dga", "chrmor-odd.csv")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as text:
            for row in csv.reader(text):
                if len(row) == 3:
                    (good if row[0] == "legit" else bad.setdefault(row[1], [])).append(row[2].lower())
    for path in sorted(glob.glob(os.path.join(data, "dga", "*.txt"))):
        with open(path, encoding="utf-8") as text:
            more["list of " + os.path.basename(path)[:-4]] = [line.strip().lower() for line in text if line.strip()]
    return good, bad, more


def looked_up(data):
    """Names of real DNS and TLS logs, as registered: the last two labels, or three below a two-letter ending's second level."""
    found = set()
    for path in sorted(glob.glob(os.path.join(data, "rita", "proxy_rolling", "dns.*")) +
                       glob.glob(os.path.join(data, "zed-sample", "zeek-default", "dns.log.gz"))):
        with gzip.open(path, "rt", encoding="utf-8", errors="replace") as text:
            for line in text:
                part = line.split("\t")
                if len(part) > 15 and part[15] == "NOERROR" and not part[9].endswith((".arpa", ".local")):
                    label = part[9].lower().split(".")
                    keep = 3 if len(label) > 2 and len(label[-1]) == 2 and len(label[-2]) <= 3 else 2
                    if len(label) >= keep:
                        found.add(".".join(label[-keep:]))
    return sorted(found)


def coined(data):
    """Vendors' and products' names, each as somebody would register it."""
    path = os.path.join(data, "..", "vuln", "cpes.txt.gz")
    rng, found = Rng("coined"), []
    if os.path.exists(path):
        seen = set()
        with gzip.open(path, "rt", encoding="utf-8", errors="replace") as text:
            for line in text:
                part = line.strip().split(":")
                for word in part[2:4]:
                    word = word.replace("_project", "")
                    if WORD.match(word) and 3 < len(word) < 40 and word not in seen:
                        seen.add(word)
                        found.append(word.replace("_", rng.pick(("", "-"))) + "." + rng.pick(ENDS))
    return found


def gather(data, least, given=None):
    """({where from: how many}, names), at least so many, each once."""
    rows, seen = [], set()
    sources = {}

    def take(what, some):
        before = len(rows)
        for name in some:
            if name not in seen and (given or len(rows) < least):
                seen.add(name)
                rows.append(name)
        sources[what] = len(rows) - before

    if given:
        with open(given, encoding="utf-8") as text:
            take("given list", (line.strip().split(",")[-1].lower() for line in text if line.strip()))
    take("labelled legitimate", labelled(data)[0])
    take("real look-ups", looked_up(data))
    take("coined words", coined(data))
    rng = Rng("legit")
    made = []
    while len(made) < (least - len(rows)) * 11 // 10:
        made.append(names.domain(rng).replace(".", str(rng.between(2, 999)) + ".", 1) if rng.chance(0.2) else
                    rng.pick(("", "shin-", "e-", "my", "the", "go")) + rng.pick(names.FAMILY) + names.domain(rng))
    take("generated", made)
    return sources, rows
