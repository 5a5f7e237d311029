#!/usr/bin/env python3
"""The habits of the house that no compiler sees; one function a habit.

usage: house.py ROOT   exit 1 and a line per fault
"""
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

# What hospital staff must not read, and what is said instead.
WORDS = {
    r"事案を起こ": "事案として登録",
    r"インシデント": "サイバー事案",
    r"感染": "ウイルス侵入の疑い / 不正プログラム",
    r"隔離": "ネットワークから切り離す",
    r"見守": "監視",
    r"静かすぎ": "記録が届いていません",
    r"証拠採取": "証拠保全",
    r"派遣": "駆けつけ支援",
    r"安全です|問題ありません": "確認できた範囲で異常はありません（未確認：○○）",
    r"速報[^。]*期限切れ": "速報 目安 3〜5日（経過○日）",
    r"エラーが発生": "何が、どこで、どうすれば",
    r"攻撃者|ハッカー": "不審な通信・第三者による不正アクセスの疑い",
}
# Traces of the machine it was written on.
FOREIGN = re.compile(r"(?<![\w.$}=])/(?:home|root|Users)/\w")
REGISTRY = re.compile(r'"resolved":')
ROW = re.compile(r"^\w[\w\s*]*?[\s*](\w+)\((?:[^;{}]*)\)[^;{}]*;", re.M)
# Their names say all: the style page fixes what they mean.
PLAIN = re.compile(r"(?:_|^)(?:init|fini|free|close|new|main|count|n)$")


def tracked(root):
    git = shutil.which("git")
    out = subprocess.run([git, "-C", root, "ls-files", "-z"], capture_output=True, text=True).stdout if git else ""
    names = out.split("\0")
    if names == [""]:  # an unpacked archive, or no git on this machine
        top = [p for p in root.iterdir() if not re.match(r"build|node_modules$|\.git$", p.name)]
        files = [f for p in top for f in (p.rglob("*") if p.is_dir() else [p]) if "node_modules" not in f.parts]
        names = [str(f.relative_to(root)) for f in files]
    return [root / n for n in names if n and (root / n).is_file()]


def text_of(path):
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def fuzz_targets(root):
    """Every fuzz target is built and has a corpus; every reader of lines has one."""
    build = text_of(root / "tests/fuzz/meson.build")
    if len(re.findall(r"^fuzz_tests = ", build, re.M)) != 1 or len(re.findall(r"^fuzz_readers = ", build, re.M)) != 1:
        yield "tests/fuzz/meson.build: fuzz_tests and fuzz_readers are set once each; further rows would undo the first"
    listed = re.findall(r"'(\w+)'", "".join(re.findall(r"fuzz_tests \+?= \[(.*?)\]", build, re.S)))
    readers = re.findall(r"'(\w+)' :", "".join(re.findall(r"fuzz_readers \+?= {(.*?)}", build, re.S)))
    for path in sorted((root / "tests/fuzz").glob("*_fuzz.c")):
        if path.stem.removesuffix("_fuzz") not in listed:
            yield f"{path.name}: is not in tests/fuzz/meson.build"
    for name in re.findall(r"&(\w+)_reader,", text_of(root / "src/record/reader.c")):
        if name not in readers and name not in listed:
            yield f"record: the reader {name} is not in fuzz_readers of tests/fuzz/meson.build"
    for name in [*listed, *readers]:
        if not any((root / "tests/fuzz/corpus" / name).glob("*")):
            yield f"fuzz target {name}: has no corpus tests/fuzz/corpus/{name}/"


def unit_tests(root):
    """Every unit test is run."""
    builds = "".join(text_of(p) for p in (root / "tests/unit").rglob("meson.build"))
    for path in sorted((root / "tests/unit").rglob("*_test.c")):
        name = str(path.relative_to(root / "tests/unit")).removesuffix("_test.c")
        if f"'{name}'" not in builds:
            yield f"tests/unit/{name}_test.c: is in no meson.build"


def header_comments(root):
    """A public function is explained above it, or with the group that it stands in."""
    for path in sorted((root / "src").rglob("*.h")):
        explained = False
        for block in re.split(r"\n[ \t]*\n", text_of(path)):
            explained = "/*" in block or (explained and bool(ROW.search(block)))
            for m in () if explained else ROW.finditer(block):
                if not PLAIN.search(m[1]):
                    yield f"{path.relative_to(root)}: {m[1]} has no comment"


def japanese(root):
    """(where, text) of everything Japanese that hospital staff read."""
    for path in sorted((root / "data/words/ja").glob("*.json")):
        for key, text in json.loads(text_of(path)).items():
            yield f"{path.relative_to(root)}: {key}", text
    for path in [*sorted((root / "console/src").rglob("*.ts*")), *sorted((root / "console").glob("words/*")),
                 root / "src/site/config.c", root / "run", root / "check", root / "packaging/steps.sh"]:
        for n, line in enumerate(text_of(path).splitlines() if path.is_file() else [], 1):
            yield f"{path.relative_to(root)}:{n}", line


def words(root):
    """Japanese for hospitals says none of the words that mean something else there."""
    for where, text in japanese(root):
        for pattern, instead in WORDS.items():
            if m := re.search(pattern, text):
                yield f"{where}: not {m[0]} but {instead}"


def foreign(root):
    """No file tells of the machine it was written on."""
    for path in tracked(root):
        text = text_of(path) if path.name != "house.py" else ""
        for m in [*FOREIGN.finditer(text), *REGISTRY.finditer(text)]:
            yield f"{path.relative_to(root)}:{text.count(chr(10), 0, m.start()) + 1}: {m[0][:60]} is of this machine only"


def links(root):
    """A link between pages leads somewhere."""
    for path in tracked(root):
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text_of(path)) if path.suffix == ".md" else ():
            if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists():
                yield f"{path.relative_to(root)}: {target} is not there"


def rooms(root):
    """docs/architecture.md draws the rooms that stand, no more and no fewer."""
    page = text_of(root / "docs/architecture.md")
    drawn = set(re.findall(r"^    (\w+)/", page.split("### Standing")[1].split("###")[0], re.M))
    there = {p.name for p in (root / "src").iterdir() if p.is_dir()}
    for room in sorted(drawn ^ there):
        yield f"docs/architecture.md: {room}/ " + ("is not there" if room in drawn else "stands and is not drawn as standing")


HABITS = (fuzz_targets, unit_tests, header_comments, words, foreign, links, rooms)


def main(root):
    faults = [f"{habit.__name__}: {fault}" for habit in HABITS for fault in habit(Path(root))]
    print("\n".join(faults) if faults else f"{len(HABITS)} habits are kept")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
