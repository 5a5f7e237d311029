#!/usr/bin/env python3
"""Measures Hinomi beside its peers, in one run on the same input, and writes docs/benchmarks.md's table.

  bench/run.py [--hinomi build/hinomi] [--work DIR] [--mb 400] [--runs 5] [--row NAME]... [--write]

Every figure is CPU seconds (user + system) of the child, median of the runs; MB are millions of bytes. Ratios are ours
against the peer's of the same run. Never a test: figures depend on the machine.
"""
import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import live  # noqa: E402
from inputs import TOP, Inputs, digest  # noqa: E402

BEGIN, END = "<!-- bench/run.py writes from here -->", "<!-- bench/run.py writes to here -->"


def once(argv):
    """CPU seconds, wall seconds, peak memory in MB, exit code of one child; its output goes nowhere."""
    begun = time.monotonic()
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return {"cpu": usage.ru_utime + usage.ru_stime, "wall": time.monotonic() - begun, "rss": usage.ru_maxrss / 1024,
            "code": child.returncode, "said": said.decode("utf-8", "replace")}


def median(argv, runs, good=(0,)):
    rows = [once(argv) for _ in range(runs)]
    for row in rows:
        if row["code"] not in good:
            raise RuntimeError("%s ended with %d: %s" % (argv[0], row["code"], row["said"][-300:]))
    return {"cpu": statistics.median(r["cpu"] for r in rows), "rss": max(r["rss"] for r in rows),
            "wall": statistics.median(r["wall"] for r in rows), "said": rows[-1]["said"]}


class Bench:
    def __init__(self, options):
        self.hinomi, self.runs = os.path.abspath(options.hinomi), options.runs
        self.inputs = Inputs(options.work, options.mb)
        self.rows = []

    def watch(self, path, indicators):
        return median([self.hinomi, "watch", "--output", "json", "--only", "indicator", "--indicators", indicators, path],
                      self.runs, (0, 1))

    def tool(self, name):
        path = os.path.join(os.path.dirname(self.hinomi), "bench", name)
        if not os.path.exists(path):
            raise RuntimeError("first: ninja -C %s bench/%s" % (os.path.dirname(self.hinomi), name))
        return path

    def add(self, name, value, peer, must, met, note):
        self.rows.append((name, value, peer, must, met, note))
        print("%s: %s; %s; must %s: %s; %s" % (
            name, value, peer, must, "-" if met is None else "met" if met else "NOT met", note), flush=True)


def megabytes(path):
    return os.path.getsize(path) / 1e6


def indicators(bench):
    """Every host of every row looked up in 1.6 million entries, against ripgrep with 100,000 of them."""
    path, entries = bench.inputs.http_distinct(), bench.inputs.indicators()
    some = bench.inputs.some_indicators(100000)
    empty = bench.inputs.made("empty-http.log", lambda out: out.write(b""))
    size = megabytes(path)
    load = bench.watch(empty, entries)
    ours = bench.watch(path, entries)
    whole, speed = size / ours["cpu"], size / max(0.001, ours["cpu"] - load["cpu"])
    runs, bench.runs = bench.runs, min(bench.runs, 3)
    peer = median(["rg", "-j1", "-F", "-f", some, path], bench.runs, (0, 1))
    bench.runs = runs
    rg = size / peer["cpu"]
    bench.add("indicators end to end: Zeek http.log, 1.6 M entries, distinct hosts",
              "%.0f MB/s (%.0f with the list read anew in %.2f s), %.0f MB" % (speed, whole, load["cpu"], ours["rss"]),
              "rg -j1 -F -f, 100 k: %.1f MB/s; ratio %.1f" % (rg, speed / rg), ">= 400 MB/s and >= 12x",
              speed >= 400 and speed / rg >= 12, "%.0f MB, %s" % (size, digest(path)))


def reading(name, maker, must, jq):
    def row(bench):
        path = maker(bench.inputs)
        if path is None:
            print("skip %s: the real logs are not here" % name)
            return
        size, one = megabytes(path), bench.inputs.no_indicators()
        ours = bench.watch(path, one)
        speed, peer, met = size / ours["cpu"], "-", True
        if jq:
            theirs = size / median(["jq", "-c", ".", path], min(bench.runs, 3))["cpu"]
            peer = "jq -c .: %.0f MB/s; ratio %.1f" % (theirs, speed / theirs)
            met = speed / theirs >= 2
        bench.add("read + normalise + observables: " + name, "%.0f MB/s, %.0f MB" % (speed, ours["rss"]), peer,
                  ">= %d MB/s%s" % (must, " and >= 2x" if jq else ""), met and speed >= must,
                  "%.0f MB, %s" % (size, digest(path)))
    return row


def evidence_size(bench):
    """The sealed log's size on disk beside zstd -3 of the same lines, and what keeping it costs."""
    tool = bench.tool("bench_evidence")
    for name, maker in (("Squid", Inputs.squid), ("FortiGate", Inputs.fortigate), ("Zeek TSV", Inputs.zeek_tsv),
                        ("Windows JSON", Inputs.windows), ("Zeek JSON", Inputs.zeek_json)):
        path, folder = maker(bench.inputs), bench.inputs.path("evidence")
        if path is None:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        ours = median([tool, folder, path], 1)
        disk = sum(os.path.getsize(os.path.join(top, f)) for top, _, files in os.walk(folder) for f in files)
        shutil.rmtree(folder)
        with subprocess.Popen(["zstd", "-3", "-c", "-q", path], stdout=subprocess.PIPE) as child:
            theirs = sum(len(block) for block in iter(lambda: child.stdout.read(1 << 20), b""))
        bench.add("evidence size: " + name, "%.1f MB (kept at %.0f MB/s)" % (disk / 1e6, megabytes(path) / ours["cpu"]),
                  "zstd -3: %.1f MB; ratio %.3f" % (theirs / 1e6, disk / theirs), "<= 1.08x", disk <= 1.08 * theirs,
                  "%.0f MB, %s" % (megabytes(path), digest(path)))


def sealed(name, maker):
    """Each line into the sealed log, then read, normalised and its observables taken, in one process; so that nothing but
    these is counted."""
    def row(bench):
        path, folder, tool = maker(bench.inputs), bench.inputs.path("evidence"), bench.tool("bench_evidence")
        if path is None:
            print("skip %s: the real logs are not here" % name)
            return
        rows = []
        for _ in range(bench.runs):
            shutil.rmtree(folder, ignore_errors=True)
            rows.append(median([tool, "read", folder, path], 1)["cpu"])
        shutil.rmtree(folder)
        speed = megabytes(path) / statistics.median(rows)
        bench.add("the same with sealed evidence: " + name, "%.0f MB/s" % speed, "-", ">= 120 MB/s", speed >= 120,
                  "%.0f MB, %s" % (megabytes(path), digest(path)))
    return row


def table(bench):
    """The table that a running site maps: its size, and how long it takes to open the new one at a swap."""
    entries, store = bench.inputs.indicators(), bench.inputs.path("table")
    shutil.rmtree(store, ignore_errors=True)
    os.makedirs(store)
    made = median([bench.hinomi, "indicators", "import", "--store", store, entries], 1, (0, 1))
    size = sum(os.path.getsize(os.path.join(store, name)) for name in os.listdir(store))
    opened = median([bench.hinomi, "indicators", "check", "--store", store, "never-seen.example"], bench.runs, (0, 1))
    count = sum(1 for _ in open(entries, "rb"))
    per_two_million = size * 2e6 / count / 1e6
    bench.add("indicator table: %.2f M lines of a list" % (count / 1e6),
              "%.0f MB (%.0f MB for 2 M); opened, checked and asked in %.0f ms, %.0f MB" % (
                  size / 1e6, per_two_million, opened["wall"] * 1000, opened["rss"]), "-",
              "<= 1 s, <= 80 MB for 2 M", opened["wall"] <= 1 and per_two_million <= 80,
              "import: %.1f s CPU, %.0f MB" % (made["cpu"], made["rss"]))


def wall(argv, runs):
    """Wall seconds of a run, median; 0 and 1 are good ends (found, not found)."""
    return median(argv, runs, (0, 1))


def hunt(bench):
    """One value and 10,000 values against 400 days of what 400 machines met."""
    tool = os.path.join(os.path.dirname(bench.hinomi), "bench", "bench_hunt_fill")
    data = bench.inputs.path("hunt-%d" % HUNT_ROWS)
    if not os.path.exists(os.path.join(data, "filled-" + time.strftime("%Y%m%d"))):
        if not os.path.exists(tool):
            raise RuntimeError("first: ninja -C build bench/bench_hunt_fill")
        shutil.rmtree(data, ignore_errors=True)
        os.makedirs(data)
        subprocess.run([tool, os.path.join(data, "observables"), "400", str(HUNT_ROWS)], check=True)
        open(os.path.join(data, "filled-" + time.strftime("%Y%m%d")), "w").close()
    some = bench.inputs.made("hunt-10000.txt", lambda out: out.write(b"".join(
        b"host%d.site%d.%s\n" % (n % 20, n * 307 % 3000000, b"example" if n % 2 else b"invalid") for n in range(10000))))
    base = [bench.hinomi, "hunt", "--output", "json", "--data", data]
    one, many = wall(base + ["host7.site1234567.example"], bench.runs), wall(base + ["--values", some], min(bench.runs, 3))
    note = "%d M rows in 400 days, files in the page cache as memory allows" % (HUNT_ROWS * 400 // 1000000)
    bench.add("hunt: one value", "%.0f ms, %.0f MB" % (one["wall"] * 1000, one["rss"]), "-", "<= 1 s", one["wall"] <= 1, note)
    bench.add("hunt: 10,000 values", "%.2f s, %.0f MB" % (many["wall"], many["rss"]), "-", "<= 10 s", many["wall"] <= 10, note)


def whole_day(bench):
    """Every detector over one day of a large hospital: read, normalised, looked at."""
    folder = bench.inputs.whole_day()
    size = sum(megabytes(os.path.join(folder, name)) for name in ("access.log", "dns.log"))
    ours = median([bench.hinomi, "watch", "--output", "json", folder], min(bench.runs, 3), (0, 1))
    bench.add("a whole day, every detector: 10 M lines of Squid and 1 M look-ups of 800 machines",
              "%.1f s CPU, %.0f MB (%.0f MB/s)" % (ours["cpu"], ours["rss"], size / ours["cpu"]), "-", "<= 30 s CPU, <= 512 MB",
              ours["cpu"] <= 30 and ours["rss"] <= 512, "%.0f MB" % size)


HUNT_ROWS = 250000  # a day

ROWS = {
    "indicators": indicators,
    "squid": reading("Squid", Inputs.squid, 250, False),
    "zeek-tsv": reading("Zeek TSV (conn)", Inputs.zeek_tsv, 250, False),
    "fortigate": reading("FortiGate", Inputs.fortigate, 250, False),
    "zeek-json": reading("Zeek JSON", Inputs.zeek_json, 150, True),
    "eve": reading("Suricata EVE", Inputs.eve, 150, True),
    "windows-json": reading("Windows JSON (NXLog)", Inputs.windows, 150, True),
    "winlogbeat": reading("Windows JSON (Winlogbeat)", Inputs.winlogbeat, 150, True),
    "sealed-squid": sealed("Squid", Inputs.squid),
    "sealed-zeek-tsv": sealed("Zeek TSV (conn)", Inputs.zeek_tsv),
    "sealed-fortigate": sealed("FortiGate", Inputs.fortigate),
    "sealed-zeek-json": sealed("Zeek JSON", Inputs.zeek_json),
    "sealed-eve": sealed("Suricata EVE", Inputs.eve),
    "sealed-windows-json": sealed("Windows JSON (NXLog)", Inputs.windows),
    "site-squid": live.whole_site("Squid", Inputs.squid),
    "site-zeek-tsv": live.whole_site("Zeek TSV (conn)", Inputs.zeek_tsv),
    "site-windows-json": live.whole_site("Windows JSON (NXLog)", Inputs.windows),
    "live": live.live,
    "swap": live.swap,
    "evidence-size": evidence_size,
    "table": table,
    "whole-day": whole_day,
    "hunt": hunt,
}


def versions(bench):
    said = []
    for argv in ([bench.hinomi, "version"], ["rg", "--version"], ["jq", "--version"], ["zstd", "--version"]):
        if shutil.which(argv[0]):
            done = subprocess.run(argv, capture_output=True, text=True)
            said.append((done.stdout + done.stderr).strip().split("\n")[0])
    return said


def machine():
    with open("/proc/cpuinfo") as f:
        model = re.search(r"model name\s*: (.*)", f.read())
    return "%s, %d cores, Linux %s" % (model.group(1) if model else platform.machine(), os.cpu_count(), platform.release())


def block(bench, options):
    text = ["Measured %s on %s; load %.1f. `bench/run.py --mb %d --runs %d`." % (
        time.strftime("%Y-%m-%d"), machine(), os.getloadavg()[0], options.mb, options.runs),
        "Versions: " + "; ".join(versions(bench)) + ".", "",
        "| what | ours | peer, same run | must | met | input |", "|---|---|---|---|---|---|"]
    text += ["| %s | %s | %s | %s | %s | %s |" % (r[0], r[1], r[2], r[3], "-" if r[4] is None else "yes" if r[4] else "**no**", r[5])
             for r in bench.rows]
    return "\n".join(text) + "\n"


def write_docs(text):
    path = os.path.join(TOP, "docs", "benchmarks.md")
    with open(path, encoding="utf-8") as f:
        page = f.read()
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    with open(path, "w", encoding="utf-8") as f:
        f.write(before + BEGIN + "\n" + text + END + after)


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--hinomi", default=os.path.join(TOP, "build", "hinomi"))
    a.add_argument("--work", default="/var/tmp/hinomi-bench", help="where inputs are kept between runs")
    a.add_argument("--mb", type=int, default=400, help="size of each input")
    a.add_argument("--runs", type=int, default=5)
    a.add_argument("--row", action="append", choices=sorted(ROWS), help="this row alone; may be repeated")
    a.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    options = a.parse_args()
    bench = Bench(options)
    for name, row in ROWS.items():
        if not options.row or name in options.row:
            try:
                row(bench)
            except (RuntimeError, OSError) as why:
                print("%s: not measured: %s" % (name, why))
    text = block(bench, options)
    print(text)
    if options.write:
        write_docs(text)


if __name__ == "__main__":
    main()
