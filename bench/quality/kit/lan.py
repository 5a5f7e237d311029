"""The inner network as a mirror port shows it (Zeek, TSV): records, images, names, backups, watching programs."""
from . import lines, names
from .clock import DAY, HOUR, MINUTE, Rng, WARD_DAY, date_text, is_off, jst, times_of_day, weekday

# role of the server, port, service, most bytes out and in, how often of 100
WORK = [("ehr", 443, "ssl", 6000, 90000, 44), ("ehr", 1521, "-", 4000, 60000, 12), ("file", 445, "gssapi,smb", 20000, 300000, 11),
        ("pacs", 104, "-", 2000, 4000000, 9), ("dc", 88, "krb_tcp", 1800, 1800, 10), ("dc", 389, "ldap", 900, 4000, 7),
        ("lis", 2575, "-", 2000, 300, 3), ("print", 445, "gssapi,smb", 300000, 3000, 4)]
SUFFIX_MISSES = ["wpad", "isatap", "proxy", "intranet", "printer", "fileserver-old", "cups", "_ldap._tcp.dc._msdcs"]


class Lan:
    """Where one day's connections of the inner network go."""

    def __init__(self, book, world, day):
        folder = "zeek-lan/%s/" % date_text(day)
        self.rows = {kind: book.rows(folder + kind + ".log", lines.zeek_head(kind), "#close\t%s\n" % date_text(day))
                     for kind in ("conn", "dns", "ssl", "http")}
        self.world = world

    def conn(self, at, rng, client, server, flow, sizes, state="SF"):
        who = lines.ends(rng, client, server)
        self.rows["conn"].append((at, lines.conn(at, rng, who, flow, sizes, state)))
        return who

    def ask(self, at, rng, client, name, answers, kind="A", code=None):
        who = lines.ends(rng, client, (self.world.dc.ip, 53))
        self.rows["dns"].append((at, lines.dns(at, rng, who, name, answers, kind,
                                               code or ("NOERROR" if answers else "NXDOMAIN"))))


def terminals(lan, day, day_number, density):
    world = lan.world
    work = [row for row in WORK for _ in range(row[5])]
    servers = {role: world.of(role) for role in {row[0] for row in WORK}}
    off = is_off(day)
    for host in world.of("terminal"):
        rng = Rng("terminal", world.seed, day_number, host.name)
        for at in times_of_day(rng, day, WARD_DAY, (60 if off else 150) * density):
            role, port, service, most_out, most_in, _ = rng.pick(work)
            rows = servers[role]
            server = rows[(host.sid + (rng.below(len(rows)) if rng.chance(0.2) else 0)) % len(rows)]
            who = lan.conn(at, rng, host.ip, (server.ip, port), ("tcp", service, 0.01 + 8 * rng.random() ** 3),
                           (200 + rng.below(most_out), 200 + rng.below(most_in)))
            if service == "ssl" and rng.chance(0.3):
                lan.rows["ssl"].append((at, lines.ssl(at, rng, who, server.fqdn)))
            if rng.chance(0.25):
                lan.ask(at - 4, rng, host.ip, server.fqdn, server.ip)
        noise(lan, rng, day, host, 6)


def house_web(lan, day, day_number):
    """The house's own pages without TLS, and the proxy as the mirror port sees it: a CONNECT now and then."""
    world = lan.world
    gateway, proxy = world.one("gateway"), world.proxy
    for host in world.of("office", "terminal"):
        rng = Rng("house-web", world.seed, day_number, host.name)
        for at in times_of_day(rng, day, OFFICE_HOURS, 2 if is_off(day) else 7):
            inner = host.role == "terminal" or rng.chance(0.5)
            who = lan.conn(at, rng, host.ip, (gateway.ip, 80) if inner else (proxy.ip, 3128), ("tcp", "http", 0.4), (700, 9000))
            name = gateway.fqdn if inner else "www." + rng.skewed(world.sites) + ":443"
            lan.rows["http"].append((at, lines.http(at, rng, who, (
                "GET" if inner else "CONNECT", name, "/menu/%d" % rng.below(40) if inner else name,
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
                "text/html" if inner else "-"), (0, 4000), "-" if inner else "PROXY-CONNECTION -> keep-alive")))


def noise(lan, rng, day, host, mean):
    """What any Windows computer mutters: suffix searches, mDNS, NetBIOS, reverse look-ups, Chromium's three random names."""
    world = lan.world
    base = host.ip.rsplit(".", 1)[0]
    for _ in range(rng.poisson(mean)):
        at = day + rng.below(DAY)
        what = rng.below(6)
        if what == 0:
            lan.ask(at, rng, host.ip, rng.pick(SUFFIX_MISSES) + "." + world.realm, None)
        elif what == 1:
            lan.conn(at, rng, host.ip, (base + ".255", 137), ("udp", "dns", 0.8), (0, 0), "S0")
        elif what == 2:
            who = lines.ends(rng, host.ip, ("224.0.0.251", 5353))
            lan.rows["dns"].append((at, lines.dns(at, rng, who, rng.pick(("_ipp._tcp.local", "_googlecast._tcp.local",
                                                                         "_companion-link._tcp.local")), None, "PTR", "NOERROR")))
        elif what == 3:
            a = rng.pick(world.hosts).ip.split(".")
            lan.ask(at, rng, host.ip, ".".join(a[::-1]) + ".in-addr.arpa", None if rng.chance(0.4) else "x." + world.realm, "PTR")
        elif what == 4:
            lan.conn(at, rng, host.ip, (world.dc.ip, 123), ("udp", "ntp", 0.001), (48, 48))
        else:
            chromium(lan, rng, at, host)


def chromium(lan, rng, at, host):
    """At its start, the browser asks for three names that cannot be, to see whether somebody lies about names."""
    for n in range(3):
        name = rng.text("abcdefghijklmnopqrstuvwxyz", rng.between(7, 15))
        lan.ask(at + n, rng, host.ip, name + "." + lan.world.realm, None)
        lan.ask(at + n + 2, rng, host.ip, name, None)


def office_names(lan, web, day, day_number):
    """Office computers: names of the house, browsers' starts, reputation look-ups of the security tool with long labels."""
    world = lan.world
    cloud = web.name("AV-CLOUD").split(".", 1)[1]
    for host in world.of("office", "it"):
        rng = Rng("office-names", world.seed, day_number, host.name)
        if is_off(day) and not host.always:
            continue
        noise(lan, rng, day, host, 10)
        for at in times_of_day(rng, day, OFFICE_HOURS, 12):
            lan.ask(at, rng, host.ip, rng.pick(world.of("dc", "file", "print", "proxy")).fqdn, "172.16.0.1")
        for at in times_of_day(rng, day, OFFICE_HOURS, 5):
            label = rng.hex(32) + "." + rng.hex(8) + ".i." + rng.pick(("01", "02")) + ".f."
            lan.ask(at, rng, host.ip, label + cloud, "127.0.0.%d" % rng.pick((2, 4, 8)), rng.pick(("A", "TXT")))


OFFICE_HOURS = [0] * 8 + [20, 15, 12, 12, 8, 12, 12, 12, 10, 6, 2, 1, 0, 0, 0, 0]


def mail_names(lan, web, day, day_number):
    """The mail server asks blocklists about every sender: addresses turned round, most of them unknown."""
    world, mail = lan.world, lan.world.one("mail")
    rng = Rng("mail", world.seed, day_number)
    for at in times_of_day(rng, day, MAIL_DAY, 260):
        a = names.address("sender", rng.below(5000)).split(".")
        for zone in ("zen.spamhaus.org", "bl.spamcop.net"):
            lan.ask(at, rng, mail.ip, ".".join(a[::-1]) + "." + zone, "127.0.0.2" if rng.chance(0.2) else None)
        sender = rng.pick(world.sites)
        lan.ask(at + 40, rng, mail.ip, sender, "v=spf1 include:_spf.%s -all" % sender, "TXT")
        lan.ask(at + 60, rng, mail.ip, rng.text("abcdefghijklmnopqrstuvwxyz0123456789", 10) + "._domainkey." + sender,
                "v=DKIM1;k=rsa;p=MIIBIjANBgkq" + rng.hex(20), "TXT")


MAIL_DAY = [6, 5, 5, 5, 6, 8, 10, 20, 60, 70, 60, 50, 45, 50, 50, 50, 50, 40, 25, 18, 14, 12, 10, 8]


def modalities(lan, day, day_number):
    world = lan.world
    pacs = world.of("pacs")
    for host in world.of("modality"):
        rng = Rng("modality", world.seed, day_number, host.name)
        for at in times_of_day(rng, day, IMAGING, 8 if is_off(day) else 45):
            lan.conn(at, rng, host.ip, (pacs[0].ip, 104), ("tcp", "-", 0.4 + 40 * rng.random() ** 2),
                     (400000 + rng.below(80000000), 3000 + rng.below(3000)))
        for n in range(24):
            at = day + n * HOUR + host.sid * 300
            lan.conn(at, rng, host.ip, (pacs[0].ip, 104), ("tcp", "-", 0.02), (420, 380))
    rng = Rng("images", world.seed, day_number)
    at = day + 2 * HOUR + rng.below(HOUR)
    for n in range(rng.between(80, 260)):
        lan.conn(at, rng, pacs[0].ip, (pacs[1].ip, 104), ("tcp", "-", 20.0), (200000000 + rng.below(900000000), 90000))
        at += 20000 + rng.below(30000)


IMAGING = [2, 2, 1, 1, 1, 2, 4, 20, 80, 100, 100, 90, 50, 70, 90, 90, 70, 40, 15, 8, 6, 5, 4, 3]


def stations(lan, day, day_number):
    """Nurse-call stations and the vital-sign server keep in touch with theirs, all day, exactly."""
    world = lan.world
    centres = world.of("nursecall")
    for host in world.of("nurse"):
        rng = Rng("nurse", world.seed, day_number, host.name)
        centre = centres[host.sid % len(centres)]
        for at in range(day + host.sid * 30, day + DAY, 300000):
            lan.conn(at + rng.below(40), rng, host.ip, (centre.ip, 7070), ("tcp", "-", 0.05), (180, 220))
        for at in times_of_day(rng, day, WARD_DAY, 30):
            lan.conn(at, rng, host.ip, (centre.ip, 5060), ("udp", "sip", 20.0), (1400, 1600))


def servers(lan, web, out, day, day_number):
    """Backups at night and to the cloud, clocks, replication, the watching program's rounds."""
    world = lan.world
    rng = Rng("servers", world.seed, day_number)
    backup, monitor = world.one("backup"), world.one("monitor")
    at = day + 22 * HOUR
    for host in [h for h in world.hosts if h.user == "SYSTEM" and h is not backup]:
        big = host.role in ("ehr", "file", "pacs", "hypervisor")
        lan.conn(at, rng, backup.ip, (host.ip, 445), ("tcp", "gssapi,smb", 600.0),
                 (900000, 20000000000 + rng.below(1 << 34) if big else 900000000 + rng.below(1 << 30)))
        at += rng.between(3, 15) * MINUTE
        for n in range(0, 24, 2):
            when = day + n * HOUR + rng.below(HOUR)
            lan.conn(when, rng, host.ip, (world.dc.ip, 123), ("udp", "ntp", 0.001), (48, 48))
    begin = day + 3 * HOUR
    for n in range(rng.between(20, 60)):
        begin += rng.between(20, 90) * 1000
        size = 200000000 + rng.below(300000000)
        cloud(lan, out, rng, begin, backup, web.name("CLOUDBACKUP"), size)
    for begin in range(day + 60000, day + DAY, 600000):
        for host in world.of("printer", "hypervisor", "nursecall", "ehr", "pacs", "file", "dc"):
            begin += 90
            lan.conn(begin, rng, monitor.ip, (host.ip, 161), ("udp", "snmp", 0.02), (90, 140))


def cloud(lan, out, rng, at, host, name, size):
    """A server's upload, as the firewall and the sensor at the edge see it."""
    who = lines.ends(rng, host.ip, (names.address(name), 443))
    out.edge["ssl"].append((at, lines.zeek_json("ssl", lines.ssl(at, rng, who, name))))
    out.edge["conn"].append((at, lines.zeek_json("conn", lines.conn(at, rng, who, ("tcp", "ssl", 40.0), (size, size // 900)))))
    out.gate.append((at + 40000, lines.forti_traffic(at + 40000, (host.ip, 40000 + rng.below(20000), "clinical"),
                                                     (names.address(name), 443, "wan1"), "close", (size, size // 900))))


def sweep(lan, rng, at, source, hosts, ports):
    """A sweep that somebody ordered: inventory or a vulnerability scan."""
    for host in hosts:
        for port in ports:
            at += 20 + rng.below(60)
            open_ = (host.sid * 7 + port) % 5 == 0 or (port == 445 and host.role in ("terminal", "office", "file", "ehr"))
            lan.conn(at, rng, source.ip, (host.ip, port), ("tcp", "-", 0.05), (120, 300), "SF" if open_ else
                     "REJ" if host.sid % 3 else "S0")
    return at


SCANNED = [21, 22, 23, 25, 53, 80, 88, 104, 110, 111, 135, 139, 143, 389, 443, 445, 515, 631, 993, 1433, 1521, 2049, 3306, 3389,
           5060, 5432, 5900, 5985, 8000, 8080, 8443, 9100]


def rounds(lan, day, day_number):
    """Wednesday noon the inventory tool looks at every computer; once a month the vulnerability scanner at all servers."""
    world, rng = lan.world, Rng("rounds", lan.world.seed, day_number)
    monitor = world.one("monitor")
    if weekday(day) == 2:
        sweep(lan, rng, day + 12 * HOUR, monitor, world.of("terminal", "office", "it", "printer"), [135, 445])
    if jst(day).tm_mday == 15:
        sweep(lan, rng, day + 20 * HOUR, monitor, [h for h in world.hosts if h.user in ("SYSTEM", "root")], SCANNED)


def leases(book, world, day, day_number):
    """DHCP at the clinical network's server: renewals, and a few machines that are new."""
    rows = book.rows("syslog/dhcp.log")
    for host in world.of("terminal", "office", "guest", "branch"):
        rng = Rng("dhcp", world.seed, day_number, host.name)
        for _ in range(2):
            at = day + rng.below(DAY)
            rows.append((at, lines.linux(at, "ns01", "dhcpd[812]", "DHCPACK on %s to %s (%s) via ens18" % (
                host.ip, host.mac, host.name))))


def printing(lan, day, day_number):
    """The print server speaks to one printer at a time; a toner order now and then."""
    world, rng = lan.world, Rng("printing", lan.world.seed, day_number)
    server, printers = world.one("print"), world.of("printer")
    for at in times_of_day(rng, day, WARD_DAY, 500 if is_off(day) else 1500):
        lan.conn(at, rng, server.ip, (rng.skewed(printers).ip, 9100), ("tcp", "-", 2.0), (20000 + rng.below(900000), 300))


def ordinary(book, web, out, day, day_number, density):
    lan = Lan(book, web.world, day)
    terminals(lan, day, day_number, density)
    house_web(lan, day, day_number)
    office_names(lan, web, day, day_number)
    mail_names(lan, web, day, day_number)
    modalities(lan, day, day_number)
    stations(lan, day, day_number)
    servers(lan, web, out, day, day_number)
    printing(lan, day, day_number)
    rounds(lan, day, day_number)
    leases(book, web.world, day, day_number)
    return lan
