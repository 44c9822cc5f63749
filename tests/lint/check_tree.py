#!/usr/bin/env python3
"""Checks the rules of the house that no compiler checks; exit 1 and one line for each breach.

    check_tree.py [ROOT]

Looks at every file git tracks or would track (ignored files are nobody's business). RULES at the
end lists the rules; each is a function from the tree to findings.
"""

import ast
import dataclasses
import functools
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import cpp_functions  # noqa: E402

TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "CHANGELOG.md", "LICENSE", "README.md",
             "proto", "services", "libs", "deploy", "helm", "tests"}
ROOMS = ("libs", "services", "proto", "deploy", "helm", "tests")

CODE = (".cc", ".h", ".py", ".sh", ".go")
# A folder with nothing but data (test cases, seeds, testdata) is described by the README above it.
NEEDS_README = CODE + (".proto", ".cmake", ".md", ".yaml", ".json", "CMakeLists.txt")

# Code whose folders are those of its package, described by the README of that.
PACKAGE_CODE = (".ts",)

MAX_FILE_LINES = 400
MAX_PROTO_LINES = 450           # a contract is more comment than code
MAX_FUNCTION_LINES = 70
MAX_README_LINES = 60
MAX_LINE_LENGTH = 100
MAX_FILE_BYTES = 1 << 20
# Programs of an earlier version, which tests run; one archive for each version.
EARLIER_PROGRAMS = re.compile(r"tests/upgrade/fixtures/\w+/programs\.tar\.xz")
MAX_PROGRAMS_BYTES = 4 << 20

# Names the folders of generated code, which follow the rules of their generators.
GENERATED_LIST = "proto/stubs/generated.txt"

# Written in pieces so that this file passes its own rules.
MARKERS = re.compile(r"\b(?:TO" r"DO|FIX" r"ME)\b")
MACHINE_PATHS = re.compile(r"(?<![\w.$}/-])/(?:wo" r"rk|ro" r"ot|ho" r"me/\w+)/")
REGISTRY_HOSTS = re.compile("|".join(re.escape(host) for host in (
    "registry.npmjs" ".org", "registry.yarnpkg" ".com", "pypi" ".org", "pythonhosted" ".org",
    "deb.debian" ".org", "security.debian" ".org", "proxy.golang" ".org", "static.crates" ".io",
    "index.crates" ".io", "repo1.maven" ".org", "repo.maven.apache" ".org")))


@dataclasses.dataclass(frozen=True)
class Finding:
    """One breach: where and what."""
    file: str
    line: int
    text: str

    def __str__(self):
        return f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"


class Tree:
    """The files of a checkout, by path from its root."""

    def __init__(self, root, files):
        self.root = pathlib.Path(root)
        self.files = sorted(files)

    @functools.lru_cache(maxsize=None)
    def text(self, file):
        """Text of the file; empty for what is not text."""
        data = (self.root / file).read_bytes()
        return "" if b"\0" in data else data.decode("utf-8", errors="replace")

    def lines(self, file):
        return self.text(file).splitlines()


def generated_files(root, files):
    """Those of FILES that are in a folder of GENERATED_LIST."""
    listed = pathlib.Path(root) / GENERATED_LIST
    if not listed.is_file():
        return set()
    base = GENERATED_LIST.rpartition("/")[0]
    folders = tuple(f"{base}/{line}/" for line in listed.read_text(encoding="utf-8").split())
    return {name for name in files if name.startswith(folders)}


def tree_of_checkout(root):
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True, capture_output=True, text=True).stdout
    files = {name for name in listed.split("\0") if name}
    files -= generated_files(root, files)
    return Tree(root, [name for name in files if (pathlib.Path(root) / name).is_file()])


def top_level(tree):
    """The top level holds exactly what STYLE names, and dot files."""
    present = {file.split("/")[0] for file in tree.files}
    for name in sorted(present - TOP_LEVEL):
        if not name.startswith("."):
            yield Finding(name, 0, "does not belong at the top level")
    for name in sorted(TOP_LEVEL - present):
        yield Finding(name, 0, "is missing from the top level")


def readmes(tree):
    """Every folder has a README.md of at most a screen."""
    folders = set()
    for file in tree.files:
        folder, _, name = file.rpartition("/")
        if folder.split("/")[0] not in ROOMS:
            continue
        # Helm renders whatever lies in the templates of a chart; the chart's page describes them.
        described_above = folder.endswith("/testdata") or re.match(r"helm/[^/]+/templates", folder)
        if name.endswith(NEEDS_README) and not described_above:
            folders.add(folder)
        if name == "README.md" and len(tree.lines(file)) > MAX_README_LINES:
            yield Finding(file, 0, f"{len(tree.lines(file))} lines, want at most "
                                   f"{MAX_README_LINES}")
    for folder in sorted(folders):
        if f"{folder}/README.md" not in tree.files:
            yield Finding(folder, 0, "has no README.md")


def sizes(tree):
    """Files stay readable in one sitting, and nothing big is committed."""
    for file in tree.files:
        limit = MAX_PROTO_LINES if file.endswith(".proto") else MAX_FILE_LINES
        count = len(tree.lines(file))
        if file.endswith(CODE + PACKAGE_CODE + (".proto", ".cmake")) and count > limit:
            yield Finding(file, 0, f"{count} lines, want at most {limit}")
        size = (tree.root / file).stat().st_size
        most = MAX_PROGRAMS_BYTES if EARLIER_PROGRAMS.fullmatch(file) else MAX_FILE_BYTES
        if size > most:
            yield Finding(file, 0, f"{size} bytes, want at most {most}")


def python_functions(text):
    """[(first line, number of lines)] of each function, nested ones included."""
    return [(node.lineno, node.end_lineno - node.lineno + 1) for node in ast.walk(ast.parse(text))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def go_functions(text):
    """[(first line, number of lines)] of each function, as gofmt lays them out."""
    found, first = [], 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("func "):
            first = number
        if first and line.startswith("}") or line.startswith("func ") and line.endswith("}"):
            found.append((first, number - first + 1))
            first = 0
    return found


def typescript_functions(text):
    """[(first line, number of lines)] of each block after parentheses, as prettier lays it out."""
    found, lines = [], text.splitlines()
    for first, line in enumerate(lines):
        if not re.search(r"\).*\{$", line):
            continue
        end = line[:len(line) - len(line.lstrip())] + "}"
        last = next((i for i in range(first, len(lines)) if lines[i].startswith(end)), first)
        found.append((first + 1, last - first + 1))
    return found


def function_lengths(tree):
    """A function fits on a screen."""
    for file in tree.files:
        if file.endswith((".cc", ".h")):
            found = cpp_functions.functions(tree.text(file))
        elif file.endswith(".py"):
            found = python_functions(tree.text(file))
        elif file.endswith(".go"):
            found = go_functions(tree.text(file))
        elif file.endswith(".ts"):
            found = typescript_functions(tree.text(file))
        else:
            continue
        for line, length in found:
            if length > MAX_FUNCTION_LINES:
                yield Finding(file, line, f"function of {length} lines, want at most "
                                          f"{MAX_FUNCTION_LINES}")


def header_guards(tree):
    """Headers use #pragma once."""
    for file in tree.files:
        if file.endswith(".h") and "#pragma once" not in tree.lines(file):
            yield Finding(file, 1, "header without #pragma once")


def forbidden_text(tree):
    """No left-over markers, no path of somebody's machine, no address of a package registry."""
    for file in tree.files:
        for number, line in enumerate(tree.lines(file), start=1):
            for pattern, what in ((MARKERS, "left-over marker"), (MACHINE_PATHS, "machine path"),
                                  (REGISTRY_HOSTS, "address of a package registry")):
                match = pattern.search(line)
                if match:
                    yield Finding(file, number, f"{what} '{match.group()}'")


def layout(tree):
    """Line ends, trailing blanks, and line length where no formatter looks after it."""
    for file in tree.files:
        if not file.endswith(CODE + PACKAGE_CODE +
                             (".proto", ".cmake", ".yaml", ".yml", "CMakeLists.txt")):
            continue
        text = tree.text(file)
        if text and not text.endswith("\n"):
            yield Finding(file, 0, "no line end at the end of the file")
        for number, line in enumerate(text.split("\n"), start=1):
            if line != line.rstrip():
                yield Finding(file, number, "blanks at the end of the line")
            if len(line) > MAX_LINE_LENGTH and not file.endswith((".cc", ".h")):
                yield Finding(file, number, f"{len(line)} columns, want at most "
                                            f"{MAX_LINE_LENGTH}")


def scripts(tree):
    """Shell and Python scripts parse, and a script with a shebang is executable."""
    for file in tree.files:
        first = tree.text(file)[:80].split("\n")[0]
        path = tree.root / file
        if first.startswith("#!") and not path.stat().st_mode & 0o100:
            yield Finding(file, 1, "has a shebang but is not executable")
        if file.endswith(".sh") or re.match(r"#!.*\b(?:ba)?sh\b", first):
            run = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True)
            if run.returncode != 0:
                yield Finding(file, 0, run.stderr.strip().splitlines()[0])
        if file.endswith(".py"):
            try:
                ast.parse(tree.text(file))
            except SyntaxError as error:
                yield Finding(file, error.lineno or 0, f"does not parse: {error.msg}")


RULES = (top_level, readmes, sizes, header_guards, forbidden_text, layout, scripts,
         function_lengths)


def check(tree):
    """All findings, in the order of RULES."""
    broken = list(scripts(tree))
    rules = RULES if not broken else tuple(rule for rule in RULES if rule is not function_lengths)
    return [finding for rule in rules for finding in rule(tree)]


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else
                        pathlib.Path(__file__).resolve().parents[2])
    tree = tree_of_checkout(root)
    findings = check(tree)
    for finding in findings:
        print(finding)
    print(f"check_tree: {len(tree.files)} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
