#!/usr/bin/env python3
"""Check sizes: functions <= 70 lines, complexity <= 15, parameters <= 5 besides the error, nesting <= 4; files <= 600 lines; lines <= 130 columns.

usage: sizes.py ROOT   exceptions stand in tools/sizes.txt ("FILE:FUNCTION WHAT LIMIT reason"); the list may only shrink
"""
import re
import sys
from pathlib import Path

LIMITS = {"lines": 70, "complexity": 15, "parameters": 5, "nesting": 4, "file": 600, "columns": 130}
BRANCH = re.compile(r"\b(?:if|for|while|case)\b|&&|\|\||\?")


def blank(text):
    """The same text with comments, strings and character literals blanked, line numbers kept."""
    def keep_lines(match):
        return re.sub(r"[^\n]", " ", match.group())
    return re.sub(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])+'", keep_lines, text, flags=re.S)


def functions(text):
    """(name, parameters, body, first line) of each function: KNF puts its name at the start of a line and { alone."""
    for m in re.finditer(r"^(\w+)\(([^{};]*?)\)\s*\n\{\n(.*?)^\}", text, flags=re.S | re.M):
        yield m.group(1), m.group(2), m.group(3), text.count("\n", 0, m.start()) + 1


def nesting(body):
    depth = deepest = 0
    for ch in body:
        depth += (ch == "{") - (ch == "}")
        deepest = max(deepest, depth)
    return deepest


def read_exceptions(path):
    rows = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        words = line.split("#")[0].split(None, 3)
        if not words:
            continue
        if len(words) < 4:
            raise SystemExit(f"sizes.txt: an exception needs its reason: {line}")
        rows[(words[0], words[1])] = int(words[2])
    return rows


def measure(path, name):
    raw = path.read_text()
    text = blank(raw)
    yield name, "file", raw.count("\n")
    yield name, "columns", max((len(line.expandtabs(8)) for line in raw.splitlines()), default=0)
    for function, parameters, body, _ in functions(text):
        where = f"{name}:{function}"
        yield where, "lines", body.count("\n")
        yield where, "complexity", 1 + len(BRANCH.findall(body))
        given = [] if parameters.strip() in ("", "void") else parameters.split(",")
        yield where, "parameters", len([p for p in given if "struct hn_err *" not in p])
        yield where, "nesting", nesting(body)


def main(root):
    root = Path(root)
    exceptions = read_exceptions(root / "tools/sizes.txt")
    faults, used, n, long = [], set(), 0, 0
    for path in sorted(list((root / "src").rglob("*.[ch]"))):
        for where, what, size in measure(path, str(path.relative_to(root))):
            n += what == "lines"
            long += what == "lines" and size > 30
            limit = exceptions.get((where, what), LIMITS[what])
            if size > LIMITS[what] and (where, what) in exceptions:
                used.add((where, what))
            if size > limit:
                faults.append(f"{where}: {what} {size}, at most {limit}")
    faults += [f"sizes.txt: {w} {k} is no exception any more: take the row out" for w, k in exceptions.keys() - used]
    if n and long / n > 0.15:
        faults.append(f"{long} of {n} functions are over 30 lines; most should be under")
    print("\n".join(faults) if faults else f"{n} functions, {long} of them over 30 lines")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
