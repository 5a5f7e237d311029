"""One line of each text format.  Sources: Squid 5 logformat "squid"; Zeek 6 ASCII and JSON writers; FortiOS 7 log message
reference; YAMAHA RTX command reference; OpenSSH and PAM messages as Debian 12 writes them; Suricata 6 EVE."""
import json

from .clock import minute_texts, syslog_time
from .names import country

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def squid(at, client, result, size, method, url, user, peer, more=(120, "-")):
    """more: (elapsed ms, MIME type and what stands behind it)."""
    return "%d.%03d %6d %s %s %d %s %s %s %s %s" % (at // 1000, at % 1000, more[0], client, result, size, method, url, user,
                                                  peer, more[1])


def connect(at, client, host, user, sizes, where):
    """A CONNECT that went through: sizes is (elapsed ms, bytes to the client), where its address and what stands behind."""
    return "%d.%03d %6d %s TCP_TUNNEL/200 %d CONNECT %s:443 %s HIER_DIRECT/%s -%s" % (
        at // 1000, at % 1000, sizes[0], client, sizes[1], host, user, where[0], where[1])


# -- Zeek -----------------------------------------------------------------------------------------------------------------
_FIELDS = {
    "conn": "ts:time uid:string id.orig_h:addr id.orig_p:port id.resp_h:addr id.resp_p:port proto:enum service:string "
            "duration:interval orig_bytes:count resp_bytes:count conn_state:string local_orig:bool local_resp:bool "
            "missed_bytes:count history:string orig_pkts:count orig_ip_bytes:count resp_pkts:count resp_ip_bytes:count "
            "tunnel_parents:set[string]",
    "dns": "ts:time uid:string id.orig_h:addr id.orig_p:port id.resp_h:addr id.resp_p:port proto:enum trans_id:count "
           "rtt:interval query:string qclass:count qclass_name:string qtype:count qtype_name:string rcode:count "
           "rcode_name:string AA:bool TC:bool RD:bool RA:bool Z:count answers:vector[string] TTLs:vector[interval] rejected:bool",
    "ssl": "ts:time uid:string id.orig_h:addr id.orig_p:port id.resp_h:addr id.resp_p:port version:string cipher:string "
           "curve:string server_name:string resumed:bool last_alert:string next_protocol:string established:bool "
           "ssl_history:string cert_chain_fps:vector[string] client_cert_chain_fps:vector[string] sni_matches_cert:bool "
           "validation_status:string ja3:string ja3s:string",
    "http": "ts:time uid:string id.orig_h:addr id.orig_p:port id.resp_h:addr id.resp_p:port trans_depth:count method:string "
            "host:string uri:string referrer:string version:string user_agent:string origin:string request_body_len:count "
            "response_body_len:count status_code:count status_msg:string info_code:count info_msg:string tags:set[enum] "
            "username:string password:string proxied:set[string] orig_fuids:vector[string] orig_filenames:vector[string] "
            "orig_mime_types:vector[string] resp_fuids:vector[string] resp_filenames:vector[string] "
            "resp_mime_types:vector[string]",
}
FIELDS = {kind: [pair.split(":") for pair in text.split()] for kind, text in _FIELDS.items()}
QTYPES = {"A": 1, "NS": 2, "CNAME": 5, "NULL": 10, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "HTTPS": 65}
RCODES = {"NOERROR": 0, "SERVFAIL": 2, "NXDOMAIN": 3, "REFUSED": 5}


def zeek_head(kind):
    return ("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t%s\n#fields\t%s\n#types\t%s\n"
            % (kind, "\t".join(f for f, _ in FIELDS[kind]), "\t".join(t for _, t in FIELDS[kind])))


def uid(rng):
    n, text = int(rng.random() * (1 << 53)), "C"
    while n:
        text += BASE62[n % 62]
        n //= 62
    return text


def ends(rng, client, server):
    """uid and the four of a connection; client is an address, server (address, port)."""
    return "%s\t%s\t%d\t%s\t%d" % (uid(rng), client, 32768 + int(rng.random() * 28000), server[0], server[1])


def stamp(at, rng):
    return "%d.%06d" % (at // 1000, at % 1000 * 1000 + int(rng.random() * 1000))


_REFUSED = {"S0": ("-\t0\t0", "S", 1, 60, 0, 0), "REJ": ("0.000120\t0\t0", "Sr", 1, 60, 1, 40)}


def conn(at, rng, who, flow, sizes, state="SF"):
    """who: ends(); flow: (proto, service, seconds); sizes: bytes out and in."""
    if state in _REFUSED:
        size, history, a, b, c, d = _REFUSED[state]
        return "%s\t%s\t%s\t%s\t%s\t%s\tT\tT\t0\t%s\t%d\t%d\t%d\t%d\t-" % (stamp(at, rng), who, flow[0], flow[1], size, state,
                                                                         history, a, b, c, d)
    out_n, in_n = 3 + sizes[0] // 1300, 3 + sizes[1] // 1300
    return "%s\t%s\t%s\t%s\t%.6f\t%d\t%d\t%s\tT\tT\t0\t%s\t%d\t%d\t%d\t%d\t-" % (
        stamp(at, rng), who, flow[0], flow[1], flow[2], sizes[0], sizes[1], state, "ShADadFf" if flow[0] == "tcp" else "Dd",
        out_n, sizes[0] + 40 * out_n, in_n, sizes[1] + 40 * in_n)


def dns(at, rng, who, name, answers, kind="A", code="NOERROR"):
    return "%s\t%s\tudp\t%d\t%.6f\t%s\t1\tC_INTERNET\t%d\t%s\t%d\t%s\tF\tF\tT\tT\t0\t%s\t%s\tF" % (
        stamp(at, rng), who, int(rng.random() * 65536), 0.0004 + rng.random() * 0.03, name, QTYPES[kind], kind, RCODES[code],
        code, answers or "-", "300.000000" if answers else "-")


JA3 = ("cd08e31494f9531f560d64c695473da9", "b32309a26951912be7dba376398abc3b", "28a2c9bd18a11de089ef85a160da29e4",
       "3b5074b1b5d032e5620f69f9f700ff0e", "579ccef312d18482fc42e2b822ca2430")


def ssl(at, rng, who, name, ja3=JA3[0]):
    return ("%s\t%s\tTLSv13\tTLS_AES_128_GCM_SHA256\tx25519\t%s\tF\t-\t-\tT\tCsiI\t-\t-\t-\t-\t%s\t"
            "f4febc55ea12b31ae17cfb7e614afda8" % (stamp(at, rng), who, name, ja3))


def http(at, rng, who, request, sizes, proxied="-"):
    """request: (method, host, URI, user agent, MIME type)."""
    method, host, uri, agent, mime = request
    return "%s\t%s\t1\t%s\t%s\t%s\t-\t1.1\t%s\t-\t%d\t%d\t200\t%s\t-\t-\t(empty)\t-\t-\t%s\t-\t-\t-\t-\t-\t%s" % (
        stamp(at, rng), who, method, host, uri, agent, sizes[0], sizes[1],
        "Connection established" if method == "CONNECT" else "OK", proxied, mime)


_NUMBERS = {"count", "port", "interval", "time"}


def zeek_json(kind, line):
    """The same row as the JSON writer puts it; what is unset is left out."""
    row = {}
    for (name, form), value in zip(FIELDS[kind], line.split("\t")):
        if value == "-":
            continue
        if form in _NUMBERS:
            row[name] = float(value) if form in ("interval", "time") else int(value)
        elif form == "bool":
            row[name] = value == "T"
        elif form.startswith(("set", "vector")):
            row[name] = [] if value == "(empty)" else value.split(",")
            if form == "vector[interval]":
                row[name] = [float(v) for v in row[name]]
        else:
            row[name] = value
    return json.dumps(row, separators=(",", ":"))


# -- FortiGate --------------------------------------------------------------------------------------------------------------
FORTI_DEVICE = "fgt01"


def forti(at, logid, kind, subtype, level, rest):
    _, iso, date, clock = minute_texts(at)
    second = at // 1000 % 60
    return ('%s%02d+09:00 %s date=%s time=%s%02d devname="FGT-EDGE" devid="FGT80FTK00000001" eventtime=%d%06d tz="+0900" '
            'logid="%s" type="%s" subtype="%s" level="%s" vd="root" %s' % (
                iso, second, FORTI_DEVICE, date, clock, second, at, at % 991 * 1000, logid, kind, subtype, level, rest))


_SERVICE = {443: "HTTPS", 80: "HTTP", 53: "DNS", 445: "SMB", 3389: "RDP", 22: "SSH", 123: "NTP", 25: "SMTP", 104: "tcp/104"}
_ROLE = {"lan": "lan", "clinical": "lan", "guest": "lan", "wan1": "wan", "ssl.root": "undefined", "root": "undefined"}


def forti_traffic(at, source, destination, action, sizes=(0, 0), proto=6):
    """source, destination: (address, port, interface)."""
    inside = destination[2] == "root"
    rest = ('srcip=%s srcport=%d srcintf="%s" srcintfrole="%s" dstip=%s dstport=%d dstintf="%s" dstintfrole="%s" '
            'srccountry="%s" dstcountry="%s" sessionid=%d proto=%d action="%s" policyid=%d policytype="policy" service="%s" '
            'trandisp="%s" duration=%d sentbyte=%d rcvdbyte=%d sentpkt=%d rcvdpkt=%d appcat="unscanned"' % (
                source[0], source[1], source[2], _ROLE[source[2]], destination[0], destination[1], destination[2],
                _ROLE[destination[2]], country(source[0]) if source[2] == "wan1" else "Reserved",
                country(destination[0]) if destination[2] == "wan1" else "Reserved", at // 7 % 90000000, proto, action,
                0 if action == "deny" else 12, _SERVICE.get(destination[1], "tcp/%d" % destination[1]),
                "snat" if destination[2] == "wan1" else "noop", 1 + (sizes[0] + sizes[1]) // 400000, sizes[0], sizes[1],
                1 + sizes[0] // 1200, sizes[1] // 1200))
    return forti(at, "0001000014" if inside else "0000000013", "traffic", "local" if inside else "forward", "notice", rest)


_VPN = {"up": ("0101039947", "information", "SSL VPN tunnel up", "tunnel-up", "tunnel established", "SSL tunnel established"),
        "down": ("0101039948", "information", "SSL VPN tunnel down", "tunnel-down", "N/A", "SSL tunnel shutdown"),
        "fail": ("0101039426", "alert", "SSL VPN login fail", "ssl-login-fail", "sslvpn_login_permission_denied",
                 "SSL user failed to logged in")}


def forti_vpn(at, what, account, tunnel="(null)", sizes=None):
    """account: (remote address, user, group, country); sizes: (seconds, bytes out, bytes in) at the end."""
    logid, level, logdesc, action, reason, msg = _VPN[what]
    more = ' duration=%d sentbyte=%d rcvdbyte=%d' % sizes if sizes else ""
    return forti(at, logid, "event", "vpn", level,
                 'logdesc="%s" action="%s" tunneltype="%s" tunnelid=%d remip=%s srccountry="%s" tunnelip=%s user="%s" group="%s" '
                 'dst_host="N/A"%s reason="%s" msg="%s"' % (logdesc, action, "ssl-web" if what == "fail" else "ssl-tunnel",
                                                          0 if what == "fail" else at // 1000, account[0], account[3], tunnel,
                                                          account[1], account[2], more, reason, msg))


def forti_login(at, user, source, ok=True, how="https"):
    word = "successful" if ok else "failed"
    return forti(at, "0100032001" if ok else "0100032002", "event", "system", "information" if ok else "alert",
                 'logdesc="Admin login %s" sn="%d" user="%s" ui="%s(%s)" method="%s" srcip=%s dstip=%s action="login" '
                 'status="%s" reason="%s" profile="super_admin" msg="Administrator %s %s %s(%s)"' % (
                     word, at // 1000, user, how, source, how, source, "10.0.0.1", "success" if ok else "failed",
                     "none" if ok else "passwd_invalid", user, "logged in successfully from" if ok else "login failed from",
                     how, source))


def forti_config(at, user, source, path, detail):
    return forti(at, "0100044547", "event", "system", "information",
                 'logdesc="Object attribute configured" user="%s" ui="GUI(%s)" action="%s" cfgtid=%d cfgpath="%s" cfgobj="%s" '
                 'cfgattr="%s" msg="%s %s %s"' % (user, source, detail[0], at % 100000000, path, detail[1], detail[2],
                                                detail[0], path, detail[1]))


# -- YAMAHA, Linux, Suricata ------------------------------------------------------------------------------------------------
def yamaha(at, router, text):
    return "%s %s %s" % (syslog_time(at), router, text)


def yamaha_rejected(at, router, source, destination):
    return yamaha(at, router, "PP[01] Rejected at IN(1099) filter: TCP %s:%d > %s:%d" % (source + destination))


def yamaha_inspect(at, router, source, destination):
    _, _, date, clock = minute_texts(at - 1000)
    return yamaha(at, router, "[INSPECT] PP[01][out][101083] TCP %s:%d > %s:%d (%s %s%02d)" % (
        source + destination + (date.replace("-", "/"), clock, (at - 1000) // 1000 % 60)))


def linux(at, host, program, text):
    return "%s %s %s: %s" % (syslog_time(at), host, program, text)


def eve_alert(at, rng, source, destination, rule):
    """rule: (id, name, category, severity); source, destination: (address, port)."""
    _, iso, _, _ = minute_texts(at)
    return json.dumps({"timestamp": "%s%02d.%06d+0900" % (iso, at // 1000 % 60, at % 1000 * 1000),
                       "flow_id": int(rng.random() * (1 << 50)), "in_iface": "eth1", "event_type": "alert",
                       "src_ip": source[0], "src_port": source[1], "dest_ip": destination[0], "dest_port": destination[1],
                       "proto": "TCP", "alert": {"action": "allowed", "gid": 1, "signature_id": rule[0], "rev": 3,
                                                 "signature": rule[1], "category": rule[2], "severity": rule[3]}},
                      separators=(",", ":"))

