#!/usr/bin/env python3
"""The parent of a site, for real: roles that die start again, signals end and reload it, what it cannot do it says.

usage: site_parent.py HINOMI
"""
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE_S = 60


class Site:
    """A running `hinomi site` and what it has logged."""

    def __init__(self, program, config):
        self.lines = []
        self.process = subprocess.Popen([program, "site", "--config", config], stderr=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line)

    def wait_for(self, pattern, times=1):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            found = [m for line in list(self.lines) if (m := re.search(pattern, line))]
            if len(found) >= times:
                return found[times - 1]
            time.sleep(0.02)
        raise AssertionError(f"{pattern} did not come {times} times in:\n" + "".join(self.lines))

    def wait(self):
        code = self.process.wait(PATIENCE_S)
        self.reader.join(PATIENCE_S)
        return code


def free_port():
    """Below the ports that the kernel gives to outgoing connections: one of those is taken again before it is used."""
    while True:
        port = random.randint(20000, 32000)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def write_config(path, folder, port, more=""):
    user = "nobody" if os.geteuid() == 0 else "hinomi"
    with open(path, "w", encoding="utf-8") as f:
        f.write(f"[site]\ndata_dir = {folder}/data\nuser = {user}\nlisten = 127.0.0.1:{free_port()}\n{more}"
                f"[disk]\nreserve_mb = 16\n[source fw]\nkind = syslog-udp\nlisten = 127.0.0.1:{port}\n")


def restarts_a_role_that_dies(program, config, folder):
    site = Site(program, config)
    for life in range(1, 4):
        pid = int(site.wait_for(r"event=role-ready name=intake pid=(\d+)", life).group(1))
        os.kill(pid, signal.SIGKILL)
        site.wait_for(r"event=role-died name=intake pid=\d+ signal=9", life)
    site.wait_for(r"event=role-waits name=intake deaths=3 start_in_ms=400")
    site.wait_for(r"event=role-ready name=intake", 4)
    site.process.send_signal(signal.SIGTERM)
    assert site.wait() == 0, site.lines


def runs_roles_as_the_user_in_their_jail(program, config, folder):
    site = Site(program, config)
    pid = int(site.wait_for(r"event=role-ready name=intake pid=(\d+) landlock=[1-9]\d* seccomp=1").group(1))
    status = open(f"/proc/{pid}/status", encoding="utf-8").read()
    assert re.search(r"^NoNewPrivs:\s1$", status, re.M), status
    assert re.search(r"^Seccomp:\s2$", status, re.M), status
    if os.geteuid() == 0:
        assert not re.search(r"^Uid:\s.*\b0\b", status, re.M), status
        assert re.search(r"^CapEff:\s0{15}4$", status, re.M), status
        assert re.search(r"^CapBnd:\s0+$", status, re.M), status
    site.process.send_signal(signal.SIGINT)
    assert site.wait() == 0, site.lines
    assert not os.path.exists(f"/proc/{pid}"), "intake outlived its parent"


def children_end_with_a_parent_that_is_killed(program, config, folder):
    site = Site(program, config)
    pid = int(site.wait_for(r"event=role-ready name=intake pid=(\d+)").group(1))
    site.process.kill()
    site.process.wait()
    end = time.monotonic() + PATIENCE_S
    while os.path.exists(f"/proc/{pid}") and time.monotonic() < end:
        time.sleep(0.05)
    assert not os.path.exists(f"/proc/{pid}"), "intake outlived its parent"


def reloads_and_keeps_the_old_when_the_new_is_wrong(program, config, folder):
    site = Site(program, config)
    site.wait_for(r"event=role-ready name=intake")
    with open(config, "a", encoding="utf-8") as f:
        f.write("[source wrong]\nkind = nothing\n")
    site.process.send_signal(signal.SIGHUP)
    site.wait_for(r'event=config .*:\d+: kind: "nothing" cannot be used; write tail, drop')
    site.wait_for(r"event=role-ready name=intake", 2)
    write_config(config, folder, free_port())
    site.process.send_signal(signal.SIGHUP)
    site.wait_for(r"event=role-ready name=intake", 3)
    site.process.send_signal(signal.SIGTERM)
    assert site.wait() == 0, site.lines


def says_what_it_cannot_do(program, config, folder):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        write_config(config, folder, s.getsockname()[1])
        site = Site(program, config)
        assert site.wait() == 2
        site.wait_for(r"event=listen 127\.0\.0\.1:\d+: Address already in use; another program may use it")
    if os.geteuid() == 0:
        with open(config, "w", encoding="utf-8") as f:
            f.write(f"[site]\ndata_dir = {folder}/data\nuser = nosuchuser\n")
        site = Site(program, config)
        assert site.wait() == 2
        site.wait_for(r'the system user "nosuchuser" does not exist; .*useradd')
    site = Site(program, "/nowhere.conf")
    assert site.wait() == 2
    site.wait_for(r"event=config /nowhere.conf: cannot be read: No such file")


def main():
    program = sys.argv[1]
    cases = [restarts_a_role_that_dies, runs_roles_as_the_user_in_their_jail, children_end_with_a_parent_that_is_killed,
             reloads_and_keeps_the_old_when_the_new_is_wrong, says_what_it_cannot_do]
    failed = 0
    print(f"1..{len(cases)}")
    for n, case in enumerate(cases, 1):
        folder = tempfile.mkdtemp(prefix="hinomi-site-")
        os.chmod(folder, 0o755)
        config = os.path.join(folder, "hinomi.conf")
        write_config(config, folder, free_port())
        try:
            case(program, config, folder)
            print(f"ok {n} - {case.__name__}")
        except (AssertionError, subprocess.TimeoutExpired) as error:
            failed += 1
            print(f"not ok {n} - {case.__name__}")
            print("# " + str(error).replace("\n", "\n# "))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
