#!/usr/bin/env python3
"""Random cases, judged by Python and run on the product (README.md).

    tests/oracle/run_oracle.py --cases 3100 --seed 1     the cases 0 to 3099 of seed 1
    tests/oracle/run_oracle.py --seed 1 --case 37 --show one case, its text printed

Fails with the smallest .kpi file that reproduces a disagreement, or when something of
features.py was covered less than --least times.
"""

import argparse
import concurrent.futures
import os
import pathlib
import sys
import time

import batch
import coverage
import random_turns
import shrink

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".build/dev/bin/acceptance_batch"


def run_part(program, seed, numbers):
    """(counts, numbers of cases that failed) of some cases, on one process."""
    counts, failed = coverage.new_counts(), []
    with batch.Batch(program) as runner:
        for number in numbers:
            case = random_turns.make_case(seed, number)
            simulation = random_turns.simulated(case)
            if runner.run(case.name, case.mode, simulation.lines).kind != "ok":
                failed.append(number)
            coverage.count(simulation, counts)
    return counts, failed


def report(program, seed, number):
    """Prints a failing case as small as it gets."""
    case = random_turns.make_case(seed, number)
    with batch.Batch(program) as runner:
        if shrink.still_fails(runner, case):
            case = shrink.shrink(runner, case)
        lines = random_turns.simulated(case).lines
        verdict = runner.run(case.name, case.mode, lines)
    print(f"--- case {number} of seed {seed}, {case.mode}: {verdict.kind}")
    print("\n".join(lines))
    print("--- what went otherwise")
    print(verdict.text)


def run_all(program, seed, first, cases, jobs):
    parts = [range(first + job, first + cases, jobs) for job in range(jobs)]
    counts, failed = coverage.new_counts(), []
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        for part, numbers in pool.map(run_part, [program] * jobs, [seed] * jobs, parts):
            counts.update(part)
            failed += numbers
    return counts, sorted(failed)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=3100)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--case", type=int, help="only this one")
    parser.add_argument("--show", action="store_true", help="print the text of --case")
    parser.add_argument("--least", type=int, default=20,
                        help="how often everything must be covered; 0 does not check")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--most-reports", type=int, default=3)
    parser.add_argument("--program", default=str(PROGRAM), help="acceptance_batch")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if not pathlib.Path(arguments.program).exists():
        sys.exit(f"{arguments.program} is not built: want the target acceptance_batch")
    if arguments.case is not None:
        arguments.first, arguments.cases, arguments.least = arguments.case, 1, 0
    if arguments.show:
        case = random_turns.make_case(arguments.seed, arguments.first)
        print("\n".join(random_turns.simulated(case).lines))
    started = time.monotonic()
    counts, failed = run_all(arguments.program, arguments.seed, arguments.first, arguments.cases,
                             min(arguments.jobs, arguments.cases))
    if arguments.case is None:
        print("\n".join(coverage.table(counts)))
    for number in failed[:arguments.most_reports]:
        report(arguments.program, arguments.seed, number)
    rare = coverage.missing(counts, arguments.least)
    for key, times in rare:
        print(f"covered {times} times, want {arguments.least}: {' '.join(key)}")
    print(f"{arguments.cases} cases of seed {arguments.seed}, {len(failed)} failed"
          f"{': ' + ' '.join(map(str, failed)) if failed else ''}, "
          f"{time.monotonic() - started:.0f} s")
    sys.exit(1 if failed or rare else 0)


if __name__ == "__main__":
    main()
