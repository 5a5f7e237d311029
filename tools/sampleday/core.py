"""Clock, randomness and sinks: what every other module of the sample day stands on.

Only random.Random.random() is used, whose sequence for a seed is the same in every Python 3; so the same seed
gives the same bytes everywhere.
"""
import calendar
import datetime
import os
import random
import time

JST_MS = 9 * 3600 * 1000
DAY_MS = 86400 * 1000
MINUTE_MS = 60 * 1000
HOUR_MS = 60 * MINUTE_MS


class Rng:
    """A stream of randomness of its own per name, so that one part never disturbs another."""

    def __init__(self, seed, name):
        self.random = random.Random("%s/%s" % (seed, name)).random

    def below(self, n):
        return int(self.random() * n)

    def between(self, low, high):
        return low + int(self.random() * (high - low + 1))

    def pick(self, rows):
        return rows[int(self.random() * len(rows))]

    def skewed(self, rows):
        """The first rows far more often than the last, as sites and users are."""
        r = self.random()
        return rows[int(r * r * r * len(rows))]

    def chance(self, p):
        return self.random() < p

    def jitter(self, value, share):
        return int(value * (1 + share * (2 * self.random() - 1)))

    def hex(self, digits):
        """At most 12 digits."""
        return "%0*x" % (digits, int(self.random() * 16 ** digits))


def day_start(date_text):
    """Milliseconds since the epoch of 00:00 in Japan on that date."""
    d = datetime.date.fromisoformat(date_text)
    return calendar.timegm(d.timetuple()) * 1000 - JST_MS


def is_weekend(day_ms):
    return time.gmtime((day_ms + JST_MS) // 1000).tm_wday >= 5


def jst(at_ms):
    return time.gmtime((at_ms + JST_MS) // 1000)


def utc_text(at_ms):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at_ms // 1000)) + ".%03dZ" % (at_ms % 1000)


MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_syslog_minute = {}


def syslog_time(at_ms):
    """RFC 3164 time stamp, Japanese local time; the minute is remembered because strftime is slow."""
    second = (at_ms + JST_MS) // 1000
    minute = second // 60
    text = _syslog_minute.get(minute)
    if text is None:
        t = time.gmtime(second)
        text = "%s %2d %02d:%02d:" % (MONTHS[t.tm_mon - 1], t.tm_mday, t.tm_hour, t.tm_min)
        _syslog_minute.clear()
        _syslog_minute[minute] = text
    return "%s%02d" % (text, second % 60)


class Sink:
    """One log file: rows collected out of order, written in order at the end of each day."""

    def __init__(self, book, path, encoding="utf-8", head="", tail=""):
        self.book, self.path, self.encoding = book, path, encoding
        self.head, self.tail = head, tail
        self.rows = []
        self.lines = 0

    def add(self, at_ms, line, marks=()):
        """One line; marks are (indicator, our machine, what it met) rows that this line shows."""
        self.rows.append((at_ms, line, bool(marks)))
        for mark in marks:
            self.book.mark(mark, at_ms, self.path)

    def flush(self, root):
        if not self.rows:
            return
        if self.book.thin:
            self.rows = thinned(self.rows, self.book.thin)
        self.rows.sort(key=lambda row: row[0])
        full = os.path.join(root, self.path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        fresh = self.lines == 0
        with open(full, "wb" if fresh else "ab") as out:
            if fresh and self.head:
                out.write(self.head.encode(self.encoding))
            text = "\n".join([row[1] for row in self.rows]) + "\n"
            out.write(text.encode(self.encoding, "replace"))
        self.lines += len(self.rows)
        self.rows = []

    def close(self, root):
        if self.lines and self.tail:
            with open(os.path.join(root, self.path), "ab") as out:
                out.write(self.tail.encode(self.encoding))


def thinned(rows, keep):
    """At most that many rows that no indicator knows, spread over the day, and all that one knows."""
    plain = [row for row in rows if not row[2]]
    step = max(1, -(-len(plain) // keep))
    return [row for row in rows if row[2]] + plain[::step]


class Book:
    """Every sink of the bundle, and what must be found in them."""

    def __init__(self, root, thin=0):
        self.root, self.thin = root, thin
        self.sinks = {}
        self.marks = {}

    def sink(self, path, **options):
        if path not in self.sinks:
            self.sinks[path] = Sink(self, path, **options)
        return self.sinks[path]

    def mark(self, mark, at_ms, path):
        row = self.marks.get(mark)
        if row is None:
            row = self.marks[mark] = {"first": at_ms, "last": at_ms, "files": {}}
        row["first"] = min(row["first"], at_ms)
        row["last"] = max(row["last"], at_ms)
        row["files"][path] = row["files"].get(path, 0) + 1

    def flush(self):
        for sink in self.sinks.values():
            sink.flush(self.root)

    def close(self):
        for sink in self.sinks.values():
            sink.close(self.root)
