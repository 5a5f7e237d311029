#!/usr/bin/env python3
"""A real Squid in front of a loopback origin: what it logs is read, and the planted host is found.

  squid_real.py HINOMI

Three logs of the same requests are written: Squid's native format, its combined format, and a custom logformat.
"""
import http.client
import http.server
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import drive  # noqa: E402

PLANTED, INNOCENT = "cdn.weather-sync.example", "www.hinode-hp.example"
CUSTOM = "%ts.%03tu %>a %[un %rm %ru %>Hs %<st %Ss:%Sh %<a %mt"
CONF = """http_port 127.0.0.1:%(port)d
cache deny all
cache_effective_user %(user)s
logfile_rotate 0
hosts_file %(dir)s/hosts
pid_filename %(dir)s/squid.pid
cache_log %(dir)s/cache.log
coredump_dir %(dir)s
shutdown_lifetime 0 seconds
buffered_logs off
pinger_enable off
logformat site %(custom)s
access_log stdio:%(dir)s/native/access.log logformat=squid
access_log stdio:%(dir)s/combined/access.log logformat=combined
access_log stdio:%(dir)s/custom/access.log logformat=site
http_access allow all
"""


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b"ok" * 100
        self.send_response(404 if "missing" in self.path else 200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(port, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("Squid did not open its port")


def start_squid(where, port):
    user = "proxy" if os.geteuid() == 0 else os.environ.get("USER", "nobody")
    for name in ("native", "combined", "custom"):
        os.mkdir(os.path.join(where, name))
    with open(os.path.join(where, "hosts"), "w") as f:
        f.write("127.0.0.1 %s %s\n" % (PLANTED, INNOCENT))
    with open(os.path.join(where, "squid.conf"), "w") as f:
        f.write(CONF % {"port": port, "dir": where, "custom": CUSTOM, "user": user})
    if os.geteuid() == 0:
        for top, folders, files in os.walk(where):
            for name in [top] + [os.path.join(top, f) for f in files]:
                shutil.chown(name, user)
    os.chmod(where, 0o755)
    child = subprocess.Popen([drive.find("squid"), "-N", "-f", os.path.join(where, "squid.conf")],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
    except AssertionError:
        child.kill()
        child.wait()
        raise
    return child


def ask(proxy, origin):
    """Five plain requests and two tunnels; of them three and one to the planted host."""
    for host, path in ((INNOCENT, "/"), (PLANTED, "/a"), (PLANTED, "/t/upd7.dat?x=1"), (INNOCENT, "/missing"),
                       (PLANTED, "/" + "p" * 3000)):
        c = http.client.HTTPConnection("127.0.0.1", proxy, timeout=10)
        c.request("GET", "http://%s:%d%s" % (host, origin, path), headers={"User-Agent": 'odd "agent" \\x01 日本'.encode()})
        c.getresponse().read()
        c.close()
    for host in (INNOCENT, PLANTED):
        s = socket.create_connection(("127.0.0.1", proxy), 10)
        s.sendall(b"CONNECT %s:%d HTTP/1.1\r\n\r\n" % (host.encode(), origin))
        drive.true("no tunnel", b" 200 " in s.recv(4096))
        s.sendall(b"GET / HTTP/1.0\r\n\r\n")
        while s.recv(4096):
            pass
        s.close()


def found(hinomi, path, *args):
    done = drive.watch(hinomi, "--only", "indicator", *args, path)
    drive.equal("exit code; standard error: " + done.err[-500:], done.code, 0)
    rows = [f for f in done.findings() if PLANTED in f["destination"] or PLANTED in f["rule"]]
    drive.equal("records that speak of %s" % PLANTED, sum(f["count"] for f in rows), 4)
    drive.equal("machines", {f["source"] for f in rows}, {"127.0.0.1"})
    drive.equal("findings about other hosts", [f for f in done.findings() if f not in rows], [])


def main():
    drive.need("squid")
    hinomi = os.path.abspath(sys.argv[1])
    where = tempfile.mkdtemp(prefix="hinomi-squid-")
    proxy = free_port()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    checks = drive.Checks()
    with open(where + ".csv", "w") as f:
        f.write("value,type,source,tlp,expires,note\n%s,domain,test,green,,\n" % PLANTED)
    squid = start_squid(where, proxy)
    try:
        ask(proxy, server.server_address[1])
        time.sleep(0.5)
    finally:
        squid.terminate()
        squid.wait(20)
    lists = ["--indicators", where + ".csv"]
    checks.row("native", lambda: found(hinomi, where + "/native", *lists))
    checks.row("combined", lambda: found(hinomi, where + "/combined", *lists))
    if "--logformat" in drive.run([hinomi, "watch", "--help"]).out.decode():
        checks.row("custom logformat", lambda: found(hinomi, where + "/custom", "--logformat", CUSTOM, *lists))
    else:
        print("note: the custom logformat is tested where a configuration names it")
    if checks.failed:
        print("logs are kept in", where)
    else:
        shutil.rmtree(where)
        os.unlink(where + ".csv")
    checks.finish()


if __name__ == "__main__":
    main()
