#!/usr/bin/env python3
"""The console in a real browser (Debian's Chromium), on a running site.

  page.py HINOMI     PICTURES=DIR keeps screenshots there
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import drive  # noqa: E402
import live_site  # noqa: E402

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page")
LIST = "value,type,source,tlp,expires,note\nplanted.weather-sync.example,domain,test,green,,\n"


def has_console(site):
    run = subprocess.run([sys.executable, "-c", "import sys,ssl,urllib.request as u;c=ssl._create_unverified_context();"
                          "r=u.urlopen(sys.argv[1],context=c);import gzip;sys.exit(b'app.js' not in gzip.decompress(r.read()))",
                          "https://127.0.0.1:%d/" % site.console])
    return run.returncode == 0


def main():
    drive.need("chromium", "node", "npm")
    live_site.skip_without_site(sys.argv[1])
    if not os.path.exists(os.path.join(HERE, "node_modules", "playwright-core")):
        got = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        if got.returncode != 0:
            print("SKIP: npm could not bring playwright-core and axe-core")
            sys.exit(drive.SKIP)
    site, log = live_site.tailing(sys.argv[1], LIST, language="ja")
    checks = drive.Checks()
    try:
        site.start()
        token = drive.run([site.hinomi, "token", "--config", site.config]).out.decode().strip()
        if not has_console(site):
            print("SKIP: this build has no console inside (-Dconsole)")
            sys.exit(drive.SKIP)
        run = subprocess.run(["node", os.path.join(HERE, "page.mjs"), "https://127.0.0.1:%d/" % site.console, token, log,
                              *([os.environ["PICTURES"]] if os.environ.get("PICTURES") else [])],
                             stdin=subprocess.DEVNULL, timeout=240)
        checks.row("the page in Chromium", lambda: drive.equal("exit code", run.returncode, 0))
    finally:
        site.stop()
    if checks.failed:
        print(site.said())
    site.forget()
    checks.finish()


if __name__ == "__main__":
    main()
