#!/usr/bin/env python3
"""What the detectors of behaviour have learnt outlives every process: kill -9 of any role at random moments, and of all at once, while
a log with a beacon, a scan and a tunnel comes in; the findings are those of a site that nobody disturbed.

  site_memory.py HINOMI [SEED]
"""
import os
import random
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import drive  # noqa: E402
import live_site  # noqa: E402

LIST = "value,type,source,tlp,expires,note\nplanted.weather-sync.example,domain,test,green,,\n"
START_S = 1780844400
HEAD = ("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\t"
        "id.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\n")


def conn(at, n, who, whom, port, sent, got, state):
    return (at, "%.6f\tC%09d\t%s\t%d\t%s\t%d\ttcp\t-\t0.200000\t%d\t%d\t%s\tT\tF\n" % (
        at, n, who, 1024 + n * 7 % 60000, whom, port, sent, got, state))


def day_and_a_half(rng):
    """Twelve machines that browse, one that calls every five minutes, one that looks for others."""
    rows = []
    for n in range(9000):
        at = START_S + n * 14.4 + rng.random()
        rows.append(conn(at, n, "10.0.0.%d" % (10 + rng.randrange(12)), "198.51.100.%d" % (1 + int(rng.random() ** 2 * 200)), 443,
                         rng.randrange(200, 4000), rng.randrange(500, 90000), "SF"))
    for n in range(430):
        rows.append(conn(START_S + 60 + n * 300 + rng.random() * 9, 20000 + n, "10.0.0.15", "203.0.113.77", 443, 512, 800, "SF"))
    for n in range(150):
        rows.append(conn(START_S + 70000 + n * 0.5, 30000 + n, "10.0.0.17", "10.0.%d.%d" % (1 + n // 200, 1 + n % 200), 445, 0, 0, "S0"))
    return [text for _, text in sorted(rows)]


def site_of(hinomi):
    site, path = live_site.tailing(hinomi, LIST)
    with open(site.config, "a") as f:
        f.write("\n[rules]\nlearnt_every_s = 1\n")
    return site, path


def told(site):
    return sorted(site.rows("SELECT rule, source, destination, level, count, first_ms, last_ms, round(score, 6) FROM finding"))


def put(out, rows):
    out.write("".join(rows).encode())


def settle(site, lines):
    live_site.wait_until("the last line", lambda: site.rows("SELECT records FROM source")[0][0] >= lines, 90)
    time.sleep(1)


def play(site, path, rows, rng, is_storm):
    """The same lines, in the same order; with storms, roles die in between."""
    killed, at = 0, 0
    site.start()
    with open(path, "ab", buffering=0) as out:
        put(out, [HEAD])
        while at < len(rows):
            n = rng.randrange(100, 500)
            put(out, rows[at:at + n])
            at += n
            time.sleep(0.25 if is_storm else 0.02)
            if is_storm and rng.random() < 0.3:
                roles = [pid for pid in site.processes() if pid != site.child.pid]
                if roles:
                    os.kill(rng.choice(roles), signal.SIGKILL)
                    killed += 1
            if is_storm and at < len(rows) // 2 <= at + n:
                site.kill_all()
                site.start()
    settle(site, len(rows))
    return killed


def damaged_is_learnt_anew(site):
    """A file that is not what was written is refused; the site goes on."""
    site.stop()
    path = os.path.join(site.data, "state", "learnt")
    with open(path, "r+b") as f:
        f.seek(200)
        f.write(b"\xff" * 64)
    site.start()
    live_site.wait_until("a word about it", lambda: "learnt-refused" in site.said(), 20)
    before = told(site)
    time.sleep(1)
    drive.equal("findings after a damaged memory", told(site), before)


def main():
    live_site.skip_without_site(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    rows = day_and_a_half(random.Random(7))
    checks = drive.Checks()
    calm, calm_path = site_of(sys.argv[1])
    storm, storm_path = site_of(sys.argv[1])
    try:
        play(calm, calm_path, rows, random.Random(seed), False)
        killed = play(storm, storm_path, rows, random.Random(seed), True)
        wanted, got = told(calm), told(storm)
        print("killed %d roles, and everything once (seed %d); %d findings" % (killed, seed, len(wanted)))
        checks.row("the beacon and the scan are found", lambda: drive.true(
            repr(wanted), {"10.0.0.15", "10.0.0.17"} <= {row[1] for row in wanted}))
        checks.row("the same findings, to the count", lambda: drive.equal(
            "differences", [row for row in got if row not in wanted] + [row for row in wanted if row not in got], []))
        checks.row("what was learnt is on disk", lambda: live_site.wait_until(
            "the file", lambda: os.path.exists(os.path.join(storm.data, "state", "learnt")), 20))
        checks.row("a damaged memory is learnt anew", lambda: damaged_is_learnt_anew(storm))
    finally:
        calm.stop()
        storm.stop()
    if checks.failed:
        print("kept in", storm.base, storm.said()[-3000:])
    else:
        calm.forget()
        storm.forget()
    checks.finish()


if __name__ == "__main__":
    main()
