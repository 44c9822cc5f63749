#!/usr/bin/env python3
"""Prints what each language passed; exit 1 when a vector failed, was left out, or nothing came.

    table.py RESULTS_FOLDER LANGUAGE[=WHY IT WAS SKIPPED]...
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent


def vector_ids():
    return {vector["id"] for path in (HERE / "vectors").glob("*.json")
            for vector in json.loads(path.read_text(encoding="utf-8"))}


def main():
    wanted = vector_ids()
    results = [json.loads(path.read_text(encoding="utf-8"))
               for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json"))]
    complete = bool(results)
    silent = {line.partition("=")[0]: line.partition("=")[2] for line in sys.argv[2:]}
    print(f"{'language':<18}{'passed':>10}{'skipped':>9}{'failed':>8}{'reads/s':>10}"
          f"{'samples/s':>12}")
    for result in results:
        silent.pop(result["language"].partition("-")[0], None)
        passed, skipped = set(result["passed"]), result["skipped"]
        print(f"{result['language']:<18}{len(passed):>6}/{len(wanted):<3}{len(skipped):>9}"
              f"{len(result['failed']):>8}{result.get('readsPerSecond') or 0:>10.0f}"
              f"{result.get('samplesPerSecond') or 0:>12.0f}")
        for vector, why in sorted({**skipped, **result["failed"]}.items()):
            print(f"  {'skipped' if vector in skipped else 'failed'} {vector}: {why[:200]}")
        for vector in sorted(wanted - passed - set(skipped) - set(result["failed"])):
            print(f"  not run: {vector}")
            complete = False
        complete = complete and not result["failed"]
    for language, obstacle in silent.items():
        what = f"SKIPPED: {obstacle}" if obstacle else "FAILED: it has no results"
        print(f"{language:<18}{what}")
        complete = complete and bool(obstacle)
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
