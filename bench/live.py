"""A running site on the bench: how far its page is behind, what a line costs from its arrival to the sealed log, and what a
swap of two million indicators costs meanwhile. Rows of bench/run.py.

"Behind" is measured from the moment a line that an indicator knows was written until a client of the console, which hears
the page's own event stream over HTTPS, has the finding in the list that the page shows. CPU seconds and memory are those of all
the site's processes together; memory that they share counts once (PSS).
"""
import glob
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(TOP, "tests"))
import live_site  # noqa: E402

LIST = "value,type,source,tlp,expires,note\nplanted.weather-sync.example,domain,bench,green,,\n"
LINE = "%d.%03d   1816 %s TCP_TUNNEL/200 7256 CONNECT %s:443 sato.e HIER_DIRECT/192.0.2.70 -\n"
SYSLOG = "<134>Jun  8 02:33:00 proxy01 squid: "


class Feed(threading.Thread):
    """Sends lines at the wanted rate, and now and then a planted one with a machine of its own."""

    def __init__(self, number, send, rate, seconds, every_s, name, head=""):
        super().__init__(daemon=True)
        self.number, self.send, self.rate, self.seconds = number, send, rate, seconds
        self.every_s, self.name, self.head = every_s, name, head
        self.planted, self.sent, self.late_s = {}, 0, 0.0

    def rows(self, begun):
        now = time.time()
        rows = [LINE % (int(now), int(now * 1000) % 1000, "10.20.10.%d" % (20 + (self.sent + i) % 80),
                        "site%d.example" % ((self.sent + i) % 3000)) for i in range(max(1, self.rate // 100))]
        if time.monotonic() - begun >= len(self.planted) * self.every_s:
            machine = "10.9.%d.%d" % (self.number * 16 + len(self.planted) // 250, len(self.planted) % 250)
            rows.append(LINE % (int(now), int(now * 1000) % 1000, machine, self.name))
            self.planted[machine] = time.monotonic()
        return rows

    def run(self):
        begun = time.monotonic()
        while self.sent < self.rate * self.seconds:
            wait = begun + self.sent / self.rate - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            self.late_s = max(self.late_s, -wait)
            rows = self.rows(begun)
            self.sent += len(rows)
            self.send("".join(self.head + row for row in rows).encode())


class Page(threading.Thread):
    """Somebody who has the console open: hears of each change and asks for the list, as the page does."""

    def __init__(self, site):
        super().__init__(daemon=True)
        self.site, self.seen, self.over = site, {}, False
        self.tls = ssl.create_default_context(cafile=os.path.join(site.data, "tls", "ca.pem"))
        token = subprocess.run([site.hinomi, "token", "--config", site.config], capture_output=True, text=True, check=True)
        answer, _ = self.ask("POST", "/api/session", json.dumps({"token": token.stdout.strip()}), {})
        self.cookie = {"Cookie": answer.getheader("Set-Cookie").split(";")[0]}

    def connect(self):
        return http.client.HTTPSConnection("127.0.0.1", self.site.console, context=self.tls, timeout=60)

    def ask(self, method, path, body, headers):
        line = self.connect()
        line.request(method, path, body, headers)
        answer = line.getresponse()
        data = answer.read()
        line.close()
        return answer, data

    def look(self):
        _, data = self.ask("GET", "/api/findings?level=info&text=10.9.&limit=100", None, self.cookie)
        now = time.monotonic()
        for one in json.loads(data)["items"]:
            self.seen.setdefault(one["source"], now)

    def run(self):
        line = self.connect()
        line.request("GET", "/api/events", headers=self.cookie)
        answer = line.getresponse()
        while not self.over:
            row = answer.readline()
            if not row:
                return
            if row == b"event: finding\n":
                self.look()


class Memory(threading.Thread):
    """The most that all processes together had."""

    def __init__(self, site):
        super().__init__(daemon=True)
        self.site, self.peak_mb, self.over = site, 0.0, False

    def run(self):
        while not self.over:
            self.peak_mb = max(self.peak_mb, self.site.rss_mb())
            time.sleep(0.02)


def site_with(hinomi, indicators):
    """A site that hears syslog over TCP and tails a file; and what sends to each."""
    port = live_site.free_port()
    site = live_site.Site(hinomi, {"tcp": {"kind": "syslog-tcp", "listen": "127.0.0.1:%d" % port}}, indicators)
    log = os.path.join(site.base, "access.log")
    with open(log, "w"), open(site.config, "a") as f:
        f.write("[source tail]\nkind = tail\npath = %s\n" % log)
    site.start()
    time.sleep(2)
    return site, socket.create_connection(("127.0.0.1", port)).sendall, open(log, "ab", buffering=0).write


def live(bench, rate=5000, seconds=20):
    site, by_syslog, by_tail = site_with(bench.hinomi, LIST)
    feeds = [Feed(1, by_syslog, rate, seconds, 0.5, "planted.weather-sync.example", SYSLOG),
             Feed(2, by_tail, rate, seconds, 0.5, "planted.weather-sync.example")]
    page, memory = Page(site), Memory(site)
    page.start()
    memory.start()
    time.sleep(1)
    cpu = site.cpu_s()
    for feed in feeds:
        feed.start()
    for feed in feeds:
        feed.join()
    time.sleep(3)
    share = (site.cpu_s() - cpu) / seconds
    memory.over = page.over = True
    planted = {machine: at for feed in feeds for machine, at in feed.planted.items()}
    lags = [page.seen[machine] - at for machine, at in planted.items() if machine in page.seen]
    site.stop()
    site.forget()
    worst = max(lags, default=float("inf"))
    met = len(lags) == len(planted) and worst < 2 and share < 0.25 and memory.peak_mb < 200
    bench.add("live: %d lines/s by syslog and as many by tail" % rate,
              "at most %.2f s behind on the page (%d of %d planted lines seen), %.1f %% of a core, %.0f MB" % (
                  worst, len(lags), len(planted), 100 * share, memory.peak_mb), "-",
              "< 2 s, < 25 % of a core, < 200 MB", met, "%d s; the sender was at most %.2f s late" % (
                  seconds, max(feed.late_s for feed in feeds)))


def two_millions(inputs, name, first):
    """The public list, filled up to two million entries with names of its own kind, and one more."""
    def write(out):
        n = 0
        out.write((first + "\n").encode())
        with open(inputs.indicators(), "rb") as public:
            for line in public:
                out.write(line)
                n += 1
                if n % 4 == 0 and b"/" not in line and n + n // 4 < 2000000:
                    out.write(b"x" + line)
                    n += 1
        for i in range(n, 2000000):
            out.write(b"d%x.example\n" % (i * 2654435761 % (1 << 32)))
    return inputs.made(name, write)


def imported(bench, path):
    store = path + ".store"
    shutil.rmtree(store, ignore_errors=True)
    os.makedirs(store)
    done = subprocess.run([bench.hinomi, "indicators", "import", "--store", store, path], capture_output=True, text=True)
    if done.returncode > 1:     # 1: lines of the list that are no indicators
        raise RuntimeError(done.stderr)
    table = os.path.join(store, "indicators.table")
    os.chmod(table, 0o644)
    return table


def swap(bench, rate=5000, seconds=10):
    """Two million indicators give way to two million others while lines come in."""
    before = imported(bench, two_millions(bench.inputs, "two-million-a.txt", "before.example"))
    after = imported(bench, two_millions(bench.inputs, "two-million-b.txt", "after.example"))
    site, by_syslog, by_tail = site_with(bench.hinomi, LIST)
    place = os.path.join(site.base, "indicators", "indicators.table")
    shutil.copy(before, place + ".new")
    os.rename(place + ".new", place)
    time.sleep(3)
    feeds = [Feed(1, by_syslog, rate // 2, seconds, 0.02, "after.example", SYSLOG),
             Feed(2, by_tail, rate // 2, seconds, 0.02, "before.example")]
    memory = Memory(site)
    shutil.copy(after, place + ".new")
    calm_mb = site.rss_mb()
    memory.start()
    for feed in feeds:
        feed.start()
    time.sleep(seconds / 2)
    swapped = time.monotonic()
    os.rename(place + ".new", place)
    for feed in feeds:
        feed.join()
    time.sleep(3)
    memory.over = True
    found = {source for (_, source, _) in site.findings()}
    records = sum(row[0] for row in site.rows("SELECT records FROM source"))
    size = os.path.getsize(after) / 1e6
    site.stop()
    site.forget()
    new = sorted(at for machine, at in feeds[0].planted.items() if machine in found)
    old = sorted(at for machine, at in feeds[1].planted.items() if machine in found)
    took = max(new[0], old[-1]) - swapped if new and old else float("inf")
    missed = sum(feed.sent for feed in feeds) - records
    bench.add("swap of 2 M indicators while %d lines/s come in" % rate,
              "in force after %.2f s; %d records missed; table %.0f MB; all roles at most %.0f MB, %.0f MB before" % (
                  took, missed, size, memory.peak_mb, calm_mb), "-",
              "<= 1 s, none missed, <= 80 MB, <= 160 MB", took <= 1 and missed == 0 and size <= 80 and memory.peak_mb <= 160,
              "planted lines every 20 ms of a name on either list")


def whole_site(name, maker):
    """Everything a site does with a line: received, sealed as evidence, read, normalised, remembered, shown to every detector,
    committed; passed between processes. Nothing is promised of the sum: it grows with the detectors."""
    def row(bench):
        path = maker(bench.inputs)
        if path is None:
            return
        size = os.path.getsize(path) / 1e6
        site = live_site.Site(bench.hinomi, {}, LIST)
        folder = os.path.join(site.base, "drop")
        os.mkdir(folder)
        shutil.chown(folder, site.user)
        with open(site.config, "a") as f:
            f.write("[source drop]\nkind = drop\npath = %s\n" % folder)
        site.start()
        time.sleep(1)
        cpu, begun = site.cpu_s(), time.monotonic()
        shutil.copy(path, os.path.join(site.base, "part"))
        os.rename(os.path.join(site.base, "part"), os.path.join(folder, "day.log"))
        live_site.wait_until("the file to be read", lambda: os.path.exists(os.path.join(folder, "read", "day.log")), 600)
        took, last = time.monotonic() - begun, None
        while True:     # until nothing more is committed and all but the last tail is sealed
            time.sleep(1)
            done = (site.rows("SELECT offset FROM progress")[0][0], len(glob.glob(site.data + "/evidence/**/*.open", recursive=True)))
            if done == last and done[1] <= 1:
                break
            last = done
        spent = site.cpu_s() - cpu
        records = site.rows("SELECT records, unread FROM source")[0]
        site.stop()
        site.forget()
        speed = size / spent
        bench.add("all that a running site does with a line: " + name,
                  "%.0f MB/s (all roles' CPU seconds; %.0f s by the clock)" % (speed, took), "-", "-", None,
                  "%.0f MB, %d records, %d unread" % (size, *records))
    return row
