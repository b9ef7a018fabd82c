"""What is inspected: an experiment's network with the parameters of one checkpoint, the loss, and the data.

Nothing here writes to the run or speaks to its trainer: checkpoints are only read.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nntui.data.source import Split
from nntui.errors import RunError
from nntui.inspection.checkpoints import starts_at_once, steps
from nntui.nn.network import Network, Pass
from nntui.nn.plan import Site
from nntui.program import GAN, Autoencoder
from nntui.randomness import stream
from nntui.runs.directory import CHECKPOINTS
from nntui.training.checkpoint import Checkpoints
from nntui.training.objective import Objective

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.data.source import Data
    from nntui.experiment import Experiment
    from nntui.training.programs.base import SplitName

BATCH = 128
"""Examples that run through the network at once, or fewer: what is kept of every layer stays within NUMBERS."""

NUMBERS = 40_000_000
"""Numbers that are held of a look: 160 MB in single precision."""

LATENTS = 512
"""Random inputs of a generator that are looked at."""


class Subject:
    """A network to look at. `folder` is its run's; None: only its start can be looked at.

    Raises NntuiError if the experiment can't be trained or its data can't be had. Not for two threads at once.
    """

    def __init__(self, experiment: Experiment, folder: Path | None = None) -> None:
        experiment.check()
        self.experiment = experiment
        self.folder = folder
        self.original = experiment.data.load(experiment.seed)
        """The data as it was loaded, whatever the program asks of it."""
        self.data = _as_asked(experiment, self.original)
        self.asks = not isinstance(experiment.program, GAN)
        """Whether there are right answers: a generator isn't asked for any."""
        self.facts, self.target = self.data.facts, self.data.facts.target
        self.loss = experiment.loss.fitted(self.data.train.y, self.target) if self.asks else experiment.loss
        self.network = Network(experiment.network, self.facts.input_shape, "numpy", "float32", experiment.seed)
        self.sites: dict[str, Site] = {site.path: site for site in self.network.plan.walk()}
        held = sum(math.prod(site.y) for site in self.sites.values()) + math.prod(self.facts.input_shape)
        self.batch = max(min(BATCH, NUMBERS // max(held, 1)), 1)
        """Examples that run through the network at once."""
        self.step = -1
        """The step whose parameters are in the network; -1: none yet."""
        self._saved_at = 0
        """When the checkpoint of that step was written, in nanoseconds: a run that goes on may write it anew."""
        self._start: dict[str, Array] | None = None

    def steps(self) -> list[int]:
        """What `at` can be asked for."""
        return steps(self.experiment, self.folder)

    def at(self, step: int) -> Subject:
        """This subject with the parameters of a step. Raises RunError if there is no such checkpoint, or it is spoilt."""
        saved_at = self._when(step)
        if (step, saved_at) == (self.step, self._saved_at):
            return self
        arrays = self._arrays(step)
        flat = arrays.get("parameters")
        if flat is None or flat.shape != self.network.flat.shape:
            raise RunError(f"the checkpoint of step {step} is of another network than {self._called}")
        np.copyto(self.network.flat, flat)
        for name, statistic in self.network.statistics.items():
            if f"statistics.{name}" in arrays:
                np.copyto(statistic, arrays[f"statistics.{name}"])
        self.step, self._saved_at = step, saved_at
        return self

    def _when(self, step: int) -> int:
        if self.folder is None:
            return 0
        try:
            return Checkpoints(self.folder / CHECKPOINTS).path(step).stat().st_mtime_ns
        except OSError:
            return 0

    @property
    def _called(self) -> str:
        return self.folder.name if self.folder is not None else self.experiment.title

    def _arrays(self, step: int) -> dict[str, Array]:
        saved = Checkpoints(self.folder / CHECKPOINTS) if self.folder is not None else None
        if saved is not None and saved.path(step).is_file():
            return saved.load(step).state.arrays
        if step == 0 and starts_at_once(self.experiment):
            return self._beginning()
        if saved is None or not saved.steps():
            raise RunError(f"{self._called} has no checkpoint yet: one is saved every few seconds of training, and when it pauses or ends")
        kept = ", ".join(map(str, saved.steps()))
        raise RunError(f"{self._called} has no checkpoint of step {step}; kept are {kept}")

    def _beginning(self) -> dict[str, Array]:
        """The parameters and statistics before the first step."""
        if self._start is None:
            from nntui.training.trainer import Trainer

            trainer = Trainer(self.experiment, "numpy", data=self.original)
            trainer.begin()
            network = trainer.network
            statistics = {f"statistics.{name}": array.copy() for name, array in network.statistics.items()}
            self._start = {"parameters": network.flat.copy(), **statistics}
        return self._start

    # -- data ----------------------------------------------------------------------------------------------------------

    def part(self, split: SplitName) -> Split:
        """A part of the data; the training part where nothing is held out."""
        held = self.data.validation
        return held if split == "validation" and held is not None else self.data.train

    def first(self, split: SplitName, most: int, path: str = "") -> Split:
        """The first examples of a part: at most so many, and no more than a layer's outputs (by default the network's) allow."""
        part = self.part(split)
        shape = self.sites[path].y if path else self.network.output_shape
        many = max(min(most, NUMBERS // max(math.prod(shape), 1)), 1)
        return Split(part.X[:many], part.y[:many])

    def points(self, split: SplitName) -> Array | None:
        """The original coordinates (n, 2) of planar data, in the order of `part`."""
        plane = self.data.plane
        if plane is None or not self.asks:
            return None
        return plane.validation if split == "validation" and self.data.validation is not None else plane.train

    # -- computing -----------------------------------------------------------------------------------------------------

    def passes(self, X: Array) -> Iterator[tuple[slice, Pass]]:
        """Run inputs forward in evaluation mode, batch by batch: which of them, and every layer's place after it."""
        inputs = self.network.inputs(X)
        bound: Pass | None = None
        for start in range(0, len(inputs), self.batch):
            rows = slice(start, min(start + self.batch, len(inputs)))
            if bound is None or bound.batch != rows.stop - start:
                bound = Pass(self.network, rows.stop - start, gradients=False)
            np.copyto(bound.X, inputs[rows])
            with np.errstate(all="ignore"):
                bound.forward()
            yield rows, bound

    def outputs(self, X: Array, path: str = "") -> Array:
        """What a layer makes of inputs (n, *its output shape); by default the whole network."""
        shape = self.sites[path].y if path else self.network.output_shape
        found = np.empty((len(X), *shape), self.network.dtype)
        for rows, bound in self.passes(X):
            found[rows] = bound.places[path][1].Y if path else bound.Y
        return found

    def gradients(self, X: Array, y: Array, network: Network | None = None) -> Objective:
        """Forward and backward of the loss over examples at once, in evaluation mode: every place's arrays are there to read."""
        network = network or self.network
        T = self.loss.encode(y, network.output_shape, self.target)
        if T.dtype.kind != "i":
            T = T.astype(network.dtype)
        objective = Objective(network, self.loss, len(X), T, input_gradient=True)
        objective.bound.training = False
        np.copyto(objective.X, network.inputs(X))
        np.copyto(objective.T, T)
        with np.errstate(all="ignore"):
            objective.forward()
            objective.backward()
        return objective


def _as_asked(experiment: Experiment, data: Data) -> Data:
    """The data as the program asks it: an autoencoder's answers are its inputs, a generator reads random numbers."""
    match experiment.program:
        case Autoencoder():
            from nntui.training.programs.autoencoder import reconstructing

            return reconstructing(experiment.program, data)
        case GAN():
            latents = stream(experiment.seed, "latents to look at").standard_normal((LATENTS, experiment.program.latent))
            made = Split(latents.astype(np.float32), np.zeros(LATENTS, np.int64))
            return dataclasses.replace(data, facts=experiment.program.facts(data.facts), train=made, validation=None, plane=None)
    return data
