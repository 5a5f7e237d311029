"""Real Zeek folders as background of a week: a short recording is laid over seven days again and again.

Each day the clients' addresses are permuted among the clients of their network; each laying keeps some pairs of client and
peer, begins at its own moment, and moves nothing within itself: the rhythm of every pair is the recorded one, and what
repeats every hour does so for another computer.
"""
import gzip
import glob
import os

from . import lines
from .clock import DAY, HOUR, Rng


def private(address):
    return address.startswith(("10.", "192.168.", "172.16.", "172.31."))


class Table:
    """The rows of one kind of log; `at` and `orig`, `resp` are its columns of time and addresses."""

    def __init__(self, kind):
        self.kind, self.head, self.names, self.types, self.rows = kind, [], [], [], []

    def read(self, path):
        opener = gzip.open if path.endswith(".gz") else open
        with opener(path, "rt", encoding="utf-8", errors="replace") as text:
            for line in text:
                if line.startswith("#fields"):
                    self.names = line.rstrip("\n").split("\t")[1:]
                elif line.startswith("#types"):
                    self.types = line.rstrip("\n").split("\t")[1:]
                elif not line.startswith("#"):
                    row = line.rstrip("\n").split("\t")
                    if len(row) == len(self.names):
                        self.rows.append(row)
        return self

    def ready(self):
        self.at, self.orig, self.resp = (self.names.index(n) for n in ("ts", "id.orig_h", "id.resp_h"))
        self.uid = self.names.index("uid")
        self.name = self.names.index({"dns": "query", "ssl": "server_name", "http": "host"}.get(self.kind, "id.resp_h"))
        return self

    def header(self):
        return ("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t%s\n#fields\t%s\n"
                "#types\t%s\n" % (self.kind, "\t".join(self.names), "\t".join(self.types)))

    def fit(self, line):
        """A row of ours in the columns of theirs."""
        ours = dict(zip([f for f, _ in lines.FIELDS[self.kind]], line.split("\t")))
        return "\t".join(ours.get(name, "-") for name in self.names)


class Real:
    """All tables of a folder, and who is a client in it."""

    def __init__(self, folder, kinds=("conn", "dns", "ssl", "http")):
        self.tables = {}
        for kind in kinds:
            files = sorted(glob.glob(os.path.join(folder, kind + ".*")))
            table = Table(kind)
            for path in files:
                table.read(path)
            if table.rows:
                self.tables[kind] = table.ready()
        times = [float(row[t.at]) for t in self.tables.values() for row in t.rows]
        self.begin, self.end = (int(min(times) * 1000), int(max(times) * 1000)) if times else (0, 0)
        served = {row[t.resp] for t in self.tables.values() for row in t.rows}
        asking = {row[t.orig] for t in self.tables.values() for row in t.rows}
        self.clients = sorted(a for a in asking if private(a) and a not in served)

    def permuted(self, rng, pool):
        """Whom each client is today: another of the pool (addresses of the same network) and of themselves."""
        return dict(zip(self.clients, rng.shuffled(sorted(set(self.clients) | set(pool)))))

    def lay(self, book, day, number, keep, pool=(), layers=1):
        """One day: every hour has a laying of its own, or several, of different clients; gives the clients seen."""
        seen = set()
        for layer in range(layers):
            who = self.permuted(Rng("permute", self.begin, number, layer), pool)
            for hour in range(24):
                share = keep if 7 <= hour < 19 else keep / 3
                self._lay_once(book, day, (number, hour, layer), share, who, seen)
        return {a for a in seen if private(a)}

    def _lay_once(self, book, day, place, share, who, seen):
        rng = Rng("lay", self.begin, *place)
        move = day + place[1] * HOUR + rng.below(max(1, HOUR - (self.end - self.begin))) - self.begin
        drop = {}
        for kind, t in self.tables.items():
            out = book.rows("zeek/%02d/%s.log" % (place[0], kind), t.header())
            for row in t.rows:
                pair = (row[t.orig], row[t.name])
                if pair not in drop:
                    drop[pair] = rng.random() > share
                if drop[pair]:
                    continue
                at = int(float(row[t.at]) * 1000) + move
                if not day <= at < day + DAY:
                    continue
                row = list(row)
                row[t.at] = "%d.%06d" % (at // 1000, at % 1000 * 1000)
                row[t.uid] = "C%x%s" % ((place[0] * 24 + place[1]) * 8 + place[2], row[t.uid][1:])
                row[t.orig] = who.get(row[t.orig], row[t.orig])
                seen.add(row[t.orig])
                out.append((at, "\t".join(row)))
