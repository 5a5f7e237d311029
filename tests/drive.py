"""What the golden, fault and e2e tests share: run the program, read its findings, and say how a test went."""
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

# A fault that the sanitizer finds ends the program, so that no test passes over it.
os.environ.setdefault("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1")
SKIP = 77  # Meson's exit code for a test that could not be made here


class Run:
    """One finished run of the program."""

    def __init__(self, code, out, err, usage):
        self.code, self.out, self.err = code, out, err
        self.rss_mb = usage.ru_maxrss / 1024
        self.cpu_s = usage.ru_utime + usage.ru_stime

    def findings(self):
        return [json.loads(line) for line in self.out.decode("utf-8").splitlines()]


def run(argv, cwd=None, stdin=None, timeout_s=300, file_mb=None):
    """Run it to its end with its output in files, so that a flood of output cannot hang us."""
    def limit():
        if file_mb:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_mb << 20, file_mb << 20))
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        env = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8")
        child = subprocess.Popen(argv, cwd=cwd, stdin=stdin or subprocess.DEVNULL, stdout=out, stderr=err, env=env,
                                 preexec_fn=limit)
        deadline = time.monotonic() + timeout_s
        pid = 0
        while pid == 0:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid == 0:
                if time.monotonic() > deadline:
                    child.kill()
                    os.wait4(child.pid, 0)
                    raise AssertionError("did not end within %d s: %s" % (timeout_s, argv))
                time.sleep(0.002)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return Run(child.returncode, out.read(), err.read().decode("utf-8", "replace"), usage)


def watch(hinomi, *args, **options):
    return run([hinomi, "watch", "--output", "json", *args], **options)


def need(*programs):
    """End this test as skipped, with a message, where one of these programs is missing."""
    for name in programs:
        if shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None:
            print("SKIP: %s is not installed (./check installs it)" % name)
            sys.exit(SKIP)


def find(program):
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


class Checks:
    """Rows of a test: each has a name and passes or fails; one failure fails the program."""

    def __init__(self):
        self.failed = 0
        self.done = 0

    def row(self, name, test):
        try:
            test()
            print("ok   %s" % name)
        except Exception as why:  # a broken row must not hide the next
            self.failed += 1
            print("FAIL %s: %s: %s" % (name, type(why).__name__, why))
        self.done += 1

    def finish(self):
        print("%d passed, %d failed" % (self.done - self.failed, self.failed))
        sys.exit(1 if self.failed or not self.done else 0)


def equal(what, got, wanted):
    if got != wanted:
        raise AssertionError("%s is %r, not %r" % (what, got, wanted))


def true(what, ok):
    if not ok:
        raise AssertionError(what)
