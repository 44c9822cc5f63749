"""Runs cases on the product: a process of acceptance_batch that reads many cases."""

import dataclasses
import subprocess


@dataclasses.dataclass(frozen=True)
class Verdict:
    kind: str  # ok, failed, unreadable or died
    text: str = ""


class Batch:
    """One process. After it died the next case starts another."""

    def __init__(self, program):
        self.program = program
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait()
            self.process = None

    def run(self, name, mode, lines):
        """The verdict on the lines of one case."""
        if self.process is None:
            self.process = subprocess.Popen([self.program], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, text=True)
        text = "\n".join(lines).split("\n")
        try:
            self.process.stdin.write("\n".join([f"case {name} {mode} {len(text)}", *text, ""]))
            self.process.stdin.flush()
            answer = self.process.stdout.readline().split()
        except BrokenPipeError:
            answer = []
        if len(answer) < 2 or answer[1] != name:
            self.close()
            return Verdict("died", f"acceptance_batch ended in the middle of {name}")
        count = int(answer[2]) if len(answer) > 2 else 0
        return Verdict(answer[0], "".join(self.process.stdout.readline() for _ in range(count)))
