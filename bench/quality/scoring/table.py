"""The block of docs/benchmarks.md between our markers, and the pictures."""
import json
import os
import platform
import re
import time

BEGIN, END = "<!-- bench/quality/score.py writes from here -->", "<!-- bench/quality/score.py writes to here -->"


class Table:
    """Rows of (what, measured, peer, must, met); met: None where there is nothing to meet."""

    def __init__(self):
        self.rows, self.details, self.pictures = [], [], {}

    def add(self, what, value, must="-", met=None, peer="-"):
        self.rows.append((what, value, peer, must, met))
        print("%s: %s; %s; must %s: %s" % (what, value, peer, must, "-" if met is None else "met" if met else "NOT met"),
              flush=True)

    def detail(self, title, head, rows):
        self.details.append((title, head, rows))


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as text:
        model = re.search(r"model name\s*: (.*)", text.read())
    return "%s, %d cores" % (model.group(1) if model else platform.machine(), os.cpu_count())


def lines(head, rows):
    return ["| " + " | ".join(head) + " |",
            "|" + "---|" * len(head)] + ["| " + " | ".join(str(c) for c in row) + " |" for row in rows]


def block(table, said):
    text = ["Measured %s with %s on %s; %s." % (time.strftime("%Y-%m-%d"), said["version"], machine(), said["command"]),
            "Generators: %s." % said["generators"], ""]
    text += lines(["what", "ours", "peer", "must", "met"],
                  [(r[0], r[1], r[2], r[3], "-" if r[4] is None else "yes" if r[4] else "**no**") for r in table.rows])
    for title, head, rows in table.details:
        text += ["", title, ""] + lines(head, rows)
    for name, (alt, _) in table.pictures.items():
        text += ["", "![%s](pictures/%s)" % (alt, name)]
    return "\n".join(text) + "\n"


def write(top, table, said):
    page = os.path.join(top, "docs", "benchmarks.md")
    with open(page, encoding="utf-8") as text:
        whole = text.read()
    if BEGIN not in whole:
        whole = whole.rstrip("\n") + "\n\n## How well it sees\n\n" + INTRO + "\n" + BEGIN + "\n" + END + "\n"
    before, after = whole.split(BEGIN)[0], whole.split(END)[1]
    with open(page, "w", encoding="utf-8") as text:
        text.write(before + BEGIN + "\n" + block(table, said) + END + after)
    os.makedirs(os.path.join(top, "docs", "pictures"), exist_ok=True)
    for name, (_, picture) in table.pictures.items():
        with open(os.path.join(top, "docs", "pictures", name), "w", encoding="utf-8") as text:
            text.write(picture)


INTRO = """Found and not found, measured by `bench/quality/score.py` over generated months and over real recordings with
planted cases; what is generated is specified from published cases and is frozen ([its page](../bench/quality/README.md)).
A finding counts from medium upward. False means that no label explains it, whatever a person might think of it.
"""


def save(path, table):
    with open(path, "w", encoding="utf-8") as text:
        json.dump({"rows": table.rows, "details": table.details}, text, ensure_ascii=False, indent=1)
