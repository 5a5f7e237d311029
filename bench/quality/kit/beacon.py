"""Beacons: when they call, how much they say, and the lines they leave behind on each way out."""
from . import lines, names
from .clock import DAY, HOUR, MINUTE, date_text, is_off

INTERVALS = [60, 75, 90, 120, 180, 300, 300, 420, 600, 600, 900, 1200, 1800, 1800, 2700, 3600, 3600, 5400, 7200, 10800, 14400,
             21600]
STROBES = [2, 5, 10, 15, 20, 30, 45, 60]
JITTERS = [0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5]
SHAPES = ["uniform", "gaussian"]
PAUSES = ["none", "none", "nights", "weekends", "sleeps"]
SIZES = ["fixed", "padded", "tasks", "random"]
LEAST = 24


def pauses(pause, rng, begin, end):
    """(from, to) spans in which it is silent: the computer is off at night, or on free days, or it sleeps when told to."""
    spans = []
    day = (begin + 9 * HOUR) // DAY * DAY - 9 * HOUR
    while day < end:
        if pause == "nights":
            spans.append((day - 5 * HOUR + rng.below(HOUR), day + 8 * HOUR + rng.below(HOUR)))
        elif pause == "weekends" and is_off(day):
            spans.append((day - 5 * HOUR, day + DAY + 8 * HOUR))
        elif pause == "sleeps" and rng.chance(0.6):
            at = day + rng.below(DAY)
            spans.append((at, at + rng.between(60, 600) * MINUTE))
        day += DAY
    return spans


def calls(rng, span, interval_s, jitter, shape, pause):
    """The moments of a beacon's calls within (begin, end)."""
    silent = pauses(pause, rng, *span)
    at, moments = span[0] + rng.below(interval_s * 1000), []
    while at < span[1]:
        if not any(a <= at < b for a, b in silent):
            moments.append(at)
        wobble = 2 * rng.random() - 1 if shape == "uniform" else max(-1.0, min(1.0, rng.gauss() / 2))
        at += max(200, int(interval_s * 1000 * (1 + jitter * wobble)))
    return moments


def sizes_of(rng, pattern, n):
    """(bytes out, bytes in) of each call."""
    base = (rng.between(300, 1500), rng.between(150, 4000))
    rows = []
    for _ in range(n):
        r = rng.random()
        if pattern == "fixed":
            rows.append(base)
        elif pattern == "padded":
            rows.append((int(base[0] * (1 + 0.5 * r)), int(base[1] * (1 + 0.5 * rng.random()))))
        elif pattern == "tasks" and r < 0.04:
            rows.append((base[0] + rng.between(5000, 400000), base[1] + rng.between(2000, 900000)))
        elif pattern == "random":
            rows.append((300 + rng.below(6000), 200 + rng.below(20000)))
        else:
            rows.append(base)
    return rows


def plan(rng, begin, days, strobe):
    """One beacon's class and moments: always LEAST calls or more, and a week at most."""
    end = begin + days * DAY
    while True:
        interval = rng.pick(STROBES if strobe else INTERVALS)
        jitter, shape, pause = rng.pick(JITTERS), rng.pick(SHAPES), rng.pick(PAUSES)
        if strobe:
            start = begin + rng.below((days - 1) * DAY) + rng.below(20 * HOUR)
            span, pause = (start, start + rng.between(30, 180) * MINUTE), "none"
        elif interval <= 600 and rng.chance(0.25):  # found and pulled out, or gone by itself, soon after it began
            start = begin + rng.below((days - 1) * DAY)
            span, pause = (start, start + int(interval * 1000 * rng.between(LEAST + 4, 90))), "none"
        else:
            span = (begin + rng.below(DAY if interval <= 7200 else 4 * HOUR), end)
        moments = [at for at in calls(rng, span, interval, jitter, shape, pause) if at < end]
        if len(moments) >= LEAST:
            return {"interval_s": interval, "jitter": jitter, "shape": shape, "pause": pause, "sizes": rng.pick(SIZES)}, moments


class Way:
    """How a beacon's calls leave: a function a way gives (path, head, milliseconds, line) rows of one call."""

    def __init__(self, world, rng, name, victim):
        self.world, self.rng, self.name, self.victim = world, rng, name, victim
        self.address = names.address(name, 7)
        self.port = rng.pick((443, 443, 8443, 8080, 4444, 50050))
        self.agent = rng.pick(("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:115.0) Gecko/20100101 Firefox/115.0",
                               "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1)", "Go-http-client/1.1", "-"))
        self.uri = "/" + rng.pick(("updates", "news/feed", "api/v2/status", "pixel.gif", "jquery-3.3.1.min.js"))
        self.ja3 = rng.pick(lines.JA3[2:]) if rng.chance(0.5) else rng.hex(32)

    def connect(self, at, sizes, client=None, user=None, behind=""):
        path = "squid/proxy02-access.log" if behind else "squid/proxy01-access.log"
        yield path, "", at, lines.connect(at, client or self.victim.ip, self.name, user or self.victim.user,
                                          (60 + self.rng.below(900), sizes[1] + 3000), (self.address, behind))

    def forwarded(self, at, sizes):
        yield from self.connect(at, sizes, self.world.branch_net + ".2", "-", " " + self.victim.ip)

    def named(self, at, sizes):
        """Through the branch's proxy as well, but that one says who the user is, not the computer."""
        yield from self.connect(at, sizes, self.world.branch_net + ".2", self.victim.user, " -")

    def edge(self, kind, at, line):
        return "zeek-edge/%s/%s.log" % (date_text(at), kind), "", at, lines.zeek_json(kind, line)

    def direct(self, at, sizes, service, port):
        who = lines.ends(self.rng, self.victim.ip, (self.address, port))
        yield self.edge("conn", at, lines.conn(at, self.rng, who, ("tcp", service, 0.2 + self.rng.random()), sizes))
        if service == "ssl":
            yield self.edge("ssl", at, lines.ssl(at, self.rng, who, self.name, self.ja3))
        elif service == "http":
            yield self.edge("http", at, lines.http(at, self.rng, who, ("GET" if sizes[0] < 2000 else "POST", self.name, self.uri,
                                                                      self.agent, "text/plain"), sizes))

    def ssl(self, at, sizes):
        yield from self.direct(at, sizes, "ssl", 443)

    def http(self, at, sizes):
        yield from self.direct(at, sizes, "http", 80)

    def bare(self, at, sizes):
        yield from self.direct(at, sizes, "-", self.port)

    def forti(self, at, sizes):
        yield "fortigate/fgt01.log", "", at, lines.forti_traffic(at, (self.victim.ip, 40000 + self.rng.below(20000), "lan"),
                                                                 (self.address, self.port, "wan1"), "close", sizes)

    def peers(self):
        return [self.name, self.address]
