"""DNS tunnels, slow exfiltration by names and bursts of made-up names, planted into a generated week and into real DNS."""
import base64
import os
import sys

from . import dga, lines, names
from .book import Book, write_json
from .clock import DAY, HOUR, Rng, date_text, utc_text
from .real import Real

BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
BASE128 = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"
FIRST_QUERIES, FIRST_SECONDS = 50, 60


def cut(text, n=60):
    return ".".join(text[i:i + n] for i in range(0, len(text), n))


def iodine(rng, domain):
    """A whole network in names: long labels of many letters, NULL or TXT answers, several a second."""
    name = cut(rng.text("abcdefgh", 1) + rng.text(BASE128, rng.between(90, 200)))
    return name + "." + domain, rng.pick(("NULL", "TXT", "NULL")), (60, 500), rng.text(BASE128, 120)


def dnscat(rng, domain):
    """A shell in names: hexadecimal labels, TXT, CNAME and MX in turn, about one a second."""
    return cut(rng.hex(rng.pick((34, 50, 110)))) + "." + domain, rng.pick(("TXT", "CNAME", "MX")), (500, 1500), rng.hex(40)


def slow_text(rng, domain):
    """A file in TXT questions, one every ten to forty seconds."""
    return "%s.%d.%s" % (rng.text(BASE32, 48), rng.below(9999), domain), "TXT", (10000, 40000), "ok"


def slow_address(rng, domain):
    """A file in A questions: what a sensor that logs only names still shows; one every half a minute or two."""
    return rng.text(BASE32, 56) + "." + domain, "A", (30000, 120000), "10.9.8.7"


def staged(rng, domain):
    """Orders fetched in TXT answers: the questions carry little, the answers much."""
    return "%s.%s" % (rng.text(BASE32, 24), domain), "TXT", (2000, 9000), base64.b64encode(
        rng.text(BASE128, 150).encode()).decode()


TUNNELS = {"iodine": (iodine, 6000), "dnscat": (dnscat, 3000), "slow-txt": (slow_text, 700), "slow-a": (slow_address, 300),
           "staged": (staged, 900)}


def victims(month, rng):
    """Inner computers ask the domain controller (the inner sensor), guests the resolver (the edge)."""
    world = month.world
    return rng.shuffled(world.of("office", "terminal", "file", "lis", "meal")), rng.shuffled(world.of("guest"))


def query(world, host, rng, at, question):
    """(path, head, at, line) of one question; question: (name, type, answer or None)."""
    edge = host.role == "guest"
    who = lines.ends(rng, host.ip, (world.resolver.ip if edge else world.dc.ip, 53))
    line = lines.dns(at, rng, who, question[0], question[2], question[1], "NOERROR" if question[2] else "NXDOMAIN")
    if edge:
        return "zeek-edge/%s/dns.log" % date_text(at), "", at, lines.zeek_json("dns", line)
    return "zeek-lan/%s/dns.log" % date_text(at), lines.zeek_head("dns"), at, line


def tunnels(rng, host_of, begin, ask):
    """(case's parts, rows, rows of its first minute or fifty questions) of every tunnel, four of each sort."""
    for sort, (make, n) in TUNNELS.items():
        for i in range(4):
            host, domain = host_of(i % 2), rng.pick(("", "t.", "ns1.")) + names.bad_domain(rng)
            at = start = begin + rng.below(5 * DAY) + rng.below(HOUR)
            rows, moments = [], []
            for _ in range(rng.between(n // 3, n)):
                name, kind, gap, answer = make(rng, domain)
                rows.append(ask(host, rng, at, (name, kind, answer)))
                moments.append(at)
                at += rng.between(*gap)
            early = [row for i, row in enumerate(rows) if i < FIRST_QUERIES or row[2] < start + FIRST_SECONDS * 1000]
            yield {"sort": "tunnel", "host": host, "peers": [domain, ".".join(domain.split(".")[1:])], "moments": moments,
                   "class": {"way": sort}}, rows, early


def bursts(rng, host_of, begin, ask):
    """Every family three times: names that do not exist, one that does at the end."""
    for family in dga.FAMILIES:
        for i in range(3):
            host, at = host_of(i % 2), begin + rng.below(6 * DAY) + rng.below(HOUR)
            made, rows, moments = dga.names(family, rng.below(1 << 20), rng.between(40, 400)), [], []
            for n, name in enumerate(made):
                answer = names.address(name) if n == len(made) - 1 else None
                rows.append(ask(host, rng, at, (name, "A", answer)))
                moments.append(at)
                at += rng.between(300, 4000)
            yield {"sort": "dga", "host": host, "peers": [], "moments": moments,
                   "class": {"family": family}}, rows, rows[:FIRST_QUERIES]


def labelled(parts, ident):
    host = parts["host"]
    return {"id": ident, "sort": parts["sort"], "hosts": host.names(),
            "accounts": [] if host.user in ("-", "SYSTEM") else [host.user],
            "peers": [p for p in parts["peers"] if p.count(".") > 0], "from": utc_text(parts["moments"][0]),
            "to": utc_text(parts["moments"][-1]), "count": len(parts["moments"]), "class": parts["class"]}


def in_generated(options, begin):
    """dns: whole; dns-first: the same week with each tunnel's first fifty questions or minute alone, whichever is longer."""
    import hospital
    import plant
    for which in ("dns", "dns-first"):
        out = os.path.join(options.out, which)
        month, rng = hospital.Month(os.path.join(out, "logs"), options.hosts, 14), Rng("tunnels", 14)
        inner, guests = victims(month, rng)

        def host_of(edge, inner=inner, guests=guests):
            return (guests if edge else inner).pop()

        def ask(host, rng, at, question, world=month.world):
            return query(world, host, rng, at, question)

        rows, cases = [], []
        for make in (tunnels, bursts):
            for parts, whole, early in make(rng, host_of, begin + DAY, ask):
                rows += whole if which == "dns" else early
                cases.append(labelled(parts, "d%03d" % len(cases)))
        plant.finish(out, options, month, 14, begin, plant.by_day(rows, begin, 7), cases)


def in_real(options, begin):
    """Two days of a real recording's questions with tunnels in them; again whole and first part."""
    import plant
    folder = os.path.join(options.data, "zed-sample", "zeek-default")
    if not os.path.isdir(folder):
        print("the real recordings are not here: tunnels in generated DNS alone", file=sys.stderr)
        return
    real = Real(folder, ("dns",))
    table = real.tables["dns"]
    for which in ("real-tunnels", "real-tunnels-first"):
        out, rng = os.path.join(options.out, which), Rng("tunnels", "real")
        crew = rng.shuffled(real.clients)

        def host_of(edge, crew=crew):
            return plant.Address(crew[edge * 7 % len(crew)]) if len(crew) < 12 else plant.Address(crew.pop())

        def ask(host, rng, at, question):
            who = lines.ends(rng, host.ip, ("10.47.2.100", 53))
            return None, None, at, table.fit(lines.dns(at, rng, who, question[0], question[2], question[1],
                                                       "NOERROR" if question[2] else "NXDOMAIN"))

        rows, cases = [], []
        for make in (tunnels, bursts):
            for parts, whole, early in make(rng, host_of, begin - 4 * DAY, ask):
                begins = parts["moments"][0]
                move = begin + (begins - begin) % DAY - begins + 2 * HOUR * (begins % 7) // 7
                rows += [(row[2] + move, row[3], move) for row in (whole if which == "real-tunnels" else early)]
                parts["moments"] = [m + move for m in parts["moments"]]
                cases.append(labelled(parts, "r%03d" % len(cases)))
        book, hosts = Book(os.path.join(out, "logs")), 0
        for number in range(2):
            day = begin + number * DAY
            hosts += len(real.lay(book, day, number, 0.3))
            for at, line, _ in rows:
                if day <= at < day + DAY:
                    stamp = "%d.%06d" % (at // 1000, at % 1000 * 1000)
                    book.rows("zeek/%02d/dns.log" % number, table.header()).append((at, stamp + "\t" + line.split("\t", 1)[1]))
            book.flush()
        book.close()
        write_json(os.path.join(out, "labels.json"), {
            "format": 1, "generator": "plant.py", "seed": 0, "from": utc_text(begin), "to": utc_text(begin + 2 * DAY),
            "hosts": len(real.clients), "days": 2, "host_days": hosts, "lines": sum(book.lines().values()), "harmless": [],
            "cases": cases})
        print("%s: %d lines, %d cases" % (out, sum(book.lines().values()), len(cases)), file=sys.stderr)


def plant(options):
    import hospital
    from .clock import day_start
    begin = day_start(hospital.START)
    in_generated(options, begin)
    in_real(options, begin)


