#!/usr/bin/env python3
"""A site is saved while it runs, killed and put back elsewhere: the same findings, chains and certificate, and it reads on.

  site_backup.py HINOMI
"""
import glob
import hashlib
import json
import os
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import drive  # noqa: E402
import live_site  # noqa: E402

LIST = "value,type,source,tlp,expires,note\nplanted.weather-sync.example,domain,test,green,,\n"
LINE = "%d.%03d   1816 10.20.10.%d TCP_TUNNEL/200 7256 CONNECT %s:443 sato.e HIER_DIRECT/192.0.2.70 -\n"
START_S = 1780844400
RULE = """title: A tool is started
id: 5f0d0a1e-7a51-4d0c-9a51-0c1f5f2f6a11
logsource: {product: windows, category: process_creation}
detection: {selection: {Image|endswith: '\\\\tool.exe'}, condition: selection}
"""
EACH = 3000  # lines of one go; every tenth is a hit


class Box:
    """A site that tails one file, and what it must have found in it."""

    def __init__(self, hinomi):
        self.hinomi = os.path.abspath(hinomi)
        self.site, self.path = live_site.tailing(hinomi, LIST)
        self.backup = os.path.join(self.site.base, "saved.backup")
        self.lines = 0

    def write(self):
        with open(self.path, "a") as f:
            for n in range(self.lines, self.lines + EACH):
                f.write(LINE % (START_S + n // 100, n % 100 * 10, 20 + n // 10 % 7,
                                "planted.weather-sync.example" if n % 10 == 0 else "www%d.hinode-hp.example" % n))
        self.lines += EACH

    def hits(self):
        return sum(row[0] for row in self.site.findings().values())

    def settle(self):
        live_site.wait_until("every hit", lambda: self.hits() >= self.lines // 10, 60)
        time.sleep(0.5)
        drive.equal("hits, none twice", self.hits(), self.lines // 10)

    def save(self, *more, code=0, **options):
        done = drive.run([self.hinomi, "site", "backup", "--lang", "en", "--config", self.site.config, "--output",
                          self.backup, "--json", *more], **options)
        drive.equal("exit code of backup: %s" % done.err[-500:], done.code, code)
        return json.loads(done.out) if code == 0 else done

    def restore(self, *more, code=0, backup=None, **options):
        done = drive.run([self.hinomi, "site", "restore", "--lang", "en", "--config", self.site.config, "--json", *more,
                          backup or self.backup], **options)
        drive.equal("exit code of restore: %s" % done.err[-500:], done.code, code)
        return json.loads(done.out) if code == 0 else done

    def verify(self):
        done = drive.run([self.hinomi, "evidence", "verify", "--output", "json", "--config", self.site.config])
        return done.code, json.loads(done.out)

    def audit(self):
        return self.site.rows("SELECT seq, hex(hash) FROM audit ORDER BY seq")

    def certificate(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.site.console), 10) as s, context.wrap_socket(s) as tls:
            return hashlib.sha256(tls.getpeercert(True)).hexdigest()

    def files(self):
        """All that lies in the site's folder, byte for byte."""
        found = {}
        for folder, _, names in os.walk(self.site.data):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    found[os.path.join(folder, name)] = hashlib.sha256(f.read()).hexdigest()
        return found

    def kill(self):
        """As a power cut; back when the last process is gone."""
        pids = self.site.processes()
        self.site.kill_all()
        live_site.wait_until("the end of every role", lambda: not any(is_alive(pid) for pid in pids))

    def move(self):
        """The site's folder is to be another one from now on."""
        with open(self.site.config) as f:
            text = f.read()
        moved = self.site.data + "-new"
        with open(self.site.config, "w") as f:
            f.write(text.replace("data_dir = " + self.site.data, "data_dir = " + moved))
        self.site.data = moved


def is_alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def kept(files, data):
    """Names in the folders whose files each have a row of their own in a backup."""
    names = {path[len(data):] for path in files}
    return sorted(n for n in names if n.split("/")[1] in ("db", "tls", "state") and not n.endswith((".lock", "-wal", "-shm")))


def backs_up_running(box):
    box.site.start()
    box.write()
    box.settle()
    rule = os.path.join(box.site.base, "rule.yml")
    with open(rule, "w") as f:
        f.write(RULE)
    done = drive.run([box.hinomi, "rules", "import", "--config", box.site.config, rule])
    drive.equal("exit code of rules import: %s" % done.err[-300:], done.code, 0)
    said = box.save()
    drive.equal("mode", stat.S_IMODE(os.stat(box.backup).st_mode), 0o600)
    drive.equal("bytes", os.path.getsize(box.backup), said["bytes"])
    drive.equal("left beside it", glob.glob(box.backup + ".*"), [])
    box.before = (box.site.findings(), box.certificate(), said)
    drive.equal("evidence", said["with_evidence"], False)


def refuses_running(box):
    drive.true("it does not say how", "running" in box.restore("--force", code=2).err)
    second = drive.run([box.hinomi, "site", "--config", box.site.config], timeout_s=20)
    drive.true("a second site on the same folder", second.code != 0 and "another site runs there" in second.err)


def comes_back_elsewhere(box):
    findings, certificate, said = box.before
    box.kill()
    shutil.rmtree(box.site.data)
    box.move()
    done = box.restore()
    drive.equal("folder", done["data_dir"], box.site.data)
    drive.equal("moved aside", done["aside"], None)
    drive.equal("evidence verify", box.verify()[0], 0)
    drive.equal("findings", box.site.findings(), findings)
    drive.equal("audit head", box.audit()[-1], (said["audit"]["seq"], said["audit"]["hash"].upper()))
    drive.equal("owner", {os.stat(p).st_uid for p in box.files()}, {os.stat(box.site.data).st_uid})
    box.site.start()
    drive.equal("certificate", box.certificate(), certificate)
    drive.true("the rules are back", os.path.getsize(os.path.join(box.site.data, "state", "rules.table")) > 100)
    box.write()
    box.settle()
    drive.equal("evidence verify later", box.verify()[0], 0)


def with_evidence(box):
    """Under load; then over the site that is there."""
    for _ in range(20):
        box.write()
    live_site.wait_until("what detectors remember", lambda: os.path.exists(os.path.join(box.site.data, "state", "learnt")), 30)
    said = box.save("--with-evidence")
    drive.true("the backup did not come before the end", box.hits() <= box.lines // 10)
    box.settle()
    box.site.stop()
    was = box.files()
    drive.true("it is not told that something is there", "--force" in box.restore(code=2).err)
    drive.equal("the site that was refused", box.files(), was)
    done = box.restore("--force")
    # A role that keeps a new kind of file needs a row in src/site/backup_form.c.
    drive.equal("what the roles keep", kept(box.files(), box.site.data), kept(was, box.site.data))
    drive.true("nothing moved aside", os.path.isdir(os.path.join(done["aside"], "db")))
    code, verdict = box.verify()
    drive.equal("evidence verify", (code, verdict["head"]), (0, said["evidence"]["head"]))
    drive.true("no evidence from the start", verdict["records"] >= EACH)
    drive.true("no observables", glob.glob(box.site.data + "/observables/*.[oj]*"))
    box.site.start()
    box.settle()
    drive.equal("hunt", drive.run([box.hinomi, "hunt", "--config", box.site.config, "planted.weather-sync.example"]).code, 0)
    box.site.stop()


def without_most_evidence(box):
    """An ordinary backup of a long log has its end only; the chain goes on from there."""
    box.site.start()
    for _ in range(70):
        box.write()
    box.settle()
    live_site.wait_until("sealed segments", lambda: len(glob.glob(box.site.data + "/evidence/*.seg")) > 1, 60)
    said = box.save()
    drive.true("no sealed segment", said["evidence"]["head"].strip("0"))
    box.write()
    box.settle()
    box.kill()
    box.restore("--force")
    code, verdict = box.verify()
    drive.equal("evidence verify", (code, verdict["head"]), (0, said["evidence"]["head"]))
    drive.true("all of the evidence", verdict["records"] < box.lines - EACH)
    box.site.start()
    box.write()
    box.settle()
    drive.equal("evidence verify later", box.verify()[0], 0)
    box.save("--with-evidence")
    box.site.stop()


def configuration_comes_back(box):
    with open(box.site.config) as f:
        text = f.read()
    os.rename(box.site.config, box.site.config + ".lost")
    shutil.rmtree(box.site.data)
    box.save("--with-evidence", code=2)  # no configuration: says so
    done = box.restore()
    drive.equal("configuration", done["configuration"], box.site.config)
    with open(box.site.config) as f:
        drive.equal("its text", f.read(), text)


def bad_files(box):
    """Cut, changed, foreign: nothing is changed, and it is said why."""
    with open(box.backup, "rb") as f:
        whole = f.read()
    was = box.files()
    at = len(whole) // 2
    for name, data in {"empty": b"", "foreign": b"PK\x03\x04" + b"x" * 4096, "head": whole[:12], "cut": whole[:-1],
                       "half": whole[:at], "longer": whole + b"x", "newer": whole.replace(b"BACKUP 1", b"BACKUP 9", 1),
                       "flip": whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:],
                       "seal": whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:]}.items():
        path = box.backup + "-" + name
        with open(path, "wb") as f:
            f.write(data)
        done = box.restore("--force", code=2, backup=path)
        drive.true("%s: says nothing" % name, len(done.err) > 20)
        drive.equal("%s: files" % name, box.files(), was)
        drive.equal("%s: left over" % name, glob.glob(box.site.data + ".restoring*"), [])
        os.unlink(path)


def full_disk(box):
    """A disk that takes no more: the backup before is there as it was, and no other file."""
    with open(box.backup, "rb") as f:
        was = hashlib.sha256(f.read()).hexdigest()
    done = box.save("--with-evidence", code=2, file_mb=1)
    drive.true("it does not say that nothing was saved", "Nothing was saved" in done.err)
    with open(box.backup, "rb") as f:
        drive.equal("the backup before", hashlib.sha256(f.read()).hexdigest(), was)
    drive.equal("left over", glob.glob(box.backup + ".*"), [])
    was = box.files()
    drive.true("it does not say why", "Check" in box.restore("--force", code=2, file_mb=1).err)
    drive.equal("the site that was there", box.files(), was)
    drive.equal("left of the restore", glob.glob(box.site.base + "/*.restoring*"), [])


def killed(box):
    """kill -9 at the first bytes, amid the copy and before the last step: no file under the final name, and no rest later."""
    os.unlink(box.backup)
    for call, nth in (("pwrite64", 1), ("pwrite64", 30), ("fsync", 1), ("renameat", 1)):
        done = subprocess.run([drive.find("strace"), "-f", "-o", "/dev/null", "-e", "trace=" + call, "-e",
                               "inject=%s:signal=KILL:when=%d" % (call, nth), box.hinomi, "site", "backup", "--config",
                               box.site.config, "--with-evidence", "--output", box.backup],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        drive.equal("end at %s %d" % (call, nth), done.returncode, -signal.SIGKILL)
        drive.true("nothing was under way at %s %d" % (call, nth), os.path.exists(box.backup + ".part"))
        drive.equal("the final name after %s %d" % (call, nth), os.path.exists(box.backup), False)
    box.save("--with-evidence")
    drive.equal("left over", glob.glob(box.backup + ".*"), [])


def restore_killed(box):
    """Until its one step the site is as it was; behind it the one before is not deleted, whatever comes next."""
    stage = box.site.data + ".restoring"
    was = {path[len(box.site.data):]: hash for path, hash in box.files().items()}
    for call, nth, where in (("pwrite64", 20, box.site.data), ("fsync", 1, box.site.data),
                             ("renameat2", 1, box.site.data), ("rename", 1, stage)):
        if os.path.exists(stage):
            if not os.path.exists(stage + "/.unfinished"):
                drive.true("no word of what is left", "earlier restore" in box.restore("--force", code=2).err)
                os.rename(stage, stage + "-%s" % call)
        done = subprocess.run([drive.find("strace"), "-f", "-o", "/dev/null", "-e", "trace=" + call, "-e",
                               "inject=%s:signal=KILL:when=%d" % (call, nth), box.hinomi, "site", "restore", "--config",
                               box.site.config, "--force", box.backup],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        drive.equal("end at %s %d" % (call, nth), done.returncode, -signal.SIGKILL)
        kept = {}
        for folder, _, names in os.walk(where):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    kept[os.path.join(folder, name)[len(where):]] = hashlib.sha256(f.read()).hexdigest()
        drive.equal("the site before, killed at %s %d" % (call, nth), kept, was)
    drive.equal("evidence verify", box.verify()[0], 0)


def another_file(box):
    other = os.path.join(box.site.base, "precious")
    with open(other, "w") as f:
        f.write("no backup")
    box.save("--output", other, code=2)
    with open(other) as f:
        drive.equal("the other file", f.read(), "no backup")


def main():
    live_site.skip_without_site(sys.argv[1])
    drive.need("strace")
    box = Box(sys.argv[1])
    checks = drive.Checks()
    try:
        for test in (backs_up_running, refuses_running, comes_back_elsewhere, with_evidence, without_most_evidence, configuration_comes_back,
                     bad_files, full_disk, killed, restore_killed, another_file):
            checks.row(test.__name__.replace("_", " "), lambda test=test: test(box))
    finally:
        box.site.stop()
    if checks.failed:
        print("kept in", box.site.base, box.site.said())
    else:
        box.site.forget()
    checks.finish()


if __name__ == "__main__":
    main()
