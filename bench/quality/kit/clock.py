"""Time and randomness.

Only random.Random.random() is drawn from, whose sequence for a seed is the same in every Python 3: the same options give
the same bytes everywhere.  All times are milliseconds since 1970 UTC; a day begins at 00:00 in Japan.
"""
import calendar
import datetime
import math
import random
import time

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
JST = 9 * HOUR
HOLIDAYS = {(1, 1), (1, 2), (1, 3), (2, 11), (2, 23), (3, 20), (4, 29), (5, 3), (5, 4), (5, 5), (7, 20), (8, 11), (9, 21),
            (9, 22), (9, 23), (10, 12), (11, 3), (11, 23), (12, 29), (12, 30), (12, 31)}
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


class Rng:
    """A stream of randomness of its own per name, so that one part never disturbs another."""

    def __init__(self, *name):
        self.random = random.Random("/".join(str(n) for n in name)).random

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

    def spread(self, value, share):
        """Evenly within value * (1 +- share)."""
        return int(value * (1 + share * (2 * self.random() - 1)))

    def gauss(self):
        """Standard normal (Box and Muller)."""
        return math.sqrt(-2 * math.log(1 - self.random())) * math.cos(2 * math.pi * self.random())

    def long_tailed(self, low, high):
        """Mostly near low, seldom near high: sizes of what people fetch."""
        return int(low * (high / low) ** (self.random() ** 3))

    def poisson(self, mean):
        """Small means only."""
        limit, n, product = math.exp(-mean), 0, self.random()
        while product > limit and n < 1000:
            n += 1
            product *= self.random()
        return n

    def text(self, alphabet, n):
        r, size = self.random, len(alphabet)
        return "".join([alphabet[int(r() * size)] for _ in range(n)])

    def hex(self, digits):
        return self.text("0123456789abcdef", digits)

    def shuffled(self, rows):
        rows = list(rows)
        for i in range(len(rows) - 1, 0, -1):
            j = self.below(i + 1)
            rows[i], rows[j] = rows[j], rows[i]
        return rows


def day_start(date_text):
    return calendar.timegm(datetime.date.fromisoformat(date_text).timetuple()) * 1000 - JST


def jst(at):
    return time.gmtime((at + JST) // 1000)


def is_off(day):
    """Weekend or holiday."""
    t = jst(day)
    return t.tm_wday >= 5 or (t.tm_mon, t.tm_mday) in HOLIDAYS


def weekday(day):
    return jst(day).tm_wday


def date_text(at):
    t = jst(at)
    return "%04d-%02d-%02d" % (t.tm_year, t.tm_mon, t.tm_mday)


def utc_text(at):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // 1000)) + ".%03dZ" % (at % 1000)


def utc_ms(text):
    """Back from utc_text, with or without a fraction."""
    whole, _, rest = text.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * 1000 + int((rest + "000")[:3])


_minutes = {}


def minute_texts(at):
    """(RFC 3164 "Oct  1 08:05:", ISO local "2026-10-01T08:05:", "2026-10-01", "08:05:") of that minute in Japan; remembered."""
    minute = (at + JST) // MINUTE
    found = _minutes.get(minute)
    if found is None:
        if len(_minutes) > 5000:
            _minutes.clear()
        t = time.gmtime(minute * 60)
        date = "%04d-%02d-%02d" % (t.tm_year, t.tm_mon, t.tm_mday)
        clock = "%02d:%02d:" % (t.tm_hour, t.tm_min)
        found = _minutes[minute] = ("%s %2d %s" % (MONTHS[t.tm_mon - 1], t.tm_mday, clock), date + "T" + clock, date, clock)
    return found


def syslog_time(at):
    """As rsyslog of today stores it: ISO 8601 with its zone, so that no line depends on the year it is read in."""
    return "%s%02d.%06d+09:00" % (minute_texts(at)[1], at // 1000 % 60, at % 1000 * 1000)


# How busy an hour is, of 100: an office, a ward that never sleeps, an outpatient department.
OFFICE_DAY = [0, 0, 0, 0, 0, 0, 1, 8, 70, 95, 90, 85, 55, 80, 95, 90, 85, 60, 30, 15, 8, 4, 2, 1]
WARD_DAY = [25, 20, 18, 18, 20, 30, 55, 70, 95, 100, 95, 90, 75, 90, 95, 90, 80, 65, 50, 45, 40, 35, 30, 25]
CLINIC_DAY = [0, 0, 0, 0, 0, 0, 2, 30, 90, 100, 100, 95, 70, 70, 90, 80, 60, 30, 8, 2, 0, 0, 0, 0]


def times_of_day(rng, day, shape, mean):
    """Moments of a day in the shape of a day, about `mean` of them in all; not sorted."""
    whole = sum(shape)
    at = []
    r = rng.random
    for hour, weight in enumerate(shape):
        if weight:
            n = mean * weight / whole
            base = day + hour * HOUR
            at += [base + int(r() * HOUR) for _ in range(int(n + r()))]
    return at
