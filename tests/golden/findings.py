#!/usr/bin/env python3
"""`hinomi findings` on a site's database: the newest dump of db/dumps, whose one finding is judged, allowed and given back.

  findings.py HINOMI
"""
import glob
import json
import os
import sqlite3
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import drive  # noqa: E402

ID = "00112233445566778899aabbccddeeff"


class Desk:
    def __init__(self, hinomi, data):
        self.hinomi, self.data = hinomi, data

    def do(self, *args, code=0):
        run = drive.run([self.hinomi, "findings", args[0], "--data", self.data, *args[1:]])
        drive.equal("%s: exit code; %s" % (" ".join(args), run.err), run.code, code)
        return run.out.decode()

    def finding(self):
        return json.loads(self.do("show", ID, "--output", "json"))

    def audit(self):
        with sqlite3.connect("file:%s?mode=ro" % os.path.join(self.data, "db", "site.db"), uri=True) as db:
            return db.execute("SELECT act, object, after FROM audit ORDER BY seq").fetchall()


def make(folder):
    os.mkdir(os.path.join(folder, "db"))
    db = sqlite3.connect(os.path.join(folder, "db", "site.db"))
    with open(sorted(glob.glob(os.path.join(HERE, "..", "..", "db", "dumps", "*.sql")))[-1], encoding="utf-8") as f:
        db.executescript(f.read())
    db.execute("DELETE FROM verdict")
    db.execute("DELETE FROM prior")
    db.execute("DELETE FROM allow")
    db.execute("UPDATE finding SET verdict = '', allow_id = 0, shift = 0")
    db.commit()
    db.close()


def judges(desk):
    was = desk.finding()
    acts = len(desk.audit())
    drive.equal("its level", was["level"] != "info", True)
    desk.do("verdict", ID, "false", code=2)                        # a reason is needed
    desk.do("verdict", ID, "perhaps", "--reason", "x", code=2)
    desk.do("verdict", "0" * 32, "false", "--reason", "x", code=2)
    drive.equal("audited refusals", len(desk.audit()), acts)
    desk.do("verdict", ID, "false", "--reason", "業者の試験")
    now = desk.finding()
    drive.equal("judged", (now["level"], now["verdict"]), ("info", "false"))
    drive.true("why: %s" % now["parts"], any(p["name"] == "verdict.prior" and p["weight"] < 0 for p in now["parts"]))
    drive.equal("audited", desk.audit()[-1], ("finding.verdict", ID, '{"verdict":"false","reason":"業者の試験"}'))
    drive.true("listed by its verdict", ID in desk.do("list", "--level", "info", "--verdict", "false"))
    drive.true("not among those to judge", ID not in desk.do("list", "--level", "info", "--verdict", "none"))
    desk.do("verdict", ID, "none", "--reason", "was wrong")
    drive.equal("taken back", desk.finding(), was)


def allows(desk, folder):
    was = desk.finding()
    desk.do("allow", was["source"], "--reason", "moving", code=2)  # an end is needed
    desk.do("allow", was["source"], "--until", "2020-01-01", "--reason", "moving", code=2)
    number = desk.do("allow", was["source"], "--until", "2099-12-31", "--reason", "moving, with the vendor").strip()
    drive.equal("it sinks", (desk.finding()["level"], desk.finding()["allow"]), ("info", int(number)))
    drive.true("listed", ID in desk.do("list", "--level", "info", "--verdict", "allowed"))
    table = desk.do("allowed")
    drive.true("the table: %s" % table, "%s,2099-12-31T15:00:00.000Z,moving, with the vendor\n" % was["source"] in table)
    path = os.path.join(folder, "allow.csv")
    with open(path, "w", encoding="utf-8") as f:
        f.write(table)
    case = os.path.join(HERE, "watch", "squid-domain")
    args = open(os.path.join(case, "args"), encoding="utf-8").read().split()
    drive.equal("watch reads it", drive.watch(desk.hinomi, "--allow", path, *args, cwd=case).code, 0)
    desk.do("unallow", number, "--reason", "done")
    drive.equal("given back", desk.finding(), was)
    desk.do("unallow", number, "--reason", "done", code=2)
    drive.equal("acts", [a[0] for a in desk.audit()][-2:], ["allow.add", "allow.end"])


def main():
    checks = drive.Checks()
    with tempfile.TemporaryDirectory() as folder:
        make(folder)
        desk = Desk(os.path.abspath(sys.argv[1]), folder)
        checks.row("a verdict", lambda: judges(desk))
        checks.row("the allow-list", lambda: allows(desk, folder))
    checks.finish()


if __name__ == "__main__":
    main()
