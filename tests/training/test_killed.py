"""Every program, killed without warning in a process of its own and resumed, ends with the bits of one that was never killed."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from training_runs import told, trainer, wait

import nntui
from nntui.experiment import Experiment
from nntui.program import PROGRAMS
from nntui.runs.directory import create
from nntui.runs.run import Run
from nntui.training.checkpoint import Checkpoints
from nntui.training.running import resume, train

OFTEN = "import nntui.training.loop as loop\nloop.SAVE, loop.SHARE = 0.03, 1.0"
"""Checkpoints so often that a short training has some."""

PROGRAMMED: dict[str, Experiment] = {
    "supervised": nntui.load("iris").set("network[1]={layer='dropout', rate=0.2}", "training.epochs=200", "training.accumulate=2"),
    "autoencoder": nntui.load("iris").set(
        "program.kind=autoencoder", "loss={kind='mse'}", "network[2].units=4", "training.epochs=400", "reference={}"
    ),
    "gan": nntui.load("gan-ring").set("training.epochs=60", "network[3]={layer='batch_norm'}", "program.discriminator_steps=2"),
    "language_model": nntui.load("char-lstm").set("data.length=6000", "network[1].units=24", "training.epochs=70"),
}


@pytest.fixture
def children() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for child in started:
        child.kill()
        child.wait(10)


def kept(path: Path) -> dict[str, bytes]:
    """Everything the newest checkpoint holds, to the bit."""
    saved = Checkpoints(path / "checkpoints").latest()
    assert saved is not None
    return {name: array.tobytes() for name, array in saved.state.arrays.items()}


@pytest.mark.parametrize("program", PROGRAMMED)
def test_killed_twice_and_resumed_it_ends_with_the_same_bits(
    program: str, tmp_path: Path, children: list[subprocess.Popen[bytes]]
) -> None:
    given = PROGRAMMED[program]
    whole = train(given, "whole", home=tmp_path)
    path = create(given, "killed", tmp_path)
    run = Run(path)
    seed = random.randrange(2**32)
    for target in sorted(random.Random(seed).sample(range(1, whole.status.step * 3 // 4), 2)):
        children.append(trainer(path, OFTEN))
        wait(run, lambda run: run.status.state == "training" and run.status.step >= target)  # noqa: B023
        children[-1].kill()
        children[-1].wait(10)
    resumed = resume(path)
    assert resumed.status.state == "finished"
    assert kept(path) == kept(whole.path), f"seed {seed}"
    assert told(resumed) == told(whole), f"seed {seed}"
    assert resumed.history.evaluations == whole.history.evaluations


def test_every_program_is_tried() -> None:
    assert list(PROGRAMMED) == [given.program.tag for given in PROGRAMMED.values()]
    assert set(PROGRAMMED) == {str(program.__struct_config__.tag) for program in PROGRAMS}
