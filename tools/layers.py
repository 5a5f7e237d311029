#!/usr/bin/env python3
"""Check who includes whom: rooms by layer (tools/layers.txt), no header cycles, libraries in their rooms, memory only in base.

usage: layers.py ROOT   exit 1 and a line per fault where the house is not as drawn
"""
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^">]+)[">]', re.M)
ALLOCATES = re.compile(r'(?<![\w.>])(malloc|calloc|realloc|reallocarray|strdup|strndup|asprintf|free)\s*\(')


def read_plan(path):
    layer, allowed, only = {}, set(), {}
    depth = 0
    for line in path.read_text().splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0] == "layer":
            layer.update({room: depth for room in words[1:]})
            depth += 1
        elif words[0] == "allow":
            if ":" not in line or not line.split(":", 1)[1].strip():
                raise SystemExit(f"layers.txt: an allowed edge needs its reason: {line}")
            allowed.add((words[1], words[2].rstrip(":")))
        elif words[0] == "only":
            only[words[1]] = set(words[2:])
    return layer, allowed, only


def without_comments(text):
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', lambda m: m.group() if m.group()[0] == '"' else " ", text,
                  flags=re.S)


def cycles(graph):
    state, stack, found = {}, [], []

    def visit(node):
        state[node] = 1
        stack.append(node)
        for other in graph.get(node, ()):
            if state.get(other) == 1:
                found.append(" -> ".join(stack[stack.index(other):] + [other]))
            elif other not in state:
                visit(other)
        stack.pop()
        state[node] = 2

    for node in sorted(graph):
        if node not in state:
            visit(node)
    return found


def check_file(path, src, plan, graph):
    layer, allowed, only = plan
    name = str(path.relative_to(src))
    room = name.split("/")[0]
    faults = []
    text = without_comments(path.read_text())
    for kind, target in INCLUDE.findall(text):
        if target in only and room not in only[target]:
            faults.append(f"{name}: <{target}> belongs to {', '.join(sorted(only[target]))} only")
        if kind != '"' or not (src / target).exists():
            continue
        graph.setdefault(name, set()).add(target)
        other = target.split("/")[0]
        if other == room or (room, other) in allowed or (name, target) in allowed or (room, target) in allowed:
            continue
        if layer[other] >= layer[room]:
            faults.append(f"{name}: {room} may not include {target} (see tools/layers.txt)")
    if room != "base":
        stripped = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)
        for match in ALLOCATES.finditer(stripped):
            faults.append(f"{name}: {match.group(1)}() belongs to base (use hn_alloc, an arena or a buffer)")
    return faults


def main(root):
    src = Path(root) / "src"
    plan = read_plan(Path(root) / "tools/layers.txt")
    graph, faults = {}, []
    for path in sorted(src.rglob("*.[ch]")):
        room = path.relative_to(src).parts[0]
        if room not in plan[0]:
            faults.append(f"{room}: this room has no layer in tools/layers.txt")
            continue
        faults += check_file(path, src, plan, graph)
    headers = {k: {t for t in v if t.endswith(".h")} for k, v in graph.items() if k.endswith(".h")}
    faults += [f"header cycle: {c}" for c in cycles(headers)]
    print("\n".join(faults) if faults else f"{len(graph)} files include as the layers allow")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
