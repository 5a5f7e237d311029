#!/usr/bin/env python3
"""Build the console's files into the program: one C table, each file gzipped, its ETag from its SHA-256.

usage: assets.py OUT.c FOLDER
"""
import gzip
import hashlib
import sys
from pathlib import Path

TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml", ".png": "image/png", ".json": "application/json", ".webmanifest": "application/manifest+json",
    ".ico": "image/x-icon",
}


def c_bytes(data):
    rows = [", ".join(f"0x{b:02x}" for b in data[i:i + 20]) for i in range(0, len(data), 20)]
    return ",\n\t".join(rows)


def main(out, folder):
    files = sorted(p for p in Path(folder).rglob("*") if p.is_file() and p.suffix in TYPES)
    if not files:
        raise SystemExit(f"assets: nothing to build in at {folder}")
    arrays, rows = [], []
    for i, path in enumerate(files):
        data = path.read_bytes()
        packed = gzip.compress(data, 9, mtime=0)
        name = "/" + str(path.relative_to(folder))
        etag = hashlib.sha256(data).hexdigest()[:32]
        arrays.append(f"static const unsigned char file{i}[] = {{\n\t{c_bytes(packed)}\n}};\n")
        row = f'"{TYPES[path.suffix]}", "\\"{etag}\\"", file{i}, sizeof(file{i}) }},'
        rows.append(f'\t{{ "{name}", {row}')
        if name == "/index.html":
            rows.append(f'\t{{ "/", {row}')
    rows.append('\t{ NULL, NULL, NULL, NULL, 0 },')
    Path(out).write_text('#include "web/assets.h"\n\n' + "\n".join(arrays) + "\nconst struct web_asset web_assets[] = {\n" +
                         "\n".join(rows) + "\n};\n", encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
