"""Two networks against each other: a generator that makes examples, and a discriminator that tells them from the data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from nntui.data.source import Split
from nntui.measurements import AnyRecord, DataSummary, Samples
from nntui.nn.losses import Target
from nntui.nn.network import Network, Pass
from nntui.optim.updater import Updater
from nntui.randomness import stream
from nntui.training.batches import Batches
from nntui.training.evaluator import Evaluated, Evaluator
from nntui.training.lsuv import EXAMPLES, scale_to_unit_variance
from nntui.training.metrics import energy_distance
from nntui.training.objective import Objective
from nntui.training.programs.base import Runner, SplitName, StepResult
from nntui.training.summary import summarize
from nntui.training.surface import Surfacer

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.data.source import Data
    from nntui.experiment import Experiment
    from nntui.program import GAN
    from nntui.training.forensics import Ran
    from nntui.training.probe import Probe

JUDGED = 512
"""Examples that are compared in an evaluation: their distances are counted in pairs."""
SHOWN = 200
"""Generated points that are told to watchers."""
_REAL_OR_NOT = Target(2)


class _Bound:
    """Both networks in place for one batch size."""

    def __init__(self, runner: GANRunner, batch: int) -> None:
        ops, dtype = runner.ops, runner.generator.dtype
        self.batch = batch
        self.generate = Pass(runner.generator, batch)
        self.generate.training = True
        labels = np.repeat([1, 0], batch)  # real ones first, then generated ones
        T = ops.from_host(runner.loss.encode(labels, (1,), _REAL_OR_NOT), dtype)
        self.tell = Objective(runner.discriminator, runner.loss, 2 * batch, T)
        ops.copy(T, self.tell.T)
        # The generator wants its examples to be taken for real; the discriminator only passes the gradient on.
        self.judge = Objective(runner.discriminator, runner.loss, batch, T, gradients=False, input_gradient=True)
        ops.copy(T[:batch], self.judge.T)
        self.judge.bound.training = True


class GANRunner(Runner):
    """Alternates the discriminator's steps and the generator's. Labels of the data are ignored."""

    def __init__(self, experiment: Experiment, program: GAN, data: Data, backend: str, dtype: str) -> None:
        self.data, self.loss, self.program = data, experiment.loss, program
        seed = experiment.seed
        shape = data.facts.input_shape
        self.generator = Network(experiment.network, (program.latent,), backend, dtype, seed)
        self.discriminator = Network(program.discriminator, shape, backend, dtype, seed + 1)
        self.networks = {"": self.generator, "discriminator": self.discriminator}
        self.ops = self.generator.ops
        clip = experiment.training.clip_norm
        self.updaters = {
            name: Updater(experiment.optimizer, self.ops, network.flat, network.flat_gradient, network.groups, clip, experiment.penalty)
            for name, network in self.networks.items()
        }
        self._parts = {"train": data.train} | ({"validation": data.validation} if data.validation is not None else {})
        self.splits = ("train", "validation") if data.validation is not None else ("train",)
        self._X = self.ops.from_host(data.train.X, dtype)
        self.batches = Batches(len(data.train), experiment.training.batch_size, seed, self.ops)
        self.steps_per_epoch, self.examples = self.batches.per_epoch, self.batches.examples
        self._draws = Batches(len(data.train), self.batches.size, seed + 1, self.ops)
        self._latents = stream(seed, "latents")
        self._bound = {size: _Bound(self, size) for size in {self.batches.size, self.batches.remainder} - {0}}
        self._makers: dict[int, Pass] = {}
        self._evaluator = Evaluator(self.discriminator, experiment.loss, _REAL_OR_NOT)
        self._fixed = stream(seed, "latents to look at").standard_normal((JUDGED, program.latent)).astype(dtype)
        self._surfacer = Surfacer(self.discriminator, experiment.loss, _REAL_OR_NOT, data.plane) if data.plane is not None else None

    def settle(self) -> list[AnyRecord]:
        told = scale_to_unit_variance(self.generator, lambda: self.ops.from_host(self._fixed[:EXAMPLES]))
        return told + scale_to_unit_variance(self.discriminator, lambda: self.batches.sample(self._X, EXAMPLES))

    def step(self, step: int, rate: float, momentum: float | None, probe: Probe | None) -> StepResult:
        told = 0.0
        for turn in range(self.program.discriminator_steps):
            # More turns than one look at further batches, from a shuffle of their own.
            batch = self.batches.at(step) if turn == 0 else self._draws.at(step * (self.program.discriminator_steps - 1) + turn - 1)
            told = self._tell_apart(batch, rate * self.program.discriminator_rate, momentum)
            if not math.isfinite(told):
                return StepResult(told, math.nan, False)
        bound = self._bound[len(self.batches.at(step))]
        self._generate(bound)
        self.ops.copy(bound.generate.Y, bound.judge.X)
        bound.judge.forward()
        loss = bound.judge.value
        if not math.isfinite(loss):
            return StepResult(loss, math.nan, False)
        self._pass_on(bound)
        if probe is not None:
            probe.before_update(bound.generate.places)
        norm, clipped = self.updaters[""].step(rate, momentum)
        return StepResult(loss, norm, clipped, {"discriminator": told})

    def batch(self, step: int) -> Array:
        return self.ops.to_host(self.batches.at(step))

    def ran(self, step: int) -> Iterator[Ran]:
        from nntui.training.forensics import Ran

        bound = self._bound[len(self.batches.at(step))]
        generated = ("generator", bound.generate)
        yield Ran((generated, ("discriminator", bound.tell.bound)), bound.tell, bound.tell.backward, bound.tell.X[: bound.batch])
        yield Ran((generated, ("discriminator", bound.judge.bound)), bound.judge, lambda: self._pass_on(bound), bound.tell.X[: bound.batch])

    def _pass_on(self, bound: _Bound) -> None:
        """The generator's gradient, through the discriminator's judgement."""
        bound.judge.backward()
        dX = bound.judge.bound.dX
        assert dX is not None
        self.ops.copy(dX, bound.generate.dY)
        bound.generate.backward()

    def _generate(self, bound: _Bound) -> None:
        self.ops.normal(self._latents, bound.generate.X)
        bound.generate.forward()

    def _tell_apart(self, batch: Array, rate: float, momentum: float | None) -> float:
        bound = self._bound[len(batch)]
        self._generate(bound)
        self.ops.gather(self._X, batch, bound.tell.X[: bound.batch])
        self.ops.copy(bound.generate.Y, bound.tell.X[bound.batch :])
        bound.tell.forward()
        loss = bound.tell.value
        if math.isfinite(loss):
            bound.tell.backward()
            norm, _ = self.updaters["discriminator"].step(rate, momentum)
            if not math.isfinite(norm):
                return norm
        return loss

    def evaluate(self, split: SplitName, limit: int | None = None) -> Evaluated:
        """The discriminator's loss, and the energy distance between data and as many generated examples (0: the same)."""
        real = self._parts[split].X[:JUDGED]
        generated = self._samples(len(real))
        both, answers = np.concatenate([real, generated]), np.repeat([1, 0], len(real))
        T = self.ops.from_host(self.loss.encode(answers, (1,), _REAL_OR_NOT), self.generator.dtype)
        X = self.ops.from_host(both, self.generator.dtype)
        loss, metrics, *_ = self._evaluator.evaluate(X, T, Split(both, answers))
        distance = energy_distance(generated.reshape(len(real), -1), real.reshape(len(real), -1))
        return Evaluated(loss, {"energy_distance": distance, "discriminator_accuracy": metrics["accuracy"]})

    def _samples(self, count: int) -> Array:
        """Examples of the generator in evaluation mode, always from the same random numbers."""
        if count not in self._makers:
            self._makers[count] = Pass(self.generator, count, gradients=False)
        made = self._makers[count]
        self.ops.copy(self.ops.from_host(self._fixed[:count]), made.X)
        with np.errstate(all="ignore"):
            made.forward()
        return self.ops.to_host(made.Y)

    def summary(self) -> DataSummary:
        return summarize(self.data, ("generated", "real"), label=1.0)

    @property
    def pictures(self) -> bool:
        return self._surfacer is not None

    def picture(self, step: int) -> list[AnyRecord]:
        if self._surfacer is None or self.data.facts.input_shape != (2,):
            return []
        points = self._samples(SHOWN)
        return [self._surfacer.measure(step), Samples(step=step, points=tuple((float(x), float(y)) for x, y in points))]

    def state(self) -> tuple[dict[str, Array], dict[str, Any]]:
        return {}, {"latents": self._latents.bit_generator.state}

    def load_state(self, arrays: dict[str, Array], numbers: dict[str, Any]) -> None:
        self._latents.bit_generator.state = numbers["latents"]
