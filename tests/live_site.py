"""A real `hinomi site` for a test: its configuration, its start and end, and what it found so far.

Everything lives in a temporary folder; ports are free loopback ones. Findings are read from the site's own database,
opened read-only, which is where every page and export reads them.
"""
import glob
import os
import random
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

import drive


def free_port(kind=socket.SOCK_STREAM):
    """Below the ports that the kernel gives to outgoing connections: one of those is taken again before it is used."""
    while True:
        port = random.randint(20000, 32000)
        with socket.socket(socket.AF_INET, kind) as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def wait_until(what, test, seconds=30):
    """The first true answer of the test; an error that names what was waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = test()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError("waited %d s for %s" % (seconds, what))


class Site:
    """sources: {name: {key: value}} of the configuration's [source NAME] sections."""

    def __init__(self, hinomi, sources, indicators, language="en"):
        self.hinomi = os.path.abspath(hinomi)
        self.base = tempfile.mkdtemp(prefix="hinomi-site-")
        os.chmod(self.base, 0o755)
        self.data = os.path.join(self.base, "data")
        self.user = "hinomi" if os.geteuid() == 0 and has_user("hinomi") else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0 and self.user == "root":
            self.user = "nobody"
        self.console = free_port()
        lists = os.path.join(self.base, "indicators")
        os.mkdir(lists)
        with open(os.path.join(lists, "list.csv"), "w") as f:
            f.write(indicators)
        drive.equal("exit code of the import", drive.run(
            [self.hinomi, "indicators", "import", "--store", lists, os.path.join(lists, "list.csv")]).code, 0)
        for name in os.listdir(lists):
            os.chmod(os.path.join(lists, name), 0o644)
        text = ("[site]\nname = test\ndata_dir = %s\nlisten = 127.0.0.1:%d\nuser = %s\nlanguage = %s\njail = full\n"
                "[indicators]\npath = %s\n[disk]\nreserve_mb = 16\n" % (self.data, self.console, self.user, language, lists))
        for name, keys in sources.items():
            text += "[source %s]\n" % name + "".join("%s = %s\n" % row for row in keys.items())
        self.config = os.path.join(self.base, "site.conf")
        with open(self.config, "w") as f:
            f.write(text)
        self.log = open(os.path.join(self.base, "site.log"), "ab")
        self.child = None

    def start(self):
        self.child = subprocess.Popen([self.hinomi, "site", "--config", self.config], stdin=subprocess.DEVNULL,
                                      stdout=self.log, stderr=self.log)
        wait_until("the console's port", lambda: self.is_open(self.console), 30)
        return self

    def is_open(self, port):
        if self.child.poll() is not None:
            raise AssertionError("the site ended with %d: %s" % (self.child.returncode, self.said()))
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False

    def said(self):
        with open(self.log.name, errors="replace") as f:
            return f.read()[-3000:]

    def stop(self):
        if self.child and self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(20)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
                raise AssertionError("the site did not end within 20 s of SIGTERM: " + self.said())

    def kill_all(self):
        """As a power cut: every process of the site at once, no farewell."""
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.child.wait()

    def processes(self):
        """The parent and its roles, by process id."""
        found, queue = [], [self.child.pid]
        while queue:
            pid = queue.pop()
            found.append(pid)
            for path in glob.glob("/proc/%d/task/*/children" % pid):
                try:
                    with open(path) as f:
                        queue += [int(word) for word in f.read().split()]
                except OSError:
                    pass
        return found

    def cpu_s(self):
        """CPU seconds that the processes alive have used."""
        ticks = 0
        for pid in self.processes():
            try:
                with open("/proc/%d/stat" % pid) as f:
                    words = f.read().rsplit(")", 1)[1].split()
                ticks += int(words[11]) + int(words[12])
            except OSError:
                pass
        return ticks / os.sysconf("SC_CLK_TCK")

    def rss_mb(self):
        """Memory of all processes; pages shared by several count a share for each."""
        total = 0
        for pid in self.processes():
            try:
                with open("/proc/%d/smaps_rollup" % pid) as f:
                    total += sum(int(line.split()[1]) for line in f if line.startswith("Pss:"))
            except OSError:
                pass
        return total / 1024

    def database(self):
        paths = sorted(glob.glob(self.data + "/db/*.sqlite") + glob.glob(self.data + "/db/*.db"))
        if not paths:
            return None
        return sqlite3.connect("file:%s?mode=ro" % paths[0], uri=True)

    def rows(self, sql):
        db = self.database()
        if db is None:
            return []
        try:
            return db.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return []
        finally:
            db.close()

    def findings(self, kind="indicator"):
        """{(rule, source, destination): (count, first_ms, last_ms)} of one kind; an indicator's count is one a record."""
        return {(r[0], r[1], r[2]): tuple(r[3:]) for r in self.rows(
            "SELECT rule, source, destination, count, first_ms, last_ms FROM finding WHERE kind = '%s'" % kind)}

    def forget(self):
        self.log.close()
        shutil.rmtree(self.base, ignore_errors=True)


def has_user(name):
    try:
        pwd.getpwnam(name)
        return True
    except KeyError:
        return False


def skip_without_site(hinomi):
    """End this test as skipped where the program cannot run a site yet."""
    if drive.run([hinomi, "site", "--help"]).code != 0:
        print("SKIP: this build has no `hinomi site`")
        raise SystemExit(drive.SKIP)


def tailing(hinomi, indicators, **options):
    """A site whose only source, "proxy", is one growing file; and that file's path."""
    site = Site(hinomi, {}, indicators, **options)
    logs = os.path.join(site.base, "logs")
    os.mkdir(logs)
    path = os.path.join(logs, "access.log")
    with open(path, "w"), open(site.config, "a") as f:
        f.write("[source proxy]\nkind = tail\npath = %s\n" % path)
    return site, path
