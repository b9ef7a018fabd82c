"""Everything that rules look at, and the few numbers that many of them need: what a loss is worth, whether it falls."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from nntui.diagnosis.finding import Finding
from nntui.diagnosis.outlook import Point, halved, median, prospect, smoothed
from nntui.diagnosis.thresholds import FALL, FLAT, HOPELESS, NOTHING, SETTLED, SKILL, SOONEST, WELL, Severity
from nntui.measurements import DataQuality, DataSummary, Evaluation, Event, LayerMeasurement, Measurement, Status, Steps

if TYPE_CHECKING:
    from nntui.experiment import Experiment
    from nntui.nn.plan import Plan, Site


FRESH = 0.7
"""Share of the steps so far from which on an evaluation still tells how things stand."""
BENDING = frozenset({"maxout", "max_pool1d", "max_pool2d", "factorization", "embedding"})
"""Layers of other families that are not linear, either."""


class Told(Protocol):
    """What a run has told, as `nntui.runs.history.History` gathers it."""

    @property
    def data(self) -> DataSummary | None: ...
    @property
    def steps(self) -> Sequence[Steps]: ...
    @property
    def evaluations(self) -> Sequence[Evaluation]: ...
    @property
    def measurements(self) -> Sequence[Measurement]: ...
    @property
    def events(self) -> Sequence[Event]: ...
    @property
    def status(self) -> Status: ...


@dataclass(frozen=True)
class Case:
    """An experiment, its plan, and what was measured of it up to some step."""

    experiment: Experiment
    plan: Plan
    data: DataSummary | None = None
    steps: Sequence[Steps] = ()
    evaluations: Sequence[Evaluation] = ()
    measurements: Sequence[Measurement] = ()
    ended: str = ""
    """How training ended (finished, diverged), if it has and nothing was cut off."""
    message: str = ""

    @classmethod
    def of(cls, experiment: Experiment, plan: Plan, told: Told | None = None) -> Case:
        """Of all that a run has told so far."""
        if told is None:
            return cls(experiment, plan)
        end = next((event for event in reversed(told.events) if event.kind in ("finished", "diverged")), None)
        ended = end.kind if end is not None else told.status.state if told.status.state in ("finished", "diverged") else ""
        message = end.text if end is not None else told.status.message
        return cls(experiment, plan, told.data, told.steps, told.evaluations, told.measurements, ended, message)

    def until(self, step: int) -> Case:
        """What was known at this step."""
        if step >= self.step:
            return self
        return replace(
            self,
            steps=self.steps[: bisect_right(self.steps, step, key=lambda one: one.last)],
            evaluations=[one for one in self.evaluations if one.step <= step],
            measurements=self.measurements[: bisect_right(self.measurements, step, key=lambda one: one.step)],
            ended="", message="",
        )  # fmt: skip

    def finding(
        self, rule: str, severity: Severity, sentence: str, layer: str | None = None, step: int | None = None, **evidence: float
    ) -> Finding:
        """A finding of now."""
        return Finding(rule, severity, layer, self.step if step is None else step, evidence, sentence)

    # -- where it is ---------------------------------------------------------------------------------------------------

    @cached_property
    def step(self) -> int:
        """The last step that anything is known of."""
        return max(
            self.steps[-1].last if self.steps else 0,
            self.measurements[-1].step if self.measurements else 0,
            self.evaluations[-1].step if self.evaluations else 0,
        )

    @cached_property
    def total_steps(self) -> int:
        """Steps of the whole training; 0 while that isn't known."""
        if self.data is None:
            return 0
        size = min(self.experiment.training.batch_size, self.data.train_examples)
        return self.experiment.training.epochs * -(-self.data.train_examples // size)

    @property
    def progress(self) -> float:
        """Share of the training done."""
        return self.step / self.total_steps if self.total_steps else 0.0

    @property
    def quality(self) -> DataQuality | None:
        return self.data.quality if self.data is not None else None

    @property
    def adaptive(self) -> bool:
        """Whether the optimizer divides by the gradient's own size, so that small gradients move weights as far as large ones."""
        return self.experiment.optimizer.tag not in ("sgd", "hebbian", "perceptron")

    @property
    def supervised(self) -> bool:
        """Whether one network learns to answer: what a loss means is known then."""
        return self.experiment.program.tag in ("supervised", "language_model")

    @property
    def measurement(self) -> Measurement | None:
        """The newest."""
        return self.measurements[-1] if self.measurements else None

    # -- layers --------------------------------------------------------------------------------------------------------

    @cached_property
    def sites(self) -> dict[str, Site]:
        """Every layer by path."""
        return {site.path: site for site in self.plan.walk()}

    @cached_property
    def bends(self) -> bool:
        """Whether anything in the network isn't linear."""
        return any(bends(site) for site in self.plan.walk())

    @cached_property
    def output(self) -> frozenset[str]:
        """Paths of the last layer with weights and of what follows it: their numbers come straight from the loss."""
        paths = list(self.sites)
        weighted = [index for index, path in enumerate(paths) if any(p.name == "W" for p in self.sites[path].parameters)]
        return frozenset(paths[weighted[-1] :]) if weighted else frozenset()

    def weighted(self, measurement: Measurement) -> list[LayerMeasurement]:
        """Layers whose weights are trained."""
        return [layer for layer in measurement.layers if math.isfinite(layer.weight_norm) and not self.frozen(layer.path)]

    def frozen(self, path: str) -> bool:
        return path in self.sites and self.sites[path].layer.treatment[0]

    @cached_property
    def averages(self) -> bool:
        """Whether evaluations use running averages, which mean nothing in the first steps."""
        return any(site.layer.tag == "batch_norm" for site in self.plan.walk())

    # -- the loss ------------------------------------------------------------------------------------------------------

    @cached_property
    def ignorance(self) -> float | None:
        """The loss of the best answer that doesn't look at the input: the entropy of the classes, the variance of the numbers."""
        quality = self.quality
        kind = self.experiment.loss.tag
        if quality is None or not self.supervised:
            return None
        if quality.class_counts:
            total = sum(quality.class_counts)
            shares = [count / total for count in quality.class_counts if count]
            loss = self.experiment.loss
            weighted, smoothing = getattr(loss, "class_weights", None) is not None, getattr(loss, "label_smoothing", 0.0)
            if kind in ("cross_entropy", "binary_cross_entropy") and not weighted and not smoothing:
                return -math.fsum(share * math.log(share) for share in shares) or None
            return None
        return quality.target_std**2 or None if kind == "mse" else None

    @cached_property
    def start(self) -> float:
        """The loss before training, on examples of the training part; NaN if nobody looked."""
        first = next((one.loss for one in self.evaluations if one.split == "train" and one.step == 0 and not self.averages), None)
        return first if first is not None else self.steps[0].loss if self.steps and self.steps[0].first == 1 else math.nan

    @cached_property
    def reference(self) -> float:
        """What the loss is compared with: that of knowing nothing if it is known, or of the start, whatever is less."""
        known = [value for value in (self.ignorance, self.start) if value is not None and math.isfinite(value)]
        return min(known, default=math.nan)

    @cached_property
    def level(self) -> float:
        """The loss now: the median batch loss of the last fifth (3 to 50 windows)."""
        return median([one.loss for one in self.steps[-min(max(len(self.steps) // 5, 3), 50) :]])

    @cached_property
    def level_before(self) -> float:
        """The same, of the windows before those."""
        many = min(max(len(self.steps) // 5, 3), 50)
        return median([one.loss for one in self.steps[-2 * many : -many]])

    @cached_property
    def least(self) -> float:
        """The least that the loss has been, as medians over windows of the same width."""
        many = min(max(len(self.steps) // 5, 3), 50)
        starts = range(0, max(len(self.steps) - many, 0) + 1, many)
        levels = [median([one.loss for one in self.steps[start : start + many]]) for start in starts]
        return min((one for one in levels if math.isfinite(one)), default=math.nan)

    @property
    def share(self) -> float:
        """The loss now over that of knowing nothing, of an evaluation if there is a fresh one; NaN early on."""
        if not self.reference > 0.0:
            return math.nan
        known = self._evaluated
        return known[-1][1] if known and known[-1][0] >= FRESH * self.step else self.level / self.reference

    @cached_property
    def skilled(self) -> bool:
        """Whether the answers are good, however large the loss is: weights that started too large are sure of their few mistakes."""
        known = next((one for one in reversed(self.evaluations) if one.split == "train"), None)
        quality = self.quality
        if known is None or quality is None or known.step < FRESH * self.step or self.ended == "diverged":
            return False
        if not quality.class_counts:
            return known.metrics.get("r2", 0.0) > SKILL
        chance = max(quality.class_counts) / sum(quality.class_counts)
        return chance < 1.0 and (known.metrics.get("accuracy", 0.0) - chance) / (1.0 - chance) > SKILL

    @property
    def settled(self) -> bool:
        """Whether it is past the first steps, in which much goes up and down that is nothing to worry about."""
        least, share, most = SETTLED
        return self.step >= min(max(least, share * self.total_steps), most) or self.progress >= 0.1 or bool(self.ended)

    @property
    def learning(self) -> bool:
        """Whether the loss has fallen well below that of knowing nothing."""
        return self.share < FALL or self.skilled

    @property
    def ignorant(self) -> bool:
        """Whether next to nothing has been learned yet, or it isn't known whether."""
        return not (self.share < NOTHING or self.skilled)

    @property
    def well(self) -> bool:
        """Whether so much has been learned that layers which look ill can't be in the way."""
        return self.share < WELL or self.skilled

    @property
    def stuck(self) -> bool:
        """Whether there are losses enough to say that nothing has been learned yet."""
        return len(self.steps) >= 10 and (self.share > FLAT or not math.isfinite(self.level)) and not self.skilled

    @cached_property
    def outlook(self) -> float:
        """The loss at the end of the budget over that of knowing nothing, if it goes on as it does: the optimist's view. NaN: too early.

        `nntui.diagnosis.outlook` says how.
        """
        if not self.total_steps or not self.reference > 0.0 or self._warming_up:
            return math.nan
        return min((prospect(curve, self.total_steps) for curve in self._curves), default=math.nan)

    @property
    def failing(self) -> bool:
        """Whether it has no prospect, or, where nobody can tell, has learned nothing yet: then layers that look ill are to blame."""
        if self.ended == "diverged":
            return True
        return self.stuck if math.isnan(self.outlook) else self.settled and self.outlook > HOPELESS and not self.skilled

    @property
    def promising(self) -> bool:
        """Whether it will have learned much when the budget is over."""
        return self.outlook < WELL

    @property
    def _warming_up(self) -> bool:
        """Whether the schedule has not yet let the rate off the leash: how fast it learns now says nothing then."""
        scale = self.experiment.schedule.scale
        return scale(self.progress) < 0.5 * max(scale(self.progress), *(scale(step / 20) for step in range(20)))

    @cached_property
    def _curves(self) -> list[tuple[Point, ...]]:
        """(step, share) now, about half as many steps ago, and half of that again; and the same as it was seen a little before.

        Of evaluations if there are any, which are free of the noise of batches.
        """
        known = self._evaluated
        if known and known[-1][0] >= FRESH * self.step:
            found = halved(known)
            if len(found) > 1 and found[0][0] >= SOONEST:
                return [curve for curve in (found, halved(known[:-1])) if len(curve) > 1 and curve[0][0] >= SOONEST]
        curve = halved(smoothed([(one.last, one.loss / self.reference) for one in self.steps]))
        return [curve] if len(curve) > 1 else []

    @cached_property
    def _evaluated(self) -> list[Point]:
        """(step, loss over that of knowing nothing) of the training part; none with batch norm, whose averages lag behind."""
        if self.averages:
            return []
        return [
            (one.step, one.loss / self.reference_of(one)) for one in self.evaluations if one.split == "train" and one.step > 0
        ]  # fmt: skip

    def reference_of(self, evaluation: Evaluation) -> float:
        """What its loss is compared with: the first examples may be easier to guess than all of them."""
        quality = self.quality
        if quality is None or self.ignorance is None or quality.class_counts or not quality.first_variance > 0.0:
            return self.reference
        return self.reference * quality.first_variance / self.ignorance if evaluation.step < self.total_steps else self.reference

    @property
    def falling(self) -> bool:
        """Whether the loss now is clearly less than a while ago."""
        return self.level < 0.98 * self.level_before


def bends(site: Site) -> bool:
    """Whether a layer is not linear in what it reads."""
    layer = site.layer
    if layer.tag in ("softmax", "log_softmax"):
        return False  # at the end it only renames the answers
    return layer.family in ("activation", "sequence", "normalization") or layer.tag in BENDING
