"""A training whose values are changed goes on from where it is, and comes back with them after a kill."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from training_runs import experiment, log, reach, trainer, wait

from nntui.errors import ExperimentError
from nntui.experiment import Experiment
from nntui.measurements import Command, Status
from nntui.runs.directory import create
from nntui.runs.run import Run
from nntui.training.loop import Loop
from nntui.training.moving import adjusted
from nntui.training.trainer import Trainer

CHANGES = ["optimizer.beta1=0.5", "optimizer.weight_decay=0.1", "training.clip_norm=0.2", "network[3].rate=0.5"]


def test_it_goes_on_with_the_new_values_from_where_it_is() -> None:
    whole = Trainer(experiment("backend=numpy"))
    whole.step(30)
    changed, event = adjusted(whole, CHANGES)
    assert changed.steps_done == 30 and event.kind == "adjusted" and "network[3].rate 0.2 → 0.5" in event.text
    assert changed.experiment.optimizer.beta1 == 0.5  # type: ignore[union-attr]
    plain = Trainer(experiment("backend=numpy"))
    plain.step(30)
    assert np.array_equal(changed.network.flat, plain.network.flat)
    changed.step(5)
    plain.step(5)
    assert not np.array_equal(changed.network.flat, plain.network.flat)


def test_what_was_changed_is_part_of_its_state() -> None:
    first = Trainer(experiment("backend=numpy"))
    first.step(10)
    changed, _ = adjusted(first, CHANGES)
    changed.step(10)
    state = changed.state()
    resumed = Trainer(experiment("backend=numpy").set(*state.extra["adjusted"]))
    resumed.load_state(state)
    for one in (changed, resumed):
        one.step(15)
    assert np.array_equal(changed.network.flat, resumed.network.flat)
    assert resumed.adjusted == tuple(CHANGES)


def test_what_can_t_be_changed_is_refused_and_the_training_stays_whole() -> None:
    running = Trainer(experiment("backend=numpy"))
    running.step(3)
    with pytest.raises(ExperimentError, match=r"network\[0\]\.units=9: can't be changed while it trains"):
        adjusted(running, ["network[0].units=9"])
    running.step(3)
    assert running.steps_done == 6


def test_a_run_takes_the_change_and_has_it_after_a_kill(tmp_path: Path) -> None:
    path = create(experiment("backend=numpy"), home=tmp_path)
    process = trainer(path)
    run = Run(path)
    try:
        reach(run, "training")
        run.send(Command("adjust", name="\n".join(CHANGES)))
        wait(run, lambda run: any(event.kind == "adjusted" for event in run.history.events))
    finally:
        process.kill()
        process.wait()
    assert not log(path)
    seen: list[Trainer] = []

    def look(status: Status) -> None:
        if not seen:
            run.send(Command("stop"))
        seen.append(loop._trainer)

    loop = Loop(path, on_progress=look)
    loop.run()
    assert seen and seen[0].adjusted == tuple(CHANGES)
    assert isinstance(seen[0].experiment, Experiment) and seen[0].experiment.training.clip_norm == 0.2
