#!/usr/bin/env python3
"""The model of names that people give, against which made-up ones stand out (src/detect/made_up.h).

  names.py train MODEL FOLDER   count it anew; FOLDER: where the Debian packages below were unpacked; needs apt's package lists
  names.py table OUT.c MODEL    make it a table in C

Trained on names that people gave and on words of which they make them, none of them from a set that made-up names are judged by:
host names of the home pages and the maintainers in Debian's package index, names of packages, the public suffix list (package
publicsuffix), English words (wamerican, SCOWL's licence) and readings of Japanese nouns and names in Hepburn romaji (mecab-ipadic,
NAIST's licence). MODEL holds counts only: how likely each letter follows two others.
"""
import math
import os
import re
import subprocess
import sys

LETTERS = "abcdefghijklmnopqrstuvwxyz0-"  # 0: a digit
SYMBOLS = LETTERS + "$"  # beginning and end
STEPS_PER_BIT, LAST = 4, 74
KANA = {"": "アイウエオ", "k": "カキクケコ", "s": "サシスセソ", "t": "タチツテト", "n": "ナニヌネノ", "h": "ハヒフヘホ", "m": "マミムメモ",
        "r": "ラリルレロ", "g": "ガギグゲゴ", "z": "ザジズゼゾ", "d": "ダヂヅデド", "b": "バビブベボ", "p": "パピプペポ"}
ROMAJI = {kana: first + vowel for first, row in KANA.items() for kana, vowel in zip(row, "aiueo")}
ROMAJI.update({"シ": "shi", "チ": "chi", "ツ": "tsu", "フ": "fu", "ジ": "ji", "ヂ": "ji", "ヅ": "zu", "ヤ": "ya", "ユ": "yu",
               "ヨ": "yo", "ワ": "wa", "ヲ": "o", "ン": "n", "ヴ": "vu"})
SMALL_Y, SMALL = dict(zip("ャュョ", "auo")), dict(zip("ァィゥェォ", "aiueo"))


def romaji(kana):
    out, is_double = "", False
    for c in kana:
        if c == "ッ":
            is_double = True
        elif c in SMALL_Y and out.endswith("i"):
            out = out[:-1] + ("" if out[:-1].endswith(("sh", "ch", "j")) else "y") + SMALL_Y[c]
        elif c in SMALL and out:
            out = out[:-1] + SMALL[c]
        elif c in ROMAJI:
            out += (ROMAJI[c][0] if is_double else "") + ROMAJI[c]
            is_double = False
        elif c != "ー":
            return ""
    return out


def package_index():
    """(labels of host names, names of packages)"""
    text = subprocess.run(["apt-cache", "dumpavail"], stdout=subprocess.PIPE, text=True, errors="replace", check=True).stdout
    hosts = set(h.lower() for h in re.findall(r"^Homepage: *\w+://([^/:?#\s]+)", text, re.M))
    hosts |= set(h.lower() for h in re.findall(r"^(?:Original-)?Maintainer:.*@([^>\s]+)>", text, re.M))
    packages = set(p.lower() for p in re.findall(r"^Package: (\S+)", text, re.M))
    return [label for h in sorted(hosts) for label in h.split(".")[:-1]], [p for one in sorted(packages) for p in one.split("-")]


def suffixes(folder):
    with open(os.path.join(folder, "usr/share/publicsuffix/public_suffix_list.dat"), encoding="utf-8") as text:
        rows = [line.strip().lstrip("!*.") for line in text]
    return [label for row in rows if row and not row.startswith("//") for label in row.split(".")[:-1]]


def english(folder):
    with open(os.path.join(folder, "usr/share/dict/american-english"), encoding="utf-8") as text:
        return [line.strip().lower() for line in text if "'" not in line]


def japanese(folder):
    found = set()
    for name in ("Noun", "Noun.name", "Noun.org", "Noun.place", "Noun.proper", "Noun.verbal"):
        with open(os.path.join(folder, "usr/share/mecab/dic/ipadic", name + ".csv"), encoding="euc-jp", errors="replace") as text:
            found |= set(romaji(row[11]) for row in (line.rstrip("\n").split(",") for line in text) if len(row) > 11)
    return sorted(found)


def weights(folder):
    labels, packages = package_index()
    skip = {"www", "com", "net", "org", "gov", "edu"}
    all_words = {}
    for words, weight in ((set(labels) - skip, 6), (set(suffixes(folder)), 3), (set(packages), 1), (set(english(folder)), 1),
                          (japanese(folder), 0.5)):
        for word in words:
            if 2 < len(word) < 40 and re.fullmatch("[a-z0-9-]+", word) and not word.startswith("xn--"):
                all_words[word] = all_words.get(word, 0) + weight
    return all_words


def count(words):
    """Of one, two and three symbols that follow each other: by text."""
    counts, contexts = {}, {}
    for word, weight in words.items():
        text = "$$" + re.sub("[0-9]", "0", word) + "$"
        for end in range(2, len(text)):
            for n in (1, 2, 3):
                gram = text[end - n + 1:end + 1]
                counts[gram] = counts.get(gram, 0) + weight
                contexts[gram[:-1]] = contexts.get(gram[:-1], 0) + weight
    return counts, contexts


def chance(gram, counts, contexts):
    """Smoothed by the shorter one, as if that had been seen eight times more."""
    if not gram:
        return 1 / len(SYMBOLS)
    known = 8 if len(gram) > 1 else 1
    return (counts.get(gram, 0) + known * chance(gram[1:], counts, contexts)) / (contexts.get(gram[:-1], 0) + known)


def train(path, folder):
    counts, contexts = count(weights(folder))
    with open(path, "w", encoding="ascii") as out:
        out.write("# version 1, 2026-11-23, Debian 12; made by tools/names.py, which says of what.\n"
                  "# A line for each two symbols of \"%s\", in their order; a character for each third one: code - 48 quarters of a\n"
                  "# bit, -log2 of its chance. Digits are one symbol.\n" % SYMBOLS)
        for a in SYMBOLS:
            for b in SYMBOLS:
                out.write("".join(chr(48 + min(LAST, round(-STEPS_PER_BIT * math.log2(chance(a + b + c, counts, contexts)))))
                                  for c in SYMBOLS) + "\n")


def table(path, model):
    with open(model, encoding="ascii") as text:
        rows = [line.rstrip("\n") for line in text if not line.startswith("# ")]
    n = len(SYMBOLS)
    if len(rows) != n * n or any(len(row) != n or max(map(ord, row)) > 48 + LAST for row in rows):
        sys.exit("%s: %d lines, %d of %d symbols each are expected" % (model, len(rows), n * n, n))
    with open(path, "w", encoding="ascii") as out:
        out.write("/* Made by tools/names.py. */\n#include \"detect/made_up.h\"\n\n"
                  "const uint8_t made_up_model[MADE_UP_SYMBOLS * MADE_UP_SYMBOLS * MADE_UP_SYMBOLS] = {\n")
        for row in rows:
            out.write("\t" + ",".join(str(ord(c) - 48) for c in row) + ",\n")
        out.write("};\n")


def main():
    acts = {"train": train, "table": table}
    if len(sys.argv) != 4 or sys.argv[1] not in acts:
        sys.exit(__doc__)
    acts[sys.argv[1]](sys.argv[2], sys.argv[3])


main()
