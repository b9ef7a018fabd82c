"""The loop around the steps: schedule, epochs, evaluations, measurements, the end. It knows no process, file or screen."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nntui import backends
from nntui.errors import MemoryShortage
from nntui.measurements import AnyRecord, Evaluation, Event
from nntui.nn.plan import plan
from nntui.training.choosing import fastest
from nntui.training.device import explained
from nntui.training.early_stopping import BestWeights
from nntui.training.plateau import PlateauWatch
from nntui.training.probe import Clock, Probe
from nntui.training.programs import runner
from nntui.training.programs.base import SplitName, StepResult
from nntui.training.quality import TRAIN_SAMPLE
from nntui.training.sameness import fingerprint
from nntui.training.speed import Speed
from nntui.training.state import TrainerState, restore, snapshot
from nntui.training.windows import Window, width

if TYPE_CHECKING:
    from nntui.data.source import Data
    from nntui.experiment import Experiment
    from nntui.training.forensics import Culprit

DENSE_EPOCHS = 32
"""Epochs that are all evaluated; later evaluations thin out as epochs double: a curve of any length keeps enough points."""
MOMENT = 0.01
"""Seconds of training that are sent to a device at once."""
FEW = 8
"""Steps that are sent at once while it isn't known how long they take."""


class Trainer:
    """Trains one experiment in this process.

    backend: `numpy`, `cupy` or `auto` (whichever trains this faster, by trying), instead of the experiment's. `choice` says
    why auto took what it took, if there was a choice. data: already loaded data, instead of loading it.
    Raises NntuiError if the experiment can't run: shapes, loss and data that don't fit, a backend that isn't there.
    """

    def __init__(self, experiment: Experiment, backend: str | None = None, dtype: str = "float32", data: Data | None = None) -> None:
        wanted = backend or experiment.backend
        if wanted != "auto":
            backends.load(wanted)
        experiment.check()
        self.experiment = experiment
        self.data = experiment.data.load(experiment.seed) if data is None else data
        self.backend_name, self.choice = fastest(experiment, self.data, dtype) if wanted == "auto" else (wanted, "")
        try:
            self.runner = runner(experiment, self.data, self.backend_name, dtype)
        except MemoryShortage as error:
            shapes = plan(experiment.network, self.data.facts.input_shape)
            raise explained(error, experiment, shapes, np.dtype(dtype).itemsize) from None
        self.network = self.runner.networks[""]
        self.ops = self.network.ops
        self._with_statistics = [network for network in self.runner.networks.values() if network.statistics]
        self.steps_per_epoch = self.runner.steps_per_epoch
        self.total_steps = experiment.training.epochs * self.steps_per_epoch
        self.best = BestWeights(self.network, experiment.training.early_stopping if "validation" in self.runner.splits else None)
        self.plateau = PlateauWatch(experiment.schedule)
        self._follows = self.best.rule is not None or self.plateau.rule is not None
        """Whether how training goes on depends on the validation loss of every epoch."""
        self._probe = Probe()
        self._clock, self._picture_clock = Clock(total=self.total_steps), Clock(interval=0.2)
        self.window = Window()
        self._speed = Speed()
        self.steps_done = 0
        self.seconds = 0.0
        """Time spent training, without pauses."""
        self.rested = 0.0
        """Time that whoever trains slowly on purpose let pass between steps: measuring may use its share of that, too."""
        self.outcome: Literal["finished", "diverged"] | None = None
        self.message = ""
        """Why training ended, in a sentence."""
        self.culprit: Culprit | None = None
        """Where a number first stopped being one, if it diverged and that could be found."""
        self.last_loss = math.nan
        self.learning_rate = self._rate(0)
        """Of the last step, with the schedule applied."""
        self.adjusted: tuple[str, ...] = ()
        """What was changed while it trained, other than the learning rate: "optimizer.momentum=0.8"."""
        self.threads: int | None = None
        """With how many threads matrix products are computed, once `nntui.training.threads` has settled it."""
        self.begun = self._noted = False

    # -- where it is ---------------------------------------------------------------------------------------------------

    @property
    def epoch(self) -> float:
        """Epochs done, with fraction."""
        return self.steps_done / self.steps_per_epoch

    @property
    def finished(self) -> bool:
        """Whether there is nothing more to train: all epochs done, stopped early, or diverged."""
        return self.outcome is not None

    @property
    def measuring(self) -> float:
        """Share of the time that measuring took, pauses left out."""
        passed = self.seconds + self.rested
        return (self._clock.spent + self._picture_clock.spent) / passed if passed > 0.0 else 0.0

    @property
    def steps_per_second(self) -> float:
        """Over about the last second."""
        return self._speed.steps_per_second

    @property
    def examples_per_second(self) -> float:
        """Over about the last second."""
        return self.steps_per_second * self.runner.examples / self.steps_per_epoch

    def _rate(self, step: int) -> float:
        return self.experiment.optimizer.learning_rate * self.experiment.schedule.scale(self._progress(step)) * self.plateau.factor

    def _progress(self, step: int) -> float:
        return min(step / max(self.total_steps - 1, 1), 1.0)

    def set_learning_rate(self, rate: float) -> Event:
        """Change the base learning rate from the next step on; what to tell about it."""
        before = self.experiment.optimizer.learning_rate
        self.experiment = self.experiment.set(f"optimizer.learning_rate={rate!r}")
        self.learning_rate = self._rate(self.steps_done)
        return Event(step=self.steps_done, kind="learning_rate", text=f"learning rate {before:.4g} → {rate:.4g}")

    def take_clocks(self, other: Trainer) -> None:
        """Go on measuring, and counting speed, where another trainer of the same run was."""
        self._clock, self._picture_clock, self._speed = other._clock, other._picture_clock, other._speed

    # -- training ------------------------------------------------------------------------------------------------------

    def begin(self) -> list[AnyRecord]:
        """Give weights the start that takes data or another network, if any does; what to tell of it. Later calls do nothing."""
        if self.begun:
            return []
        self.begun = True
        told = self.runner.settle()
        if self.experiment.start is not None:
            from nntui.training.start import begin_with

            told.append(begin_with(self.experiment.start, self.network, self.network.dtype))
        return told

    def step(self, n: int = 1) -> float:
        """Train n steps (fewer if training ends before); the loss of the last batch."""
        for _ in self._train(math.inf, n, watch=False):
            pass
        return self.last_loss

    def advance(self, seconds: float, steps: int | None = None, look: bool = False) -> list[AnyRecord]:
        """Train for about so many seconds, or exactly `steps` steps, and return what was measured meanwhile.

        look: measure the last of the steps whatever it costs, for somebody who goes step by step.
        """
        return list(self._train(seconds if steps is None else math.inf, steps, watch=True, look=look))

    def evaluate(self, split: SplitName = "validation") -> dict[str, float]:
        """Loss and metric over a whole split, {"loss": ..., "accuracy": ...}; over the training part if nothing is held out."""
        self.begin()
        evaluated = self.runner.evaluate(split if split in self.runner.splits else "train")
        return {"loss": evaluated.loss, **evaluated.metrics}

    def opening(self) -> list[AnyRecord]:
        """What is known before the first step: the data, how good chance is, and the network's answer."""
        records: list[AnyRecord] = [self.runner.summary(), *self.begin()]
        if self.choice:
            records.append(Event(step=self.steps_done, kind="backend", text=self.choice))
        return records + self._evaluations(TRAIN_SAMPLE) + self.runner.picture(self.steps_done)

    def closing(self) -> list[AnyRecord]:
        """What is worth knowing where training ends or rests: every split evaluated whole, and the network's answer."""
        return self._evaluations(None) + self.runner.picture(self.steps_done)

    def glance(self) -> Evaluation:
        """Some of the training part evaluated, always the same examples: how far it has come, without the noise of batches."""
        return self._evaluation("train", TRAIN_SAMPLE)

    def _train(self, seconds: float, steps: int | None, watch: bool, look: bool = False) -> Iterator[AnyRecord]:
        yield from self.begin()
        begun, already, first = time.perf_counter(), self.seconds, self.steps_done
        last = self.total_steps if steps is None else min(first + steps, self.total_steps)
        with np.errstate(all="ignore"):  # a loss that overflows is found and told below; a warning would tell nobody
            while self.outcome is None and self.steps_done < last:
                looking = look and self.steps_done == last - 1
                if looking or (watch and self._clock.due(self.steps_done, self.seconds + self.rested)):
                    yield from self._measured_step()
                elif self.runner.ahead and (room := self._room(last - look)):
                    yield from self._together(room, already - begun)
                else:
                    self._step()
                if self.steps_done == self.window.end:
                    yield self._close_window()
                if self.steps_done % self.steps_per_epoch == 0 and self.outcome is None and (watch or self._follows):
                    yield from self._end_epoch(self.steps_done // self.steps_per_epoch)
                self.seconds = already + time.perf_counter() - begun
                due = watch and self.runner.pictures and self._picture_clock.due(self.steps_done, self.seconds + self.rested)
                if looking or due:
                    started = time.perf_counter()
                    yield from self.runner.picture(self.steps_done)
                    self._picture_clock.done(self.steps_done, self.seconds + self.rested, time.perf_counter() - started)
                if self.seconds - already >= seconds:
                    break
            if self.outcome is None and self.steps_done >= self.total_steps:
                yield from self._finish(f"finished after {self.steps_done:,} steps")
        self._speed.add(self.steps_done - first, time.perf_counter() - begun)

    def _step(self, probe: Probe | None = None) -> None:
        step = self.steps_done
        progress = self._progress(step)
        schedule = self.experiment.schedule
        rate = self.learning_rate = self.experiment.optimizer.learning_rate * schedule.scale(progress) * self.plateau.factor
        for network in self._with_statistics:
            network.keep_statistics()
        self._count(step, self.runner.step(step, rate, schedule.momentum(progress), probe))

    def _room(self, last: int) -> int:
        """How many steps to make together, where that is faster: for about a moment, so that whoever watches sees it move."""
        room = min(self.runner.room(self.steps_done), last - self.steps_done)
        return min(room, max(FEW, round(self.steps_per_second * MOMENT)))

    def _together(self, steps: int, clock: float) -> Iterator[AnyRecord]:
        """Make steps whose losses are heard of when all are done. clock: what to add to the time for the seconds of training."""
        first, begun = self.steps_done, time.perf_counter()
        progress = [self._progress(step) for step in range(first, first + steps)]
        rates = [self._rate(step) for step in range(first, first + steps)]
        results = self.runner.steps(first, rates, [self.experiment.schedule.momentum(one) for one in progress])
        passed = time.perf_counter() - begun
        for k, (rate, result) in enumerate(zip(rates, results, strict=False)):  # one that went wrong is the last
            self.learning_rate = rate
            self._count(first + k, result)
            self.seconds = clock + begun + passed * (k + 1) / steps
            if self.outcome is not None:
                break
            if self.steps_done == self.window.end and k + 1 < steps:
                yield self._close_window()
        if self.runner.note and not self._noted:
            self._noted = True
            yield Event(step=self.steps_done, kind="backend", text=self.runner.note)

    def _count(self, step: int, result: StepResult) -> None:
        """Take in what a step came to."""
        loss, norm, clipped, others = result
        self.last_loss = loss
        self.steps_done = step + 1
        if step >= self.window.end:
            self.window.open(step + 1)
        self.window.add(loss, norm, clipped, others)
        if loss - loss != 0.0 or norm - norm != 0.0:  # NaN or infinite: the weights stay as they were
            self._diverge("loss" if loss - loss != 0.0 else "gradient", loss if loss - loss != 0.0 else norm)

    def _measured_step(self) -> Iterator[AnyRecord]:
        self._step(self._probe)
        started = time.perf_counter()
        yield self._probe.measure(self.steps_done, self.epoch)
        self._clock.done(self.steps_done, self.seconds + self.rested, self._probe.preparing + time.perf_counter() - started)

    def _close_window(self) -> AnyRecord:
        return self.window.close(self.steps_done, self.epoch, self.seconds, self.learning_rate)

    def _diverge(self, what: str, value: float) -> None:
        self.outcome = "diverged"
        self.window.end = self.steps_done
        from nntui.training.forensics import broken, examine

        self.culprit = examine(self.runner, self.steps_done, self.learning_rate)
        for network in self._with_statistics:  # after it was looked at: that may run the step once more
            network.restore_statistics()
        became = "NaN" if math.isnan(value) else "infinite"
        why = self.culprit.sentence if self.culprit is not None else "the arrays that it has left don't tell where"
        kept = "" if broken(self.runner) else "; the weights of the step before are kept"
        self.message = f"the {what} became {became} at step {self.steps_done} with learning rate {self.learning_rate:.3g}: {why}{kept}"

    def sound(self) -> bool:
        """Look at the weights, too: one that isn't a number can hide for long behind a ReLU or an id that is rare.

        Costs a product of the weights with themselves; ends training as diverged if they aren't sound.
        """
        if self.outcome is None:
            from nntui.training.forensics import broken

            if broken(self.runner):
                self._diverge("weights", math.inf)
        return self.outcome != "diverged"

    # -- epochs ----------------------------------------------------------------------------------------------------------

    def _end_epoch(self, epoch: int) -> Iterator[AnyRecord]:
        rule = self.best.rule
        if epoch % width(epoch, DENSE_EPOCHS) == 0:
            unfinished = self.steps_done < self.window.end
            if not self.sound():
                if unfinished:
                    yield self._close_window()
                return
            yield self._evaluation("train", TRAIN_SAMPLE)
        elif not self._follows:
            return
        if "validation" not in self.runner.splits:
            return
        evaluation = self._evaluation("validation", None)
        yield evaluation
        if self.plateau.saw(evaluation.loss):
            yield self._slower()
        if self.best.saw(epoch, evaluation.loss) and rule is not None:
            yield from self._finish(f"stopped early after epoch {epoch}: no better validation loss for {rule.patience} epochs")

    def _slower(self) -> Event:
        before, self.learning_rate = self.learning_rate, self._rate(self.steps_done)
        patience = self.plateau.rule.patience if self.plateau.rule is not None else 0
        text = f"no better validation loss for {patience} epochs: learning rate {before:.4g} → {self.learning_rate:.4g}"
        return Event(step=self.steps_done, kind="plateau", text=text)

    def _finish(self, message: str) -> Iterator[AnyRecord]:
        self.outcome = "finished"
        if self.best.restore():
            message += f"; the weights of epoch {self.best.epoch} (validation loss {self.best.loss:.4g}) are back"
        self.message = message
        if self.steps_done < self.window.end:
            yield self._close_window()
        yield Event(step=self.steps_done, kind="finished", text=message)

    def _evaluations(self, limit: int | None) -> list[AnyRecord]:
        """Every split; of the training part only `limit` examples."""
        return [self._evaluation(split, limit if split == "train" else None) for split in self.runner.splits]

    def _evaluation(self, split: SplitName, limit: int | None) -> Evaluation:
        loss, metrics, answered, right = self.runner.evaluate(split, limit)
        return Evaluation(
            step=self.steps_done, epoch=self.epoch, split=split, loss=loss, metrics=metrics, answered=answered, right=right
        )  # fmt: skip

    # -- state -----------------------------------------------------------------------------------------------------------

    @cached_property
    def fingerprint(self) -> dict[str, Any]:
        """What tells its data from other data."""
        return fingerprint(self.data)

    def state(self) -> TrainerState:
        """Everything that decides how training goes on, copied to the host."""
        return snapshot(self)

    def load_state(self, state: TrainerState) -> None:
        """Go on where `state` was taken, to the bit. Raises RunError if it belongs to another network or optimizer."""
        restore(self, state)
