"""One run of `hinomi watch` and what it said."""
import json
import os
import re
import resource
import subprocess

from kit.clock import utc_ms

LEVELS = ["info", "low", "medium", "high", "critical"]
MEDIUM = LEVELS.index("medium")
KINDS = json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "kinds.json"), encoding="utf-8"))


class Finding:
    """What of a finding the evaluation looks at."""

    __slots__ = ("id", "kind", "rule", "level", "score", "first", "last", "names", "source", "destination", "planted")

    def __init__(self, row):
        self.id, self.kind, self.rule = row["id"], row["kind"], row.get("rule", "")
        self.level, self.score = LEVELS.index(row["level"]), float(row["score"])
        self.first, self.last = utc_ms(row["first_at"]), utc_ms(row["last_at"])
        self.source, self.destination = plain(row["source"]), plain(row["destination"])
        self.names = {self.source, self.destination, plain(row.get("user", ""))} - {""}
        self.planted = any(".part2." in e.get("file", "") for e in row.get("evidence", ()))

    def worth(self):
        return self.level >= MEDIUM

    def text(self):
        return "%s %s %.2f %s -> %s (%s)" % (LEVELS[self.level], self.kind, self.score, self.source, self.destination, self.rule)


def plain(name):
    """A name as the labels have it: lower case, no port, no domain of a Windows account."""
    name = name.lower().split("\\")[-1]
    head, colon, port = name.rpartition(":")
    return head if colon and port.isdigit() and ":" not in head else name


def site_conf(folder):
    """site.json beside the logs as the configuration file that an installation would have; written once."""
    path = os.path.join(os.path.dirname(folder), "site.conf")
    known = json.load(open(os.path.join(os.path.dirname(folder), "site.json"), encoding="utf-8"))
    lines = ["[site]", "internal = " + " ".join(known["internal"])]
    for row in known["maintenance"]:
        lines += ["[maintenance %s]" % row["account"], "account = " + row["account"], "from = " + row["from"],
                  "days = " + row["days"], "hours = " + row["hours"]]
    text = "\n".join(lines) + "\n"
    if not os.path.exists(path) or open(path, encoding="utf-8").read() != text:
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
    return path


class Watch:
    """The program under test; remembers what it said to the same question."""

    def __init__(self, binary, more=(), site=False):
        self.binary, self.more, self.site = os.path.abspath(binary), list(more), site
        self.said, self.spent = {}, 0.0
        self.kinds_missing = set()

    def run(self, folder, sort=None, to=None, more=()):
        """Findings, most urgent first.  sort: only the kinds of that name; a kind the program has not gives none."""
        kinds = KINDS.get(sort, [sort]) if sort else []
        argv = [self.binary, "watch", "--output", "json", "--lang", "en"] + self.more + list(more)
        contracts = os.path.join(os.path.dirname(folder), "expected.txt")
        if os.path.exists(contracts):
            argv += ["--allow", contracts]
        if self.site and os.path.exists(os.path.join(os.path.dirname(folder), "site.json")):
            argv += ["--site", site_conf(folder)]
        if to is not None:
            argv += ["--to", to]
        found = []
        for kind in kinds or [None]:
            found += self.ask(tuple(argv + (["--only", kind] if kind else [])), folder, kind)
        return found

    def ask(self, argv, folder, kind):
        key = argv + (folder,)
        if key in self.said:
            return self.said[key]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.Popen(list(argv) + [folder], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True)
        found = [Finding(json.loads(line)) for line in done.stdout if line.startswith("{")]
        said = done.stderr.read()
        code = done.wait()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.spent += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        if kind and "no kind" in said:
            self.kinds_missing.add(kind)
            found = []
        elif code not in (0, 1):
            raise RuntimeError("%s ended with %d: %s" % (" ".join(argv), code, said[-400:]))
        unread = re.search(r"([1-9]\d*) unread lines", said)
        if unread and folder.find("rita") < 0 and folder.find("zed") < 0:
            raise RuntimeError("%s: %s unread lines in generated logs" % (folder, unread.group(1)))
        self.said[key] = found
        return found
