"""What happens once or a few times a month in every house and looks worse than it is.  Each row of EVENTS is one such thing."""
from . import lines, windows as w
from .accounts import SYSTEM32
from .clock import DAY, HOUR, MINUTE, Rng, is_off, jst, weekday


class Scene:
    """Everything that a day's event may write to."""

    def __init__(self, book, world, web, out, lan, desk):
        self.book, self.world, self.web = book, world, web
        self.out, self.lan, self.desk = out, lan, desk
        self.told = []

    def tell(self, at, what, hosts=()):
        self.told.append({"at": at, "what": what, "hosts": [h.ip for h in hosts]})


def remote_tool(scene, rng, at, it, admin, target):
    """PsExec by the IT staff: admin share, service installed, started, gone."""
    desk, world = scene.desk, scene.world
    who = desk.who(admin)
    scene.lan.conn(at, rng, it.ip, (target.ip, 445), ("tcp", "gssapi,smb,dce_rpc", 40.0), (400000, 30000))
    desk.enter(at + 100, rng, target, admin, 3, (it.ip, it.name))
    desk.security.append((at + 120, w.special(at + 120, target, who)))
    desk.security.append((at + 200, w.share(at + 200, rng, target, who, it.ip, "ADMIN$", "PSEXESVC.exe", "0x12019f")))
    desk.security.append((at + 230, w.share(at + 230, rng, target, who, it.ip, "IPC$", "svcctl", "0x12019f")))
    desk.others.append((at + 400, w.service_installed(at + 400, target, "PSEXESVC", "%SystemRoot%\\PSEXESVC.exe")))
    desk.others.append((at + 450, w.service_state(at + 450, target, "PSEXESVC", True)))
    desk.others.append((at + 40000, w.service_state(at + 40000, target, "PSEXESVC", False)))


def helping(scene, rng, day, number):
    """IT staff on a working day: remote desktop, WinRM, PsExec to a few computers that have a problem."""
    if is_off(day):
        return
    world, desk = scene.world, scene.desk
    its = world.of("it")
    for i, it in enumerate(its):
        admin = world.admins[i]
        for _ in range(rng.poisson(3)):
            at = day + rng.between(9, 17) * HOUR + rng.below(HOUR)
            target = rng.pick(world.of("terminal", "office"))
            scene.lan.conn(at, rng, it.ip, (target.ip, 3389), ("tcp", "ssl,rdp", 700.0), (300000, 9000000))
            desk.enter(at + 900, rng, target, admin, 10, (it.ip, it.name))
        for _ in range(rng.poisson(1.5)):
            at = day + rng.between(9, 19) * HOUR + rng.below(HOUR)
            target = rng.pick([h for h in world.hosts if h.user == "SYSTEM"])
            scene.lan.conn(at, rng, it.ip, (target.ip, 3389), ("tcp", "ssl,rdp", 1500.0), (300000, 9000000))
            desk.enter(at + 900, rng, target, admin, 10, (it.ip, it.name))
            desk.security.append((at + 950, w.special(at + 950, target, desk.who(admin))))
        if rng.chance(0.3):
            remote_tool(scene, rng, day + rng.between(9, 17) * HOUR + rng.below(HOUR), it, admin,
                        rng.pick(world.of("terminal", "office")))
        if rng.chance(0.3):
            at, target = day + rng.between(10, 16) * HOUR + rng.below(HOUR), rng.pick(world.of("file", "print", "wsus", "av"))
            scene.lan.conn(at, rng, it.ip, (target.ip, 5985), ("tcp", "http", 30.0), (9000, 60000))
            desk.enter(at + 40, rng, target, admin, 3, (it.ip, "-"))


def patching(scene, rng, day, number):
    """The second Wednesday: every computer fetches from the update server in the morning and restarts in the evening."""
    if not (weekday(day) == 2 and 8 <= jst(day).tm_mday <= 14):
        return
    world, wsus = scene.world, scene.world.one("wsus")
    scene.tell(day + 9 * HOUR, "monthly updates and restarts of all computers")
    for host in world.of("terminal", "office"):
        at = day + 9 * HOUR + rng.below(2 * HOUR)
        scene.lan.conn(at, rng, host.ip, (wsus.ip, 8530), ("tcp", "http", 90.0), (90000, 700000000 + rng.below(300000000)))
        at = day + 19 * HOUR + rng.below(90 * MINUTE)
        for code, data, delay in ((1074, {"param1": "C:\\Windows\\system32\\svchost.exe (%s)" % host.name, "param2": host.name,
                                          "param5": "再起動する"}, 0), (6006, {}, 9000), (6005, {}, 90000)):
            scene.desk.others.append((at + delay, w.system(at + delay, host, code, data,
                                                           "User32" if code == 1074 else "EventLog")))


def roll_out(scene, rng, day, number):
    """A new release of the security tool on all computers in one evening: service stopped, installed, started."""
    if number % 30 != 9:
        return
    world = scene.world
    scene.tell(day + 18 * HOUR, "new release of the security tool on all computers")
    server, at = world.one("av"), day + 18 * HOUR
    for host in world.of("terminal", "office") + [h for h in world.hosts if h.user == "SYSTEM"]:
        at += rng.between(2, 20) * 1000
        scene.lan.conn(at, rng, server.ip, (host.ip, 445), ("tcp", "gssapi,smb", 9.0), (90000000, 50000))
        scene.desk.enter(at + 300, rng, host, "svc_av", 3, (server.ip, "-"))
        scene.desk.others.append((at + 4000, w.service_state(at + 4000, host, "Mamoru Endpoint Agent", False)))
        scene.desk.others.append((at + 9000, w.service_installed(at + 9000, host, "MamoruAgent12",
                                                                 '"C:\\Program Files\\Mamoru\\agent12.exe"')))
        scene.desk.others.append((at + 15000, w.service_state(at + 15000, host, "Mamoru Endpoint Agent", True)))


def printer_drivers(scene, rng, day, number):
    """New multifunction printers: a service on the ward's terminals, new shares on the print server."""
    if number % 30 != 17:
        return
    scene.tell(day + 10 * HOUR, "new printer drivers on the terminals")
    for host in scene.world.of("terminal"):
        at = day + 10 * HOUR + rng.below(3 * HOUR)
        scene.desk.others.append((at, w.service_installed(at, host, "FukugoukiPortMonitor", SYSTEM32 + "spool\\fpmon64.exe")))
    server, at = scene.world.one("print"), day + 13 * HOUR
    for printer in scene.world.of("printer"):  # a test page for each
        at += rng.between(3, 40) * 1000
        scene.lan.conn(at, rng, server.ip, (printer.ip, 9100), ("tcp", "-", 2.0), (60000, 300))


def reorganisation(scene, rng, day, number):
    """An administrator moves and renames a department's folders after hours: thousands of renames and deletions."""
    if number % 30 != 20:
        return
    world, desk = scene.world, scene.desk
    it, admin, files = world.of("it")[0], world.admins[0], desk.files
    scene.tell(day + 18 * HOUR, "the file server is reorganised by an administrator", [it])
    at = day + 18 * HOUR + 10 * MINUTE
    desk.enter(at - 2000, rng, files, admin, 3, (it.ip, it.name))
    for n in range(2600):
        at += rng.between(100, 900)
        old = "houkoku\\2019\\kiroku%04d.%s" % (n, rng.pick(("xlsx", "docx", "pdf")))
        desk.security.append((at, w.share(at, rng, files, desk.who(admin), it.ip, "kyouyuu", old, "0x10080")))
        desk.security.append((at + 4, w.touched(at + 4, rng, files, desk.who(admin), "D:\\kyouyuu\\" + old, w.DELETE)))
        new = "archive\\" + old
        desk.security.append((at + 9, w.touched(at + 9, rng, files, desk.who(admin), "D:\\kyouyuu\\" + new, w.WRITE)))


def joiners(scene, rng, day, number):
    """People come on the first and the middle of the month: accounts made, put into groups, first sign-in with a new password."""
    if jst(day).tm_mday not in (1, 2, 16) or is_off(day):
        return
    world, desk = scene.world, scene.desk
    admin = world.admins[0]
    for n in range(rng.between(2, 7)):
        user, at = "shin%02d.%s" % (n, rng.text("abcdehikmnrsty", 3)), day + 9 * HOUR + n * 4 * MINUTE
        for delay, row in ((0, w.account(at, desk.dcs[0], 4720, desk.who(admin), user)),
                           (300, w.account(at + 300, desk.dcs[0], 4722, desk.who(admin), user)),
                           (500, w.account(at + 500, desk.dcs[0], 4724, desk.who(admin), user)),
                           (900, w.member(at + 900, desk.dcs[0], 4728, desk.who(admin), "kango-all", user))):
            desk.security.append((at + delay, row))


def new_machines(scene, rng, day, number):
    """A new or a renamed computer every few days: a name and address never seen that does what the others do."""
    if is_off(day) or not rng.chance(0.3):
        return
    world, lan = scene.world, scene.lan
    ip = "%s.%d.%d" % (world.clinical_net, 28, 20 + number)
    scene.tell(day + 10 * HOUR, "a new terminal, " + ip)
    rows = scene.book.rows("syslog/dhcp.log")
    at = day + 10 * HOUR
    rows.append((at, lines.linux(at, "ns01", "dhcpd[812]", "DHCPACK on %s to 3c:52:82:%02x:%02x:07 (SHIN-T%03d) via ens18" % (
        ip, number, rng.below(256), number))))
    for _ in range(120):
        at = day + 10 * HOUR + rng.below(8 * HOUR)
        server = rng.pick(world.of("ehr", "file", "dc"))
        lan.conn(at, rng, ip, (server.ip, 445 if server.role == "file" else 443), ("tcp", "-", 1.0), (900, 20000))


def region(scene, rng, day, number):
    """Twice a month images go to another hospital of the region: tens of GB in a morning, agreed and encrypted."""
    if number % 30 not in (8, 22):
        return
    from .lan import cloud
    pacs, at = scene.world.of("pacs")[0], day + 10 * HOUR
    scene.tell(at, "images to a hospital of the region", [pacs])
    for _ in range(60):
        at += rng.between(20, 70) * 1000
        cloud(scene.lan, scene.out, rng, at, pacs, scene.web.name("REGION"), 300000000 + rng.below(200000000))


def big_upload(scene, rng, day, number):
    """Somebody sends a video or a set of slides to a file service: a gigabyte once, by day."""
    if is_off(day) or not rng.chance(0.15):
        return
    host, at = rng.pick(scene.world.of("office")), day + rng.between(10, 16) * HOUR
    name = "upload." + scene.world.sites[rng.below(40)]
    scene.out.proxy1.append((at, lines.connect(at, host.ip, name, host.user, (400000, 9000 + rng.below(9000)),
                                               (scene.out.world.resolver.ip, ""))))
    scene.out.gate.append((at, lines.forti_traffic(at, (scene.world.proxy.ip, 40000, "lan"), (
        "13.%d.7.9" % rng.between(1, 250), 443, "wan1"), "close", (400000000 + rng.below(900000000), 900000))))


def policy(scene, rng, day, number):
    """A change of group policy: gpupdate on every server, scheduled task for the inventory."""
    if number % 30 not in (4, 25):
        return
    world, desk = scene.world, scene.desk
    for host in [h for h in world.hosts if h.user == "SYSTEM"]:
        at = day + 13 * HOUR + rng.below(40 * MINUTE)
        desk.others.append((at, w.process(at, rng, host, (host.name + "$", world.ad), SYSTEM32 + "gpupdate.exe",
                                          "gpupdate /force",
                                          SYSTEM32 + "svchost.exe")))
        desk.others.append((at + 900, w.task(at + 900, host, desk.who(world.admins[0]), "Zaiko", "C:\\Scripts\\inventory.ps1")))


def log_full(scene, rng, day, number):
    """Once a month somebody archives and clears a full event log."""
    if number % 30 == 15:
        at, host = day + 11 * HOUR, scene.world.one("billing")
        scene.tell(at, "an administrator clears a full event log", [host])
        scene.desk.security.append((at, w.log_cleared(at, host, scene.desk.who(scene.world.admins[0]))))


def wrong_clock(scene, rng, day, number):
    """The print server's clock is eleven minutes ahead: of what it writes, the time is not the order."""
    host, print_server = scene.world.of("modality")[2], scene.world.one("print")
    for n in range(24):
        at = day + n * HOUR + 20 * MINUTE + rng.below(MINUTE)
        ahead = at + 11 * MINUTE  # what its events say; they arrive now
        scene.desk.others.append((at, w.logon(ahead, rng, print_server, scene.desk.who("svc_scan"), 3, (host.ip, host.name))))
        scene.desk.others.append((at + 9000, w.logoff(ahead + 9000, rng, print_server, scene.desk.who("svc_scan"), 3)))


def tidying(scene, rng, day, number):
    """Somebody clears out a folder of their own: hundreds of files deleted in minutes."""
    if is_off(day) or not rng.chance(0.12):
        return
    desk, host = scene.desk, rng.pick(scene.world.of("office"))
    at = day + rng.between(9, 17) * HOUR + rng.below(HOUR)
    for n in range(rng.between(60, 400)):
        at += rng.between(20, 600)
        path = "kojin\\%s\\old%03d.jpg" % (host.user, n)
        desk.security.append((at, w.share(at, rng, desk.files, desk.who(host.user), host.ip, "kyouyuu", path, "0x10000")))
        desk.security.append((at + 2, w.touched(at + 2, rng, desk.files, desk.who(host.user), "D:\\kyouyuu\\" + path, w.DELETE)))


def rounds(scene, rng, day, number):
    """The inventory's and the scanner's own sign-ins: one account on every machine in half an hour; some refuse."""
    world, desk = scene.world, scene.desk
    monitor = world.one("monitor")
    weekly, monthly = weekday(day) == 2, jst(day).tm_mday == 15
    for due, begin, hosts in ((weekly, 12 * HOUR, world.of("terminal", "office", "it")),
                              (monthly, 20 * HOUR, [h for h in world.hosts if h.user == "SYSTEM"])):
        at = day + begin
        for host in hosts if due else ():
            at += rng.between(2, 12) * 1000
            if host.sid % 19 == 0:
                desk.security.append((at, w.failed(at, rng, host, desk.who("svc_monitor"), 3, (monitor.ip, monitor.name))))
            else:
                desk.enter(at, rng, host, "svc_monitor", 3, (monitor.ip, monitor.name))


def renamed(scene, rng, day, number):
    """A computer gets a new name and keeps its address and card."""
    if is_off(day) or number % 30 not in (5, 19):
        return
    host, at = rng.pick(scene.world.of("office")), day + 16 * HOUR
    scene.tell(at, "a computer is renamed", [host])
    scene.book.rows("syslog/dhcp.log").append((at, lines.linux(at, "ns01", "dhcpd[812]",
                                                               "DHCPACK on %s to %s (%s-NEW) via ens18" % (
        host.ip, host.mac, host.name))))
    scene.desk.security.append((at, w.account(at, scene.desk.dcs[0], 4781, scene.desk.who(scene.world.admins[0]),
                                              host.name + "$")))


def quarantined(scene, rng, day, number):
    """The security tool removes something harmless from somebody's download now and then."""
    if is_off(day) or not rng.chance(0.2):
        return
    host, at = rng.pick(scene.world.of("office")), day + rng.between(9, 17) * HOUR
    data = {"Threat Name": "PUA:Win32/InstallCore", "Threat ID": "265754", "Severity Name": "低", "Category Name": "望ましくない可能性の"
            "あるソフトウェア", "Path": "file:_C:\\Users\\%s\\Downloads\\setup.exe" % host.user, "Process Name": "chrome.exe",
            "Detection User": scene.world.ad + "\\" + host.user, "Action Name": "検疫"}
    scene.desk.others.append((at, w.defender(at, host, 1116, data)))
    scene.desk.others.append((at + 3000, w.defender(at + 3000, host, 1117, data)))


EVENTS = [helping, patching, roll_out, printer_drivers, reorganisation, joiners, new_machines, region, big_upload, policy,
          log_full, wrong_clock, tidying, rounds, renamed, quarantined]


def ordinary(scene, day, number):
    for event in EVENTS:
        event(scene, Rng("event", event.__name__, scene.world.seed, number), day, number)


def after_holiday(day):
    """The first working day after two or more free ones."""
    return not is_off(day) and is_off(day - DAY) and is_off(day - 2 * DAY)
