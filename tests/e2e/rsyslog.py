#!/usr/bin/env python3
"""Real senders of syslog to a running site: logger over UDP and TCP in both RFC forms, and rsyslogd that forwards, by TLS too.

  rsyslog.py HINOMI
"""
import glob
import os
import shutil
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import drive  # noqa: E402
import live_site  # noqa: E402

LIST = "value,type,source,tlp,expires,note\n198.51.100.23,ip,test,green,,\n"
FORTIGATE = ('date=2026-06-08 time=02:32:25 devname="FGT60F-HINODE" devid="FGT60FTK00000000" '
             'eventtime=1780853545050500000 tz="+0900" logid="0000000013" type="traffic" subtype="forward" '
             'level="notice" vd="root" srcip=%s srcport=50100 srcintf="clinical" dstip=198.51.100.23 dstport=443 '
             'dstintf="wan1" proto=6 action="deny" policyid=0 service="HTTPS" sentbyte=0 rcvdbyte=0')
RSYSLOG = """module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="%(dir)s/log" CreatePath="on")
*.* action(type="omfwd" target="127.0.0.1" port="%(port)d" protocol="tcp" %(more)s)
"""
TLS = """global(DefaultNetstreamDriverCAFile="%(ca)s")
"""
TLS_ACTION = 'StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/certvalid"'
DRIVERS = "/usr/lib/*/rsyslog/lmnsd_gtls.so"


def count(site, machine):
    return sum(row[0] for (rule, source, destination), row in site.findings().items() if source == machine)


def arrives(site, machine, wanted):
    live_site.wait_until("%d records of %s (log: %s)" % (wanted, machine, site.said()[-400:]),
                         lambda: count(site, machine) >= wanted)
    drive.equal("records of " + machine, count(site, machine), wanted)


def log_by_logger(site, port, machine, *options):
    for n in range(5):
        subprocess.run(["logger", "-n", "127.0.0.1", "-P", str(port), "-t", "fw01", *options, FORTIGATE % machine],
                       check=True, stdin=subprocess.DEVNULL)
    arrives(site, machine, 5)


def log_by_rsyslog(site, port, machine, head="", more=""):
    where = tempfile.mkdtemp(prefix="hinomi-rsyslog-")
    with open(where + "/rsyslog.conf", "w") as f:
        f.write(head + RSYSLOG % {"dir": where, "port": port, "more": more})
    child = subprocess.Popen([drive.find("rsyslogd"), "-n", "-f", where + "/rsyslog.conf", "-i", where + "/pid"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        live_site.wait_until("rsyslogd's socket", lambda: os.path.exists(where + "/log"))
        for n in range(5):
            subprocess.run(["logger", "-u", where + "/log", "-t", "fw01", FORTIGATE % machine], check=True,
                           stdin=subprocess.DEVNULL)
        arrives(site, machine, 5)
    finally:
        child.terminate()
        child.wait(20)
        shutil.rmtree(where, ignore_errors=True)


def log_by_tls(checks, site, port):
    """RFC 5425 by rsyslog-gnutls, which checks the site's certificate against the site's own authority."""
    if not glob.glob(DRIVERS):
        print("left out: rsyslog-gnutls is not installed (./check installs it)")
        return
    ca = os.path.join(site.data, "tls", "ca.pem")
    live_site.wait_until("the site's certificate", lambda: os.path.exists(ca))
    head = TLS % {"ca": ca}
    checks.row("rsyslogd forwards by TLS", lambda: log_by_rsyslog(site, port, "172.16.1.46", head, TLS_ACTION))
    checks.row("rsyslogd forwards by TLS, octet counts", lambda: log_by_rsyslog(
        site, port, "172.16.1.47", head, TLS_ACTION + ' TCP_Framing="octet-counted"'))


def odd_frames(site, port):
    """RFC 6587 octet counting, several lines in one segment, and one line in many."""
    line = "<189>Jun  8 02:32:25 fw01 " + FORTIGATE % "172.16.1.45"
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.sendall(b"".join(b"%d %s" % (len(line), line.encode()) for _ in range(3)))
    with socket.create_connection(("127.0.0.1", port)) as s:
        for byte in (line + "\n" + line + "\n").encode():
            s.sendall(bytes([byte]))
    arrives(site, "172.16.1.45", 5)


def main():
    drive.need("logger", "rsyslogd")
    live_site.skip_without_site(sys.argv[1])
    udp, tcp, tls = live_site.free_port(socket.SOCK_DGRAM), live_site.free_port(), live_site.free_port()
    site = live_site.Site(sys.argv[1], {
        "fw-udp": {"kind": "syslog-udp", "listen": "127.0.0.1:%d" % udp},
        "fw-tcp": {"kind": "syslog-tcp", "listen": "127.0.0.1:%d" % tcp},
        "fw-tls": {"kind": "syslog-tls", "listen": "127.0.0.1:%d" % tls}}, LIST)
    checks = drive.Checks()
    try:
        site.start()
        checks.row("logger, UDP, RFC 3164", lambda: log_by_logger(site, udp, "172.16.1.40", "-d", "--rfc3164"))
        checks.row("logger, UDP, RFC 5424", lambda: log_by_logger(site, udp, "172.16.1.41", "-d", "--rfc5424"))
        checks.row("logger, TCP, RFC 3164", lambda: log_by_logger(site, tcp, "172.16.1.42", "-T", "--rfc3164"))
        checks.row("logger, TCP, octet counts", lambda: log_by_logger(site, tcp, "172.16.1.43", "-T", "--octet-count"))
        checks.row("rsyslogd forwards by TCP", lambda: log_by_rsyslog(site, tcp, "172.16.1.44"))
        log_by_tls(checks, site, tls)
        checks.row("odd frames", lambda: odd_frames(site, tcp))
    finally:
        site.stop()
    site.forget()
    checks.finish()


if __name__ == "__main__":
    main()
