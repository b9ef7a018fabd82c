"""Measuring in turns: A B A B, and the median. Whatever else the machine does meanwhile then disturbs all alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from nntui.benchmark.engines import Candidate

ROUNDS = 9
CLEARLY = 1.02
"""How many times faster a setting must be to be taken instead of a simpler one."""
HOPELESS = 5.0
"""How many times slower than another setting of its engine one must look at first to be left out: too much for a bad moment."""
WARM_UP = 0.2
"""Share of a turn that is trained before the clock starts: the turn before has filled the caches with something else."""


@dataclass(frozen=True)
class Rates:
    """Steps per second of one candidate, round by round."""

    candidate: Candidate
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)


def best_settings(measured: Sequence[Rates]) -> list[Rates]:
    """Of every engine the candidate that was fastest; of equals the first."""
    best: dict[str, Rates] = {}
    for rates in measured:
        engine = rates.candidate.engine
        if engine not in best or rates.median > CLEARLY * best[engine].median:
            best[engine] = rates
    return list(best.values())


def in_turns(candidates: Sequence[Candidate], seconds: float, rounds: int = ROUNDS) -> list[Rates]:
    """Train all candidates in turns for about so many seconds together; those that are hopeless aren't in the result."""
    turn = seconds / rounds / len(candidates) / (1.0 + WARM_UP)
    found = [(candidate, steps_within(candidate.train, turn)) for candidate in candidates]
    best = {candidate.engine: max(count for other, count in found if other.engine == candidate.engine) for candidate, _ in found}
    candidates, steps = zip(*((c, count) for c, count in found if HOPELESS * count >= best[c.engine]), strict=True)
    measured: list[list[float]] = [[] for _ in candidates]
    for _ in range(rounds):
        for rates, candidate, count in zip(measured, candidates, steps, strict=True):
            candidate.train(max(1, round(WARM_UP * count)))
            started = time.perf_counter()
            candidate.train(count)
            rates.append(count / (time.perf_counter() - started))
    return [Rates(candidate, tuple(rates)) for candidate, rates in zip(candidates, measured, strict=True)]


def steps_within(train: Callable[[int], object], seconds: float) -> int:
    """About how many steps take that long; at least one."""
    train(2)  # the first steps allocate, compile and look things up
    for count in _doubling():
        started = time.perf_counter()
        train(count)
        taken = time.perf_counter() - started
        if taken > seconds / 4.0:
            return max(1, round(count * seconds / taken))
    raise AssertionError("doubling never ends")


def _doubling() -> Iterator[int]:
    count = 1
    while True:
        yield count
        count *= 2
