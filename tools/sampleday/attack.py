"""The attack inside the sample day, in the order of the Osaka and Handa cases.

A meal vendor's VPN account is used at night from an address never seen before; from the pool the hospital is
scanned; a remote desktop session opens the meal server; it fetches a tool through the proxy and calls home every
minute; with the administrator's password, the same everywhere, the intruder goes on to the record and image
servers; before dawn the security tool is stopped and the shadow copies are deleted.
"""
from . import squid
from .core import MINUTE_MS, Rng
from .hospital import by_role

C2_DOMAIN = "cdn.weather-sync.example"
C2_ADDRESS = "198.51.100.23"
TOOL_URL = "http://198.51.100.23:8080/t/upd7.dat"
VPN_ADDRESS = "203.0.113.77"
TOOL_SHA256 = "6f1c52d0a1be1f4f7e0d9a53c0f6a4f7d8a2b95e3c47816f0b1d2e3f40516273"
TOOL_MD5 = "9b1d6a70c3f24e58b7a90e1f2d3c4b5a"
C2_JA3 = "d41c6f0b8a7e4c3f9012ab34cd56ef78"
VENDOR_USER = "kyushoku-hoshu"

# value, type, source, TLP, note
INDICATORS = [
    (C2_DOMAIN, "domain", "sample", "green", "C2 of the sample day"),
    (C2_ADDRESS, "ip", "sample", "green", "C2 address and download host of the sample day"),
    (VPN_ADDRESS, "ip", "sample", "amber", "VPN source seen at another hospital in the sample"),
    (TOOL_URL, "url", "sample", "green", "tool fetched in the sample day"),
    (TOOL_SHA256, "sha256", "sample", "green", "tool fetched in the sample day"),
    (C2_JA3, "ja3", "sample", "green", "TLS client of the sample day's tool"),
]
# Never seen in the day: a match on any of these is a false one.
DECOYS = [
    ("weather-sync.test", "domain", "sample", "green", "decoy: same label under another name"),
    ("dn.weather-sync.example", "domain", "sample", "green", "decoy: a substring of a name that is seen"),
    ("198.51.100.2", "ip", "sample", "green", "decoy: a prefix of an address that is seen"),
    ("http://198.51.100.23:8080/t/upd7.da", "url", "sample", "green", "decoy: a prefix of a URL that is seen"),
]
EXPIRED = ("www.hinode-hp.example", "domain", "sample", "green", "decoy: expired, and seen all day")


def indicator_csv():
    rows = ["value,type,source,tlp,expires,note"]
    rows += ["%s,%s,%s,%s,2099-12-31T00:00:00Z,%s" % row for row in ((v, t, s, p, n) for v, t, s, p, n in
                                                                     INDICATORS + DECOYS)]
    rows.append("%s,%s,%s,%s,2020-01-01T00:00:00Z,%s" % EXPIRED)
    return "\n".join(rows) + "\n"


class Scene:
    """What every step of the attack needs at hand."""

    def __init__(self, book, hospital, day_ms):
        self.book, self.hospital = book, hospital
        self.start = day_ms + 118 * MINUTE_MS
        self.rng = Rng(hospital.seed, "attack")
        self.meal = by_role(hospital, "meal")
        self.record = by_role(hospital, "ehr-ap")
        self.story = []

    def at(self, minutes, seconds=0.0):
        return self.start + int(minutes * MINUTE_MS + seconds * 1000)

    def tell(self, at_ms, machine, technique, ja, en):
        self.story.append({"at_ms": at_ms, "machine": machine, "technique": technique, "ja": ja, "en": en})


def proxy_steps(scene):
    """The download and the beacons, as the proxy saw them."""
    sink, rng, meal = scene.book.sink(squid.PATH), scene.rng, scene.meal
    for n in range(3):
        at = scene.at(33, 11 * n)
        sink.add(at, squid.line(at, 812 + n, meal.ip, "TCP_MISS/200", 618496 + n, "GET", TOOL_URL, "-",
                                "HIER_DIRECT/" + C2_ADDRESS, "application/octet-stream"),
                 [(TOOL_URL, meal.ip, C2_ADDRESS), (C2_ADDRESS, meal.ip, C2_ADDRESS)])
    scene.tell(scene.at(33), meal.name, "T1105", "給食サーバーが外部から不審なファイルを取得", "meal server fetches a tool")
    beacon(scene, meal, scene.at(35), scene.at(282), 60000, 0.2)
    beacon(scene, scene.record, scene.at(84), scene.at(280), 300000, 0.1)
    scene.tell(scene.at(35), meal.name, "T1071.001", "給食サーバーが外部の指令先と1分ごとに通信",
               "meal server calls its command host every minute")


def beacon(scene, host, at, end, period_ms, share):
    sink, rng = scene.book.sink(squid.PATH), scene.rng
    while at < end:
        sink.add(at, squid.connect_line(at, host.ip, C2_DOMAIN, "-", 240 + rng.below(90), 3120 + rng.below(40),
                                        C2_ADDRESS),
                 [(C2_DOMAIN, host.ip, C2_DOMAIN), (C2_ADDRESS, host.ip, C2_DOMAIN)])
        at += rng.jitter(period_ms, share)


STEPS = [proxy_steps]


def play(book, hospital, day_ms):
    """Every step of the attack on that day; returns the story, in order of time."""
    scene = Scene(book, hospital, day_ms)
    for step in STEPS:
        step(scene)
    return sorted(scene.story, key=lambda row: row["at_ms"])
