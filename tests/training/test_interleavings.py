"""However a training is driven - in pieces, watched, probed, evaluated, saved to a file and taken up again - its numbers are the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from trainer_cases import CASES, everything

from nntui.experiment import Experiment
from nntui.training.checkpoint import Checkpoints
from nntui.training.probe import Clock
from nntui.training.trainer import Trainer


class Driven:
    """A trainer to which things happen in an order that a seed decides."""

    def __init__(self, given: Experiment, seed: int, folder: Path) -> None:
        self.given, self.chance, self.files = given, random.Random(seed), Checkpoints(folder)
        self.trainer = Trainer(given)
        self.done: list[str] = []

    def run(self) -> Trainer:
        """Train to the end."""
        ways: list[Callable[[], None]] = [
            self.steps, self.watched, self.look, self.slice, self.evaluate, self.pause, self.save, self.resume, self.elsewhere,
        ]  # fmt: skip
        while not self.trainer.finished:
            way = self.chance.choice(ways)
            self.done.append(way.__name__)
            way()
        return self.trainer

    def steps(self) -> None:
        self.trainer.step(self.chance.randint(1, 7))

    def watched(self) -> None:
        self.trainer.advance(0.0, steps=self.chance.randint(1, 5))

    def look(self) -> None:
        self.trainer.advance(0.0, steps=self.chance.randint(1, 3), look=True)

    def slice(self) -> None:
        self.trainer.advance(0.0)

    def evaluate(self) -> None:
        self.trainer.evaluate(self.chance.choice(["train", "validation"]))

    def pause(self) -> None:
        self.trainer.closing()

    def save(self) -> None:
        trainer = self.trainer
        self.files.save(trainer.steps_done, trainer.state(), cursor=0, loss=trainer.last_loss)

    def resume(self) -> None:
        """As after an accident: whatever came after the last save is trained again."""
        saved = self.files.latest()
        if saved is not None:
            self.trainer = Trainer(self.given)
            self.chance.choice([self.trainer.opening, list])()
            self.trainer.load_state(saved.state)

    def elsewhere(self) -> None:
        """Another trainer of the same experiment is at work, too."""
        Trainer(self.given).step(2)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", CASES)
def test_whatever_happens_while_it_trains_the_numbers_are_the_same(
    name: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Trainer(CASES[name])
    whole.step(10_000)
    chance = random.Random(seed)
    monkeypatch.setattr(Clock, "due", lambda self, step, seconds: chance.random() < 0.5)
    driven = Driven(CASES[name], seed, tmp_path)
    trainer = driven.run()
    assert everything(trainer) == everything(whole), driven.done
    assert trainer.message == whole.message
