"""Which kind of case has which turn."""

import features
import random_case
import random_final
import random_final_targets
import random_frozen
import random_levels
import random_pace
import random_people
import random_series
import random_silent
import random_versions
import simulate
import world as worlds

# All time is one period: it has two turns.
PAIRS = [(kind, window) for kind in features.AGGREGATIONS
         for window in features.WINDOWS + ("CUMULATIVE",)]
# The others are general ones, of which each has a pair of aggregation and window of its own.
KINDS = ((random_pace.PaceCaseMaker, (3, 15, 27, 39, 41)),
         (random_series.SeriesCaseMaker, (5, 11, 17, 23, 29)),
         (random_people.PeopleCaseMaker, (8, 32)), (random_final.FinalCaseMaker, (20,)),
         (random_silent.SilentCaseMaker, (44,)),
         (random_versions.VersionCaseMaker, (14, 38)), (random_levels.LevelCaseMaker, (2,)),
         (random_frozen.FrozenCaseMaker, (26,)))
ROUND = 48
# After each round: cases that came later change none of the others.
LATER = (random_final_targets.FinalTargetCaseMaker,)
TURNS = {turn: kind for kind, turns in KINDS for turn in turns}
GENERAL = [turn for turn in range(ROUND) if turn not in TURNS]


def make_case(seed, number):
    """The case with this number of a seed."""
    name = f"case-{seed}-{number}"
    turns, turn = divmod(number, ROUND + len(LATER))
    if turn >= ROUND:
        return LATER[turn - ROUND](f"{seed}/later/{number}").make(name)
    seed = f"{seed}/{turns * ROUND + turn}"
    if turn in TURNS:
        return TURNS[turn](seed).make(name)
    pair = PAIRS[(turns * len(GENERAL) + GENERAL.index(turn)) % len(PAIRS)]
    return random_case.CaseMaker(seed, pair).make(name)


def simulated(case):
    return simulate.Simulation(case, worlds.World()).play()
