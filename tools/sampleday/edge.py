"""What stands at the edge: the FortiGate's syslog (traffic, event, vpn) and the branch's YAMAHA RTX syslog.

Sources: Fortinet, FortiOS 7 log message reference (key=value, quoted text); YAMAHA RTX command reference, syslog.
Both files are as a syslog daemon stores them: RFC 3164 time and sender in front of what the device sent.
"""
import time

from .core import DAY_MS, HOUR_MS, MINUTE_MS, Rng, jst, syslog_time
from .hospital import DNS_OUT, GATE_WAN, PROXY, VPN_POOL
from .squid import SITES, UPDATE_HOSTS, address_of

FORTIGATE_PATH = "logs/fortigate/fw01.log"
YAMAHA_PATH = "logs/yamaha/rtx830.log"
DEVICE = "fw01"
DEVNAME = "FGT60F-HINODE"
RTX = "192.168.100.1"
RTX_WAN = "192.0.2.20"
SCANNERS = ["192.0.2.%d" % n for n in range(208, 250)]
COUNTRIES = ["Japan", "United States", "Netherlands", "Singapore", "Germany"]


def fortigate_line(at_ms, logid, kind, subtype, level, rest):
    t = jst(at_ms)
    return ('%s %s date=%04d-%02d-%02d time=%02d:%02d:%02d devname="%s" devid="FGT60FTK00000000" '
            'eventtime=%d%06d tz="+0900" logid="%s" type="%s" subtype="%s" level="%s" vd="root" %s' % (
                syslog_time(at_ms), DEVICE, t.tm_year, t.tm_mon, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, DEVNAME,
                at_ms, at_ms % 997 * 1000, logid, kind, subtype, level, rest))


TRAFFIC = ('srcip=%s srcport=%d srcintf="%s" srcintfrole="%s" dstip=%s dstport=%d dstintf="%s" dstintfrole="%s" '
           'srccountry="%s" dstcountry="%s" sessionid=%d proto=%d action="%s" policyid=%d policytype="policy" '
           'service="%s" trandisp="%s" duration=%d sentbyte=%d rcvdbyte=%d sentpkt=%d rcvdpkt=%d appcat="unscanned"')
ROLES = {"lan": "lan", "clinical": "lan", "ssl.root": "undefined", "wan1": "wan"}
SERVICES = {443: "HTTPS", 80: "HTTP", 53: "DNS", 445: "SMB", 3389: "RDP", 135: "DCE-RPC", 22: "SSH", 123: "NTP",
            10443: "tcp/10443", 3128: "tcp/3128"}


def traffic_line(at_ms, source, destination, verdict, sizes=(0, 0), subtype="forward", proto=6):
    """source, destination: (address, port, interface, country); verdict: (action, policy)."""
    sent, received = sizes
    action, policy = verdict
    rest = TRAFFIC % (source[0], source[1], source[2], ROLES.get(source[2], "undefined"),
                      destination[0], destination[1], destination[2], ROLES.get(destination[2], "undefined"),
                      source[3], destination[3], at_ms // 7 % 90000000, proto, action, policy,
                      SERVICES.get(destination[1], "tcp/%d" % destination[1]),
                      "snat" if destination[2] == "wan1" else "noop", 1 + sent // 40000, sent, received,
                      1 + sent // 1000, received // 1200)
    return fortigate_line(at_ms, "0000000013" if subtype == "forward" else "0001000014", "traffic", subtype,
                          "notice", rest)


def vpn_line(at_ms, logid, level, words, account, detail):
    """words: (logdesc, action, reason, msg); account: (remote address, user, group)."""
    logdesc, action, reason, msg = words
    return fortigate_line(at_ms, logid, "event", "vpn", level,
                          'logdesc="%s" action="%s" %s remip=%s user="%s" group="%s" dst_host="N/A" reason="%s" msg="%s"'
                          % (logdesc, action, detail, account[0], account[1], account[2], reason, msg))


def vpn_up(at_ms, account, pool_address):
    return vpn_line(at_ms, "0101039947", "information",
                    ("SSL VPN tunnel up", "tunnel-up", "tunnel established", "SSL tunnel established"), account,
                    'tunneltype="ssl-tunnel" tunnelid=%d tunnelip=%s' % (at_ms // 1000, pool_address))


def vpn_down(at_ms, account, pool_address, seconds, sizes):
    return vpn_line(at_ms, "0101039948", "information",
                    ("SSL VPN tunnel down", "tunnel-down", "N/A", "SSL tunnel shutdown"), account,
                    'tunneltype="ssl-tunnel" tunnelid=%d tunnelip=%s duration=%d sentbyte=%d rcvdbyte=%d'
                    % (at_ms // 1000 - seconds, pool_address, seconds, sizes[0], sizes[1]))


def vpn_fail(at_ms, account, reason):
    return vpn_line(at_ms, "0101039426", "alert",
                    ("SSL VPN login fail", "ssl-login-fail", reason, "SSL user failed to logged in"), account,
                    'tunneltype="ssl-web" tunnelid=0')


def vendor_visits(sink, rng, hospital, day_ms):
    for user, group, address, (opens, closes) in hospital.vendors:
        if rng.chance(0.4):
            continue
        at = day_ms + opens * HOUR_MS + rng.below((closes - opens - 1) * HOUR_MS)
        account = (address, user, group)
        if rng.chance(0.3):
            sink.add(at - 40000, vpn_fail(at - 40000, account, "sslvpn_login_permission_denied"))
        pool = VPN_POOL % (10 + rng.below(8))
        seconds = 600 + rng.below(3600)
        sink.add(at, vpn_up(at, account, pool))
        end = at + seconds * 1000
        sink.add(end, vpn_down(end, account, pool, seconds, (rng.below(4000000), rng.below(9000000))))


def proxy_flows(sink, rng, day_ms):
    """What the proxy and the resolver do towards the outside."""
    hosts = [s[0] for s in SITES] + UPDATE_HOSTS
    for n in range(9000):
        at = day_ms + (7 * HOUR_MS + rng.below(13 * HOUR_MS) if n % 4 else rng.below(DAY_MS))
        address = address_of(rng.skewed(hosts))
        if ":" in address:
            continue
        sink.add(at, traffic_line(at, (PROXY, 32768 + rng.below(28000), "lan", "Reserved"),
                                  (address, 443, "wan1", rng.pick(COUNTRIES)), ("close", 3),
                                  (900 + rng.below(20000), 2000 + rng.below(400000))))
    for n in range(3000):
        at = day_ms + rng.below(DAY_MS)
        sink.add(at, traffic_line(at, (DNS_OUT, 1024 + rng.below(60000), "lan", "Reserved"),
                                  ("192.0.2.53", 53, "wan1", "Japan"), ("accept", 4),
                                  (60 + rng.below(60), 100 + rng.below(400)), proto=17))


def refused_flows(sink, rng, hospital, day_ms):
    """Scans from outside, and clinical computers that would like to speak to their makers."""
    for _ in range(4000):
        at = day_ms + rng.below(DAY_MS)
        sink.add(at, traffic_line(at, (rng.pick(SCANNERS), 1024 + rng.below(60000), "wan1", rng.pick(COUNTRIES)),
                                  (GATE_WAN, rng.pick([22, 23, 80, 443, 445, 3389, 8080, 5060, 10443]), "root",
                                   "Reserved"), ("deny", 0), subtype="local"))
    for host in hospital.clinical:
        for _ in range(rng.between(6, 30)):
            at = day_ms + rng.below(DAY_MS)
            sink.add(at, traffic_line(at, (host.ip, 49152 + rng.below(16000), "clinical", "Reserved"),
                                      (address_of("v10.events.data.microsoft.com"), 443, "wan1", "United States"),
                                      ("deny", 0)))


def admin_events(sink, rng, day_ms):
    at = day_ms + 9 * HOUR_MS + rng.below(HOUR_MS)
    for logid, words in (("0100032001", 'logdesc="Admin login successful" sn="%d" user="admin" ui="https(10.20.10.20)" '
                          'method="https" srcip=10.20.10.20 dstip=10.20.0.1 action="login" status="success" '
                          'reason="none" profile="super_admin" msg="Administrator admin logged in successfully from '
                          'https(10.20.10.20)"'),
                         ("0100032003", 'logdesc="Admin logout successful" sn="%d" user="admin" '
                          'ui="https(10.20.10.20)" action="logout" status="success" duration=912 reason="exit" '
                          'msg="Administrator admin logged out from https(10.20.10.20)"')):
        sink.add(at, fortigate_line(at, logid, "event", "system", "information", words % (at // 1000)))
        at += 912000
    for n in range(24):
        at = day_ms + n * HOUR_MS + 17000
        sink.add(at, fortigate_line(at, "0100040704", "event", "system", "notice",
                                    'logdesc="System performance statistics" action="perf-stats" cpu=%d mem=%d '
                                    'totalsession=%d disk=0 bandwidth="%d/%d" setuprate=%d msg="Performance '
                                    'statistics: average CPU: %d"' % (3 + rng.below(20), 41, 300 + rng.below(900),
                                                                      rng.below(20000), rng.below(40000),
                                                                      rng.below(30), 3 + rng.below(20))))


def fortigate_ordinary(book, hospital, day_ms, day):
    sink = book.sink(FORTIGATE_PATH)
    rng = Rng(hospital.seed, "fortigate/%d" % day)
    vendor_visits(sink, rng, hospital, day_ms)
    proxy_flows(sink, rng, day_ms)
    refused_flows(sink, rng, hospital, day_ms)
    admin_events(sink, rng, day_ms)


def yamaha_line(at_ms, text):
    return "%s %s %s" % (syslog_time(at_ms), RTX, text)


def yamaha_rejected(at_ms, source, source_port, port):
    return yamaha_line(at_ms, "LAN2 Rejected at IN(1099) filter: TCP %s:%d > %s:%d" % (source, source_port, RTX_WAN, port))


def yamaha_ordinary(book, hospital, day_ms, day):
    """The visiting-nursing branch behind an RTX830: a few computers, one tunnel to the hospital."""
    sink = book.sink(YAMAHA_PATH)
    rng = Rng(hospital.seed, "yamaha/%d" % day)
    for _ in range(900):
        at = day_ms + rng.below(DAY_MS)
        sink.add(at, yamaha_rejected(at, rng.pick(SCANNERS), 1024 + rng.below(60000), rng.pick([22, 23, 445, 8728, 3389])))
    hosts = [s[0] for s in SITES]
    for _ in range(1800):
        at = day_ms + 8 * HOUR_MS + rng.below(10 * HOUR_MS)
        address = address_of(rng.skewed(hosts))
        if ":" in address:
            continue
        begun = time.strftime("%Y/%m/%d %H:%M:%S", jst(at - 1000 - rng.below(90000)))
        sink.add(at, yamaha_line(at, "[INSPECT] PP[01][out][101083] TCP 192.168.100.%d:%d > %s:443 (%s)" % (
            11 + rng.below(6), 49152 + rng.below(16000), address, begun)))
    for text, hour in (("[IKE] initiate ISAKMP phase to 192.0.2.10 (local address 192.0.2.20)", 3),
                       ("[IKE] respond ISAKMP phase to 192.0.2.10", 11), ("IP Tunnel[1] Up", 11),
                       ("[DHCPD] LAN1(port2) Allocates 192.168.100.14: 00:00:5e:00:53:0e", 8),
                       ("Login succeeded for HTTP: 192.168.100.11", 13), ("Logout from HTTP: 192.168.100.11", 14)):
        at = day_ms + hour * HOUR_MS + rng.below(30 * MINUTE_MS)
        sink.add(at, yamaha_line(at, text))
