#!/usr/bin/env python3
"""Runs clang-tidy and clang's thread-safety analysis over the suite's own sources.

    run_clang_tidy.py BUILD_DIR [FILE...]

BUILD_DIR holds compile_commands.json and is built (the headers of a source are taken from ninja's
dependency log). Without FILE every .cc of the compilation database that lies in the checkout and
not in a build directory is checked. A source that passed is not checked again until it, one of its
headers, its command or .clang-tidy changes: BUILD_DIR/clang-tidy-passed holds a stamp for each.
Exit 1 if anything is found.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = shutil.which("clang-tidy-14") or "clang-tidy-14"
EXTRA = ("-Wthread-safety", "-Wno-unknown-warning-option", "-Wno-unused-command-line-argument")
IGNORED_LINES = ("Suppressed ", "Use -header-filter", "Use -system-headers")


def own_sources(build):
    """{source path: compile command} of the checkout's own .cc files."""
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    out = {}
    for entry in entries:
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if path.is_relative_to(ROOT) and not path.relative_to(ROOT).parts[0].startswith("."):
            out[path] = entry
    return out


def without_precompiled_headers(build, sources):
    """A folder with the compile commands as clang can read them: GCC's precompiled headers, which
    only save time, are taken out."""
    folder = build / "clang-tidy"
    folder.mkdir(exist_ok=True)
    entries = []
    for entry in sources.values():
        words = shlex.split(entry["command"])
        kept, skip = [], False
        for i, word in enumerate(words):
            is_header = word == "-include" and words[i + 1].endswith("cmake_pch.hxx")
            if not (skip or is_header or word == "-Winvalid-pch"):
                kept.append(word)
            skip = is_header
        entries.append({**entry, "command": shlex.join(kept)})
    (folder / "compile_commands.json").write_text(json.dumps(entries), encoding="utf-8")
    return folder


def object_of(entry):
    """The object file of a compile command, as ninja names it."""
    words = shlex.split(entry["command"])
    return words[words.index("-o") + 1]


def headers_by_object(build):
    """{object file: [dependency]} from ninja's log; objects that are out of date are left out."""
    log = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], capture_output=True, text=True,
                         check=True).stdout
    out, current = {}, None
    for line in log.splitlines():
        if line.startswith("    "):
            if current is not None:
                out[current].append(line.strip())
        elif ": #deps" in line:
            name, rest = line.split(": #deps", 1)
            current = name if rest.endswith("(VALID)") else None
            if current is not None:
                out[current] = []
    return out


class Stamps:
    """Which inputs have passed. Keys are hashes of everything that decides the outcome."""

    def __init__(self, build):
        self.build = build
        self.folder = build / "clang-tidy-passed"
        self.folder.mkdir(exist_ok=True)
        self.headers = headers_by_object(build)
        self.digests = {}
        version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True,
                                 check=True).stdout
        self.common = repr((version, EXTRA, self.digest(ROOT / ".clang-tidy")))

    def digest(self, path):
        """Content hash of a file of the checkout or the build; size and time of a system file."""
        path = pathlib.Path(os.path.realpath(path))
        if path not in self.digests:
            if path.is_relative_to(ROOT) or path.is_relative_to(self.build):
                self.digests[path] = hashlib.sha256(path.read_bytes()).hexdigest()
            else:
                status = path.stat()
                self.digests[path] = f"{path} {status.st_size} {status.st_mtime_ns}"
        return self.digests[path]

    def file(self, source, entry):
        """The stamp of a source, or None if its headers are not known."""
        headers = self.headers.get(object_of(entry))
        if headers is None:
            return None
        try:
            inputs = [self.digest(self.build / header) for header in headers]
        except FileNotFoundError:
            return None
        key = repr((self.common, entry["command"], self.digest(source), inputs))
        return self.folder / hashlib.sha256(key.encode()).hexdigest()


def check(commands, source):
    """(passed, what was found) of one source; `commands` is the folder of the compile commands."""
    command = [PROGRAM, "-p", str(commands), "--quiet"]
    command += [f"--extra-arg={flag}" for flag in EXTRA] + [str(source)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    text = run.stdout + run.stderr
    lines = [line for line in text.splitlines()
             if not line.startswith(IGNORED_LINES) and not line.endswith(" warnings generated.")]
    return run.returncode == 0, "\n".join(lines).strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    sources = own_sources(build)
    if arguments.files:
        wanted = {file.resolve() for file in arguments.files}
        for file in sorted(wanted - sources.keys()):
            parser.error(f"{file} is not in the compilation database")
        sources = {path: entry for path, entry in sources.items() if path in wanted}
    stamps = Stamps(build)
    files = {path: stamps.file(path, entry) for path, entry in sources.items()}
    due = sorted(path for path, stamp in files.items() if stamp is None or not stamp.exists())
    print(f"clang-tidy: {len(sources)} sources, {len(due)} to check", flush=True)

    commands = without_precompiled_headers(build, sources)
    begin, failed = time.monotonic(), 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        results = {pool.submit(check, commands, path): path for path in due}
        for result in concurrent.futures.as_completed(results):
            path = results[result]
            passed, text = result.result()
            if not passed:
                failed += 1
                print(f"== {path.relative_to(ROOT)}\n{text}", flush=True)
            elif files[path] is not None:
                files[path].touch()
    print(f"clang-tidy: {failed} sources with findings, {time.monotonic() - begin:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
