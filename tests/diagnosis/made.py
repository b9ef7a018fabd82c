"""Experiments and what was measured of them, made by hand for rules to look at."""

from __future__ import annotations

import math
from typing import Any

from nntui.diagnosis.case import Case
from nntui.diagnosis.catalogue import look
from nntui.diagnosis.finding import Finding
from nntui.experiment import Experiment
from nntui.measurements import DataQuality, DataSummary, Evaluation, Histogram, LayerMeasurement, Measurement, Steps
from nntui.nn.plan import plan

NaN = math.nan

DENSE = {"layer": "dense", "units": 8}
OUTPUT = {"layer": "dense", "units": 2}


def experiment(*layers: Any, **tables: Any) -> Experiment:
    """On moons, 500 examples of which 400 are learned in batches of 40: 10 steps per epoch, 100 steps in all."""
    network = [{"layer": layer} if isinstance(layer, str) else layer for layer in layers]
    given = {
        "network": network or [DENSE, {"layer": "relu"}, DENSE, {"layer": "relu"}, OUTPUT],
        "data": {"source": "moons"}, "loss": {"kind": "cross_entropy"}, "optimizer": {"kind": "sgd", "learning_rate": 0.1},
        "training": {"epochs": 10, "batch_size": 40},
    }  # fmt: skip
    return Experiment.from_tables({**given, **tables})


def quality(**values: Any) -> DataQuality:
    usual: dict[str, Any] = {"largest_std": 1.0, "largest_offset": 0.0, "constant": 0, "inputs": 2, "class_counts": (200, 200)}
    return DataQuality(**{**usual, **values})


def data(**values: Any) -> DataSummary:
    found = quality(**values)
    classes = tuple(f"c{index}" for index in range(len(found.class_counts))) or None
    return DataSummary((2,), classes, ("x", "y"), 400, 100, (), found)


def layer(path: str, **values: Any) -> LayerMeasurement:
    weighted = path.endswith(("dense", "conv2d"))
    usual: dict[str, Any] = {
        "mean": 0.0, "std": 0.5, "zero": 0.0, "saturated": NaN, "dead": 0.0, "histogram": Histogram(-1.0, 1.0, (10,) * 10), "delta": 1e-2,
        "gradient_norm": 0.1 if weighted else NaN, "weight_norm": 1.0 if weighted else NaN, "update_ratio": 1e-3 if weighted else NaN,
        "alike": 0.0 if weighted else NaN,
    }  # fmt: skip
    return LayerMeasurement(path=path, **{**usual, **values})


def measurement(step: int, made: Experiment, **changes: dict[str, Any]) -> Measurement:
    """All layers healthy, but for those whose number is named: n0={"delta": 1e-9}."""
    sites = plan(made.network, (2,)).walk()
    layers = tuple(layer(site.path, **changes.get("n" + site.path.split(".")[0], {})) for site in sites)
    return Measurement(step, step / 10, layers, 0.0)


def steps(*losses: float, **values: Any) -> list[Steps]:
    usual: dict[str, Any] = {"gradient_norm": 1.0, "gradient_norm_max": 1.0, "clipped": 0, "learning_rate": 0.1}
    return [
        Steps(
            first=i + 1, last=i + 1, epoch=(i + 1) / 10, seconds=0.0, loss=loss, loss_min=loss, loss_max=loss,
            non_finite=int(not math.isfinite(loss)), **{**usual, **values},
        )
        for i, loss in enumerate(losses)
    ]  # fmt: skip


def evaluation(
    step: int, loss: float, split: Any = "train", accuracy: float = NaN, answered: tuple[int, ...] = (), right: tuple[int, ...] = ()
) -> Evaluation:
    return Evaluation(step, step / 10, split, loss, {"accuracy": accuracy}, answered, right)


def falling(count: int = 50, start: float = 0.7) -> list[float]:
    return [start * 0.95**i for i in range(count)]


def flat(count: int = 50, level: float = 0.69) -> list[float]:
    return [level] * count


def case(
    made: Experiment | None = None, losses: list[float] | None = None, looks: dict[str, dict[str, Any]] | None = None, **parts: Any
) -> Case:
    """A run of these batch losses, measured at steps 1, 2, 3 and at every fifth one, always the same."""
    made = made or experiment()
    losses = flat() if losses is None else losses
    known: dict[str, Any] = {
        "data": data(), "steps": steps(*losses), "evaluations": [evaluation(0, losses[0])] if losses else [],
        "measurements": [measurement(s, made, **(looks or {})) for s in (1, 2, 3, *range(5, len(losses) + 1, 5)) if s <= len(losses)],
    }  # fmt: skip
    return Case(made, plan(made.network, (2,)), **{**known, **parts})


def found(seen: Case) -> dict[str, Finding]:
    """What the rules say at once, by name."""
    return {finding.rule: finding for finding in look(seen)}


def serious(seen: Case) -> set[str]:
    """Names of the warnings and errors."""
    return {finding.rule for finding in look(seen) if finding.badness >= 2}
