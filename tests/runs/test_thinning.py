"""A run's stored history stays bounded, and what matters in it stays."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import pytest
from run_records import evaluation, measurement, steps, surface

from nntui.measurements import Event, Measurement
from nntui.runs import thinning
from nntui.runs.run import Run
from nntui.runs.thinning import Bound
from nntui.runs.writer import RunWriter


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinning, "BOUNDS", {"measurement": Bound(100, 10), "surface": Bound(40, 4)})


def record(path: Path, measurements: list[Measurement]) -> Run:
    with RunWriter(path) as writer:
        for one in measurements:
            writer.write([one])
    return Run(path)


def test_there_are_never_more_than_the_bound(path: Path) -> None:
    run = Run(path)
    with RunWriter(path) as writer:
        for n in range(1, 1501):
            writer.write([measurement(n)])
            if n % 50 == 0:
                run.refresh()
                assert len(run.history.measurements) <= 102
    assert [m.step for m in run.history.measurements] == [m.step for m in Run(path).history.measurements]


def test_the_first_are_dense_the_rest_covers_the_run_evenly_and_the_newest_is_there(path: Path) -> None:
    kept = [m.step for m in record(path, [measurement(n) for n in range(1, 2001)]).history.measurements]
    assert kept[:10] == list(range(1, 11))
    assert kept[-1] == 2000
    gaps = [later - earlier for earlier, later in itertools.pairwise(kept[10:])]
    assert max(gaps) <= 2 * 2000 / (100 / 4)


def test_a_spike_is_never_lost(path: Path) -> None:
    spikes = {137, 600, 1201}
    run = record(path, [measurement(n, gradient=50.0 if n in spikes else 1.0) for n in range(1, 2001)])
    assert spikes <= {m.step for m in run.history.measurements}


def test_the_moments_where_numbers_stop_and_begin_again_are_never_lost(path: Path) -> None:
    run = record(path, [measurement(n, mean=math.nan if 700 <= n < 720 else 0.0) for n in range(1, 2001)])
    kept = {m.step for m in run.history.measurements}
    assert {700, 720} <= kept
    assert math.isnan(next(m for m in run.history.measurements if m.step == 700).layers[0].mean)


def test_windows_evaluations_and_events_are_never_dropped(path: Path) -> None:
    with RunWriter(path) as writer:
        for n in range(1, 301):
            writer.write([steps(n), evaluation(n, "train", 0.5), Event(step=n, kind="note", text="")])
    history = Run(path).history
    assert len(history.steps) == len(history.evaluations) == len(history.events) == 300


def test_surfaces_are_bounded_too_and_the_newest_is_shown(path: Path) -> None:
    run = Run(path)
    with RunWriter(path) as writer:
        for n in range(1, 201):
            writer.write([surface(n)])
        (stored,) = writer._connection.execute("SELECT count(*) FROM records").fetchone()
        assert stored <= 41
        run.refresh()
    assert run.history.surface == surface(200)


def test_a_follower_drops_what_the_store_dropped_and_says_so(path: Path) -> None:
    run = Run(path)
    with RunWriter(path) as writer:
        writer.write([measurement(n) for n in range(1, 101)])
        run.refresh()
        generation = run.history.generation
        writer.write([measurement(101), measurement(102)])
        run.refresh()
    assert run.history.generation == generation + 1
    assert 10 < len(run.history.measurements) < 100
    assert run.history.measurement is not None
    assert run.history.measurement.step == 102


def test_a_run_that_is_gone_on_with_keeps_to_its_bound(path: Path) -> None:
    record(path, [measurement(n) for n in range(1, 91)])
    run = record(path, [measurement(n) for n in range(91, 300)])
    assert len(run.history.measurements) <= 102
