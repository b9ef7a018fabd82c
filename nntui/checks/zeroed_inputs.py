"""Do its answers depend on the inputs? The same training with every input set to 0 has to come to less."""

from __future__ import annotations

import dataclasses

import numpy as np

from nntui.checks.subject import Result, Subject, Watch
from nntui.data.source import Split

BETTER = 0.95
"""Share of the loss without inputs that the loss with them has to stay below (Karpathy, a recipe: "input-independent baseline")."""


def zeroed_inputs(subject: Subject, watch: Watch) -> Result:
    """Train with and without inputs for as many steps, and compare the losses on the training part."""
    name = "zeroed_inputs"
    if not subject.supervised:
        return subject.skipped(name, f"a program of kind {subject.experiment.program.tag} has no answers that inputs could be told from")
    with_inputs = subject.usual(watch.part(0.0, 0.5))
    data = subject.data
    held = _zeroed(data.validation) if data.validation is not None else None
    blind = dataclasses.replace(data, train=_zeroed(data.train), validation=held)
    without = subject.train(blind, watch.part(0.5, 1.0), with_inputs.steps)
    a, b = with_inputs.train["loss"], without.train["loss"]
    numbers = {"loss": a, "loss_without_inputs": b, "steps": float(with_inputs.steps)}
    if with_inputs.diverged:
        return Result(name, "fail", numbers, f"training diverged after {with_inputs.steps:,} steps: there is nothing to compare")
    said = f"with inputs the loss comes to {a:.3g}, without them to {b:.3g} ({with_inputs.length})"
    if a < BETTER * b:
        return Result(name, "pass", numbers, said)
    if not with_inputs.telling:
        return Result(name, "note", numbers, said)
    return Result(name, "fail", numbers, f"{said}: its answers don't depend on the inputs")


def _zeroed(split: Split) -> Split:
    return Split(np.zeros_like(split.X), split.y)
