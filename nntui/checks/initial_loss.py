"""Does it begin where a network that knows nothing is? A loss far above that is unlearned first, before anything is learned."""

from __future__ import annotations

import math

from nntui.checks.subject import Result, Subject, Watch
from nntui.diagnosis.case import Case
from nntui.training.summary import summarize
from nntui.training.trainer import Trainer

EXAMPLES = 2048
NOTE, FAIL = 1.25, 2.0
"""Times the expected loss (CS231n, neural networks 2; Karpathy, a recipe: "verify loss @ init")."""


def initial_loss(subject: Subject, watch: Watch) -> Result:
    """The loss of the untrained network on training examples against ln C for C classes, or the mean square of the targets."""
    name = "initial_loss"
    experiment = subject.experiment
    if experiment.program.tag == "gan":
        return subject.skipped(name, "a GAN's loss has no value that is known beforehand")
    trainer = Trainer(experiment.replace(start=None), "numpy", data=subject.data)
    trainer.begin()
    watch.at(0.5)
    loss = trainer.runner.evaluate("train", EXAMPLES).loss
    target = experiment.program.facts(subject.data.facts).target
    expected = experiment.loss.expected(trainer.network.output_shape, target)
    what = f"ln {target.classes} = " if target.classes is not None and experiment.loss.tag == "cross_entropy" else ""
    if expected is None and experiment.loss.tag == "mse" and subject.supervised:
        y = subject.data.train.y[:EXAMPLES]
        expected, what = float((y * y).mean()), "the targets' mean square, "
    if not math.isfinite(loss):
        return Result(name, "fail", {"loss": loss}, f"the loss of the untrained network is {loss}: its first numbers overflow")
    if expected is None or not expected > 0.0:
        return subject.skipped(name, f"the loss begins at {loss:.3g}; what it should be isn't known for {experiment.loss.tag}")
    ignorance = Case(experiment, experiment.check(), summarize(subject.data)).ignorance
    prior = f"; knowing how frequent the answers are gives {ignorance:.3g}" if ignorance is not None and ignorance < 0.8 * expected else ""
    numbers = {"loss": loss, "expected": expected, "ratio": loss / expected, **({"prior": ignorance} if ignorance is not None else {})}
    if loss > FAIL * expected:
        text = f"the loss begins at {loss:.3g}, {what}{expected:.3g} would be right: weights or inputs are too large{prior}"
        return Result(name, "fail", numbers, text)
    text = f"the loss begins at {loss:.3g}, {what}{expected:.3g} is expected of a network that knows nothing{prior}"
    return Result(name, "note" if loss > NOTE * expected else "pass", numbers, text)
