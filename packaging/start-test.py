#!/usr/bin/env python3
"""As a newcomer would: ./run --sample, then sign in with the token it prints and see the attack.  Ends the site again.

usage: packaging/start-test.py     (root, in the checkout; uses port 8443 and /var/lib/hinomi-sample)
"""
import http.client
import json
import re
import signal
import ssl
import subprocess
import sys
import time

CA = "/var/lib/hinomi-sample/data/tls/ca.pem"


def ask(method, path, body=None, cookie=None):
    line = http.client.HTTPSConnection("127.0.0.1", 8443, context=ssl.create_default_context(cafile=CA), timeout=10)
    line.request(method, path, body, {"Cookie": cookie} if cookie else {})
    answer = line.getresponse()
    data = answer.read()
    return answer, json.loads(data) if data[:1] in (b"{", b"[") else data


def answers():
    try:
        return ask("GET", "/api/version")[0].status == 200
    except OSError:
        return False


def attack(cookie):
    """The findings of level high, when there are enough of them; None: not yet."""
    answer, page = ask("GET", "/api/findings?level=high", cookie=cookie)
    if answer.status != 200:
        print("start-test: the list gave", answer.status, page)
        return None
    return page["items"] if len(page["items"]) >= 8 else None


def wait_for(what, test, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = test()
        if found:
            return found
        time.sleep(0.5)
    raise SystemExit("start-test: waited %d s for %s" % (seconds, what))


def main():
    with open("start-test.log", "w+b") as log:
        run = subprocess.Popen(["./run", "--sample"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

        def said():
            with open("start-test.log", encoding="utf-8", errors="replace") as f:
                return f.read()

        def token():
            if run.poll() is not None:
                raise SystemExit("start-test: ./run --sample ended:\n" + said()[-2000:])
            return re.search(r"One-time token: ([A-Z2-9-]{29})", said())

        try:
            secret = wait_for("the token", token, 600).group(1)
            wait_for("the console", answers, 60)
            answer, _ = ask("POST", "/api/session", json.dumps({"token": secret}))
            if answer.status != 204:
                raise SystemExit("start-test: signing in gave %d" % answer.status)
            cookie = answer.getheader("Set-Cookie").split(";")[0]
            items = wait_for("the attack", lambda: attack(cookie), 90)
            page, _ = ask("GET", "/")
            if page.status != 200 or not items[0]["advice"]["ja"].startswith("1. "):
                raise SystemExit("start-test: no page, or no next step")
        except BaseException:
            print(said()[-4000:])
            raise
        finally:
            run.send_signal(signal.SIGTERM)
            run.wait(30)
    print("start-test: ./run --sample shows %d findings, the first: %s" % (len(items), items[0]["title"]["en"]))


if __name__ == "__main__":
    sys.exit(main())
