"""Zeek's TSV logs of the clinical LAN's mirror port: conn, dns, ssl, one folder a day.

Source: Zeek 6 documentation, ASCII writer and the fields of conn.log, dns.log and ssl.log (with the JA3 package).
"""
import time

from .core import HOUR_MS, MINUTE_MS, DAY_MS, Rng, jst
from .hospital import DC, DOMAIN, PROXY, WARD_DAY, by_role

FIELDS = {
    "conn": [("ts", "time"), ("uid", "string"), ("id.orig_h", "addr"), ("id.orig_p", "port"), ("id.resp_h", "addr"),
             ("id.resp_p", "port"), ("proto", "enum"), ("service", "string"), ("duration", "interval"),
             ("orig_bytes", "count"), ("resp_bytes", "count"), ("conn_state", "string"), ("local_orig", "bool"),
             ("local_resp", "bool"), ("missed_bytes", "count"), ("history", "string"), ("orig_pkts", "count"),
             ("orig_ip_bytes", "count"), ("resp_pkts", "count"), ("resp_ip_bytes", "count"),
             ("tunnel_parents", "set[string]")],
    "dns": [("ts", "time"), ("uid", "string"), ("id.orig_h", "addr"), ("id.orig_p", "port"), ("id.resp_h", "addr"),
            ("id.resp_p", "port"), ("proto", "enum"), ("trans_id", "count"), ("rtt", "interval"), ("query", "string"),
            ("qclass", "count"), ("qclass_name", "string"), ("qtype", "count"), ("qtype_name", "string"),
            ("rcode", "count"), ("rcode_name", "string"), ("AA", "bool"), ("TC", "bool"), ("RD", "bool"),
            ("RA", "bool"), ("Z", "count"), ("answers", "vector[string]"), ("TTLs", "vector[interval]"),
            ("rejected", "bool")],
    "ssl": [("ts", "time"), ("uid", "string"), ("id.orig_h", "addr"), ("id.orig_p", "port"), ("id.resp_h", "addr"),
            ("id.resp_p", "port"), ("version", "string"), ("cipher", "string"), ("curve", "string"),
            ("server_name", "string"), ("resumed", "bool"), ("last_alert", "string"), ("next_protocol", "string"),
            ("established", "bool"), ("ssl_history", "string"), ("cert_chain_fps", "vector[string]"),
            ("client_cert_chain_fps", "vector[string]"), ("sni_matches_cert", "bool"),
            ("validation_status", "string"), ("ja3", "string"), ("ja3s", "string")],
}
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def uid(rng):
    n = int(rng.random() * (1 << 52))
    text = []
    while n:
        text.append(BASE62[n % 62])
        n //= 62
    return "C" + "".join(text)


def sink_of(book, kind, day_ms):
    t = jst(day_ms)
    path = "logs/zeek/%04d-%02d-%02d/%s.log" % (t.tm_year, t.tm_mon, t.tm_mday, kind)
    opened = time.strftime("%Y-%m-%d-%H-%M-%S", t)
    head = ("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t%s\n#open\t%s\n"
            "#fields\t%s\n#types\t%s\n" % (kind, opened, "\t".join(f for f, _ in FIELDS[kind]),
                                           "\t".join(t for _, t in FIELDS[kind])))
    closed = time.strftime("%Y-%m-%d-%H-%M-%S", jst(day_ms + DAY_MS))
    return book.sink(path, head=head, tail="#close\t%s\n" % closed)


def ts(at_ms, rng):
    return "%d.%06d" % (at_ms // 1000, at_ms % 1000 * 1000 + rng.below(1000))


def conn(rng, at_ms, source, destination, state="SF", sizes=(400, 900), service="-", proto="tcp"):
    """source, destination: (address, port)."""
    sent, received = sizes
    local = "F" if destination[0].startswith(("192.0.2.", "198.51.100.", "203.0.113.")) else "T"
    if state in ("S0", "REJ"):
        history, sent, received = ("S", 0, 0) if state == "S0" else ("Sr", 0, 0)
        tail = "\t-\t-\t-\t%s\tT\t%s\t0\t%s\t1\t60\t%d\t%d\t-" % (state, local, history, state == "REJ",
                                                                 40 * (state == "REJ"))
    else:
        out_n, in_n = 4 + sent // 1200, 3 + received // 1200
        tail = "\t%.6f\t%d\t%d\t%s\tT\t%s\t0\t%s\t%d\t%d\t%d\t%d\t-" % (
            0.002 + rng.random() * 3, sent, received, state, local, "ShADadfF" if proto == "tcp" else "Dd",
            out_n, sent + 40 * out_n, in_n, received + 40 * in_n)
    return "%s\t%s\t%s\t%d\t%s\t%d\t%s\t%s%s" % (ts(at_ms, rng), uid(rng), source[0], source[1], destination[0],
                                                 destination[1], proto, service, tail)


def dns(rng, at_ms, client, name, answer, qtype=(1, "A")):
    """answer: text of the answers, or None for NXDOMAIN."""
    code = (0, "NOERROR") if answer else (3, "NXDOMAIN")
    return "%s\t%s\t%s\t%d\t%s\t53\tudp\t%d\t%.6f\t%s\t1\tC_INTERNET\t%d\t%s\t%d\t%s\tF\tF\tT\tT\t0\t%s\t%s\tF" % (
        ts(at_ms, rng), uid(rng), client, 49152 + rng.below(16000), DC, rng.below(65536), 0.0003 + rng.random() * 0.02,
        name, qtype[0], qtype[1], code[0], code[1], answer or "-", "3600.000000" if answer else "-")


def ssl(rng, at_ms, client, server, name, ja3, ja3s="f4febc55ea12b31ae17cfb7e614afda8"):
    """server: (address, port)."""
    return ("%s\t%s\t%s\t%d\t%s\t%d\tTLSv12\tTLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\tx25519\t%s\tF\t-\t-\tT\tCsxknGIi\t-\t-"
            "\t-\tok\t%s\t%s" % (ts(at_ms, rng), uid(rng), client, 49152 + rng.below(16000), server[0], server[1],
                                 name, ja3, ja3s))


# destination role, port, service, most bytes out and in, how often of 100
TERMINAL_WORK = [("ehr-ap", 443, "ssl", 6000, 90000, 46), ("ehr-db", 1521, "-", 4000, 60000, 12),
                 ("file", 445, "gssapi,smb,ntlm", 20000, 200000, 10), ("pacs", 104, "-", 2000, 900000, 8),
                 ("dc", 88, "krb_tcp", 1800, 1800, 10), ("dc", 389, "ldap", 900, 4000, 8), ("lis", 2575, "-", 2000, 300, 3),
                 ("meal", 8443, "ssl", 1500, 9000, 3)]
JA3_ORDINARY = ["3b5074b1b5d032e5620f69f9f700ff0e", "28a2c9bd18a11de089ef85a160da29e4", "cd08e31494f9531f560d64c695473da9"]
LOCAL_NAMES = ["ehr-ap01", "ehr-ap02", "ehr-db01", "pacs01", "file01", "lis01", "kyushoku01", "hinode-dc01"]


def terminal(sinks, rng, hospital, day_ms, host):
    """One ward terminal's day: records, images, orders, names, sign-ins."""
    conn_sink, dns_sink, ssl_sink = sinks
    work = [row for row in TERMINAL_WORK for _ in range(row[5])]
    address = {h.role: h.ip for h in hospital.servers}
    for hour in range(24):
        for _ in range(int(WARD_DAY[hour] * 0.16 + rng.random())):
            at = day_ms + hour * HOUR_MS + rng.below(HOUR_MS)
            role, port, service, most_out, most_in, _ = rng.pick(work)
            conn_sink.add(at, conn(rng, at, (host.ip, 49152 + rng.below(16000)), (address[role], port), "SF",
                                   (200 + rng.below(most_out), 200 + rng.below(most_in)), service))
            if service == "ssl" and rng.chance(0.5):
                ssl_sink.add(at, ssl(rng, at, host.ip, (address[role], port), role.replace("-", "") + "." + DOMAIN,
                                     rng.pick(JA3_ORDINARY)))
            if rng.chance(0.3):
                name = rng.pick(LOCAL_NAMES) + "." + DOMAIN
                dns_sink.add(at - 3, dns(rng, at - 3, host.ip, name, address[role]))
    for _ in range(rng.between(2, 9)):
        at = day_ms + rng.below(DAY_MS)
        dns_sink.add(at, dns(rng, at, host.ip, rng.pick(["wpad." + DOMAIN, "settings-win.data.microsoft.com",
                                                         "isatap." + DOMAIN]), None))
        conn_sink.add(at, conn(rng, at, (host.ip, 137), ("172.16.21.255", 137), "S0", service="dns", proto="udp"))


def modality(sink, rng, hospital, day_ms, host):
    """Images go to the image server as they are taken."""
    pacs = by_role(hospital, "pacs")
    for _ in range(rng.between(20, 90)):
        at = day_ms + 8 * HOUR_MS + rng.below(10 * HOUR_MS)
        sink.add(at, conn(rng, at, (host.ip, 1024 + rng.below(60000)), (pacs.ip, 104), "SF",
                          (500000 + rng.below(40000000), 3000), "-"))


def servers(sinks, rng, hospital, day_ms):
    """Backup at night, clocks, and the meal orders that leave through the proxy."""
    conn_sink, dns_sink, ssl_sink = sinks
    backup, meal = by_role(hospital, "backup"), by_role(hospital, "meal")
    for host in hospital.servers:
        at = day_ms + HOUR_MS // 2 + rng.below(50 * MINUTE_MS)
        conn_sink.add(at, conn(rng, at, (backup.ip, 49152 + rng.below(16000)), (host.ip, 445), "SF",
                               (90000, 2000000000 + rng.below(1 << 30)), "gssapi,smb"))
        for n in range(24):
            at = day_ms + n * HOUR_MS + rng.below(HOUR_MS)
            conn_sink.add(at, conn(rng, at, (host.ip, 123), (DC, 123), "SF", (48, 48), "ntp", "udp"))
    for hour in (9, 13, 16):
        at = day_ms + hour * HOUR_MS + rng.below(20 * MINUTE_MS)
        conn_sink.add(at, conn(rng, at, (meal.ip, 49152 + rng.below(16000)), (PROXY, 3128), "SF", (9000, 20000), "http"))
        ssl_sink.add(at, ssl(rng, at, meal.ip, (PROXY, 3128), "order.shokuji-tehai.example", JA3_ORDINARY[0]))
        dns_sink.add(at, dns(rng, at, meal.ip, "proxy." + DOMAIN, PROXY))


def ordinary(book, hospital, day_ms, day):
    sinks = [sink_of(book, kind, day_ms) for kind in ("conn", "dns", "ssl")]
    for host in hospital.clinical:
        terminal(sinks, Rng(hospital.seed, "zeek/%d/%s" % (day, host.ip)), hospital, day_ms, host)
    rng = Rng(hospital.seed, "zeek/%d" % day)
    for host in hospital.modalities:
        modality(sinks[0], rng, hospital, day_ms, host)
    servers(sinks, rng, hospital, day_ms)
