"""A: an edited network goes on with the weights that the run has."""

from __future__ import annotations

import math

import numpy as np
import pytest
from played import Played, failures, text, until

from nntui.errors import NntuiError, RunError
from nntui.experiment import Experiment
from nntui.lookup import Found
from nntui.nn.activations import ReLU
from nntui.nn.dense import Dense
from nntui.runs.directory import CHECKPOINTS
from nntui.training.checkpoint import Checkpoints
from nntui.training.trainer import Trainer
from nntui.tui.app import NntuiApp
from nntui.tui.warm import warm
from nntui.tui.workbench import Workbench


def learn(played: Played, steps: int = 3) -> dict[str, object]:
    """Save what the trainer of the last start would have learned; its weights."""
    assert played.writer is not None
    trainer = Trainer(played.starts[-1].experiment, "numpy")
    trainer.begin()
    trainer.step(steps)
    Checkpoints(played.writer.path / CHECKPOINTS).save(steps, trainer.state(), 0, math.nan)
    return dict(trainer.network.params)


@pytest.fixture
def bench(tiny: Experiment, played: Played) -> Workbench:
    """With a run that is stopped, and has learned something."""
    bench = Workbench(tiny, "tiny")
    wish = bench.train()
    assert wish is not None
    bench.attach(played.start(wish), wish.experiment)
    learn(played)
    return bench


def stopped(bench: Workbench, played: Played) -> None:
    played.end("stopped")
    bench.poll()
    bench.notices.clear()


async def test_a_network_with_a_layer_more_begins_with_the_weights_of_those_that_it_had(target: Found, played: Played) -> None:
    app = NntuiApp(target, played)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        learned = learn(played)
        app.bench.draft.select_path("1.tanh")
        await pilot.press("D")  # a copy of tanh: what is behind it has another name
        assert app.bench.edited and played.listen() == ["stop"]
        await pilot.press("A")
        assert len(played.starts) == 1 and app.bench.experiment.start is None, "the run is still being saved"
        played.end("stopped")
        await until(pilot, lambda: not app.bench.live)
        assert "A with the weights so far" in text(app, "#remark")
        await until(pilot, lambda: "A keep weights" in text(app, "#footer"))
        await pilot.press("A")
        await until(pilot, lambda: len(played.starts) == 2 and app.bench.live)
        start = app.bench.experiment.start
        assert start is not None and start.step == 3 and start.layers == ("0.dense = 0.dense", "3.dense = 2.dense")
        assert not app.bench.edited and not failures(app)
        trainer = Trainer(played.starts[-1].experiment, "numpy")
        trainer.begin()
        np.testing.assert_array_equal(trainer.network.params["3.dense.W"], learned["2.dense.W"])
        await pilot.press("u")
        assert app.bench.experiment.start is None and len(app.bench.experiment.network) == 4


def test_it_says_how_much_is_not_new(bench: Workbench, played: Played) -> None:
    stopped(bench, played)
    bench.draft.select_path("1.tanh")
    bench.alter(lambda draft: draft.add(Dense(4)))
    wish = warm(bench)
    assert wish is not None and wish.path is None and wish.experiment.start is not None
    (notice,) = bench.notices
    assert "begins with the weights of 2 of 3 layers of" in notice.text and "new: 2.dense" in notice.text


def test_space_begins_anew_also_after_a_start_with_weights(bench: Workbench, played: Played) -> None:
    stopped(bench, played)
    bench.alter(lambda draft: draft.add(ReLU()))
    wish = warm(bench)
    assert wish is not None
    bench.attach(played.start(wish), wish.experiment)
    learn(played)
    bench.alter(lambda draft: draft.add(ReLU()))
    stopped(bench, played)
    assert bench.experiment.start is None
    again = warm(bench)
    assert again is not None and again.experiment.start is not None and bench.run is not None
    assert again.experiment.start.source == bench.run.path.name, "the newest run, not the one before"
    bench.refused(NntuiError("not now"))
    bench.undo()
    fresh = bench.train()
    assert fresh is not None and fresh.experiment.start is None


def test_what_can_not_be_done_is_said_in_a_sentence_and_changes_nothing(tiny: Experiment, bench: Workbench, played: Played) -> None:
    with pytest.raises(NntuiError, match="There is no run to take weights from"):
        warm(Workbench(tiny, "tiny"))
    with pytest.raises(NntuiError, match="Nothing was edited"):
        warm(bench)
    bench.alter(lambda draft: draft.edit(Dense(7)))
    with pytest.raises(RunError, match="being stopped and saved: wait a moment, then A"):
        warm(bench)
    stopped(bench, played)
    with pytest.raises(NntuiError, match="No layer has the kind and shape of one in"):
        warm(bench)
    bench.alter(lambda draft: draft.delete())
    bench.draft.select_path("1.dense")
    bench.alter(lambda draft: draft.edit(Dense(3)))
    with pytest.raises(NntuiError, match="dense units = 2"):
        warm(bench)
    assert bench.experiment.start is None and not bench.starting


def test_a_run_that_has_saved_nothing_has_nothing_to_begin_with(tiny: Experiment, played: Played) -> None:
    bench = Workbench(tiny, "tiny")
    wish = bench.train()
    assert wish is not None
    bench.attach(played.start(wish), wish.experiment)
    bench.alter(lambda draft: draft.add(ReLU()))
    stopped(bench, played)
    with pytest.raises(RunError, match="has no checkpoint to begin with: space begins anew"):
        warm(bench)


def test_weights_of_a_run_that_has_diverged_are_not_taken(bench: Workbench, played: Played) -> None:
    bench.alter(lambda draft: draft.add(ReLU()))
    played.end("diverged", "the loss is NaN after step 7")
    bench.poll()
    with pytest.raises(NntuiError, match="has diverged, its weights are of no use"):
        warm(bench)
