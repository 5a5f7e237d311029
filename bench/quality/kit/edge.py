"""The edge: FortiGate (strangers knocking, VPN, administrators), the branch's YAMAHA router, Linux servers, an IDS."""
from . import lines, names
from .clock import CLINIC_DAY, DAY, HOUR, MINUTE, Rng, is_off, times_of_day

KNOCKED = [22, 23, 80, 443, 445, 3389, 5060, 8080, 8443, 8728, 10443, 2323, 5900, 6379]
GUESSED = ("admin administrator root test user guest vpn support info office scan backup sslvpn fortinet hospital cisco temp "
           "operator manager tanaka suzuki sato yamada").split()
ALERTS = [(2013028, "ET POLICY curl User-Agent Outbound", "Attempted Information Leak", 2),
          (2027758, "ET DNS Query for .cloud TLD", "Potentially Bad Traffic", 2),
          (2033078, "ET INFO Session Traversal Utilities for NAT (STUN Binding Request)", "Misc activity", 3),
          (2210020, "SURICATA STREAM ESTABLISHED packet out of window", "Generic Protocol Command Decode", 3),
          (2210045, "SURICATA STREAM Packet with invalid ack", "Generic Protocol Command Decode", 3),
          (2200075, "SURICATA UDPv4 invalid checksum", "Generic Protocol Command Decode", 3),
          (2013504, "ET POLICY GNU/Linux APT User-Agent Outbound likely related to package management",
           "Not Suspicious Traffic", 3),
          (2025275, "ET INFO Windows OS Submitting USB Metadata to Microsoft", "Misc activity", 3),
          (2221010, "SURICATA HTTP unable to match response to request", "Generic Protocol Command Decode", 3)]
OUTSIDE_ALERTS = [(2402000, "ET DROP Dshield Block Listed Source group 1", "Misc Attack", 2),
                  (2001219, "ET SCAN Potential SSH Scan", "Attempted Information Leak", 2),
                  (2403342, "ET CINS Active Threat Intelligence Poor Reputation IP group 43", "Misc Attack", 2)]


def stranger(rng):
    """Somebody on the internet who knocks; a few come every day, most once."""
    return names.address("scanner", rng.below(40) if rng.chance(0.4) else rng.below(100000))


def knocking(out, world, day, day_number, density):
    rng = Rng("knocking", world.seed, day_number)
    for _ in range(int(rng.between(2500, 4500) * density)):
        at = day + rng.below(DAY)
        out.gate.append((at, lines.forti_traffic(at, (stranger(rng), 1024 + rng.below(60000), "wan1"),
                                                 (world.wan, rng.pick(KNOCKED), "root"), "deny")))
    for _ in range(rng.between(30, 250)):  # made-up names at the VPN's door, from all over, day and night
        at = day + rng.below(DAY)
        remote = stranger(rng)
        out.gate.append((at, lines.forti_vpn(at, "fail", (remote, rng.pick(GUESSED), "N/A", names.country(remote)))))


def wrong_ways(out, world, day, day_number):
    """Clinical computers that would like to speak to their maker and may not."""
    for host in world.of("terminal", "modality"):
        rng = Rng("wrong", world.seed, day_number, host.name)
        for _ in range(rng.poisson(4)):
            at = day + rng.below(DAY)
            out.gate.append((at, lines.forti_traffic(at, (host.ip, 49152 + rng.below(16000), "clinical"),
                                                     (names.address("v10.events.data.microsoft.com"), 443, "wan1"), "deny")))


def session(out, rng, at, account, pool, seconds, sizes):
    out.gate.append((at, lines.forti_vpn(at, "up", account, pool)))
    end = at + seconds * 1000
    out.gate.append((end, lines.forti_vpn(end, "down", account, pool, (seconds,) + sizes)))


def vendors(out, lan, world, day, day_number):
    """Maintenance in the agreed hours: VPN, then remote desktop to the server they tend and no other."""
    for i, (account, group, role, address, hours, days) in enumerate(world.vendors):
        rng = Rng("vendor", world.seed, day_number, account)
        if is_off(day) or not rng.chance(days / 5.0 * 0.7):
            continue
        at = day + hours[0] * HOUR + rng.below((hours[1] - hours[0] - 1) * HOUR)
        who, pool = (address, account, group, "Japan"), world.pool % (40 + i)
        if rng.chance(0.2):
            out.gate.append((at - 30000, lines.forti_vpn(at - 30000, "fail", who)))
        seconds = rng.between(600, 3400)
        session(out, rng, at, who, pool, seconds, (rng.below(9000000), rng.below(90000000)))
        server = rng.pick(world.of(role))
        lan.conn(at + 40000, rng, pool, (server.ip, 3389), ("tcp", "ssl,rdp", seconds - 60.0), (900000, 30000000))


def doctors(out, lan, world, day, day_number):
    """From home, in the evening, at night when called, on the road now and then."""
    for i, user in enumerate(world.doctors):
        rng = Rng("doctor", world.seed, day_number, user)
        if not rng.chance(0.3):
            continue
        hour = rng.pick((6, 7, 19, 20, 20, 21, 21, 22, 23, 1, 3))
        at = day + hour * HOUR + rng.below(HOUR)
        home = world.homes[user] if rng.chance(0.93) else names.address(user + "/hotel", rng.below(3))
        who, pool = (home, user, "doctors", "Japan"), world.pool % (100 + i % 100)
        for n in range(rng.pick((0, 0, 0, 0, 1, 2))):
            out.gate.append((at - 20000 * (n + 1), lines.forti_vpn(at - 20000 * (n + 1), "fail", who)))
        seconds = rng.between(300, 5400)
        session(out, rng, at, who, pool, seconds, (rng.below(9000000), rng.below(300000000)))
        pc = rng.pick(world.of("office"))
        lan.conn(at + 30000, rng, pool, (pc.ip, 3389), ("tcp", "ssl,rdp", seconds - 40.0), (700000, 20000000))


def firewall_itself(out, world, day, day_number):
    rng = Rng("firewall", world.seed, day_number)
    it = world.of("it")[0]
    for n in range(24):
        at = day + n * HOUR + 11000
        out.gate.append((at, lines.forti(at, "0100040704", "event", "system", "notice",
                                         'logdesc="System performance statistics" action="perf-stats" cpu=%d mem=44 '
                                         'totalsession=%d disk=0 bandwidth="%d/%d" setuprate=%d msg="Performance statistics"'
                                         % (2 + rng.below(30), 300 + rng.below(2000), rng.below(90000), rng.below(90000),
                                            rng.below(60)))))
    if is_off(day) or not rng.chance(0.5):
        return
    at = day + rng.between(9, 17) * HOUR + rng.below(HOUR)
    if rng.chance(0.2):
        out.gate.append((at - 9000, lines.forti_login(at - 9000, "admin", it.ip, False)))
    out.gate.append((at, lines.forti_login(at, "admin", it.ip)))
    if rng.chance(0.2):
        out.gate.append((at + 300000, lines.forti_config(at + 300000, "admin", it.ip, "firewall.address",
                                                         ("Add", names.domain(rng), "type[fqdn]"))))


def branch(book, world, day, day_number):
    """The visiting-nursing branch behind a YAMAHA RTX830."""
    rng, rows = Rng("branch", world.seed, day_number), book.rows("syslog/rtx830.log")
    router = world.branch_net + ".1"
    for _ in range(rng.between(300, 700)):
        at = day + rng.below(DAY)
        rows.append((at, lines.yamaha_rejected(at, router, (stranger(rng), 1024 + rng.below(60000)),
                                               (world.branch_wan, rng.pick(KNOCKED)))))
    if not is_off(day):
        for at in times_of_day(rng, day, CLINIC_DAY, 500):
            host = rng.pick(world.of("branch"))
            rows.append((at, lines.yamaha_inspect(at, router, (host.ip, 49152 + rng.below(16000)),
                                                  (names.address(rng.skewed(world.sites)), 443))))
    at = day + 4 * HOUR + rng.below(HOUR)
    for text in ("[IKE] initiate ISAKMP phase to %s (local address %s)" % (world.wan, world.branch_wan), "IP Tunnel[1] Up"):
        rows.append((at, lines.yamaha(at, router, text)))
    if rng.chance(0.04):
        at = day + 14 * HOUR + rng.below(HOUR)
        source = world.of("branch")[0].ip
        rows.append((at, lines.yamaha(at, router, "Login succeeded for HTTP: %s admin" % source)))
        rows.append((at + 90000, lines.yamaha(at + 90000, router, 'Configuration saved in "CONFIG0" by HTTP(admin)')))
        rows.append((at + 100000, lines.yamaha(at + 100000, router, "Logout from HTTP: %s admin" % source)))


def linux_servers(book, world, day, day_number):
    """Signing in by key and by password, slips of the finger, the night's jobs, sudo."""
    rows, it = book.rows("syslog/auth.log"), world.of("it")
    for host in world.of("proxy", "dns", "mail", "web", "gateway"):
        rng = Rng("linux", world.seed, day_number, host.name)
        for n in range(24):
            at = day + n * HOUR + 17 * MINUTE + 1000
            rows.append((at, lines.linux(at, host.name, "CRON[%d]" % rng.between(1000, 30000),
                                         "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)")))
        jobs = [(day + 2 * HOUR + rng.below(60000), "svc_backup", world.one("backup").ip, "publickey")]
        if not is_off(day) and rng.chance(0.4):
            admin = rng.below(len(it))
            jobs.append((day + rng.between(9, 17) * HOUR + rng.below(HOUR), world.admins[admin], it[admin].ip, "password"))
        for at, user, source, how in jobs:
            port, pid = rng.between(40000, 60000), rng.between(1000, 30000)
            if how == "password" and rng.chance(0.25):
                rows.append((at - 7000, lines.linux(at - 7000, host.name, "sshd[%d]" % pid,
                                                    "Failed password for %s from %s port %d ssh2" % (user, source, port))))
            rows.append((at, lines.linux(at, host.name, "sshd[%d]" % pid, "Accepted %s for %s from %s port %d ssh2" % (
                how, user, source, port))))
            if how == "password":
                rows.append((at + 30000, lines.linux(at + 30000, host.name, "sudo", "%s : TTY=pts/0 ; PWD=/home/%s ; USER=root ; "
                                                     "COMMAND=/usr/bin/systemctl reload squid" % (user, user))))


def alerts(book, world, day, day_number):
    """The IDS of an ordinary house: dozens a day that nobody reads, loud ones about strangers too."""
    rng, rows = Rng("alerts", world.seed, day_number), book.rows("suricata/eve.json")
    inside = world.of("office", "guest", "mail", "proxy")
    for _ in range(rng.between(30, 90)):
        at, host = day + rng.below(DAY), rng.skewed(inside)
        rows.append((at, lines.eve_alert(at, rng, (host.ip, 40000 + rng.below(20000)),
                                         (names.address(rng.skewed(world.sites)), 443), rng.skewed(ALERTS))))
    for _ in range(rng.between(20, 60)):
        at = day + rng.below(DAY)
        rows.append((at, lines.eve_alert(at, rng, (stranger(rng), 40000 + rng.below(20000)),
                                         (world.wan, rng.pick(KNOCKED)), rng.pick(OUTSIDE_ALERTS))))


def ordinary(book, world, out, lan, day, day_number, density):
    knocking(out, world, day, day_number, density)
    wrong_ways(out, world, day, day_number)
    vendors(out, lan, world, day, day_number)
    doctors(out, lan, world, day, day_number)
    firewall_itself(out, world, day, day_number)
    branch(book, world, day, day_number)
    linux_servers(book, world, day, day_number)
    alerts(book, world, day, day_number)

