"""Single acts of an intruder in the second of two ordinary weeks: one label each, so that every detector has its own."""
import os

from . import lines, names, windows as w
from .accounts import SYSTEM32
from .clock import DAY, HOUR, MINUTE, Rng, day_start, utc_text
from .play import Play

DAYS = 14


class Stage:
    """What an act needs: who plays, and which moments and machines are still free."""

    def __init__(self, play, begin):
        self.play, self.world, self.rng, self.begin = play, play.world, play.rng, begin
        self.offices = self.rng.shuffled(self.world.of("office"))
        self.terminals = self.rng.shuffled(self.world.of("terminal"))
        self.servers = [h for h in self.world.hosts if h.user == "SYSTEM"]
        self.cases = []

    def when(self, hours=(9, 17), days=(8, 13)):
        return self.begin + self.rng.between(*days) * DAY + self.rng.between(*hours) * HOUR + self.rng.below(HOUR)

    def outside(self):
        return names.address("intruder", self.rng.below(1 << 20))

    def case(self, sort, way, span, hosts=(), accounts=(), peers=()):
        known = [name for h in hosts for name in (h.names() if hasattr(h, "names") else [h])]
        self.cases.append({"id": "a%03d" % len(self.cases), "sort": sort, "hosts": known, "accounts": list(accounts),
                           "peers": list(peers), "from": utc_text(span[0]), "to": utc_text(span[1]), "count": 0,
                           "class": {"way": way}})


def scans(s):
    net = s.world.clinical_net
    for way, targets, ports, gap in (
            ("one port, a network", ["%s.20.%d" % (net, n) for n in range(1, 255)], [445], (5, 60)),
            ("one port, servers' network", ["%s.1.%d" % (net, n) for n in range(1, 255)], [3389], (20, 300)),
            ("many ports, one machine", [s.world.one("file").ip], list(range(1, 1025)), (2, 20)),
            ("few ports, many machines", ["%s.40.%d" % (net, n) for n in range(1, 120)], [9100, 80, 443, 23], (10, 90)),
            ("slow: one address a minute", ["%s.20.%d" % (net, n) for n in range(1, 200)], [22], (40000, 80000)),
            ("images: who speaks DICOM", ["%s.30.%d" % (net, n) for n in range(1, 255)], [104, 11112], (10, 80))):
        host, at = s.terminals.pop(), s.when()
        s.case("scan", way, (at, s.play.sweep(at, host.ip, targets, ports, gap)), [host])


def guesses(s):
    p, world = s.play, s.world
    for n, gap in ((60, (300, 1500)), (120, (2000, 9000)), (40, (20000, 60000))):
        host, target, at = s.terminals.pop(), s.rng.pick(s.servers), s.when()
        end = p.guess(at, (host.ip, host.name), target, ["administrator"], n, gap)
        s.case("guess", "one account, Windows", (at, end), [host, target], ["administrator"])
    for server in world.of("web", "gateway"):
        source, at = s.offices.pop(), s.when((0, 23))
        end = at
        for _ in range(80):
            end += s.rng.between(700, 4000)
            p.book.rows("syslog/auth.part2.log").append((end, lines.linux(
                end, server.name, "sshd[%d]" % s.rng.between(2000, 30000), "Failed password for root from %s port %d ssh2" % (
                    source.ip, s.rng.between(30000, 60000)))))
        s.case("guess", "one account, SSH", (at, end), [source, server], ["root"])
    user, remote, at = world.doctors[1], s.outside(), s.when((0, 23))
    end = at
    for _ in range(70):
        end += s.rng.between(4000, 15000)
        p.gate(end, lines.forti_vpn(end, "fail", (remote, user, "N/A", "Vietnam")))
    p.vpn(end + 9000, (remote, user, "doctors", "Vietnam"), world.pool % 61, 30)
    s.case("guess", "one account, VPN, then in", (at, end), ["fgt01", "FGT-EDGE"], [user], [remote])


def sprays(s):
    p, world, rng = s.play, s.world, s.rng
    host, dc, at = s.offices.pop(), world.dc, s.when()
    end = at
    for user in rng.shuffled(world.staff)[:60]:
        end += rng.between(500, 5000)
        p.security(end, w.ticket(end, rng, dc, 4771, (user, world.ad), host.ip, status="0x18"))
    s.case("spray", "many accounts, Kerberos", (at, end), [host, dc])
    host, at = s.offices.pop(), s.when()
    end = p.guess(at, (host.ip, host.name), world.one("file"), rng.shuffled(world.staff)[:50], 50, (20000, 90000))
    s.case("spray", "many accounts, slowly", (at, end), [host, world.one("file")])
    remote, at = s.outside(), s.when((0, 5))
    end = at
    for user in rng.shuffled(world.staff)[:45]:
        end += rng.between(3000, 20000)
        p.gate(end, lines.forti_vpn(end, "fail", (remote, user, "N/A", "Brazil")))
    s.case("spray", "many accounts, VPN", (at, end), ["fgt01", "FGT-EDGE"], [], [remote])


def doors(s):
    """VPN, firewall and router: what the edge alone can tell."""
    p, world = s.play, s.world
    for i, (way, hours, country) in enumerate((("from abroad, at night", (2, 4), "Netherlands"),
                                               ("from abroad, by day", (11, 15), "Brazil"),
                                               ("a clerk who never used it, at night", (1, 4), "Japan"))):
        user = world.doctors[4 + i] if i < 2 else world.of("office")[3].user
        at, remote = s.when(hours), s.outside()
        p.vpn(at, (remote, user, "doctors", country), world.pool % (70 + i), 90)
        s.case("vpn", way, (at, at), ["fgt01", "FGT-EDGE", world.pool % (70 + i)], [user], [remote])
    for account, group, role, address, _, _ in (world.vendors[0], world.vendors[3]):
        at, pool = s.when((1, 4)), world.pool % 55
        p.vpn(at, (address, account, group, "Japan"), pool, 60)
        end = p.rdp(at + MINUTE, pool, world.one(role), "Administrator")
        s.case("maintenance", "outside its agreed hours", (at, end), ["fgt01", "FGT-EDGE", pool, world.one(role)], [account],
               [address])
    remote, at = s.outside(), s.when((0, 5))
    p.gate(at, lines.forti_login(at, "admin", remote))
    s.case("device", "administrator of the firewall from outside", (at, at), ["fgt01", "FGT-EDGE"], ["admin"], [remote])
    at += 5 * MINUTE
    p.gate(at, lines.forti_config(at, "admin", remote, "user.local", ("Add", "support2", "type[password]")))
    p.gate(at + 9000, lines.forti_config(at + 9000, "admin", remote, "user.group", ("Edit", "doctors", "member[+support2]")))
    s.case("device", "a VPN user is added", (at, at + 9000), ["fgt01", "FGT-EDGE"], ["admin", "support2"], [remote])
    remote, at, rows = s.outside(), s.when((0, 5)), p.book.rows("syslog/rtx830.part2.log")
    router = world.branch_net + ".1"
    rows.append((at, lines.yamaha(at, router, "Login succeeded for SSH: %s admin" % remote)))
    rows.append((at + 70000, lines.yamaha(at + 70000, router, 'Configuration saved in "CONFIG0" by SSH(admin)')))
    s.case("device", "administrator of the branch's router from outside", (at, at + 70000), [router], ["admin"], [remote])


def moves(s):
    p, world = s.play, s.world
    for user in ("administrator", world.admins[1]):
        host, at = s.terminals.pop(), s.when((0, 23))
        end = at
        for target in s.rng.shuffled(world.of("terminal", "office"))[:45]:
            end = p.logon(end + s.rng.between(900, 5000), (host.ip, host.name), target, user)
        s.case("lateral", "one account on many machines", (at, end), [host], [user])
    for hosts in (s.servers[4:7], s.servers[8:10]):
        host, at = s.offices.pop(), s.when((18, 23))
        end = p.deploy(at, host, hosts, "administrator", s.rng.hex(8) + ".exe")
        s.case("lateral", "remote service by admin share", (at, end), [host] + hosts, ["administrator"])
    host, target, at = s.terminals.pop(), world.one("ehr"), s.when((0, 23))
    end = p.rdp(at, host.ip, target, "administrator", 40, host.name)
    s.case("lateral", "remote desktop never seen between the two", (at, end), [host, target], ["administrator"])


def leaks(s):
    p = s.play
    for role, parts, size in (("file", 80, 250000000), ("ris", 40, 400000000), ("mail", 30, 150000000)):
        host, store, at = s.world.one(role), "up." + names.bad_domain(s.rng), s.when((1, 3))
        s.case("exfiltration", "gigabytes from a server by night", (at, p.upload(at, host, store, parts, size)), [host], [],
               [store, names.address(store)])
    for role in ("nursecall", "lis", "modality"):
        host, name, at = s.rng.pick(s.world.of(role)), "a." + names.bad_domain(s.rng), s.when((0, 23))
        s.case("internet", "a machine that has no business on the internet", (at, p.call_home(at, host, name, 15, 240)), [host],
               [],
               [name, names.address(name)])


def ends(s):
    """What comes just before and with the encryption."""
    p, world = s.play, s.world
    files = world.one("file")
    for n, ending in ((700, ".locked"), (1500, ".a3f9c1")):
        host, at = s.offices.pop(), s.when((0, 23))
        s.case("ransomware", "mass renaming and notes on a share", (at, p.encrypt(at, host, files, host.user, n, ending,
                                                                                  "HOW_TO.txt")),
               [host, files], [host.user])
    host, at = s.terminals.pop(), s.when((0, 23))
    end = at
    for n in range(1200):
        end += s.rng.between(10, 120)
        p.security(end, w.touched(end, s.rng, files, (host.user, world.ad), "D:\\kyouyuu\\iji\\k%04d.xlsx" % n, w.DELETE))
    s.case("ransomware", "mass deletion on a share", (at, end), [host, files], [host.user])
    for host in (world.one("pacs"), world.one("billing")):
        at = s.when((0, 5))
        s.case("ransomware", "shadow copies deleted", (at, p.no_way_back(at, host, world.ad + "\\administrator")), [host])
    host, at = world.one("ris"), s.when((0, 5))
    for n, code in enumerate((5001, 5010)):
        p.servers(at + n * 900, w.defender(at + n * 900, host, code, {"Product Name": "Microsoft Defender"}))
    p.servers(at + 3000, w.service_state(at + 3000, host, "Mamoru Endpoint Agent", False))
    s.case("ransomware", "the security tool is stopped and stays so", (at, at + 3000), [host])
    host, at = s.offices.pop(), s.when((0, 5))
    s.case("ransomware", "one machine prints everywhere", (at, p.print_notes(at, host)), [host])
    at = s.when((1, 5))
    crew = world.of("terminal")
    s.case("ransomware", "many machines restart at once by night", (at, p.restart(at, crew)), crew)
    host, at = world.one("lis"), s.when((0, 5))
    p.run(at, host, "administrator", SYSTEM32 + "wevtutil.exe", "wevtutil.exe cl Security")
    p.security(at + 300, w.log_cleared(at + 300, host, ("administrator", world.ad)))
    s.case("ransomware", "the event log is cleared by night", (at, at + 300), [host], ["administrator"])


def plant(options):
    import hospital
    import plant as planting
    out, begin = os.path.join(options.out, "acts"), day_start(hospital.START)
    month = hospital.Month(os.path.join(out, "logs"), options.hosts, 15)
    stage = Stage(Play(month.book, month.world, Rng("acts", 15)), begin)
    for act in (scans, guesses, sprays, doors, moves, leaks, ends):
        act(stage)
    rows = []
    for path, sink in list(month.book.sinks.items()):
        rows += [(path, sink.head, at, line) for at, line in sink.rows]
    month.book.sinks.clear()
    planting.finish(out, options, month, 15, begin, planting.by_day(rows, begin, DAYS), stage.cases)
