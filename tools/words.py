#!/usr/bin/env python3
"""Make src/base/words_table.c out of the message catalogues.

usage: words.py OUT CATALOGUE.json...   (each .../LANG/ROOM.json: {"key": "text with {name}"})

Fails, naming the key, where a key lacks one language, comes twice, or names other {places} than its twin.
"""
import json
import re
import sys
from pathlib import Path

LANGS = ("ja", "en")


def no_twins(pairs):
    keys = [k for k, _ in pairs]
    twins = {k for k in keys if keys.count(k) > 1}
    if twins:
        raise SystemExit(f"words: these keys come twice: {', '.join(sorted(twins))}")
    return dict(pairs)


def read(paths):
    words = {lang: {} for lang in LANGS}
    for path in map(Path, paths):
        lang = path.parent.name
        for key, text in json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=no_twins).items():
            if key in words[lang]:
                raise SystemExit(f"words: {path}: {key} stands in another file too")
            words[lang][key] = text
    return words


def check(words):
    wrong = [f"{key} is missing in {lang}" for lang in LANGS for other in LANGS
             for key in sorted(words[other].keys() - words[lang].keys())]
    for key in sorted(words["ja"].keys() & words["en"].keys()):
        places = [sorted(set(re.findall(r"\{\w+\}", words[lang][key]))) for lang in LANGS]
        if places[0] != places[1]:
            wrong.append(f"{key} names {places[0]} in ja but {places[1]} in en")
    if wrong:
        raise SystemExit("words: " + "\nwords: ".join(wrong))


def c_string(text):
    out = "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}" for b in text.encode())
    return f'"{out}"'


def main(out, *paths):
    words = read(paths)
    check(words)
    keys = sorted(words["ja"], key=lambda k: k.encode())
    rows = [f"\t{{ {c_string(k)}, {{ {c_string(words['ja'][k])}, {c_string(words['en'][k])} }} }}," for k in keys]
    Path(out).write_text("\n".join([
        '#include "base/words_table.h"', "", "const struct hn_words_row hn_words_rows[] = {", *rows, "};",
        f"const size_t hn_words_rows_n = {len(keys)};", ""]), encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
