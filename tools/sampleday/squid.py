"""Squid's native access.log of the internet LAN: lines, an ordinary day, and a fast bulk writer.

Source: Squid 5 documentation, logformat squid:
%ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt
"""
import zlib

from .core import DAY_MS, HOUR_MS, MINUTE_MS, Rng, is_weekend
from .hospital import OFFICE_DAY, PROXY

PATH = "logs/squid/access.log"

# host, how (c = CONNECT, h = plain HTTP), what else a page of it loads
SITES = [
    ("www.hinode-hp.example", "c", ["static.hinode-hp.example"]),
    ("portal.ishikai.example", "c", ["img.ishikai.example", "login.ishikai.example"]),
    ("www.mhlw-tsuchi.example", "c", ["assets.mhlw-tsuchi.example"]),
    ("search.kensaku.example", "c", ["static.kensaku.example", "ads.koukoku.example"]),
    ("www.iyakuhin-joho.example", "c", ["cdn.iyakuhin-joho.example", "stat.kaiseki.example"]),
    ("online-shikaku.seikyu.example", "c", ["api.seikyu.example"]),
    ("mail.hospital-cloud.example", "c", ["attach.hospital-cloud.example"]),
    ("yoyaku.renkei-net.example", "c", ["ws.renkei-net.example"]),
    ("journal.igaku-bunken.example", "c", ["pdf.igaku-bunken.example", "fonts.mojiseto.example"]),
    ("news.shimbun.example", "c", ["img.shimbun.example", "ads.koukoku.example", "stat.kaiseki.example",
                                   "video.shimbun.example", "sns.tsunagari.example"]),
    ("tenki.kisho.example", "h", ["map.kisho.example"]),
    ("www.kango-kyokai.example", "c", ["cdn.kango-kyokai.example"]),
    ("eiyo.shokuji-tehai.example", "c", ["order.shokuji-tehai.example"]),
    ("www.yakuzaishi-kai.example", "h", ["img.yakuzaishi-kai.example"]),
    ("shop.jimuyohin.example", "c", ["img.jimuyohin.example", "stat.kaiseki.example"]),
    ("kenshu.e-manabi.example", "c", ["video.e-manabi.example"]),
    ("www.shi-yakusho.test", "h", ["www2.shi-yakusho.test"]),
    ("noriba.norikae.example", "c", ["ads.koukoku.example"]),
]
# Periodic and harmless: host, minutes between, how exact (share), kind
POLLS = [
    ("mail.hospital-cloud.example", 5, 0.05, "c"),
    ("av-update.mamoru.example", 60, 0.10, "c"),
    ("ctldl.windowsupdate.com", 480, 0.4, "h"),
    ("v10.events.data.microsoft.com", 47, 0.5, "c"),
    ("settings-win.data.microsoft.com", 120, 0.3, "c"),
    ("widget.kisho.example", 30, 0.02, "c"),
]
UPDATE_HOSTS = ["au.download.windowsupdate.com", "download.windowsupdate.com", "tlu.dl.delivery.mp.microsoft.com"]


def address_of(host):
    """A fixed reserved address per name; 198.51.100.0/25 and 203.0.113.0/25 are kept for the attack."""
    n = zlib.crc32(host.encode())
    if n % 11 == 0:
        return "2001:db8:%x::%x" % (n >> 16 & 0xff, n & 0xffff)
    return ("192.0.2.%d" % (64 + n % 64), "198.51.100.%d" % (128 + n % 128), "203.0.113.%d" % (128 + n % 128))[n % 3]


def line(at_ms, elapsed_ms, client, result, size, method, url, user, peer, mime):
    return "%d.%03d %6d %s %s %d %s %s %s %s %s" % (
        at_ms // 1000, at_ms % 1000, elapsed_ms, client, result, size, method, url, user, peer, mime)


def connect_line(at_ms, client, host, user, elapsed_ms, size, address=None):
    return line(at_ms, elapsed_ms, client, "TCP_TUNNEL/200", size, "CONNECT", host + ":443", user,
                "HIER_DIRECT/" + (address or address_of(host)), "-")


def request(sink, rng, at_ms, host, how, target):
    """One ordinary request of a computer, with what goes wrong now and then."""
    r = rng.random()
    user = target.user if r > 0.02 else "-"
    if how == "c":
        if r < 0.02:
            sink.add(at_ms, line(at_ms, 0, target.ip, "TCP_DENIED/407", 4071 + rng.below(60), "CONNECT",
                                 host + ":443", "-", "HIER_NONE/-", "text/html"))
            return
        if r < 0.024:
            sink.add(at_ms, line(at_ms, 60000 + rng.below(900), target.ip, "NONE_NONE/503", 0, "CONNECT",
                                 host + ":443", user, "HIER_NONE/-", "-"))
            return
        long = rng.random()
        sink.add(at_ms, connect_line(at_ms, target.ip, host, user, int(60 + 90000 * long ** 4),
                                     int(1800 + 400000 * long ** 6 + 6000 * rng.random())))
        return
    path = "%s/%s%d.%s" % (("img", "css", "news", "doc")[rng.below(4)], rng.hex(6), rng.below(90),
                           ("png", "css", "html", "pdf")[rng.below(4)])
    hit = rng.random()
    result, peer = "TCP_MISS/200", "HIER_DIRECT/" + address_of(host)
    if hit < 0.2:
        result, peer = "TCP_MEM_HIT/200", "HIER_NONE/-"
    elif hit < 0.3:
        result = "TCP_REFRESH_UNMODIFIED/304"
    elif hit < 0.31:
        result = "TCP_MISS_ABORTED/000"
    sink.add(at_ms, line(at_ms, 3 + rng.below(400), target.ip, result, 300 + rng.below(60000), "GET",
                         "http://%s/%s" % (host, path), user, peer, "text/html"))


def pages(sink, rng, day_ms, target, quiet):
    """What a person looks at: pages in bursts, in the rhythm of an office."""
    favourites = [SITES[(rng.below(len(SITES)))] for _ in range(8)]
    for hour in range(24):
        visits = OFFICE_DAY[hour] * (0.1 if quiet else 1.0) * (0.3 + rng.random()) * 0.2
        for _ in range(int(visits + rng.random())):
            at = day_ms + hour * HOUR_MS + rng.below(HOUR_MS)
            host, how, more = rng.skewed(favourites)
            for other in [host] + more * rng.between(1, 3):
                request(sink, rng, at, other, how if other == host else "c", target)
                at += rng.below(900)


def polls(sink, rng, day_ms, target):
    """What the computer does by itself, day and night where it is left on."""
    always_on = rng.chance(0.35)
    begin = day_ms if always_on else day_ms + 8 * HOUR_MS + rng.below(40 * MINUTE_MS)
    end = day_ms + DAY_MS if always_on else day_ms + 17 * HOUR_MS + rng.below(150 * MINUTE_MS)
    for host, minutes, share, how in POLLS:
        at = begin + rng.below(minutes * MINUTE_MS)
        while at < end:
            request(sink, rng, at, host, how, target)
            at += rng.jitter(minutes * MINUTE_MS, share)
    at = begin + rng.below(HOUR_MS)
    for _ in range(rng.between(0, 30)):
        url = "http://%s/c/msdownload/update/software/defu/2026/06/%s.cab" % (rng.pick(UPDATE_HOSTS), rng.hex(12))
        sink.add(at, line(at, 20 + rng.below(900), target.ip, rng.pick(["TCP_HIT/206", "TCP_MISS/206"]),
                          40000 + rng.below(1000000), "GET", url, "-",
                          "HIER_DIRECT/" + address_of(UPDATE_HOSTS[0]), "application/octet-stream"))
        at += rng.below(20000)


def ordinary(book, hospital, day_ms, day):
    sink = book.sink(PATH)
    quiet = is_weekend(day_ms)
    for target in hospital.internet:
        rng = Rng(hospital.seed, "squid/%d/%s" % (day, target.ip))
        polls(sink, rng, day_ms, target)
        pages(sink, rng, day_ms, target, quiet)


def bulk(path, hospital, day_ms, lines):
    """That many lines of the same kind, fast: a bank of line ends, and a clock that runs through one day."""
    from .core import Book
    book = Book("")
    ordinary(book, hospital, day_ms, 0)
    rows = book.sink(PATH).rows
    bank = [text[text.index(" "):] + "\n" for _, text, _ in rows]
    per_second = max(1, -(-lines // 86400))
    steps = [".%03d" % (i * 1000 // per_second) for i in range(per_second)]
    rng = Rng(hospital.seed, "squid/bulk")
    left, second, size = lines, day_ms // 1000, len(bank)
    with open(path, "wb") as out:
        while left > 0:
            count = min(per_second, left)
            start = rng.below(size - count) if size > count else 0
            head = str(second)
            some = [head + step + end for step, end in zip(steps, bank[start:start + count])]
            out.write("".join(some).encode())
            left -= len(some)
            second += 1


PROXY_ADDRESS = PROXY
