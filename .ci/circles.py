"""Import circles between the files of a crate: `circles.py SRC...` lists them and fails if there are any.

An import is a path that starts with `crate`, `super` or `self`, in a `use` or in the code, before the tests at the end of
a file. It points to the file of the longest module path that exists; a name that a `mod.rs` re-exports points to that `mod.rs`.
"""

import pathlib
import re
import sys

USE = re.compile(r"^\s*(?:pub(?:\([^)]*\))? )?use ((?:crate|super|self)\b[^;]*);", re.M)
REEXPORT = re.compile(r"^\s*pub(?:\([^)]*\))? use [^;]*;", re.M)
CHILD = re.compile(r"^\s*(?:pub(?:\([^)]*\))? )?mod (\w+);", re.M)
PATH = re.compile(r"\b(?:crate|super|self)(?:::\w+)+")


def paths(tree, before=()):
    """The paths of a use tree: `a::{b, c::d}` gives `a::b` and `a::c::d`."""
    head, brace, rest = tree.partition("{")
    base = before + tuple(p.strip() for p in head.split("::") if p.strip())
    if not brace:
        yield tuple(part.split(" as ")[0] for part in base)
        return
    depth, start = 0, 0
    rest = rest[: rest.rindex("}")] + ","
    for index, character in enumerate(rest):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == "," and depth == 0:
            if rest[start:index].strip():
                yield from paths(rest[start:index], base)
            start = index + 1


def graph(src):
    files = {}
    for file in src.rglob("*.rs"):
        parts = file.relative_to(src).with_suffix("").parts
        files[parts[:-1] if parts[-1] in ("mod", "lib", "main") else parts] = file
    edges = {module: set() for module in files}
    for module, file in files.items():
        text = re.split(r"#\[cfg\(test\)\]\nmod \w+ \{", file.read_text())[0]
        text = re.sub(r"//.*", "", text)
        if file.name in ("mod.rs", "lib.rs"):
            text = REEXPORT.sub("", text)
            for child in CHILD.findall(text):
                text = re.sub(rf"(?<![\w:]){child}::", f"self::{child}::", text)
        for tree in USE.findall(text) + PATH.findall(USE.sub("", text)):
            for path in paths(tree):
                at = () if path[0] == "crate" else module
                for part in path:
                    at = at[:-1] if part == "super" else at if part in ("crate", "self") else at + (part,)
                while at not in files:
                    at = at[:-1]
                if at != module:
                    edges[module].add(at)
    return files, edges


def circles(edges):
    """The modules that reach each other, group by group."""
    reach = {module: set(targets) for module, targets in edges.items()}
    for middle in edges:
        for module in edges:
            if middle in reach[module]:
                reach[module] |= reach[middle]
    return {frozenset(m for m in reach[module] if module in reach[m]) for module in edges if module in reach[module]}


found = False
for folder in map(pathlib.Path, sys.argv[1:]):
    files, edges = graph(folder)
    for group in circles(edges):
        found = True
        print(f"{folder}: import circle: " + ", ".join(sorted(str(files[m].relative_to(folder)) for m in group)))
sys.exit(found)
