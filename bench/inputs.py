"""Inputs of the benchmarks: made once into a work folder, from the sample day and, where present, from real logs."""
import glob
import gzip
import hashlib
import json
import os
import random
import subprocess
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
DATA = os.path.join(TOP, "..", "shared", "data", "detect")
HTTP_FIELDS = ("ts uid id.orig_h id.orig_p id.resp_h id.resp_p trans_depth method host uri referrer version user_agent "
               "origin request_body_len response_body_len status_code status_msg info_code info_msg tags username "
               "password proxied orig_fuids orig_filenames orig_mime_types resp_fuids resp_filenames resp_mime_types")
HTTP_TYPES = ("time string addr port addr port count string string string string string string string count count count "
              "string count string set[enum] string string set[string] vector[string] vector[string] vector[string] "
              "vector[string] vector[string] vector[string]")
HOST_COLUMN = 8



def write_day(path, lines, rng, machines, line, head=""):
    """Lines of a day in the order of their times, more by day than by night; few machines and sites have most of them."""
    people = [m.split(" ") for m in machines]
    chance = rng.random
    with open(path + ".part", "w", encoding="ascii") as out:
        out.write(head)
        for hour in range(24):
            n = int(lines * (0.062 if 7 <= hour < 19 else 0.0214))
            for k in range(n):
                out.write(line(1780844400000 + hour * 3600000 + k * 3600000 // n, people[int(chance() ** 1.5 * len(people))],
                               int(chance() ** 3 * 30000)))
    os.rename(path + ".part", path)


class Inputs:
    """The work folder; every method gives a path and makes the file only where it is missing."""

    def __init__(self, work, megabytes):
        self.work, self.megabytes = work, megabytes
        os.makedirs(work, exist_ok=True)

    def path(self, name):
        return os.path.join(self.work, name)

    def made(self, name, write):
        path = self.path(name)
        if not os.path.exists(path):
            with open(path + ".part", "wb") as out:
                write(out)
            os.rename(path + ".part", path)
        return path

    def tool(self, *options):
        subprocess.run([sys.executable, os.path.join(TOP, "tools", "sample_day.py"), *options], check=True,
                       stderr=subprocess.DEVNULL)

    def day(self):
        path = self.path("day")
        if not os.path.exists(os.path.join(path, "expected.json")):
            self.tool(path)
        return path

    def tiled(self, name, source, head=b""):
        """The bytes of a log again and again up to the wanted size; head lines (#...) once."""
        def write(out):
            body = read(source)
            lines = body.splitlines(True)
            first = [line for line in lines if line.startswith(b"#")]
            body = b"".join(line for line in lines if not line.startswith(b"#"))
            out.write(head or b"".join(line for line in first if not line.startswith(b"#close")))
            for _ in range(max(1, self.megabytes * 1000000 // max(1, len(body)))):
                out.write(body)
        return self.made(name, write)

    def squid(self):
        path = self.path("squid-%d" % self.megabytes)
        if not os.path.exists(os.path.join(path, "access.log")):
            self.tool(path, "--bulk-squid", str(self.megabytes * 1000000 // 130))
        return os.path.join(path, "access.log")

    def whole_day(self):
        """A folder with one day of 800 machines: 10 M lines of Squid, 1 M look-ups in Zeek's dns.log, 30,000 domains."""
        folder = self.path("whole-day")
        if not os.path.exists(os.path.join(folder, "dns.log")):
            os.makedirs(folder, exist_ok=True)
            rng = random.Random(3)
            machines = ["10.20.%d.%d %s" % (n // 200, 10 + n % 200, "user%03d" % n) for n in range(800)]
            sites = ["%s.%s%d.%s" % (rng.choice(("www", "cdn", "api", "img", "static")), WORDS[n % len(WORDS)].decode(), n,
                                     rng.choice(("jp", "com", "co.jp", "net"))) for n in range(30000)]
            tails = ["TCP_TUNNEL/200 %%d CONNECT %s:443 %%s HIER_DIRECT/198.51.%d.%d -\n" % (s, n // 250 % 250, n % 250)
                     for n, s in enumerate(sites)]
            write_day(os.path.join(folder, "access.log"), 10000000, rng, machines, lambda at, who, name: "%d.%03d %6d %s %s" % (
                at // 1000, at % 1000, 90 + at % 9000, who[0], tails[name] % (900 + at % 60000, who[1])))
            head = ("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n#fields\tts\tuid\t"
                    "id.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\tquery\tqclass\tqclass_name\tqtype\t"
                    "qtype_name\trcode\trcode_name\tAA\tTC\tRD\tRA\tZ\tanswers\tTTLs\trejected\n")
            write_day(os.path.join(folder, "dns.log"), 1000000, rng, machines, lambda at, who, name: (
                "%d.%03d000\tC%d\t%s\t%d\t10.20.250.1\t53\tudp\t%d\t0.01\t%s\t1\tC_INTERNET\t1\tA\t0\tNOERROR\tF\tF\tT\tT\t0\t"
                "198.51.%d.%d\t300.0\tF\n" % (at // 1000, at % 1000, at, who[0], 1024 + at % 60000, at % 65536, sites[name],
                                               name // 250 % 250, name % 250)), head)
        return folder

    def fortigate(self):
        return self.tiled("fortigate-%d.log" % self.megabytes, self.day() + "/logs/fortigate/fw01.log")

    def windows(self):
        return self.tiled("windows-%d.json" % self.megabytes, self.day() + "/logs/windows/security-nxlog.json")

    def winlogbeat(self):
        return self.tiled("winlogbeat-%d.json" % self.megabytes, self.day() + "/logs/windows/winlogbeat.ndjson")

    def zeek_tsv(self):
        return self.tiled("zeek-conn-%d.log" % self.megabytes,
                          glob.glob(self.day() + "/logs/zeek/*/conn.log")[0])

    def zeek_json(self):
        """Real rows where the data is present, else the sample day's connections as JSON."""
        real = os.path.join(DATA, "rita", "valid_json", "http.log.gz")
        if os.path.exists(real):
            return self.tiled("zeek-json-real-%d.log" % self.megabytes, real)
        def write(out):
            with open(glob.glob(self.day() + "/logs/zeek/*/conn.log")[0]) as f:
                rows = [line.rstrip("\n").split("\t") for line in f]
            names = [row for row in rows if row[0] == "#fields"][0][1:]
            body = "".join(json.dumps(dict(zip(names, row)), separators=(",", ":")) + "\n"
                           for row in rows if not row[0].startswith("#")).encode()
            for _ in range(max(1, self.megabytes * 1000000 // len(body))):
                out.write(body)
        return self.made("zeek-json-own-%d.log" % self.megabytes, write)

    def eve(self):
        real = os.path.join(DATA, "slips", "test6-malicious.suricata.json")
        return self.tiled("eve-%d.json" % self.megabytes, real) if os.path.exists(real) else None

    def http_distinct(self):
        """Zeek http.log of at least 400 MB, rows of ordinary traffic, in which every row names another host."""
        size = max(self.megabytes, 400)
        real = sorted(glob.glob(os.path.join(DATA, "rita", "proxy_rolling", "http.*.log.gz")))
        def write(out):
            rows = http_rows(real)
            rng = random.Random(1)
            out.write(("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\thttp\n"
                       "#fields\t%s\n#types\t%s\n" % (HTTP_FIELDS.replace(" ", "\t"),
                                                     HTTP_TYPES.replace(" ", "\t"))).encode())
            written, n = 0, 0
            while written < size * 1000000:
                chunk = []
                for left, right in rows:
                    n += 1
                    chunk.append(left + b"%s.%s%05x.jp" % (b"www" if n & 1 else b"cdn%d" % (n % 9), WORDS[n % len(WORDS)],
                                                           int(rng.random() * (1 << 40))) + right)
                block = b"".join(chunk)
                out.write(block)
                written += len(block)
        return self.made("http-%d.log" % size, write)

    def indicators(self):
        """1.6 million and more: a public list where present, else made ones of the same make-up."""
        real = os.path.join(DATA, "maltrail-indicators.txt.gz")
        def write(out):
            if os.path.exists(real):
                out.write(b"".join(line.strip() + b"\n" for line in read(real).splitlines() if line.strip()))
                return
            rng = random.Random(2)
            for n in range(1632517):
                out.write(b"%s%07x.%s\n" % (WORDS[n % len(WORDS)], int(rng.random() * (1 << 40)),
                                            (b"com", b"net", b"xyz", b"jp")[n & 3]))
        return self.made("indicators-%s.txt" % ("public" if os.path.exists(real) else "own"), write)

    def some_indicators(self, count):
        """That many of them, evenly taken: what a text scanner can still bear."""
        def write(out):
            lines = read(self.indicators()).splitlines(True)
            out.write(b"".join(lines[::max(1, len(lines) // count)][:count]))
        return self.made("indicators-%d.txt" % count, write)

    def no_indicators(self):
        return self.made("one.txt", lambda out: out.write(b"never-seen.invalid\n"))


WORDS = b"sakura hikari minato aozora kaze yuki hoshi tsuki midori hana kawa yama umi sora mori ishi".split()


def http_rows(files):
    """(bytes before the host, bytes after it) of real rows, or of one made row."""
    rows = []
    for path in files:
        lines = read(path).splitlines(True)
        fields = [line for line in lines if line.startswith(b"#fields")]
        if not fields or fields[0].decode().split()[1:] != HTTP_FIELDS.split():
            continue
        for line in lines:
            parts = line.split(b"\t")
            if not line.startswith(b"#") and len(parts) == len(HTTP_FIELDS.split()):
                rows.append((b"\t".join(parts[:HOST_COLUMN]) + b"\t", b"\t" + b"\t".join(parts[HOST_COLUMN + 1:])))
    if rows:
        return rows
    made = ("1780844403.880000\tC2sfIT2TSmDPbPZGfb\t10.20.10.31\t50122\t192.0.2.70\t80\t1\tGET\t", "\t/img/a01b2c/7.png\t-"
            "\t1.1\tMozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 "
            "Safari/537.36\t-\t0\t31337\t200\tOK\t-\t-\t(empty)\t-\t-\t-\t-\t-\t-\tFqXJ3g1nTn1\t-\timage/png\n")
    return [(made[0].encode(), made[1].encode())] * 1000


def read(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as f:
        return f.read()


def digest(path):
    """First 12 hexadecimal digits of the SHA-256 of a file, so that a run can be repeated on the same input."""
    h = hashlib.sha256()
    with open(path, "rb") as f:
        for block in iter(lambda: f.read(1 << 20), b""):
            h.update(block)
    return h.hexdigest()[:12]
