#!/usr/bin/env python3
"""The console's API on a running site, over its own certificate: sign-in by one-time token, what nobody may see without it,
and a finding that arrives live.

  console.py HINOMI
"""
import http.client
import json
import os
import ssl
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import drive  # noqa: E402
import live_site  # noqa: E402

LIST = "value,type,source,tlp,expires,note\nplanted.weather-sync.example,domain,test,green,,\n"
LINE = "%d.000   1816 10.20.10.31 TCP_TUNNEL/200 7256 CONNECT %s:443 sato.e HIER_DIRECT/192.0.2.70 -\n"
ROUTES = ["/api/state", "/api/findings", "/api/findings/" + "0" * 32, "/api/sources", "/api/events"]


class Console:
    def __init__(self, site):
        self.site = site
        self.cookie = None
        self.tls = ssl.create_default_context(cafile=os.path.join(site.data, "tls", "ca.pem"))

    def connect(self, timeout=10, come_from="127.0.0.1"):
        return http.client.HTTPSConnection("127.0.0.1", self.site.console, context=self.tls, timeout=timeout,
                                           source_address=(come_from, 0))

    def ask(self, method, path, body=None, headers=None, come_from="127.0.0.1"):
        line = self.connect(come_from=come_from)
        headers = dict(headers or {})
        if self.cookie:
            headers.setdefault("Cookie", self.cookie)
        line.request(method, path, body, headers)
        answer = line.getresponse()
        data = answer.read()
        line.close()
        return answer, data

    def json(self, path):
        answer, data = self.ask("GET", path)
        drive.equal("status of " + path, answer.status, 200)
        return json.loads(data)


def token_of(site, *options):
    run = drive.run([site.hinomi, "token", "--config", site.config, *options])
    drive.equal("exit code of hinomi token", run.code, 0)
    return run.out.decode().strip()


def nobody_sees(console):
    for path in ROUTES:
        for cookie in (None, "hn_session=" + "0" * 64, "hn_session=x"):
            answer, data = console.ask("GET", path, headers={"Cookie": cookie} if cookie else {})
            drive.equal("%s with %s" % (path, cookie), answer.status, 401)
            drive.true("no data in a refusal", len(data) < 100)


def page_is_guarded(console):
    answer, data = console.ask("GET", "/")
    drive.equal("status of /", answer.status, 200)
    policy = answer.getheader("Content-Security-Policy")
    drive.true("the policy is strict: %s" % policy, "default-src 'none'" in policy and "unsafe" not in policy)
    drive.equal("nosniff", answer.getheader("X-Content-Type-Options"), "nosniff")
    drive.equal("no such page", console.ask("GET", "/api/nothing")[0].status, 404)
    again, _ = console.ask("GET", "/", headers={"If-None-Match": answer.getheader("ETag")})
    drive.equal("an unchanged page", again.status, 304)


def signs_in(console, site):
    token = token_of(site)
    guess = json.dumps({"token": "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA"})
    drive.equal("a wrong token", console.ask("POST", "/api/session", guess)[0].status, 401)
    foreign, _ = console.ask("POST", "/api/session", json.dumps({"token": token}), {"Origin": "https://evil.example"})
    drive.equal("from another site's page", foreign.status, 403)
    early, data = console.ask("POST", "/api/session", json.dumps({"token": token}))
    drive.equal("right, but too soon after a wrong one", early.status, 401)
    time.sleep(json.loads(data)["wait_ms"] / 1000 + 0.2)
    for _ in range(3):  # a stranger's guesses keep nobody out
        drive.equal("a stranger's guess", console.ask("POST", "/api/session", guess, come_from="127.0.0.2")[0].status, 401)
    right, _ = console.ask("POST", "/api/session", json.dumps({"token": token}))
    drive.equal("the right token", right.status, 204)
    cookie = right.getheader("Set-Cookie")
    for word in ("HttpOnly", "Secure", "SameSite=Strict"):
        drive.true("the cookie is " + word, word in cookie)
    used, _ = console.ask("POST", "/api/session", json.dumps({"token": token}))
    drive.equal("a token that was used", used.status, 401)
    console.cookie = cookie.split(";")[0]
    drive.equal("name of the site", console.json("/api/state")["site"], "test")


def big_bodies_are_refused(console):
    answer, _ = console.ask("POST", "/api/session", b"x" * 100000)
    drive.equal("a body of 100 kB", answer.status, 413)


def finding_arrives(console, log):
    heard = []

    def listen():
        line = console.connect(30)
        line.request("GET", "/api/events", headers={"Cookie": console.cookie})
        answer = line.getresponse()
        while not heard or heard[-1] != b"event: finding\n":
            row = answer.readline()
            if not row:
                return
            heard.append(row)
        line.close()

    ear = threading.Thread(target=listen, daemon=True)
    ear.start()
    live_site.wait_until("the stream", lambda: heard, 10)
    with open(log, "a") as f:
        for n in range(30):
            f.write(LINE % (1780844400 + n, "planted.weather-sync.example" if n % 3 == 0 else "www.hinode-hp.example"))
    ear.join(20)
    drive.true("an event of the finding: %r" % heard[-5:], heard[-1] == b"event: finding\n")
    page = live_site.wait_until("the finding", lambda: console.json("/api/findings?level=medium")["items"], 10)
    one = console.json("/api/findings/" + page[0]["id"])
    drive.equal("machine", one["source"], "10.20.10.31")
    drive.equal("records", one["count"], 10)
    drive.true("evidence", len(one["evidence"]) == 10 and "planted" in one["evidence"][0]["raw"])
    drive.true("steps in Japanese", one["advice"]["ja"].startswith("1. "))
    drive.equal("nothing of another level", console.json("/api/findings?level=critical")["items"], [])
    drive.equal("a level that there is not", console.ask("GET", "/api/findings?level=x")[0].status, 400)
    stores = {s["name"]: s for s in console.json("/api/state")["stores"]}
    drive.equal("stores", sorted(stores), ["database", "evidence", "observables"])
    for store in stores.values():
        drive.true("used of its budget: %r" % store, store["used_bytes"] < store["budget_bytes"])
    drive.true("the database is there", stores["database"]["used_bytes"] > 0)
    source = console.json("/api/sources")[0]
    drive.equal("the source", (source["name"], source["state"], source["records"]), ("proxy", "speaking", 30))


def signs_out(console):
    line = console.connect(10)
    line.request("GET", "/api/events", headers={"Cookie": console.cookie})
    stream = line.getresponse()
    drive.equal("the stream's beginning", stream.readline(), b"retry: 2000\n")
    drive.equal("sign out", console.ask("DELETE", "/api/session")[0].status, 204)
    drive.equal("afterwards", console.ask("GET", "/api/state")[0].status, 401)
    while stream.readline():    # its time-out is a failure
        pass
    line.close()


def main():
    live_site.skip_without_site(sys.argv[1])
    site, log = live_site.tailing(sys.argv[1], LIST)
    checks = drive.Checks()
    try:
        site.start()
        token_of(site)  # core is there
        console = Console(site)
        checks.row("without a session nobody sees anything", lambda: nobody_sees(console))
        checks.row("the page comes with a strict policy", lambda: page_is_guarded(console))
        checks.row("a one-time token opens it once", lambda: signs_in(console, site))
        checks.row("big bodies are refused", lambda: big_bodies_are_refused(console))
        checks.row("a finding arrives live", lambda: finding_arrives(console, log))
        checks.row("signing out ends it", lambda: signs_out(console))
    finally:
        site.stop()
    if checks.failed:
        print(site.said())
    site.forget()
    checks.finish()


if __name__ == "__main__":
    main()
