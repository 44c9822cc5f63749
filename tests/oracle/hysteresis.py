"""Hysteresis of SEMANTICS 3.9: a fold of band values over closed periods."""

import dataclasses

ORDER = ("OFF_TARGET", "WARNING", "ON_TARGET", "EXCEEDED")


def rank(status):
    return ORDER.index(status)


@dataclasses.dataclass(frozen=True)
class Fold:
    """The folded status and its counters. `run` holds the bands of the run being confirmed."""
    status: str | None = None
    worse: int = 0
    better: int = 0
    run: tuple = ()


def step(fold, raw, raised, worsen=1, improve=1):
    """The fold after a period with the band `raw`, and `raised` when every cut point is raised by
    the dead-band; both None in a period without a value."""
    if raw is None:
        return fold
    if fold.status is None:
        return Fold(raw)
    if rank(raw) < rank(fold.status):
        run = (fold.run if fold.worse else ()) + (raw,)
        if fold.worse + 1 >= worsen:
            return Fold(max(run, key=rank))  # the mildest
        return Fold(fold.status, fold.worse + 1, 0, run)
    if rank(raised) > rank(fold.status):
        run = (fold.run if fold.better else ()) + (raised,)
        if fold.better + 1 >= improve:
            return Fold(min(run, key=rank))
        return Fold(fold.status, 0, fold.better + 1, run)
    return Fold(fold.status)
