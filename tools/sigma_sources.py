#!/usr/bin/env python3
"""Make data/sigma/logsources.json, what each Sigma log source is among our records, into one C table.

usage: sigma_sources.py OUT LOGSOURCES.json   fails, naming the row, on a key that is not known
"""
import json
import sys
from pathlib import Path

KINDS = {"", "other", "flow", "web", "dns", "tls", "file", "logon", "process", "registry", "service", "admin", "alert", "mail"}


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def view(text):
    return f"HN_INIT({quote(text)})"


def check(row):
    if set(row) != {"product", "category", "service", "when"} or not row["when"]:
        raise SystemExit(f"logsources.json: {row}: needs product, category, service and when")
    for when in row["when"]:
        if set(when) - {"dataset", "kind", "program", "channel", "events", "fields"} or when.get("kind", "") not in KINDS:
            raise SystemExit(f"logsources.json: {row}: {when}")


def main(out, path):
    data = json.loads(Path(path).read_text(encoding="utf-8"))
    lines = ["/* Made by tools/sigma_sources.py from data/sigma/logsources.json. */", '#include "detect/sigma/source.h"', ""]
    tables, rows = {}, []
    for row in data["rows"]:
        check(row)
        whens = []
        for when in row["when"]:
            fields = tuple(sorted(when.get("fields", {}).items()))
            events = tuple(when.get("events", ()))
            for what, kind in ((fields, "struct sigma_alias"), (events, "uint32_t")):
                if what and what not in tables:
                    tables[what] = f"list_{len(tables)}"
                    cells = ", ".join(f"{{ {view(a)}, {view(b)} }}" for a, b in what) if kind[0] == "s" else \
                        ", ".join(map(str, what))
                    lines.append(f"static const {kind} {tables[what]}[] = {{ {cells} }};")
            kind = "RECORD_KINDS" if not when.get("kind") else "RECORD_" + when["kind"].upper()
            whens.append(f"{{ {view(when.get('dataset', ''))}, {view(when.get('program', ''))}, "
                         f"{view(when.get('channel', ''))}, {kind}, {tables.get(events, 'NULL')}, {len(events)}, "
                         f"{tables.get(fields, 'NULL')}, {len(fields)} }}")
        name = f"when_{len(rows)}"
        lines.append(f"static const struct sigma_when {name}[] = {{\n\t" + ",\n\t".join(whens) + "\n};")
        rows.append(f"\t{{ {view(row['product'])}, {view(row['category'])}, {view(row['service'])}, {name}, {len(whens)} }},")
    if len(rows) > 256:
        raise SystemExit("logsources.json: more than 256 rows")
    lines += ["", "const struct sigma_source sigma_sources[] = {", *rows, "};", f"const size_t sigma_sources_n = {len(rows)};", ""]
    places = []
    for i, (name, values) in enumerate(sorted(data["placeholders"].items())):
        lines.append(f"static const char *const values_{i}[] = {{ {', '.join(map(quote, values))}, NULL }};")
        places.append(f"\t{{ {view(name)}, values_{i} }},")
    places = places or ["\t{ HN_INIT(\"\"), NULL },"]  # C has no empty table
    lines += ["const struct sigma_placeholder sigma_placeholders[] = {", *places, "};",
              f"const size_t sigma_placeholders_n = {len(data['placeholders'])};"]
    Path(out).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
