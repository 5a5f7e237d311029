#!/usr/bin/env python3
"""Lines on which sense dies twice are set aside, and the site goes on: what comes behind them is found as ever.

  site_quarantine.py HINOMI

Sense dies by our hand, as it would by its own, each time that it has been given the lines in question.
"""
import glob
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import drive  # noqa: E402
import live_site  # noqa: E402

LIST = "value,type,source,tlp,expires,note\nplanted.weather-sync.example,domain,test,green,,\n"
LINE = "%d.000   1816 10.20.10.%d TCP_TUNNEL/200 7256 CONNECT planted.weather-sync.example:443 - HIER_DIRECT/192.0.2.70 -\n"
PIECE = 1 << 20


def sense_of(site, other_than=None):
    """The process of sense, as soon as there is one."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for pid in site.processes():
            try:
                with open("/proc/%d/comm" % pid) as f:
                    if f.read() == "sense\n" and pid != other_than:
                        return pid
            except OSError:
                pass
    raise AssertionError("no sense")


def quarantined(site):
    return glob.glob(site.data + "/quarantine/*.lines")


def kill_on(site, give):
    """Sense is stopped, given something, and dies; its successor too, before it has read a byte."""
    before = len(quarantined(site))
    sense = sense_of(site)
    os.kill(sense, signal.SIGSTOP)
    give()
    time.sleep(2)       # until intake has seen and sent it; a dropped file must keep still for a second first
    for _ in range(8):
        os.kill(sense, signal.SIGABRT)
        os.kill(sense, signal.SIGCONT)
        if len(quarantined(site)) > before:
            return
        sense = sense_of(site, sense)
        os.kill(sense, signal.SIGSTOP)
        time.sleep(1)
        if len(quarantined(site)) > before:
            os.kill(sense, signal.SIGCONT)
            return
    raise AssertionError("nothing was quarantined")


def hits(site, source):
    return sum(row[0] for key, row in site.findings().items() if key[1] == source)


def append(path, machine, second):
    with open(path, "a") as f:
        f.write(LINE % (1780844400 + second, machine))


def goes_on_behind(site, path, machine):
    """Three lines, one after the other, so that a sense that is ended over and over is noticed."""
    for i in range(3):
        append(path, machine, 100 + i)
        live_site.wait_until("hit %d" % (i + 1), lambda i=i: hits(site, "10.20.10.%d" % machine) == i + 1, 20)


def lines_are_left_out(site, path):
    append(path, 1, 0)
    live_site.wait_until("the first hit", lambda: hits(site, "10.20.10.1") == 1, 30)
    kill_on(site, lambda: append(path, 2, 1))
    goes_on_behind(site, path, 3)
    drive.equal("hits in the lines that were set aside", hits(site, "10.20.10.2"), 0)
    drive.equal("peers that were found to break the rules", site.said().count("event=role-fault"), 0)


def a_document_lacks_a_piece(site, path):
    drops = os.path.join(site.base, "drops")

    def drop():
        with open(drops + "/.new", "wb") as f:
            f.write(b"ElfFile\0" + b"\0" * (PIECE + 100))
        os.rename(drops + "/.new", drops + "/big.evtx")

    kill_on(site, drop)
    drive.equal("files that were read", os.listdir(drops + "/read"), ["big.evtx"])
    goes_on_behind(site, path, 4)


def main():
    live_site.skip_without_site(sys.argv[1])
    site, path = live_site.tailing(sys.argv[1], LIST)
    drops = os.path.join(site.base, "drops")
    os.mkdir(drops)
    os.chmod(drops, 0o777)
    with open(site.config, "a") as f:
        f.write("[source spool]\nkind = drop\npath = %s\n" % drops)
    checks = drive.Checks()
    try:
        site.start()
        checks.row("lines that kill twice are left out", lambda: lines_are_left_out(site, path))
        checks.row("a document lacks a piece", lambda: a_document_lacks_a_piece(site, path))
    finally:
        site.stop()
    if checks.failed:
        print("kept in", site.base, site.said())
    else:
        site.forget()
    checks.finish()


if __name__ == "__main__":
    main()
