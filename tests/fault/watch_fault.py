#!/usr/bin/env python3
"""Bad input for `hinomi watch`: it ends with the right exit code, names the place, and stays small.

  watch_fault.py HINOMI [MEMORY_MB]

Each row plants one good line that an indicator knows among bad input; the good line must be found all the same.
"""
import gzip
import os
import random
import shutil
import socket
import struct
import sys
import tempfile
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import drive  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
BAD_HOST = "planted.weather-sync.example"
LINE = "1780844403.880   1816 10.20.10.44 TCP_TUNNEL/200 7256 CONNECT %s:443 sato.e HIER_DIRECT/192.0.2.70 -\n"
GOOD, PLANTED = (LINE % "www.hinode-hp.example").encode(), (LINE % BAD_HOST).encode()
MEGABYTE = 1 << 20


class Bench:
    """A fresh folder per row, with an indicator list beside it."""

    def __init__(self, hinomi, memory_mb):
        self.hinomi, self.memory_mb = hinomi, memory_mb
        self.base = tempfile.mkdtemp(prefix="hinomi-fault-")
        self.list = os.path.join(self.base, "list.csv")
        with open(self.list, "w") as f:
            f.write("value,type,source,tlp,expires,note\n%s,domain,test,green,,\n" % BAD_HOST)
        self.n = 0

    def folder(self):
        self.n += 1
        path = os.path.join(self.base, "row%02d" % self.n)
        os.mkdir(path)
        return path

    def watch(self, *paths, **options):
        done = drive.watch(self.hinomi, "--indicators", self.list, *paths, **options)
        drive.true("uses %d MB, more than %d" % (done.rss_mb, self.memory_mb), done.rss_mb <= self.memory_mb)
        drive.true("standard error is %d bytes long" % len(done.err), len(done.err) < 65536)
        return done

    def expect(self, paths, code, found, names=(), **options):
        """Run; check exit code, how often the planted line was found, and that the places are named."""
        done = self.watch(*paths, **options)
        drive.equal("exit code; standard error: %s" % done.err[-500:], done.code, code)
        drive.equal("planted lines found", sum(f["count"] for f in done.findings()), found)
        for name in names:
            drive.true("standard error does not name %r: %s" % (name, done.err[-800:]), name in done.err)
        return done


def put(path, *parts):
    with open(path, "wb") as f:
        for part in parts:
            f.write(part)
    return path


def truncated(b):
    """A file that is cut in the middle of its last line, and one whose last line lacks only its newline."""
    d = b.folder()
    put(d + "/cut.log", GOOD, PLANTED, GOOD[:37])
    b.expect([d], 1, 1, ["cut.log:3"])
    b.expect([put(b.folder() + "/open.log", GOOD, PLANTED[:-1])], 0, 1)


def binary(b):
    """Bytes of no format at all, alone and within a log."""
    noise = random.Random(1).randbytes(200000)
    b.expect([put(b.folder() + "/noise.bin", noise)], 1, 0, ["noise.bin"])
    d = b.folder()
    put(d + "/mixed.log", GOOD * 20, noise, b"\n", PLANTED)
    b.expect([d], 1, 1, ["mixed.log:21"])


def nul_bytes(b):
    d = b.folder()
    put(d + "/nul.log", GOOD, b"\0" * 4096 + b"\n", GOOD.replace(b"sato", b"sa\0to"), PLANTED)
    done = b.watch(d)
    drive.true("exit code %d" % done.code, done.code in (0, 1))
    drive.equal("planted lines found", sum(f["count"] for f in done.findings()), 1)


def long_line(b):
    """100 MB without a newline between good lines: counted once, and small in memory."""
    d = b.folder()
    put(d + "/long.log", GOOD, b"1780844403.880 " + b"x" * (100 * MEGABYTE) + b"\n", PLANTED, GOOD)
    b.expect([d], 1, 1, ["long.log:2"])


def long_json(b):
    """A JSON object that never ends, in a file of JSON objects."""
    d = b.folder()
    put(d + "/long.json", b'{"EventTime":"2026-06-08 02:24:10","Hostname":"A","EventID":4624,"Message":"',
        b"y" * (40 * MEGABYTE))
    put(d + "/deep.json", b"[" * MEGABYTE)
    put(d + "/good.log", PLANTED)
    b.expect([d], 1, 1, ["long.json"])


def encodings(b):
    """Shift_JIS, EUC-JP, UTF-8 and broken bytes in one file: every line is read, and the output is UTF-8."""
    d = b.folder()
    names = ["佐藤".encode(code) for code in ("cp932", "euc_jp", "utf-8")] + [b"\xff\xfe\x81", b"\xe4\xbd"]
    put(d + "/names.log", *[PLANTED.replace(b"sato.e", n) for n in names])
    done = b.watch(d)
    drive.true("exit code %d: %s" % (done.code, done.err[-300:]), done.code in (0, 1))
    drive.true("too few of the lines were found: %s" % done.findings(), sum(f["count"] for f in done.findings()) >= 3)
    done.out.decode("utf-8")


def line_ends(b):
    """CRLF, a byte-order mark, empty lines."""
    d = b.folder()
    put(d + "/crlf.log", b"\xef\xbb\xbf", GOOD.replace(b"\n", b"\r\n"), b"\r\n\n", PLANTED.replace(b"\n", b"\r\n"))
    b.expect([d], 0, 1)


def gzip_bomb(b):
    """A gigabyte of nothing in a megabyte; a gigabyte of one good line likewise stays small."""
    d = b.folder()
    path = d + "/bomb.log.gz"
    with gzip.open(path, "wb", compresslevel=6) as f:
        for _ in range(512):
            f.write(b"\0" * (2 * MEGABYTE))
    put(d + "/good.log", PLANTED)
    b.expect([d], 1, 1, ["bomb.log.gz"])


def compressed(b):
    """gzip and zstd as they are; cut and broken ones are named, and what came before the cut counts."""
    d = b.folder()
    whole = gzip.compress(GOOD * 5000 + PLANTED)
    put(d + "/whole.log.gz", whole)
    put(d + "/members.log.gz", gzip.compress(GOOD), gzip.compress(PLANTED))
    b.expect([d], 0, 2)
    put(d + "/cut.log.gz", gzip.compress(PLANTED + random.Random(2).randbytes(90000).hex().encode())[:40000])
    put(d + "/empty.gz", b"")
    put(d + "/head.gz", whole[:11])
    done = b.watch(d)
    drive.equal("exit code; standard error: " + done.err[-500:], done.code, 1)
    drive.true("cut.log.gz is not named: " + done.err, "cut.log.gz" in done.err)
    if shutil.which("zstd"):
        d = b.folder()
        put(d + "/a.log", GOOD * 5000, PLANTED)
        drive.run(["zstd", "-q", "--rm", "a.log"], cwd=d)
        b.expect([d], 0, 1)
        with open(d + "/a.log.zst", "rb") as f:
            raw = f.read()
        put(d + "/broken.log.zst", raw[:20] + b"\0\0\0\0\0\0\0\0" + raw[28:])
        b.expect([d], 1, 1, ["broken.log.zst"])


def hungry_evtx(b):
    """A Windows log of one chunk whose templates claim millions of values: libevtx would take gigabytes for each record."""
    folder = b.folder()
    with open(os.path.join(HERE, "../fuzz/corpus/evtx/many-values"), "rb") as f:
        chunk = bytearray(f.read().ljust(65536, b"\0"))
    head = bytearray(4096)
    struct.pack_into("<8sQQQIHHHH", head, 0, b"ElfFile\0", 0, 0, 1, 128, 1, 3, 4096, 1)
    struct.pack_into("<I", head, 124, zlib.crc32(head[:120]))
    chunk[:8] = b"ElfChnk\0"
    free, = struct.unpack_from("<I", chunk, 48)
    struct.pack_into("<I", chunk, 52, zlib.crc32(chunk[512:free]))
    struct.pack_into("<I", chunk, 124, zlib.crc32(chunk[:120] + chunk[128:512]))
    put(os.path.join(folder, "hungry.evtx"), head, chunk)
    put(os.path.join(folder, "access.log"), PLANTED)
    # A sanitizer's own limit stands in for the one that the program sets itself (base/mem.h).
    os.environ["ASAN_OPTIONS"] = "max_allocation_size_mb=64:allocator_may_return_null=1"
    try:
        b.expect([folder], 1, 1, ["hungry.evtx:1"])
    finally:
        del os.environ["ASAN_OPTIONS"]


def empty(b):
    """Nothing to read is no fault."""
    d = b.folder()
    put(d + "/empty.log")
    os.mkdir(d + "/empty")
    b.expect([d], 0, 0)
    b.expect([put(b.folder() + "/blank.log", b"\n\n\n")], 0, 0)


def odd_names(b):
    """Names that a careless program trips over; what is no file is left alone and never waited for."""
    d = b.folder()
    odd = [b"a b.log", b"new\nline.log", b"-dash.log", b"quote'\".log", "日本語.log".encode(), b"bad\xff\xfe.log",
           b"#hash%s%n.log", b"x" * 250]
    for name in odd:
        put(os.path.join(d.encode(), name), PLANTED)
    deep = d
    for _ in range(20):
        deep += "/deep"
        os.mkdir(deep)
    put(deep + "/deep.log", PLANTED)
    os.symlink(d, d + "/loop")
    os.symlink("nowhere", d + "/dangling.log")
    os.mkfifo(d + "/fifo.log")
    s = socket.socket(socket.AF_UNIX)
    s.bind(os.path.relpath(d + "/socket.log"))
    done = b.watch(d, timeout_s=60)
    s.close()
    drive.true("exit code %d" % done.code, done.code in (0, 1))
    drive.equal("planted lines found", sum(f["count"] for f in done.findings()), len(odd) + 1)
    done.out.decode("utf-8")


def standard_input(b):
    path = put(b.folder() + "/in.log", GOOD, PLANTED)
    with open(path, "rb") as f:
        b.expect(["-"], 0, 1, stdin=f)


def named_twice(b):
    """A file that is named twice, by a folder, a link or again, counts once."""
    d = b.folder()
    good = put(d + "/good.log", PLANTED)
    os.symlink("good.log", d + "/current")
    os.link(good, d + "/hard.log")
    done = b.watch(d, good, d + "/../" + os.path.basename(d) + "/good.log")
    drive.equal("exit code: %s" % done.err[-300:], done.code, 0)
    drive.equal("counted", [f["count"] for f in done.findings()], [1])
    drive.equal("evidence", [len(f["evidence"]) for f in done.findings()], [1])


def times(b):
    """--from and --to as people type them."""
    good = put(b.folder() + "/good.log", PLANTED)
    at = float(PLANTED.split()[0])
    utc = lambda s, form: time.strftime(form, time.gmtime(s))
    for before, after in ((str(int(at) - 1), str(int(at) + 1)),
                          (utc(at - 60, "%Y-%m-%dT%H:%MZ"), utc(at + 60, "%Y-%m-%dT%H:%M+00:00")),
                          (utc(at + 32340, "%Y-%m-%d %H:%M"), utc(at + 32460, "%Y/%m/%d %H:%M:%S")),
                          (utc(at - 86400, "%Y-%m-%d"), utc(at + 172800, "%Y-%m-%d"))):
        for argv, n in ((["--from", before], 1), (["--to", after], 1), (["--from", after], 0), (["--to", before], 0),
                        (["--from", before, "--to", after], 1)):
            done = b.watch(*argv, good)
            drive.equal("%s: exit code: %s" % (argv, done.err[-300:]), done.code, 0)
            drive.equal("%s: findings" % argv, len(done.findings()), n)


def not_done(b):
    """What cannot even begin ends with 2 and says why."""
    good = put(b.folder() + "/good.log", PLANTED)
    for what, argv in (("no path", []), ("an unknown option", ["--nonsense", good]),
                       ("an unknown kind", ["--only", "nonsense", good]),
                       ("a list that is not there", ["--indicators", "/nonexistent/list.csv", good]),
                       ("a time that is none", ["--from", "yesterday-ish", good]),
                       ("a month that is none", ["--from", "2026-13-01", good]),
                       ("an end before the beginning", ["--from", "2026-06-10", "--to", "2026-06-09T10:00", good]),
                       ("a format that is none", ["--format", "nonsense", good]),
                       ("a network that is none", ["--internal", "10.0.0.0/99", good])):
        done = drive.watch(b.hinomi, *argv)
        drive.equal("exit code for %s; standard error: %s" % (what, done.err[-300:]), done.code, 2)
        drive.true("nothing said about %s" % what, len(done.err.strip()) > 10)
        drive.equal("output for " + what, done.out, b"")


def mutations(b):
    """Every log of the thinned sample day, broken at random in twelve ways: read as far as it can be, never fatal."""
    top = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden", "sample", "logs")
    for turn in range(12):
        rng, d = random.Random(turn), b.folder()
        for folder, _, names in sorted(os.walk(top)):
            for name in sorted(names):
                with open(os.path.join(folder, name), "rb") as f:
                    data = bytearray(f.read())
                for _ in range(rng.randrange(1, 400)):
                    at = rng.randrange(len(data))
                    data[at] = rng.choice(b'\n\t "\'={}[],:\\\0\xff\x81|/') if turn % 3 else rng.randrange(256)
                if turn % 4 == 0:
                    del data[rng.randrange(len(data)):]
                put(os.path.join(d, name), bytes(data))
        done = b.watch(d)
        drive.true("turn %d: exit code %d: %s" % (turn, done.code, done.err[-500:]), done.code in (0, 1))
        done.out.decode("utf-8")


def missing(b):
    """A path that is not there is a slip of the hand: it is named before anything is read."""
    good = put(b.folder() + "/good.log", PLANTED)
    b.expect([good, "/nonexistent/access.log"], 2, 0, ["/nonexistent/access.log"])


def full_output(b):
    """Findings that could not be written are not silently lost."""
    good = put(b.folder() + "/good.log", PLANTED)
    with open("/dev/full", "wb") as full:
        import subprocess
        done = subprocess.run([b.hinomi, "watch", "--output", "json", "--indicators", b.list, good], stdout=full,
                              stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=60)
    drive.equal("exit code with a full disk", done.returncode, 2)


ROWS = [truncated, binary, nul_bytes, long_line, long_json, encodings, line_ends, gzip_bomb, compressed, hungry_evtx, empty,
        odd_names, standard_input, named_twice, times, not_done, missing, mutations, full_output]


def main():
    bench = Bench(os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 200)
    os.chdir(bench.base)
    checks = drive.Checks()
    only = sys.argv[3:]
    for row in ROWS:
        if not only or row.__name__ in only:
            checks.row(row.__name__, lambda row=row: row(bench))
    shutil.rmtree(os.fsencode(bench.base), ignore_errors=True)
    checks.finish()


if __name__ == "__main__":
    main()
