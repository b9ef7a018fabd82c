"""What a run has achieved so far, folded from its records: for the runs table, summaries and comparisons."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from nntui.measurements import AnyRecord, Evaluation, Steps


class Best(msgspec.Struct, frozen=True, gc=False):
    """The best evaluation so far."""

    name: str
    """Of the metric ("accuracy", "r2"), or "loss" where nothing else is measured; on the validation part if there is one."""
    value: float
    step: int
    validation: bool

    def beats(self, other: Best | None) -> bool:
        """Whether this is better; losses are better when lower, metrics when higher; validation goes before training."""
        if other is None or self.validation > other.validation:
            return True
        if self.validation < other.validation or math.isnan(self.value):
            return False
        if math.isnan(other.value):
            return True
        return self.value < other.value if self.name == "loss" else self.value > other.value


class Results(msgspec.Struct, frozen=True):
    """The newest value of everything that is judged. None: not measured; NaN: measured, and not a number."""

    step: int = 0
    """Of the newest record that counted."""
    loss: float | None = None
    """Of the training part, or of the last training steps if those are newer."""
    val_loss: float | None = None
    metrics: dict[str, float] = {}
    """On the training part."""
    val_metrics: dict[str, float] = {}
    best: Best | None = None

    def after(self, records: Iterable[AnyRecord]) -> Results:
        """These results with more records taken into account, in the order in which they were written."""
        step, loss, val_loss, metrics, val_metrics, best = (
            self.step, self.loss, self.val_loss, self.metrics, self.val_metrics, self.best,
        )  # fmt: skip
        for record in records:
            match record:
                case Steps():
                    step, loss = record.last, record.loss
                case Evaluation():
                    step = record.step
                    validation = record.split == "validation"
                    if validation:
                        val_loss, val_metrics = record.loss, record.metrics
                    else:
                        loss, metrics = record.loss, record.metrics
                    name, value = next(iter(record.metrics.items()), ("loss", record.loss))
                    candidate = Best(name, value, step, validation)
                    if candidate.beats(best):
                        best = candidate
        return Results(step, loss, val_loss, metrics, val_metrics, best)


decode_results = msgspec.msgpack.Decoder(Results).decode
