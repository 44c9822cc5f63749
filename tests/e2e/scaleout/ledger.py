"""What happened in a run, as its threads saw it."""

import collections
import dataclasses
import threading
import time

MOST_VIOLATIONS = 40


@dataclasses.dataclass
class Fault:
    """One thing that was broken and mended; times are of the monotonic clock."""

    kind: str
    place: str
    began: float
    mended: float = 0.0
    taken_over: float = 0.0  # when everything written after it was read again; 0: not yet


class Ledger:
    """Counts, gaps, faults and violations. Thread-safe."""

    def __init__(self):
        self._lock = threading.Lock()
        self._last = {}
        self.counts = collections.Counter()
        self.longest = collections.Counter()
        self.faults = []
        self.violations = []

    def count(self, what, number=1):
        with self._lock:
            self.counts[what] += number

    def beat(self, what):
        """Something of this sort came back: how long is it since the last?"""
        now = time.monotonic()
        with self._lock:
            self.counts[what] += 1
            self.longest[what] = max(self.longest[what], now - self._last.get(what, now))
            self._last[what] = now

    def violation(self, text):
        """Something that must not be; TEXT names the key or the sample."""
        with self._lock:
            self.counts["violations"] += 1
            if len(self.violations) < MOST_VIOLATIONS:
                self.violations.append(text)
                print(f"VIOLATION {text}", flush=True)

    def begin_fault(self, kind, place):
        fault = Fault(kind, place, time.monotonic())
        with self._lock:
            self.faults.append(fault)
        return fault

    def round_done(self, began):
        """Everything that was written since BEGAN has just been read, from every group."""
        now = time.monotonic()
        with self._lock:
            for fault in self.faults:
                if not fault.taken_over and began > fault.began:
                    fault.taken_over = now
