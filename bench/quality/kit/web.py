"""The web as seen by two proxies and, for guests, by the sensor at the edge: people's reading and programs' polling."""
from . import lines, names
from .clock import CLINIC_DAY, DAY, HOUR, MINUTE, OFFICE_DAY, Rng, date_text, is_off, times_of_day, weekday

PROXY1, PROXY2 = "squid/proxy01-access.log", "squid/proxy02-access.log"
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36"

# Programs that ask again and again: host, seconds, how exact (share), share of the computers that have it, bytes (low, high)
POLLS = [
    ("settings-win.data.microsoft.com", 3600, 0.3, 1.0, (3000, 9000)),
    ("v10.events.data.microsoft.com", 1100, 0.6, 1.0, (4000, 30000)),
    ("fe2cr.update.microsoft.com", 79200, 0.2, 1.0, (8000, 60000)),
    ("ctldl.windowsupdate.com", 28800, 0.4, 1.0, (4000, 9000)),
    ("update.googleapis.com", 18000, 0.1, 0.7, (5000, 9000)),
    ("outlook.office365.com", 300, 0.02, 0.35, (5000, 40000)),
    ("config.edge.skype.com", 1800, 0.2, 0.5, (5000, 9000)),
    ("officeclient.microsoft.com", 10800, 0.3, 0.6, (6000, 20000)),
    ("safebrowsing.googleapis.com", 1800, 0.1, 0.7, (3000, 60000)),
    ("AV-UPDATE", 3600, 0.05, 1.0, (2000, 600000)),
    ("AV-CLOUD", 600, 0.15, 1.0, (1500, 3000)),
]
# What runs while somebody sits there: host, seconds, share exact, chance per computer and day, hours long (low, high)
SESSIONS = [
    ("WEBMAIL", 120, 0.01, 0.30, (1, 8)), ("NEWS", 300, 0.0, 0.15, (0.5, 6)), ("CHAT", 60, 0.03, 0.25, (2, 9)),
    ("WEATHER", 600, 0.0, 0.10, (1, 9)), ("STOCK", 30, 0.05, 0.02, (0.5, 5)), ("GROUPWARE", 180, 0.01, 0.5, (4, 9)),
    ("BOOKING", 90, 0.02, 0.08, (2, 8)),
]
UPDATES = ["au.download.windowsupdate.com", "tlu.dl.delivery.mp.microsoft.com", "dl.delivery.mp.microsoft.com"]
PHONES = [("mtalk.google.com", 1700, 0.2), ("gateway.push.apple.com", 1500, 0.3), ("graph.facebook.com", 3000, 0.5),
          ("api.line-apps.example.jp", 600, 0.4), ("time.apple.com", 7200, 0.4), ("play.googleapis.com", 10800, 0.4)]


class Web:
    """What stays the same of a house's web over the month."""

    def __init__(self, world):
        rng = Rng("web", world.seed)
        self.world = world
        self.alias = {word: sub + names.domain(rng) for word, sub in (
            ("AV-UPDATE", "update."), ("AV-CLOUD", "rep."), ("WEBMAIL", "mail."), ("NEWS", "www."), ("CHAT", "ws."),
            ("WEATHER", "widget."), ("STOCK", "rt."), ("GROUPWARE", "gw."), ("BOOKING", "yoyaku."), ("PRINTCLOUD", "device."),
            ("ELIGIBILITY", "api.shikaku."), ("PRESCRIPTION", "api.shohou."), ("MRSERVICE", "rsvc."), ("UPS", "card."),
            ("SIGNAGE", "player."), ("CLOUDBACKUP", "s3."), ("REGION", "dicom."))}
        self.made = {}

    def name(self, host):
        return self.alias.get(host, host)

    def taste(self, host):
        """The sites a person reads: some that everybody does, some that few do, some that nobody else here knows."""
        rng = Rng("taste", self.world.seed, host.name)
        return [rng.skewed(self.world.popular) for _ in range(7)] + [rng.pick(self.world.sites) for _ in range(9)] + [
            names.domain(rng) for _ in range(6)]

    def page(self, site):
        """(whether by https, the hosts that a page of it loads from), always the same."""
        if site not in self.made:
            rng = Rng("page", self.world.seed, site)
            self.made[site] = (rng.chance(0.93), [pre + names.domain(rng) if rng.chance(0.4) else pre + site for pre in (
                "cdn.", "img.", "static.", "ads.")[:rng.between(1, 4)]])
        return self.made[site]


CONTRACTS = [("AV-UPDATE", "antivirus"), ("AV-CLOUD", "antivirus"), ("ELIGIBILITY", "online eligibility check"),
             ("PRESCRIPTION", "electronic prescription"), ("MRSERVICE", "remote service of the MR scanner, by contract"),
             ("CLOUDBACKUP", "backup in the cloud, by contract"), ("REGION", "images to the hospitals of the region")]


def expected(web):
    """What a house writes down when it begins: its contracts, as an allow-list.  UPS card and signage are forgotten."""
    return "".join("%s,,%s\n" % (web.name(word).split(".", 1)[1], why) for word, why in CONTRACTS)


class Out:
    """Where one day's requests go."""

    def __init__(self, book, world, day):
        self.proxy1, self.proxy2 = book.rows(PROXY1), book.rows(PROXY2)
        self.gate = book.rows("fortigate/fgt01.log")
        self.edge = {kind: book.rows("zeek-edge/%s/%s.log" % (date_text(day), kind)) for kind in ("conn", "dns", "ssl", "http")}
        self.world = world

    def upstream(self, at, rng, name, sizes, source=None):
        """One in eight of what leaves is shown by the firewall too (it logs by sampling)."""
        if rng.random() < 0.12:
            self.gate.append((at, lines.forti_traffic(at, (source or self.world.proxy.ip, 32768 + rng.below(28000), "lan"),
                                                      (names.address(name), 443, "wan1"), "close", sizes)))


def request(out, rng, at, host, name, sizes, https=True):
    """One request of an office computer through proxy01; sizes: (low, high) bytes to the client."""
    r = rng.random()
    user = host.user if r > 0.02 else "-"
    size = rng.long_tailed(*sizes)
    address = names.address(name)
    if https:
        if r < 0.02:
            out.proxy1.append((at, lines.squid(at, host.ip, "TCP_DENIED/407", 4091, "CONNECT", name + ":443", "-", "HIER_NONE/-",
                                               (0, "text/html"))))
            return
        if r < 0.023:
            out.proxy1.append((at, lines.squid(at, host.ip, "NONE_NONE/503", 0, "CONNECT", name + ":443", user, "HIER_NONE/-",
                                               (60000, "-"))))
            return
        elapsed = 80 + int(120000 * rng.random() ** 5)
        out.proxy1.append((at, lines.connect(at, host.ip, name, user, (elapsed, size), (address, ""))))
    else:
        result = ("TCP_MISS/200", "TCP_MEM_HIT/200", "TCP_REFRESH_UNMODIFIED/304")[0 if r < 0.7 else 1 if r < 0.9 else 2]
        out.proxy1.append((at, lines.squid(at, host.ip, result, size, "GET", "http://%s/%s/%s.%s" % (
            name, rng.pick(("img", "css", "news", "doc")), rng.hex(6), rng.pick(("png", "css", "html", "js"))), user,
            "HIER_NONE/-" if "HIT" in result else "HIER_DIRECT/" + address, (3 + rng.below(400), "text/html"))))
    out.upstream(at, rng, name, (size // 8 + 600, size))


def reading(out, web, rng, day, host, mean):
    taste = web.taste(host)
    for at in times_of_day(rng, day, OFFICE_DAY, mean):
        open_page(out, web, rng, at, host, rng.skewed(taste) if rng.random() < 0.9 else rng.pick(web.world.sites))


def open_page(out, web, rng, at, host, site):
    https, parts = web.page(site)
    request(out, rng, at, host, "www." + site, (3000, 900000), https)
    for part in parts:
        at += rng.below(1500)
        request(out, rng, at, host, part, (800, 400000))


def long_calls(out, web, rng, span, host):
    """Chats, meetings and mail push keep one tunnel open for hours; the proxy writes it down when it ends."""
    for name, chance, hours in (("CHAT", 0.25, 9), ("GROUPWARE", 0.1, 8), ("BOOKING", 0.03, 9)):
        if rng.chance(chance):
            seconds = min((span[1] - span[0]) // 1000, rng.between(1800, hours * 3600))
            at, name = span[0] + seconds * 1000, web.name(name)
            sizes = (seconds * 1000, 40000 + seconds * rng.between(20, 900))
            out.proxy1.append((at, lines.connect(at, host.ip, name, host.user, sizes, (names.address(name), ""))))


def forgotten_tab(out, web, rng, span, host):
    """Now and then a page of somebody's own taste is left open and loads itself anew, with its pictures, for hours."""
    if rng.chance(0.004):
        site, seconds = web.taste(host)[-1 - rng.below(6)], rng.pick((60, 180, 300, 600))
        at = span[0] + rng.below(2 * HOUR)
        while at < min(span[1], span[0] + 9 * HOUR):
            open_page(out, web, rng, at, host, site)
            at += seconds * 1000 + rng.below(900)


def hours_of(rng, day, host):
    """From when to when the computer is on that day."""
    if host.always:
        return day, day + DAY
    return day + 8 * HOUR + rng.below(50 * MINUTE), day + 17 * HOUR + rng.below(200 * MINUTE)


def polling(out, web, rng, day, host, span):
    own = Rng("polls", web.world.seed, host.name)
    for name, seconds, exact, share, sizes in POLLS:
        if not own.chance(share):
            continue
        at = span[0] + rng.below(min(seconds, 3600) * 1000 if not host.always else seconds * 1000)
        while at < span[1]:
            request(out, rng, at, host, web.name(name), sizes)
            at += int(seconds * 1000 * (1 + exact * (2 * rng.random() - 1))) or 1000


def sitting(out, web, rng, span, host):
    for name, seconds, exact, chance, hours in SESSIONS:
        if rng.chance(chance):
            at = span[0] + rng.below(max(1, span[1] - span[0] - 2 * HOUR))
            end = min(span[1], at + int(HOUR * (hours[0] + rng.random() * (hours[1] - hours[0]))))
            while at < end:
                request(out, rng, at, host, web.name(name), (1500, 9000))
                at += int(seconds * 1000 * (1 + exact * (2 * rng.random() - 1)))


def updating(out, web, rng, day, host, span):
    """Patch Tuesday's week is heavier; most comes from the house's own update server, the rest from outside in ranges."""
    for _ in range(rng.poisson(6.0 if weekday(day) in (2, 3) else 1.0)):
        at = span[0] + rng.below(span[1] - span[0])
        name = rng.pick(UPDATES)
        for n in range(rng.between(1, 6)):
            out.proxy1.append((at + n * 700, lines.squid(
                at + n * 700, host.ip, rng.pick(("TCP_HIT/206", "TCP_MISS/206")), 40000 + rng.below(1000000), "GET",
                "http://%s/c/msdownload/update/software/defu/%s.cab" % (name, rng.hex(12)), "-",
                "HIER_DIRECT/" + names.address(name), (30 + rng.below(900), "application/octet-stream"))))


def office(out, web, day, day_number, density):
    off = is_off(day)
    for host in web.world.of("office", "it"):
        rng = Rng("office", web.world.seed, day_number, host.name)
        present = rng.chance(0.06 if off else 0.92)
        if not present and not host.always:
            continue
        span = hours_of(rng, day, host)
        polling(out, web, rng, day, host, span)
        updating(out, web, rng, day, host, span)
        if present:
            reading(out, web, rng, day, host, 45 * density)
            awake = (max(span[0], day + 8 * HOUR), min(span[1], day + 19 * HOUR))
            sitting(out, web, rng, awake, host)
            forgotten_tab(out, web, rng, awake, host)
            long_calls(out, web, rng, awake, host)


def appliances(out, web, day, day_number):
    """Machines without people that go out through proxy02: printers' cloud, servers' updates, signage, a UPS card, the
    eligibility and prescription lines; and the branch, whose own proxy says in X-Forwarded-For who asked."""
    world = web.world
    rng = Rng("appliances", world.seed, day_number)
    billing, gateway = world.one("billing"), world.one("gateway")
    steady = [(h, "PRINTCLOUD", 900, 0.01) for h in world.of("printer")]
    steady += [(billing, "ELIGIBILITY", 600, 0.02), (gateway, "ELIGIBILITY", 60, 0.05), (gateway, "PRESCRIPTION", 300, 0.05),
               (world.one("print"), "UPS", 300, 0.0), (world.of("office")[-1], "SIGNAGE", 600, 0.0),
               (world.one("wsus"), "fe2cr.update.microsoft.com", 14400, 0.05), (world.one("av"), "AV-UPDATE", 900, 0.02),
               (world.of("modality")[1], "MRSERVICE", 1800, 0.1)]
    for host, name, seconds, exact in steady:
        name, at = web.name(name), day + rng.below(seconds * 1000)
        while at < day + DAY:
            out.proxy2.append((at, lines.connect(at, host.ip, name, "-", (90 + rng.below(900), 2000 + rng.below(5000)),
                                                 (names.address(name), " -"))))
            out.upstream(at, rng, name, (900, 3000), world.of("proxy")[1].ip)
            at += int(seconds * 1000 * (1 + exact * (2 * rng.random() - 1)))
    branch(out, web, rng, day)


def branch(out, web, rng, day):
    if is_off(day):
        return
    via = web.world.branch_net + ".2"
    for host in web.world.of("branch"):
        taste = web.taste(host)
        for at in times_of_day(rng, day, CLINIC_DAY, 120):
            name = "www." + rng.skewed(taste)
            out.proxy2.append((at, lines.connect(at, via, name, "-", (90 + rng.below(9000), rng.long_tailed(2000, 300000)),
                                                 (names.address(name), " " + host.ip))))
        for name, seconds, exact, _, sizes in POLLS:
            at = day + 8 * HOUR + rng.below(HOUR)
            while at < day + 18 * HOUR:
                out.proxy2.append((at, lines.connect(at, via, web.name(name), "-", (90, rng.long_tailed(*sizes)),
                                                     (names.address(web.name(name)), " " + host.ip))))
                at += int(seconds * 1000 * (1 + exact * (2 * rng.random() - 1)))


def edge_tls(out, rng, at, client, name, sizes, seconds=2.0):
    """A guest's or server's own TLS connection, as the sensor at the edge sees it: name, handshake, connection."""
    who = lines.ends(rng, client, (names.address(name), 443))
    if rng.random() < 0.5:
        ask = lines.ends(rng, client, (out.world.resolver.ip, 53))
        out.edge["dns"].append((at - 30, lines.zeek_json("dns", lines.dns(at - 30, rng, ask, name, names.address(name)))))
    out.edge["ssl"].append((at, lines.zeek_json("ssl", lines.ssl(at, rng, who, name, rng.pick(lines.JA3)))))
    out.edge["conn"].append((at, lines.zeek_json("conn", lines.conn(at, rng, who, ("tcp", "ssl", seconds), sizes))))


PLAIN = [("ocsp.digicert.com", "POST", "/", "application/ocsp-response"),
         ("ctldl.windowsupdate.com", "GET", "/msdownload/ctl.cab", "application/vnd.ms-cab-compressed"),
         ("connectivitycheck.gstatic.com", "GET", "/generate_204", "-"),
         ("captive.apple.com", "GET", "/hotspot-detect.html", "text/html"),
         ("www.msftconnecttest.com", "GET", "/connecttest.txt", "text/plain"), ("crl3.digicert.com", "GET", "/g5.crl", "-")]


def edge_http(out, rng, at, client):
    """The little that is still said in the clear."""
    name, method, uri, mime = rng.skewed(PLAIN)
    who, sizes = lines.ends(rng, client, (names.address(name), 80)), (90 + rng.below(90), rng.below(3000))
    agent = rng.pick((AGENT, "Microsoft-CryptoAPI/10.0", "Microsoft NCSI", "CaptiveNetworkSupport-443.120.2 wispr"))
    out.edge["http"].append((at, lines.zeek_json("http", lines.http(at, rng, who, (method, name, uri, agent, mime), sizes))))
    out.edge["conn"].append((at, lines.zeek_json("conn", lines.conn(at, rng, who, ("tcp", "http", 0.1),
                                                                    (sizes[0] + 300, sizes[1] + 400)))))


def guests(out, web, day, day_number, density):
    """Patients' and staff's own devices: they come and go, and go straight out."""
    for host in web.world.of("guest"):
        rng = Rng("guest", web.world.seed, day_number, host.name)
        if rng.chance(0.35):
            continue
        begin = day + rng.between(7, 14) * HOUR + rng.below(HOUR)
        end = min(day + DAY, begin + rng.between(1, 14) * HOUR)
        for at in times_of_day(rng, day, WAKING, 40 * density):
            if begin <= at < end:
                site = rng.skewed(web.world.sites)
                for name in ["www." + site] + web.page(site)[1]:
                    edge_tls(out, rng, at, host.ip, name, (rng.long_tailed(700, 9000), rng.long_tailed(3000, 3000000)),
                             1 + 60 * rng.random() ** 3)
                    at += rng.below(900)
        for _ in range(rng.between(2, 9)):
            edge_http(out, rng, begin + rng.below(end - begin), host.ip)
        for name, seconds, exact in PHONES:
            at = begin + rng.below(seconds * 1000)
            while at < end:
                edge_tls(out, rng, at, host.ip, name, (900 + rng.below(900), 4000 + rng.below(3000)), seconds * 0.9)
                at += int(seconds * 1000 * (1 + exact * (2 * rng.random() - 1)))


WAKING = [2, 1, 0, 0, 0, 1, 10, 30, 50, 60, 60, 60, 80, 80, 60, 60, 60, 70, 80, 90, 90, 80, 50, 20]


def ordinary(book, web, day, day_number, density):
    out = Out(book, web.world, day)
    office(out, web, day, day_number, density)
    appliances(out, web, day, day_number)
    guests(out, web, day, day_number, density)
    return out
