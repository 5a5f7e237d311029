#!/usr/bin/env python3
"""Write the dump of the newest schema: the dump before it, brought to db/'s last migration, as db/dumps/NNNN.sql.

usage: dump_schema.py [ROOT]
Tables that are new have no rows yet: add an INSERT for each by hand (the test store/upgrade names those that are empty).
A dump that has landed is never changed.
"""
import os
import re
import sqlite3
import sys


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def main(root):
    names = sorted(n for n in os.listdir(os.path.join(root, "db")) if re.fullmatch(r"\d{4}_\w+\.sql", n))
    head = len(names)
    before = os.path.join(root, "db", "dumps", "%04d.sql" % (head - 1))
    to = os.path.join(root, "db", "dumps", "%04d.sql" % head)
    if os.path.exists(to):
        sys.exit("%s is there already" % to)
    db = sqlite3.connect(":memory:", isolation_level=None)
    if head > 1:
        db.executescript(read(before))
    db.executescript(read(os.path.join(root, "db", names[-1])))
    with open(to, "w", encoding="utf-8") as f:
        f.write("-- Schema %d with rows in every table, as a site might hold them: what the next ones are tested against.\n" % head)
        f.write("".join(line + "\n" for line in db.iterdump()))
        f.write("PRAGMA user_version = %d;\n" % head)
    print(to)


main(sys.argv[1] if len(sys.argv) > 1 else ".")
