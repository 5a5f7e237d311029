#!/usr/bin/env python3
"""Files of a running site whose folders come, go and are replaced, and logs that are rotated in every way.

  folders.py HINOMI
"""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import drive  # noqa: E402
import live_site  # noqa: E402

LIST = "value,type,source,tlp,expires,note\nplanted.weather-sync.example,domain,test,green,,\n"
LINE = "%d.000   1816 %s TCP_TUNNEL/200 7256 CONNECT planted.weather-sync.example:443 sato.e HIER_DIRECT/192.0.2.70 -\n"


def count(site, machine):
    return sum(row[0] for (rule, source, destination), row in site.findings().items() if source == machine)


def arrives(site, machine, wanted):
    live_site.wait_until("%d records of %s (log: %s)" % (wanted, machine, site.said()[-600:]),
                         lambda: count(site, machine) >= wanted)
    drive.equal("records of " + machine, count(site, machine), wanted)


def write(path, machine, n, at=1780844403):
    with open(path, "a") as f:
        for i in range(n):
            f.write(LINE % (at + i, machine))


def made_later(site, folder):
    os.mkdir(folder)
    write(folder + "/access.log", "10.20.10.31", 3)
    arrives(site, "10.20.10.31", 3)


def replaced(site, folder):
    os.rename(folder, folder + ".old")
    os.mkdir(folder)
    write(folder + "/access.log", "10.20.10.32", 3)
    arrives(site, "10.20.10.32", 3)


def drop_made_later(site, folder):
    os.mkdir(folder)
    os.chmod(folder, 0o777)
    write(folder + "/yesterday.log", "10.20.10.33", 3)
    arrives(site, "10.20.10.33", 3)
    live_site.wait_until("the file to be put away", lambda: os.path.exists(folder + "/read/yesterday.log"))


def rotated_by_rename(site, folder):
    for n in range(3):
        write(folder + "/access.log", "10.20.10.34", 4)
        os.rename(folder + "/access.log", folder + "/access.log.%d" % n)
        write(folder + "/access.log", "10.20.10.34", 4)
        arrives(site, "10.20.10.34", 8 * (n + 1))


def rotated_by_copy(site, folder):
    """As logrotate's copytruncate, of lines that have been read."""
    before = 0
    for n in range(3):
        write(folder + "/access.log", "10.20.10.35", 4, 1780844403 + 60 * n)    # no two lines of a log are alike
        before += 4
        arrives(site, "10.20.10.35", before)
        shutil.copy(folder + "/access.log", folder + "/copy")
        os.truncate(folder + "/access.log", 0)


def nothing_twice(site):
    """A source whose folder was replaced has begun again at its bookmark."""
    for machine, wanted in (("10.20.10.31", 3), ("10.20.10.32", 3), ("10.20.10.33", 3), ("10.20.10.34", 24), ("10.20.10.35", 12)):
        drive.equal("records of " + machine, count(site, machine), wanted)


def main():
    live_site.skip_without_site(sys.argv[1])
    site = live_site.Site(sys.argv[1], {}, LIST)
    tailed, dropped = site.base + "/later", site.base + "/inbox"
    with open(site.config, "a") as f:
        f.write("[source proxy]\nkind = tail\npath = %s/access.log\n[source files]\nkind = drop\npath = %s\n" % (tailed, dropped))
    checks = drive.Checks()
    try:
        site.start()
        live_site.wait_until("intake", lambda: "role-ready name=intake" in site.said())
        checks.row("a folder that is made later", lambda: made_later(site, tailed))
        checks.row("a folder that is replaced", lambda: replaced(site, tailed))
        checks.row("a drop folder that is made later", lambda: drop_made_later(site, dropped))
        checks.row("rotation by rename", lambda: rotated_by_rename(site, tailed))
        checks.row("rotation by copy and truncation", lambda: rotated_by_copy(site, tailed))
        checks.row("nothing twice", lambda: nothing_twice(site))
    finally:
        site.stop()
    site.forget()
    checks.finish()


if __name__ == "__main__":
    main()
