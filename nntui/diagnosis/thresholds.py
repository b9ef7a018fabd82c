"""From which value on something is worth a word: every limit that a rule holds a measured number to, with its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["healthy", "note", "warning", "error"]

SEVERITIES: tuple[Severity, ...] = ("healthy", "note", "warning", "error")
"""From best to worst."""

GRID = "calibrated on tests/diagnosis/grid.py (choosing half)"


@dataclass(frozen=True)
class Threshold:
    """From which value on something is worth a note, a warning, an error; `None`: never."""

    note: float | None
    warning: float | None
    error: float | None
    source: str
    falling: bool = False
    """Whether small values are the bad ones."""

    def grade(self, value: float) -> Severity:
        """How bad a value is. NaN, where nothing could be measured, is healthy: other rules look after it."""
        worst: Severity = "healthy"
        for severity, limit in (("note", self.note), ("warning", self.warning), ("error", self.error)):
            if limit is not None and (value < limit if self.falling else value > limit):
                worst = severity  # type: ignore[assignment]
        return worst


FLOW: dict[str, Threshold] = {
    "vanishing_signal": Threshold(
        0.1, 0.01, 1e-6, "Glorot & Bengio 2010, eq. 5-6: std(delta) of the first over the last hidden layer", falling=True
    ),
    "exploding_signal": Threshold(10.0, 100.0, None, "Glorot & Bengio 2010, eq. 5-6: the same ratio"),
    "slow_update": Threshold(1e-4, None, None, "CS231n, neural networks 3: update:weight ratio near 1e-3", falling=True),
    "hot_update": Threshold(1e-2, 0.1, None, "CS231n, neural networks 3: update:weight ratio near 1e-3"),
    "dead_units": Threshold(0.1, 0.5, None, "CS231n, neural networks 1: as much as 40 % of the units can be dead"),
    "saturated_units": Threshold(0.2, 0.5, None, "Karpathy, makemore part 3: share of |tanh| > 0.97"),
}
"""What one measurement is held to."""

CURVES: dict[str, Threshold] = {
    "risen_loss": Threshold(None, 3.0, None, "CS231n, neural networks 3: loss over its least value, rate too high"),
    "wrong_start": Threshold(0.25, 1.0, None, "CS231n, neural networks 3: first loss against ln C, relative difference"),
    "overfitting": Threshold(None, 0.1, None, "UMLAUT; SageMaker Debugger: rise of the validation loss over its best"),
}
"""What loss curves are held to, said in a pane while they are drawn."""

FINDINGS: dict[str, Threshold] = {
    "unscaled_inputs": Threshold(10.0, 30.0, None, "UMLAUT; CS231n, neural networks 2: inputs of standard deviation about 1"),
    "off_centre_inputs": Threshold(10.0, 100.0, None, "SageMaker Debugger, NotNormalizedData: |mean| of an input, about 0 would be right"),
    "tiny_inputs": Threshold(0.1, None, None, "UMLAUT; CS231n, neural networks 2: inputs of standard deviation about 1", falling=True),
    "class_imbalance": Threshold(10.0, None, None, "SageMaker Debugger, ClassImbalance: largest over smallest count"),
    "missed_class": Threshold(0.5, 0.3, None, "SageMaker Debugger: error of a class above 0.7, i.e. recall below 0.3", falling=True),
    "leaked_examples": Threshold(0.01, 0.1, None, "Karpathy, a recipe for training neural networks: look at the data"),
    "contradicted_examples": Threshold(0.01, None, None, "Northcutt et al. 2021: 3 % of labels are wrong on average"),
    "large_activations": Threshold(10.0, None, None, "AutoTrainer (Zhang et al. 2021): mean |activation| of 10 and more"),
    "batch_norm_batch": Threshold(8.0, 4.0, 2.0, "Google tuning playbook; measured on digits: batch 2 .54 against .98", falling=True),
    "dropout_rate": Threshold(0.5, 0.8, None, "UMLAUT: drop rates above 0.5"),
    "start_factor": Threshold(1.25, 20.0, None, "CS231n, neural networks 2: first loss against ln C; " + GRID),
    "activation_drift": Threshold(10.0, None, None, "Glorot & Bengio 2010, figure 6; LSUV: std of the last over the first hidden layer"),
    "small_activations": Threshold(0.1, 1e-4, None, "Mishkin & Matas 2016 (LSUV): standard deviation 1 per layer; " + GRID, falling=True),
    "alike_units": Threshold(None, 0.5, 0.9, "CS231n, neural networks 2: units that start alike stay alike"),
    "spike": Threshold(10.0, None, None, "Google tuning playbook: gradient norm against its running median"),
    "hot_update": Threshold(0.02, 0.05, None, "CS231n, neural networks 3: update:weight ratio about 1e-3; " + GRID),
    "reach": Threshold(0.2, 0.1, None, "median update:weight ratio times all steps: how far weights can get; " + GRID, falling=True),
    "slow_reach": Threshold(None, 3.0, None, "the same, of a loss that will not have fallen when training ends; " + GRID, falling=True),
    "rise": Threshold(1.5, 3.0, None, "CS231n, neural networks 3: loss over the least it has been; " + GRID),
    "first_rise": Threshold(1.5, 3.0, None, "loss after the first steps over the loss before them; " + GRID),
    "clipped": Threshold(0.5, None, None, "Google tuning playbook: share of the steps that are clipped"),
    "near_zero": Threshold(0.9, None, None, "fastai, ActivationStats: share of activations within 0.05 of 0"),
    "penalty": Threshold(0.5, 1.0, None, "CS231n, gradient checks: the penalty's gradient over the data's"),
    "flat_loss": Threshold(0.98, None, None, "SageMaker Debugger, LossNotDecreasing: loss now over that of knowing nothing; " + GRID),
    "overfitting": Threshold(1.1, 1.5, None, "SageMaker Debugger, Overfit: validation loss over its best"),
    "accuracy_gap": Threshold(0.07, 0.1, None, "AutoTrainer (Zhang et al. 2021): training accuracy minus validation accuracy"),
    "underfitting": Threshold(0.7, None, None, "AutoTrainer (Zhang et al. 2021): final training accuracy below 0.7", falling=True),
    "validation_lead": Threshold(0.05, None, None, "UMLAUT: validation accuracy minus training accuracy"),
    "one_class": Threshold(None, 0.95, None, "share of the examples that get the same answer, beyond the class's own share"),
    "recall_over_time": Threshold(1e-2, 1e-4, None, "Bengio et al. 1994; Le et al. 2015: ||dL/dh_0|| over ||dL/dh_T||", falling=True),
}  # fmt: skip
"""What findings are held to."""

FALL = 0.9
"""A loss below this share of knowing nothing has begun to learn."""
MOST = 0.7
"""Share of dead units from which they are to blame for a loss that doesn't fall; in a network that learns some are no loss."""
WELL = 0.5
"""A loss below this share of knowing nothing excuses layers that look ill."""
NOTHING = 0.95
"""A loss above this share of knowing nothing is not worth what the first steps, or too short ones, have cost."""
FLAT = 0.98
"""A loss above this share of knowing nothing has learned nothing yet."""
SKILL = 0.5
"""Accuracy above that of always naming the commonest class, as a share of what there is above it, or R^2, from which answers are good."""
HOPELESS = 0.9
"""A loss that is on its way to more than this share of knowing nothing will have learned next to nothing."""
SOMETHING = 0.02
"""Share of the loss of knowing nothing by which it must have fallen to count as the beginning of learning."""
SOONEST = 5
"""Steps before nobody can say where a loss is going."""
STRAIGHT = 1.7
"""Times as much as in the steps before must a loss fall while steps double, for its fall to count as straight; 2 is a straight line."""
EARLY = 0.05
"""Share of the budget before which slowness is nothing to worry about."""
SETTLED = (10, 0.08, 500)
"""After so many steps, or this share of all of them (at most the last), what the first ones have thrown about should have calmed down."""
LATE = 0.5
"""Share of the budget after which having learned nothing is a fault, whatever the cause."""
