#!/usr/bin/env python3
"""The seven hospital cases, each planted into a copy of an ordinary month.

  bench/quality/chains.py MONTH OUT      MONTH: a folder of hospital.py; OUT/CASE/logs: hard links to its files and the case's

Each case has the steps that public reports give, in the formats that can show them, timed as there (day of the week and
hour); a step that no log shows stands in the labels with "log": null.  Steps are numbered as in the list of cases that this
was specified from; the moments that reports leave open were chosen once and are frozen.
"""
import argparse
import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from kit import names, windows as w  # noqa: E402
from kit.accounts import SYSTEM32  # noqa: E402
from kit.book import Book, read_json, write_json  # noqa: E402
from kit.clock import DAY, HOUR, MINUTE, Rng, date_text, utc_ms, utc_text  # noqa: E402
from kit.play import Play  # noqa: E402
from kit.world import Host, World  # noqa: E402

VERSION = 1
FORTI, CONN, EDGE, SECURITY, SYSTEM, DNS = ("fortigate traffic", "zeek conn", "zeek conn at the edge", "windows security",
                                            "windows system", "zeek dns")


def foreign(world, what):
    return names.address(world.domain + what, 3)


def uda(p, begin):
    """UDA-2018: Tuesday 05:40 nobody can use the records; GandCrab; somebody had broken the rule of no internet."""
    world = p.world
    ehr, files = world.of("ehr"), world.one("file")
    own = Host("DESKTOP-7QK2M1A", "%s.20.231" % world.clinical_net, "terminal", "user", world.realm, p.rng)
    at = begin + 18 * DAY + 13 * HOUR + 20 * MINUTE
    p.lease(at, own.ip, own.mac, own.name)
    end = p.call_home(at + MINUTE, own, "www." + world.sites[300], 14, 40)
    c2 = "img." + names.bad_domain(p.rng)
    end = p.call_home(end, own, c2, 8, 120)
    p.step(1, "a device of somebody's own on the closed network: new MAC, outbound DNS from the record system's network",
           (at, end), "T1200", DNS + ", dhcp", [own], [], [c2])
    p.step(2, "antivirus definitions old on servers", (at, at), "", None)
    p.step(3, "backup jobs say ok while no tape is loaded", (at, at), "", None)
    at = begin + 21 * DAY + 22 * HOUR + 5 * MINUTE
    end = p.call_home(at, ehr[1], c2, 22, 900)
    p.step(4, "call-backs from a record server", (at, end), "T1071", DNS + ", " + EDGE, [ehr[1]], [], [c2])
    at = begin + 22 * DAY + 4 * HOUR + 52 * MINUTE
    end = at
    for target in (files, ehr[0], ehr[2]):
        end = p.encrypt(end, ehr[1], target, "svc_ehr", 420, ".KRAB", "KRAB-DECRYPT.txt")
    p.step(5, "mass renaming on the shares", (at, end), "T1486", SECURITY, [ehr[1], files], ["svc_ehr"])
    p.step(6, "a ransom note on the server's console", (end, end), "T1486", None)
    return {"encryption_at": at, "must_name": [4]}


def late_part(p, source, user, moments, targets):
    """Handa's steps 6 to 9, which Naruto shares; moments: of each step."""
    world, deploy, backups, paper, end = p.world, *moments
    files, backup = world.one("file"), world.one("backup")
    done = p.deploy(deploy, source, targets, user, p.rng.hex(6) + ".exe")
    p.step(6, "deployment by admin share and service, the security tool stopped", (deploy, done), "T1562.001",
           SECURITY + ", " + SYSTEM, [source] + targets, [user])
    done = p.logon(backups, (source.ip, source.name), backup, user)
    done = p.encrypt(done + 2000, source, backup, user, 160, ".lockbit", "Restore-My-Files.txt")
    done = p.no_way_back(done, backup, world.ad + "\\" + user)
    p.step(7, "the backup share is overwritten, shadow copies deleted", (backups, done), "T1490", SECURITY, [backup, source],
           [user])
    done = p.print_notes(paper, source)
    p.step(8, "one machine prints on every printer", (paper, done), "T1491.001", CONN, [source])
    done = p.encrypt(end, source, files, user, 900, ".lockbit", "Restore-My-Files.txt")
    p.step(9, "encryption", (end, done), "T1486", SECURITY, [files, source], [user])


def handa(p, begin):
    """HANDA-2021: Sunday about 00:30 the printers print LockBit's notes; entry by the VPN with leaked credentials."""
    world, admin = p.world, "administrator"
    servers = [h for h in world.hosts if h.user == "SYSTEM"]
    leaked, outside, pool = world.doctors[2], foreign(world, "handa"), world.pool % 23
    at = begin + 18 * DAY + 3 * HOUR + 7 * MINUTE
    end = p.knock(at, foreign(world, "scanner"), [443, 10443, 8443, 4443], 60)
    p.step(1, "the VPN's port is looked at from outside", (at, end), "T1595", FORTI, [], [], [foreign(world, "scanner")])
    p.step(2, "its address and accounts stand in a leaked list", (at, at), "T1078", None)
    at = begin + 26 * DAY + 22 * HOUR + 12 * MINUTE
    p.vpn(at, (outside, leaked, "doctors", "Netherlands"), pool, 170, 2)
    p.step(3, "VPN logon at an odd hour from abroad", (at, at), "T1133", "fortigate vpn", [pool], [leaked], [outside])
    at += 9 * MINUTE
    end = p.sweep(at, pool, [h.ip for h in servers], [3389, 445])
    for host in (servers[0], world.one("file"), world.one("print"), world.one("billing")):
        end = p.guess(end, (pool, "-"), host, [admin, leaked, "admin"], 14)
        end = p.rdp(end, pool, host, admin)
    p.step(4, "remote desktop from the VPN's pool to several servers, after wrong passwords", (at, end), "T1021.001",
           SECURITY + ", " + CONN, [pool, servers[0], world.one("file"), world.one("print"), world.one("billing")], [admin])
    source, at = servers[0], begin + 26 * DAY + 23 * HOUR + 15 * MINUTE
    end, targets = at, servers[2:] + world.of("terminal")[:40]
    for host in targets:
        end = p.logon(end + p.rng.between(600, 4000), (source.ip, source.name), host, admin)
    p.step(5, "the directory's administrator on many machines within minutes", (at, end), "T1078.002", SECURITY,
           [source] + targets, [admin])
    night = begin + 27 * DAY
    late_part(p, source, admin, (night - 25 * MINUTE, night + 6 * MINUTE, night + 30 * MINUTE, night + 36 * MINUTE),
              servers[2:] + world.of("terminal")[:30])
    return {"encryption_at": night + 36 * MINUTE}


def naruto(p, begin):
    """NARUTO-2022: Sunday 17:40 computers restart by themselves and printers print English; the entry was not found."""
    world, user = p.world, "administrator"
    servers = [h for h in world.hosts if h.user == "SYSTEM"]
    source, at = world.one("billing"), begin + 20 * DAY + 17 * HOUR
    late_part(p, source, user, (at + 4 * MINUTE, at + 19 * MINUTE, at + 40 * MINUTE, at + 45 * MINUTE),
              [h for h in servers if h is not source] + world.of("terminal")[40:70])
    crew = world.of("terminal", "office")
    end = p.restart(at + 40 * MINUTE, crew)
    p.step(10, "many computers restart within five minutes", (at + 40 * MINUTE, end), "T1529", SYSTEM, crew)
    return {"encryption_at": at + 45 * MINUTE}


def osaka(p, begin):
    """OSAKA-2022: Monday about 04:00 through the caterer's permanent line; noticed at about 07:00."""
    world, local = p.world, "Administrator"
    meal, ehr = world.one("meal"), world.of("ehr")
    servers = [h for h in world.hosts if h.user == "SYSTEM" and h is not meal]
    account, group, _, address, _, _ = [v for v in world.vendors if v[2] == "meal"][0]
    pool, morning = world.pool % 42, begin + 21 * DAY + 4 * HOUR
    p.step(1, "the caterer's VPN device has a known flaw", (morning, morning), "T1199", None)
    p.vpn(morning + 2 * MINUTE, (address, account, group, "Japan"), pool, 160)
    end = p.rdp(morning + 4 * MINUTE, pool, meal, local, 150)
    p.step(2, "the vendor's line is used outside the agreed hours", (morning + 2 * MINUTE, end), "T1199",
           "fortigate vpn, " + SECURITY, [meal, pool], [account, local], [address])
    at = end = morning + 25 * MINUTE
    for host in servers[:9]:
        end = p.guess(end, (meal.ip, meal.name), host, [local, "admin", "ehradmin", "sa"], 30, (200, 1500))
    p.step(3, "wrong passwords from the meal server at others, nobody is locked out", (at, end), "T1110.003", SECURITY,
           [meal] + servers[:9], [local])
    at = morning + 48 * MINUTE
    p.servers(at, w.service_state(at, meal, "Mamoru Endpoint Agent", False))
    p.run(at + 9000, meal, local, SYSTEM32 + "msiexec.exe", "msiexec.exe /x {6A2C1E9F-7B6E-4E3C-9F4F-1F0B6A7D2C11} /qn")
    p.step(4, "the security tool is removed from the meal server", (at, at + 9000), "T1562.001", SYSTEM, [meal])
    at = morning + 58 * MINUTE
    end = p.call_home(at, meal, "dl." + names.bad_domain(p.rng), 3, 30)
    end = p.run(end, meal, local, "C:\\PerfLogs\\pd64.exe", "pd64.exe -accepteula -ma lsass.exe C:\\PerfLogs\\l.dmp")
    p.step(7, "a tool is fetched, passwords are read from memory", (at, end), "T1003.001", "sysmon, " + DNS, [meal])
    at = morning + 68 * MINUTE
    end = at
    for host in ehr:
        end = p.rdp(end + 20000, meal.ip, host, local, 30, meal.name)
        p.conn(end, meal.ip, (host.ip, 445), ("tcp", "gssapi,smb,ntlm", 90.0), (900000, 300000))
    p.step(5, "the meal server speaks to record servers: a pair never seen", (at, end), "T1021.001", CONN + ", " + SECURITY,
           [meal] + ehr, [local])
    at = end = morning + 78 * MINUTE
    for host in servers + world.of("terminal")[:25]:
        end = p.logon(end + p.rng.between(900, 4000), (meal.ip, meal.name), host, local)
    p.step(6, "the same local administrator on many machines", (at, end), "T1078.003", SECURITY, [meal] + servers, [local])
    at = morning + 130 * MINUTE
    end = at
    for host in ehr:
        end = p.encrypt(end, meal, host, local, 500, ".eking", "info.txt")
    p.step(8, "encryption of the core servers", (at, end), "T1486", SECURITY, [meal] + ehr, [local])
    return {"encryption_at": at}


def okayama(p, begin):
    """OKAYAMA-2024: Sunday 16:00 the records stop; days before, a shared folder left by the maintenance VPN's door."""
    world, admin = p.world, "administrator"
    outside, pool = foreign(world, "okayama"), world.pool % 11
    files, backup, hyper = world.one("file"), world.one("backup"), world.of("hypervisor")
    at = begin + 19 * DAY + 23 * HOUR + 41 * MINUTE
    p.step(1, "an administrator's password that anybody guesses", (at, at), "T1078.001", None)
    p.vpn(at, (outside, admin, "maintenance", "Russian Federation"), pool, 220)
    p.step(2, "VPN logon from an address that is on no list", (at, at), "T1133", "fortigate vpn", [pool], [admin], [outside])
    at += 14 * MINUTE
    end = p.sweep(at, pool, ["%s.1.%d" % (world.clinical_net, n) for n in range(1, 255)], [445, 3389, 135])
    p.step(3, "the network is explored from the VPN's pool", (at, end), "T1046", CONN, [pool])
    at = begin + 22 * DAY + HOUR + 20 * MINUTE
    p.vpn(at - 5 * MINUTE, (outside, admin, "maintenance", "Russian Federation"), pool, 100)
    end = at
    for host in world.of("terminal"):
        end = p.logon(end + p.rng.between(600, 3000), (pool, "-"), host, admin)
    p.step(4, "the same administrator on all terminals", (at, end), "T1078", SECURITY, [pool] + world.of("terminal"), [admin])
    store = "up." + names.bad_domain(p.rng)
    for night in (23, 24):
        at = begin + night * DAY + 2 * HOUR
        end = p.upload(at, files, store, 60, 320000000)
    p.step(5, "a shared folder leaves the house by night", (begin + 23 * DAY + 2 * HOUR, end), "T1567", EDGE + ", " + FORTI,
           [files], [], [store])
    at = begin + 27 * DAY + 14 * HOUR + 35 * MINUTE
    p.vpn(at - 9 * MINUTE, (outside, admin, "maintenance", "Russian Federation"), pool, 180)
    end = p.rdp(at, pool, backup, admin)
    for host in hyper:
        end = p.rdp(end + 60000, pool, host, admin)
        p.run(end, host, world.ad + "\\" + admin, SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe",
              "powershell Get-VM | Get-VMSnapshot | Remove-VMSnapshot")
    end = p.no_way_back(end, backup, world.ad + "\\" + admin)
    p.step(6, "backups and snapshots are deleted", (at, end), "T1490", SECURITY, [pool, backup] + hyper, [admin])
    at = begin + 27 * DAY + 15 * HOUR + 52 * MINUTE
    end = p.encrypt(at, hyper[0], files, admin, 900, ".phobos", "info.hta")
    p.step(7, "encryption", (at, end), "T1486", SECURITY, [files, hyper[0]], [admin])
    p.step(8, "names appear on a leak site", (end, end), "", None)
    return {"encryption_at": at}


def kosugi(p, begin):
    """KOSUGI-2026: Monday 01:50 nurse-call terminals misbehave; entry by the maintenance VPN of the vital-sign monitors."""
    world, local = p.world, "Administrator"
    vital, nurse = world.one("vitals"), world.of("nursecall")
    account, group = [v for v in world.vendors if v[2] == "vitals"][0][:2]
    outside, pool = foreign(world, "kosugi"), world.pool % 44
    at = begin + 19 * DAY + 23 * HOUR + 28 * MINUTE
    p.step(1, "a medical device's VPN that no ledger knows", (at, at), "T1133", None)
    p.vpn(at, (outside, account, group, "Germany"), pool, 240)
    end = p.rdp(at + 3 * MINUTE, pool, vital, local)
    for host in nurse:
        p.conn(end + 40000, pool, (host.ip, 445), ("tcp", "gssapi,smb,ntlm", 4.0), (9000, 20000))
        end = p.rdp(end + 90000, pool, host, local)
    p.step(2, "from the VPN to the nurse-call network: a pair never seen", (at, end), "T1021.001", CONN + ", fortigate vpn",
           [pool, vital] + nurse, [account, local], [outside])
    c2 = "sync." + names.bad_domain(p.rng)
    at = begin + 20 * DAY + 40 * MINUTE
    end = p.call_home(at, nurse[0], c2, 60, 300)
    p.step(3, "a nurse-call server speaks to the internet", (at, end), "T1071", EDGE + ", " + DNS, [nurse[0]], [], [c2])
    at = begin + 21 * DAY + 5 * MINUTE
    end = p.upload(at, nurse[0], "s." + c2.split(".", 1)[1], 45, 260000000)
    p.step(4, "patients' names leave by night", (at, end), "T1048", EDGE + ", " + FORTI, [nurse[0]], [],
           ["s." + c2.split(".", 1)[1]])
    at = begin + 21 * DAY + HOUR + 50 * MINUTE
    for host in nurse:
        end = p.encrypt(at, nurse[0], host, local, 120, ".payday", "README.txt")
    p.silenced.append((at, [h.ip for h in world.of("nurse", "nursecall")]))
    p.step(5, "the stations' sign of life stops", (at, at + 10 * MINUTE), "T1489", CONN, world.of("nurse") + nurse)
    p.step(6, "names appear on a leak site", (at, at), "", None)
    return {"encryption_at": at}


def fukushima(p, begin):
    """FUKUSHIMA-2017: a private computer on the closed network brings a worm; imaging devices restart."""
    world = p.world
    own = Host("MYNOTE-PC", "%s.20.233" % world.clinical_net, "terminal", "user", world.realm, p.rng)
    at = begin + 23 * DAY + 10 * HOUR + 21 * MINUTE
    p.lease(at, own.ip, own.mac, own.name)
    p.step(1, "an unknown MAC on a ward's network", (at, at), "T1200", "dhcp", [own])
    at += 3 * MINUTE
    end = p.sweep(at, own.ip, ["%s.%d.%d" % (world.clinical_net, net, n) for net in (20, 30, 1) for n in range(1, 255)], [445],
                  (5, 40))
    p.step(2, "a burst of connections to port 445", (at, end), "T1210", CONN, [own])
    at = end + 14 * MINUTE
    pacs = world.of("pacs")[0]
    for host in world.of("modality")[:4]:
        for n in range(12):
            when = at + n * 40000 + p.rng.below(9000)
            p.conn(when, host.ip, (pacs.ip, 104), ("tcp", "-", 0.1), (300, 0), "REJ")
    p.silenced.append((at, [h.ip for h in world.of("modality")[:4]]))
    p.step(3, "imaging devices restart, images are not stored", (at, at + 10 * MINUTE), "T1486", CONN, world.of("modality")[:4])
    return {"encryption_at": at, "must_name": [2]}


CASES = [("uda-2018", uda), ("handa-2021", handa), ("naruto-2022", naruto), ("osaka-2022", osaka), ("okayama-2024", okayama),
         ("kosugi-2026", kosugi), ("fukushima-2017", fukushima)]


def link_month(month, out, silenced):
    """Hard links to the month's files; where machines fall silent, that day's connections without theirs."""
    for top, _, files in os.walk(os.path.join(month, "logs")):
        for name in files:
            source = os.path.join(top, name)
            target = os.path.join(out, os.path.relpath(source, month))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            quiet = [s for s in silenced if "zeek-lan" in source and name == "conn.log" and date_text(s[0]) in source]
            if os.path.exists(target):
                os.unlink(target)
            if not quiet:
                os.link(source, target)
                continue
            begin, hosts = quiet[0]
            with open(source, encoding="utf-8") as rows, open(target, "w", encoding="utf-8") as kept:
                for line in rows:
                    part = line.split("\t", 5)
                    if line.startswith("#") or float(part[0]) * 1000 < begin or not (part[2] in hosts or part[4] in hosts):
                        kept.write(line)


def make(month, out):
    labels = read_json(os.path.join(month, "labels.json"))
    world = World(300, labels["seed"])
    if len(world.hosts) != labels["hosts"] or labels["days"] < 30:
        raise SystemExit("%s is no month of 300 machines" % month)
    begin = utc_ms(labels["from"])
    for name, act in CASES:
        folder = os.path.join(out, name)
        play = Play(Book(os.path.join(folder, "logs")), world, Rng("chain", name))
        told = act(play, begin)
        link_month(month, folder, play.silenced)
        play.book.close()
        steps = [dict(s, at=utc_text(s["at"]), until=utc_text(s["until"])) for s in play.steps]
        case = {"id": name, "sort": "chain", "story": act.__doc__, "steps": steps, "must_name": told.get("must_name"),
                "encryption_at": utc_text(told["encryption_at"])}
        for paper in ("site.json", "expected.txt"):
            shutil.copyfile(os.path.join(month, paper), os.path.join(folder, paper))
        write_json(os.path.join(folder, "labels.json"), dict(labels, generator="chains.py %d" % VERSION, cases=[case],
                                                             planted=sum(play.book.lines().values())))
        print("%s: %d lines, encryption %s" % (name, sum(play.book.lines().values()), case["encryption_at"]), file=sys.stderr)


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("month", help="folder made by hospital.py")
    a.add_argument("out")
    options = a.parse_args()
    make(options.month, options.out)


if __name__ == "__main__":
    main()
