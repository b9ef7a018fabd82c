"""Can it learn one batch by heart? A network that can't has a fault that no data will mend."""

from __future__ import annotations

import dataclasses
import math

import msgspec
import numpy as np

from nntui.checks.subject import Result, Subject, Watch
from nntui.data.source import Data, Split
from nntui.diagnosis import surgery
from nntui.errors import NntuiError
from nntui.experiment import Experiment, Training
from nntui.optim.penalty import Penalty
from nntui.optim.schedules import Constant
from nntui.training.trainer import Trainer

EXAMPLES = 16
"""CS231n takes 20, Karpathy's recipe as few as two."""
STEPS = 500
RATES = (1.0, 3.0, 10.0, 0.1)
"""Times the experiment's own rate: sixteen examples bear another one than all of them."""
BY_HEART = 0.02
"""Share of the loss of knowing nothing, below which it is known by heart."""
PORTION = 10
"""Steps between two looks."""


def one_batch(subject: Subject, watch: Watch) -> Result:
    """Train on 16 examples without dropout, decay and penalties, at a few rates, until the loss is next to nothing."""
    name = "one_batch"
    if subject.experiment.program.tag == "gan":
        return subject.skipped(name, "a GAN learns no answers by heart")
    data = _few(subject.data)
    best, reference, rate = math.inf, math.nan, math.nan
    steps = 0
    for index, factor in enumerate(RATES):
        trainer = Trainer(_bare(subject.experiment, factor), "numpy", data=data)
        reference = _knowing_nothing(trainer, data)
        for done in range(0, STEPS, PORTION):
            watch.at((index + done / STEPS) / len(RATES))
            loss = trainer.step(PORTION)
            if math.isfinite(loss) and loss < best:
                best, rate, steps = loss, trainer.learning_rate, trainer.steps_done
            if trainer.finished or best <= BY_HEART * reference:
                break
        if best <= BY_HEART * reference:
            break
    numbers = {"loss": best, "knowing_nothing": reference, "steps": float(steps), "learning_rate": rate, "examples": float(len(data.train))}
    if best <= BY_HEART * reference:
        text = f"{len(data.train)} examples are learned by heart in {steps} steps: loss {best:.2g}, {reference:.2g} without looking"
        return Result(name, "pass", numbers, text)
    clash = _contradictions(data.train)
    why = f"; {clash} of them are the same as another with another answer" if clash else ""
    text = (
        f"{len(data.train)} examples aren't learned by heart in {STEPS} steps at {len(RATES)} rates: "
        f"loss {best:.3g} at best, {reference:.3g} without looking{why}"
    )
    return Result(name, "note" if clash else "fail", numbers, text)


def _few(data: Data) -> Data:
    """The first examples; they are shuffled already."""
    return dataclasses.replace(data, train=Split(data.train.X[:EXAMPLES], data.train.y[:EXAMPLES]), validation=None)


def _bare(experiment: Experiment, factor: float) -> Experiment:
    """The same without anything that holds it back."""
    optimizer = msgspec.structs.replace(experiment.optimizer, learning_rate=factor * experiment.optimizer.learning_rate, weight_decay=0.0)
    network = surgery.each(experiment.network, lambda layer: () if layer.family == "regularization" else (layer,))
    loss = experiment.loss
    if getattr(loss, "smoothing", 0.0):
        loss = msgspec.structs.replace(loss, smoothing=0.0)
    training = Training(epochs=STEPS, batch_size=EXAMPLES)
    bare = experiment.replace(optimizer=optimizer, penalty=Penalty(), schedule=Constant(), training=training, loss=loss, start=None)
    try:
        bare.replace(network=network).check()
    except NntuiError:  # a body of nothing but dropout can't be emptied
        return bare
    return bare.replace(network=network)


def _knowing_nothing(trainer: Trainer, data: Data) -> float:
    """The loss of the best answer that doesn't look at the inputs, or of the start where nobody knows that."""
    kind, y = trainer.experiment.loss.tag, data.train.y
    if kind in ("cross_entropy", "binary_cross_entropy") and data.facts.target.classes is not None:
        counts = np.bincount(y[y >= 0].reshape(-1))
        shares = counts[counts > 0] / counts.sum()
        if len(shares) > 1:
            return float(-(shares * np.log(shares)).sum())
    if kind == "mse" and data.facts.target.classes is None and float(y.var()) > 0.0 and trainer.experiment.program.tag == "supervised":
        return float(y.var(0).mean())
    start = trainer.evaluate("train")["loss"]
    return start if start > 0.0 else 1.0


def _contradictions(split: Split) -> int:
    """Examples that are the same as another, with another answer."""
    seen: dict[bytes, bytes] = {}
    count = 0
    for X, y in zip(split.X, split.y, strict=True):
        answer = np.ascontiguousarray(y).tobytes()
        count += seen.setdefault(np.ascontiguousarray(X).tobytes(), answer) != answer
    return count
