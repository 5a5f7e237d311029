"""The files of a folder of logs: lines come in any order within a day and are written in order at its end."""
import json
import os


class Sink:
    def __init__(self, path, head, tail):
        self.path, self.head, self.tail = path, head, tail
        self.rows = []
        self.lines = 0

    def flush(self, root):
        if not self.rows:
            return
        self.rows.sort()
        full = os.path.join(root, self.path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "a" if self.lines else "w", encoding="utf-8", newline="\n") as out:
            if not self.lines and self.head:
                out.write(self.head)
            out.write("\n".join([row[1] for row in self.rows]))
            out.write("\n")
        self.lines += len(self.rows)
        self.rows = []

    def close(self, root):
        if self.lines and self.tail:
            with open(os.path.join(root, self.path), "a", encoding="utf-8") as out:
                out.write(self.tail)


class Book:
    """One folder.  A row is (milliseconds, line)."""

    def __init__(self, root):
        self.root = root
        self.sinks = {}

    def rows(self, path, head="", tail=""):
        """The list to append (at, line) to; belongs to the present day until flush."""
        sink = self.sinks.get(path)
        if sink is None:
            sink = self.sinks[path] = Sink(path, head, tail)
        return sink.rows

    def flush(self):
        for sink in self.sinks.values():
            sink.flush(self.root)

    def close(self):
        self.flush()
        for sink in self.sinks.values():
            sink.close(self.root)

    def lines(self):
        return {path: sink.lines for path, sink in sorted(self.sinks.items()) if sink.lines}


def write_json(path, value):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        json.dump(value, out, ensure_ascii=False, indent=1)
        out.write("\n")


def read_json(path):
    with open(path, encoding="utf-8") as text:
        return json.load(text)
