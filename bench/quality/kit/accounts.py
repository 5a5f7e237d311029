"""Windows: who signs in where, what fails, what servers run; domain controllers, file and print servers, ward terminals."""
from . import windows as w
from .clock import DAY, HOUR, MINUTE, OFFICE_DAY, Rng, WARD_DAY, is_off, times_of_day

SECURITY, OTHERS = "windows/security.ndjson", "windows/servers.ndjson"
SYSTEM32 = "C:\\Windows\\System32\\"
# image, command line, parent: what servers run all day
PROGRAMS = [
    ("svchost.exe", SYSTEM32 + "svchost.exe -k netsvcs -p -s Schedule", SYSTEM32 + "services.exe"),
    ("conhost.exe", "\\??\\" + SYSTEM32 + "conhost.exe 0xffffffff -ForceV1", SYSTEM32 + "cmd.exe"),
    ("taskhostw.exe", "taskhostw.exe", SYSTEM32 + "svchost.exe"),
    ("cmd.exe", "cmd.exe /c D:\\batch\\renkei.bat", SYSTEM32 + "svchost.exe"),
    ("robocopy.exe", "robocopy D:\\export \\\\FILE01\\renkei /MIR", SYSTEM32 + "cmd.exe"),
    ("wevtutil.exe", "wevtutil.exe qe System /c:50 /f:text", SYSTEM32 + "cmd.exe"),
    ("vssadmin.exe", "vssadmin.exe list shadows", "C:\\Program Files\\HozenBackup\\agent.exe"),
    ("sqlcmd.exe", "sqlcmd -S . -i D:\\batch\\nightly.sql", SYSTEM32 + "cmd.exe"),
    ("WindowsPowerShell\\v1.0\\powershell.exe", "powershell.exe -ExecutionPolicy Bypass -File C:\\Scripts\\inventory.ps1",
     SYSTEM32 + "svchost.exe"),
    ("net.exe", "net use Z: \\\\FILE01\\kyouyuu", SYSTEM32 + "cmd.exe"),
]
FOLDERS = ["iji", "kangobu", "ikyoku", "yakuzai", "houkoku", "kaigi", "renkei", "gazou", "manual", "shift"]


class Desk:
    """Where one day's Windows events go, and the words every event needs."""

    def __init__(self, book, world):
        self.book, self.world = book, world
        self.security, self.others = book.rows(SECURITY), book.rows(OTHERS)
        self.dcs, self.files = world.of("dc"), world.one("file")

    def who(self, user):
        return (user, self.world.ad)

    def enter(self, at, rng, host, user, kind, source):
        """4624 and what a domain controller says of it."""
        who = self.who(user)
        self.security.append((at, w.logon(at, rng, host, who, kind, source)))

    def ticket(self, at, rng, user, source, service="krbtgt"):
        dc = self.dcs[0] if rng.random() < 0.7 else self.dcs[1]
        code = 4768 if service == "krbtgt" else 4769
        self.security.append((at, w.ticket(at, rng, dc, code, self.who(user), source, service)))

    def mistype(self, at, rng, user, source, why=w.WRONG_PASSWORD):
        """A wrong password: 4771 at the domain controller, or 4776 and 4625 where NTLM was used."""
        dc = self.dcs[0] if rng.random() < 0.7 else self.dcs[1]
        if rng.random() < 0.6:
            self.security.append((at, w.ticket(at, rng, dc, 4771, self.who(user), source[0], status="0x18")))
        else:
            self.security.append((at, w.credential(at, dc, user, source[1], "0xc000006a")))
            self.security.append((at + 2, w.failed(at + 2, rng, self.files, self.who(user), 3, source, why)))


def sign_in(desk, rng, at, host, user, slip):
    """A person at a computer: slips of the finger first, then ticket, share, and off again later."""
    source = (host.ip, host.name)
    tries = 0
    while rng.random() < slip and tries < 6:
        desk.mistype(at, rng, user, source)
        at += rng.between(3, 20) * 1000
        tries += 1
    if tries == 6:  # locked out; the help desk unlocks it later
        desk.security.append((at, w.account(at, desk.dcs[0], 4740, desk.who("SYSTEM"), user)))
        at += rng.between(5, 40) * MINUTE
        desk.security.append((at, w.account(at, desk.dcs[0], 4767, desk.who(rng.pick(desk.world.admins)), user)))
    desk.ticket(at, rng, user, host.ip)
    desk.ticket(at + 30, rng, user, host.ip, desk.files.name + "$")
    desk.enter(at + 60, rng, desk.files, user, 3, source)
    if rng.random() < 0.3:
        desk.security.append((at + 90, w.share(at + 90, rng, desk.files, desk.who(user), host.ip, "kyouyuu")))
    off = at + rng.between(4, 200) * MINUTE
    desk.security.append((off, w.logoff(off, rng, desk.files, desk.who(user), 3)))


def people(desk, day, day_number, slip):
    """Ward terminals change hands all day and night, with rushes at 8:30, 16:30 and 0:30; offices sign in once or twice."""
    world = desk.world
    for host in world.of("terminal"):
        rng = Rng("signs", world.seed, day_number, host.name)
        crew = [rng.pick(world.staff) for _ in range(6)] + [host.user]
        for at in times_of_day(rng, day, WARD_DAY, 5):
            sign_in(desk, rng, at, host, rng.pick(crew), slip)
        for hour in (0.5, 8.5, 16.5):
            if rng.chance(0.4):
                sign_in(desk, rng, day + int(hour * HOUR) + rng.below(15 * MINUTE), host, rng.pick(crew), slip)
    for host in world.of("office", "it", "branch"):
        rng = Rng("signs", world.seed, day_number, host.name)
        if rng.chance(0.05 if is_off(day) else 0.93):
            sign_in(desk, rng, day + 8 * HOUR + rng.below(50 * MINUTE), host, host.user, slip)
            for at in times_of_day(rng, day, OFFICE_DAY, 2):
                desk.ticket(at, rng, host.user, host.ip, rng.pick(("FILE01$", "PRINT01$", "cifs/FILE01")))


def documents(desk, day, day_number):
    """The file server's own audit: who opens, writes and deletes what."""
    world = desk.world
    users = world.of("office")
    rng = Rng("documents", world.seed, day_number)
    for at in times_of_day(rng, day, OFFICE_DAY, 120 if is_off(day) else 1600):
        host = rng.pick(users)
        folder = rng.pick(FOLDERS)
        path = "%s\\%s%03d.%s" % (folder, rng.pick(("houkoku", "kiroku", "hyou", "keikaku")), rng.below(900),
                                  rng.pick(("xlsx", "docx", "pdf", "pptx")))
        r = rng.random()
        access, mask = (w.READ, "0x120089") if r < 0.8 else (w.WRITE, "0x2019f") if r < 0.985 else (w.DELETE, "0x10000")
        desk.security.append((at, w.share(at, rng, desk.files, desk.who(host.user), host.ip, "kyouyuu", path, mask)))
        desk.security.append((at + 3, w.touched(at + 3, rng, desk.files, desk.who(host.user), "D:\\kyouyuu\\" + path, access)))


def services(desk, day, day_number):
    """Service accounts sign in from their server again and again; three days a month one of them has an old password."""
    world = desk.world
    rng = Rng("services", world.seed, day_number)
    backup, monitor, ehr = world.one("backup"), world.one("monitor"), world.of("ehr")
    for begin in range(day, day + DAY, 15 * MINUTE):
        at = begin + rng.below(9000)
        desk.enter(at, rng, rng.pick(ehr), "svc_ehr", 3, (ehr[1].ip, "-"))
        desk.enter(at + 700, rng, desk.files, "svc_monitor", 3, (monitor.ip, "-"))
    for i, host in enumerate([h for h in world.hosts if h.user == "SYSTEM"]):
        at = day + 22 * HOUR + i * 9 * MINUTE + rng.below(MINUTE)
        desk.enter(at, rng, host, "svc_backup", 3, (backup.ip, "-"))
        desk.security.append((at + 50, w.special(at + 50, host, desk.who("svc_backup"))))
        desk.security.append((at + 200, w.share(at + 200, rng, host, desk.who("svc_backup"), backup.ip, "D$")))
    if day_number % 30 in (11, 12, 13):
        for at in range(day, day + DAY, 5 * MINUTE):
            at += rng.below(2000)
            source = world.one("print")
            desk.security.append((at, w.ticket(at, rng, desk.dcs[0], 4771, desk.who("svc_scan"), source.ip, status="0x18")))
            desk.security.append((at + 4, w.failed(at + 4, rng, desk.files, desk.who("svc_scan"), 3, (source.ip, source.name),
                                                   w.EXPIRED)))


def machines(desk, day, day_number):
    """What servers run and start and stop by themselves."""
    world = desk.world
    for host in [h for h in world.hosts if h.user == "SYSTEM"]:
        rng = Rng("machines", world.seed, day_number, host.name)
        for _ in range(rng.between(60, 130)):
            at = day + rng.below(DAY)
            name, command, parent = rng.skewed(PROGRAMS)
            if rng.random() < 0.5:
                desk.others.append((at, w.started(at, rng, host, "NT AUTHORITY\\SYSTEM", SYSTEM32 + name, command, parent)))
            else:
                desk.others.append((at, w.process(at, rng, host, (host.name + "$", world.ad), SYSTEM32 + name, command, parent)))
        for n in range(6):
            at = day + rng.below(DAY)
            desk.others.append((at, w.connected(at, rng, host, "NT AUTHORITY\\SYSTEM",
                                                "C:\\Program Files\\HozenBackup\\agent.exe", (world.one("backup").ip, 9101))))
        for name, hour in (("Windows Update", 3), ("Windows Update", 15), ("HozenBackup Agent", 22), ("AppX Deployment", 5)):
            at = day + hour * HOUR + rng.below(HOUR)
            desk.others.append((at, w.service_state(at, host, name, True)))
            desk.others.append((at + 240000, w.service_state(at + 240000, host, name, False)))


def ordinary(book, world, day, day_number, after_holiday):
    desk = Desk(book, world)
    people(desk, day, day_number, 0.14 if after_holiday else 0.03)
    documents(desk, day, day_number)
    services(desk, day, day_number)
    machines(desk, day, day_number)
    return desk
