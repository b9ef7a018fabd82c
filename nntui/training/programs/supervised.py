"""Supervised learning: gather a batch, forward, loss, backward, update."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nntui.measurements import AnyRecord
from nntui.nn.network import Network
from nntui.optim.updater import Updater
from nntui.training.batches import Batches
from nntui.training.device import fits
from nntui.training.evaluator import Evaluated, Evaluator
from nntui.training.lsuv import EXAMPLES, scale_to_unit_variance
from nntui.training.objective import Objective
from nntui.training.programs.base import Runner, SplitName, StepResult
from nntui.training.surface import Surfacer

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.data.source import Data, Split
    from nntui.experiment import Experiment
    from nntui.nn.losses import Target
    from nntui.training.forensics import Ran
    from nntui.training.probe import Probe
    from nntui.training.programs.on_device import DeviceSteps


class SupervisedRunner(Runner):
    """One network, one loss, data with answers."""

    def __init__(self, experiment: Experiment, data: Data, backend: str, dtype: str) -> None:
        target = data.facts.target
        self.data, self.loss = data, experiment.loss.fitted(data.train.y, target)
        network = self.network = Network(experiment.network, data.facts.input_shape, backend, dtype, experiment.seed)
        self.networks = {"": network}
        self.ops = network.ops
        self._parts: dict[SplitName, Split] = {"train": self._arranged(data.train, experiment)}
        if data.validation is not None:
            self._parts["validation"] = self._arranged(data.validation, experiment)
        self.splits = tuple(self._parts)
        self._device = {name: self._upload(split) for name, split in self._parts.items()}
        self._X, self._T = self._device["train"]

        training = experiment.training
        self.batches = self._batches(len(data.train), experiment)
        self.steps_per_epoch, self.examples = self.batches.per_epoch, self.batches.examples
        self.updater = Updater(
            experiment.optimizer, self.ops, network.flat, network.flat_gradient, network.groups, training.clip_norm, experiment.penalty
        )  # fmt: skip
        self.updaters = {"": self.updater}
        self._arena: dict[str, Array] = {}  # smaller batches run in the same memory as the largest, which is bound first
        self._on_device: DeviceSteps | None = None
        self.ahead = (
            self.ops.NAME == "cupy" and training.accumulate == 1 and self.updater.unconditional
            and not isinstance(self._X, np.ndarray)  # data that stays on the host is sent batch by batch
        )  # fmt: skip
        self._accumulate = training.accumulate
        if self._accumulate > 1:
            self._sum = self.ops.zeros(network.flat.shape, dtype)
            self._scratch = self.ops.empty(network.flat.shape, dtype)
            self._portions: dict[int, Objective] = {}
            asked = data.train.y.size if target.classes is not None else len(data.train)
            self._even = self.loss.weight(data.train.y, target) == asked and getattr(self.loss, "class_weights", None) is None
        else:
            self._full = self._bind(self.batches.size)
            self._last = self._bind(self.batches.remainder) if self.batches.remainder else self._full

        self._evaluator = self._judge(target)
        self._surfacer = Surfacer(network, self.loss, target, data.plane) if data.plane is not None else None

    def _arranged(self, split: Split, experiment: Experiment) -> Split:
        """A part of the data in the order in which it is kept."""
        return split

    def _batches(self, examples: int, experiment: Experiment) -> Batches:
        return Batches(examples, experiment.training.batch_size, experiment.seed, self.ops)

    def _judge(self, target: Target) -> Evaluator:
        return Evaluator(self.network, self.loss, target)

    def _before_forward(self, objective: Objective, step: int) -> None:
        """Set what a step begins with besides its batch. Where that needs the host, no steps can be made ahead."""

    def _upload(self, split: Split) -> tuple[Array, Array]:
        T = self.loss.encode(split.y, self.network.output_shape, self.data.facts.target)
        dtype = None if T.dtype.kind == "i" else self.network.dtype
        if not fits(self.ops, split.X.size * np.dtype(self.network.input_dtype).itemsize + T.nbytes):
            self.network.check_ids(split.X)
            return split.X, T if dtype is None else T.astype(dtype, copy=False)
        return self.network.inputs(split.X), self.ops.from_host(T, dtype)

    def _bind(self, batch: int) -> Objective:
        return Objective(self.network, self.loss, batch, self._T, self._arena)

    def step(self, step: int, rate: float, momentum: float | None, probe: Probe | None) -> StepResult:
        batch = self.batches.at(step)
        if self._accumulate > 1:
            loss, objective = self._in_portions(batch)
        else:
            objective = self._full if (step + 1) % self.steps_per_epoch else self._last
            self.ops.gather(self._X, batch, objective.X)
            self.ops.gather(self._T, batch, objective.T)
            self._before_forward(objective, step)
            if self.ahead and self._on_device is None and objective is self._full:
                self._look_on(objective)
            else:
                objective.forward()
            loss = objective.value
            if loss - loss == 0.0:  # finite: inf - inf and NaN - NaN are NaN
                objective.backward()
        if loss - loss != 0.0:
            return StepResult(loss, math.nan, False)
        if probe is not None:
            probe.before_update(objective.bound.places)
        norm, clipped = self.updater.step(rate, momentum)
        if self.updater.penalty is None:
            return StepResult(loss, norm, clipped)
        return StepResult(loss, norm, clipped, {"penalty": self.updater.penalty_value})

    # -- many steps at a time, on a device -----------------------------------------------------------------------------------

    def _look_on(self, objective: Objective) -> None:
        """Forward as ever, seeing who draws random numbers in it: then steps can be made ahead."""
        from nntui.backends.cupy_tape import Tape
        from nntui.training.programs.on_device import DeviceSteps

        tape = Tape()
        with tape.drawing():
            objective.forward()
        self._on_device = DeviceSteps(self.network, objective, self.updater, self.batches, self._X, self._T, tape.streams)

    def room(self, step: int) -> int:
        return self._on_device.room(step) if self._on_device is not None else 0

    def steps(self, first: int, rates: Sequence[float], momenta: Sequence[float | None]) -> list[StepResult]:
        assert self._on_device is not None
        return self._on_device.make(first, rates, momenta)

    @property
    def note(self) -> str:
        return self._on_device.note if self._on_device is not None else ""

    def settle(self) -> list[AnyRecord]:
        return scale_to_unit_variance(self.network, lambda: self.batches.sample(self._X, EXAMPLES))

    def _in_portions(self, batch: Array) -> tuple[float, Objective]:
        """The gradient of a whole batch as the weighted sum over portions of it, which need less memory."""
        size = -(-len(batch) // self._accumulate)
        ops, gradient = self.ops, self.network.flat_gradient
        ops.fill(self._sum, 0.0)
        loss, whole = 0.0, self._weight(batch)
        for start in range(0, len(batch), size):
            portion = batch[start : start + size]
            objective = self._portion(len(portion))
            ops.gather(self._X, portion, objective.X)
            ops.gather(self._T, portion, objective.T)
            objective.forward()
            share = self._weight(portion) / whole if whole else len(portion) / len(batch)
            if share:  # or the mean is of nothing, and may be no number
                loss += share * objective.value
                objective.backward()
                ops.add_scaled(self._sum, gradient, share, self._scratch)
        ops.copy(self._sum, gradient)
        return loss, objective

    def _weight(self, batch: Array) -> float:
        """How much these examples count in the loss's mean: each alike, unless some are masked or classes weigh differently."""
        if self._even:
            return float(len(batch))
        return self.loss.weight(self.data.train.y[self.ops.to_host(batch)], self.data.facts.target)

    def _portion(self, size: int) -> Objective:
        if size not in self._portions:
            self._portions[size] = self._bind(size)
        return self._portions[size]

    def batch(self, step: int) -> Array:
        return self.ops.to_host(self.batches.at(step))

    def ran(self, step: int) -> Iterator[Ran]:
        from nntui.training.forensics import Ran

        batch = self.batches.at(step)
        if self._accumulate == 1 and not self.ahead:
            objective = self._full if (step + 1) % self.steps_per_epoch else self._last
            yield Ran((("", objective.bound),), objective, objective.backward, objective.X)
            return
        # Portions share their memory, and steps that were made together have gone on: their forward has to be run again.
        size = -(-len(batch) // self._accumulate)
        for start in range(0, len(batch), size):
            portion = batch[start : start + size]
            if self._accumulate > 1:
                objective = self._portion(len(portion))
            else:
                objective = self._full if len(batch) == self.batches.size else self._last
            self.ops.gather(self._X, portion, objective.X)
            self.ops.gather(self._T, portion, objective.T)
            self._before_forward(objective, step)
            objective.forward()
            yield Ran((("", objective.bound),), objective, objective.backward, objective.X)

    def evaluate(self, split: SplitName, limit: int | None = None) -> Evaluated:
        X, T = self._device[split]
        return self._evaluator.evaluate(X, T, self._parts[split], limit)

    @property
    def pictures(self) -> bool:
        return self._surfacer is not None

    def picture(self, step: int) -> list[AnyRecord]:
        return [self._surfacer.measure(step)] if self._surfacer is not None else []
