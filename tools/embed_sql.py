#!/usr/bin/env python3
"""Turn db/*.sql and db/statements/*.sql into the tables that src/store/db.c and migrate.c are built with.

usage: embed_sql.py OUT.h OUT.c FILE.sql...
A migration is named NNNN_name.sql and numbered without a hole.  A statement begins at "-- name: NAME".
"""
import os
import re
import sys


def literal(text):
    lines = text.strip().split("\n")
    return "\n".join('\t"%s\\n"' % line.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") for line in lines)


def main(out_h, out_c, *files):
    migrations, statements = [], []
    for path in sorted(files):
        name = os.path.basename(path)
        with open(path, encoding="utf-8") as f:
            text = f.read()
        numbered = re.fullmatch(r"(\d{4})_([a-z0-9_]+)\.sql", name)
        if numbered:
            migrations.append((int(numbered[1]), numbered[2], text))
            continue
        parts = re.split(r"^-- name: ([a-z0-9_]+)\n", text, flags=re.M)
        for at in range(1, len(parts), 2):
            body = "\n".join(line for line in parts[at + 1].split("\n") if not line.startswith("--"))
            statements.append((parts[at], body))
    migrations.sort()
    if [m[0] for m in migrations] != list(range(1, len(migrations) + 1)):
        sys.exit("migrations must be numbered 0001, 0002, ... without a hole")
    names = [s[0] for s in statements]
    if len(set(names)) != len(names):
        sys.exit("a statement's name is used twice")
    statements.sort()
    with open(out_h, "w", encoding="utf-8") as f:
        f.write("#ifndef HN_STORE_SQL_H\n#define HN_STORE_SQL_H\n\nenum hn_sql {\n")
        f.writelines("\tHN_SQL_%s,\n" % s[0].upper() for s in statements)
        f.write("\tHN_SQL_COUNT\n};\n\n#define HN_MIGRATIONS %du\n\n#endif\n" % len(migrations))
    with open(out_c, "w", encoding="utf-8") as f:
        f.write('#include "store/sql_table.h"\n\nconst struct hn_sql_text hn_sql_text[HN_SQL_COUNT] = {\n')
        f.writelines('{ "%s",\n%s },\n' % (s[0], literal(s[1])) for s in statements)
        f.write("};\n\nconst struct hn_sql_text hn_migration_text[HN_MIGRATIONS] = {\n")
        f.writelines('{ "%04d_%s",\n%s },\n' % (m[0], m[1], literal(m[2])) for m in migrations)
        f.write("};\n")


main(*sys.argv[1:])
