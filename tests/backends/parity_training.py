"""What holds of a training on the CuPy backend wherever it runs: the losses, the state and the measurements of NumPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from nntui.experiment import Experiment
from nntui.training.trainer import Trainer

from .parity import DTYPES, assert_close

DENSE_TANH = [{"layer": "dense", "units": 8}, {"layer": "tanh"}]
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "cross_entropy, adam": {},
    "binary_cross_entropy, momentum, clipping": {
        "network": [*DENSE_TANH, {"layer": "dense", "units": 1}],
        "loss": {"kind": "binary_cross_entropy"},
        "optimizer": {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
        "training": {"batch_size": 16, "clip_norm": 0.3, "epochs": 20},
    },
    "mse, adamw, one cycle, batch_norm": {
        "network": [{"layer": "dense", "units": 8}, {"layer": "batch_norm"}, {"layer": "relu"}, {"layer": "dense", "units": 1}],
        "data": {"source": "reg_gauss", "examples": 60},
        "loss": {"kind": "mse"},
        "optimizer": {"kind": "adamw", "learning_rate": 0.01, "weight_decay": 0.1},
        "schedule": {"kind": "one_cycle"},
    },
    "autoencoder, portions": {
        "network": [*DENSE_TANH, {"layer": "dense", "units": 2}],
        "program": {"kind": "autoencoder"},
        "loss": {"kind": "mse"},
        "training": {"batch_size": 20, "accumulate": 3, "epochs": 20},
    },
    "language model that reads on": {
        "network": [
            {"layer": "embedding", "vocabulary": 25, "units": 4}, {"layer": "lstm", "units": 5, "layers": 2},
            {"layer": "gru", "units": 5}, {"layer": "dense", "units": 25},
        ],
        "data": {"source": "sentences", "length": 1000, "context": 7},
        "program": {"kind": "language_model", "carry": True, "length": 5},
        "training": {"batch_size": 9, "epochs": 20},
    },
    "mae, sgd, skip": {
        "network": [
            {"layer": "dense", "units": 6}, {"layer": "skip", "body": [{"layer": "dense", "units": 6}, {"layer": "gelu"}]},
            {"layer": "dense", "units": 1},
        ],
        "data": {"source": "reg_gauss", "examples": 60},
        "loss": {"kind": "mae"},
        "optimizer": {"kind": "sgd", "learning_rate": 0.05},
    },
}  # fmt: skip

RANDOM: dict[str, dict[str, Any]] = {
    "dropout": {
        "network": [*DENSE_TANH, {"layer": "dropout", "rate": 0.3}, {"layer": "dense", "units": 2}],
        "data": {"source": "circle", "examples": 60},
    },
    "gan": {
        "network": [*DENSE_TANH, {"layer": "dense", "units": 2}],
        "program": {"kind": "gan", "latent": 3, "discriminator": [*DENSE_TANH, {"layer": "dense", "units": 1}]},
        "loss": {"kind": "binary_cross_entropy"},
    },
}
"""What draws random numbers while it trains: each backend draws its own."""


def experiment(**changes: Any) -> Experiment:
    tables: dict[str, Any] = {
        "network": [{"layer": "dense", "units": 8}, {"layer": "relu"}, {"layer": "dense", "units": 2}],
        "data": {"source": "spiral", "examples": 60},
        "loss": {"kind": "cross_entropy"},
        "optimizer": {"kind": "adam", "learning_rate": 0.01},
        "training": {"batch_size": 10, "epochs": 20},
    }
    return Experiment.from_tables({**tables, **changes})


def losses(trainer: Trainer, steps: int) -> list[float]:
    return [trainer.step() for _ in range(steps)]


class TrainingParity:
    """Whole trainings."""

    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize("name", EXPERIMENTS)
    def test_twenty_steps_lose_what_they_lose_in_numpy(self, ops: Any, name: str, dtype: str) -> None:
        theirs, ours = (Trainer(experiment(**EXPERIMENTS[name]), backend, dtype) for backend in ("numpy", "cupy"))
        assert ours.backend_name == "cupy"
        assert_close(losses(ours, 20), losses(theirs, 20), 1e-9 if dtype == "float64" else 1e-3)
        wanted = theirs.evaluate()
        got = ours.evaluate()
        assert got.keys() == wanted.keys() and got["loss"] == pytest.approx(wanted["loss"], rel=1e-3)

    @pytest.mark.parametrize("name", RANDOM)
    def test_the_same_training_twice_gives_the_same_bits(self, ops: Any, name: str) -> None:
        first, second = (Trainer(experiment(**RANDOM[name]), "cupy") for _ in range(2))
        assert losses(first, 20) == losses(second, 20)
        assert first.state().arrays["parameters"].tobytes() == second.state().arrays["parameters"].tobytes()

    @pytest.mark.parametrize("name", RANDOM)
    def test_a_training_goes_on_to_the_bit_where_it_was_saved(self, ops: Any, name: str) -> None:
        whole = Trainer(experiment(**RANDOM[name]), "cupy")
        losses(whole, 8)
        state = whole.state()
        resumed = Trainer(experiment(**RANDOM[name]), "cupy")
        resumed.load_state(state)
        assert losses(resumed, 8) == losses(whole, 8)
        assert resumed.state().arrays["parameters"].tobytes() == whole.state().arrays["parameters"].tobytes()

    @pytest.mark.parametrize(("saved", "loaded"), [("cupy", "numpy"), ("numpy", "cupy")])
    @pytest.mark.parametrize("name", EXPERIMENTS)
    def test_what_one_backend_saves_the_other_goes_on_with(self, ops: Any, name: str, saved: str, loaded: str) -> None:
        before = Trainer(experiment(**EXPERIMENTS[name]), saved, "float64")
        losses(before, 8)
        after = Trainer(experiment(**EXPERIMENTS[name]), loaded, "float64")
        after.load_state(before.state())
        assert_close(losses(after, 8), losses(before, 8), 1e-9)

    def test_measurements_are_what_they_are_in_numpy(self, ops: Any) -> None:
        tables = {"training": {"batch_size": 10, "epochs": 4, "early_stopping": {"patience": 2}}}
        told: list[list[Any]] = []
        timeless: list[list[list[float]]] = []
        for backend in ("numpy", "cupy"):
            trainer = Trainer(experiment(**tables), backend, "float64")
            during = [*trainer.advance(0.0, steps=1), *trainer.advance(0.0, steps=100)]
            told.append(during)
            timeless.append([_numbers(record) for record in [*trainer.opening(), *filter(_untimed, during), *trainer.closing()]])
        assert len(timeless[0]) == len(timeless[1]) > 10
        for got, wanted in zip(timeless[1], timeless[0], strict=True):
            assert_close(got, wanted, 1e-6)
        first = [next(record for record in records if type(record).__name__ == "Measurement") for records in told]
        for got, wanted in zip(first[1].layers, first[0].layers, strict=True):
            assert got.path == wanted.path and got.histogram.counts == wanted.histogram.counts
            for field in ("mean", "std", "zero", "saturated", "dead", "delta", "gradient_norm", "weight_norm", "update_ratio"):
                assert_close(getattr(got, field), getattr(wanted, field), 1e-9, f"{got.path}: {field}")

    def test_a_language_model_says_and_measures_what_it_does_in_numpy(self, ops: Any) -> None:
        heard, through = [], []
        for backend in ("numpy", "cupy"):
            trainer = Trainer(experiment(**EXPERIMENTS["language model that reads on"]), backend, "float64")
            records = [*trainer.advance(0.0, steps=8, look=True), *trainer.closing()]
            heard.append([record.text for record in records if type(record).__name__ == "Said"])
            looked = next(record for record in records if type(record).__name__ == "Measurement")
            through.append([layer.through_time for layer in looked.layers])
        assert heard[0] == heard[1] and heard[0]
        for got, wanted in zip(through[1], through[0], strict=True):
            assert_close(got, wanted, 1e-9)
        assert [len(norms) for norms in through[0]] == [0, 7, 7, 0]

    def test_a_loss_that_explodes_is_seen(self, ops: Any) -> None:
        tables = {"optimizer": {"kind": "sgd", "learning_rate": 1e30}, **{"training": {"batch_size": 10, "epochs": 20}}}
        trainer = Trainer(experiment(**tables), "cupy")
        trainer.step(50)
        assert trainer.outcome == "diverged" and not math.isfinite(trainer.last_loss)


def _untimed(record: Any) -> bool:
    """Whether a record made in the midst of training is the same everywhere: when it is measured depends on the clock, and
    how steps are made is told of a device only.
    """
    return type(record).__name__ not in ("Measurement", "Surface") and getattr(record, "kind", "") != "backend"


def _numbers(record: Any) -> list[float]:
    """Losses and metrics of a record, or the values of a surface: what the clock has no part in."""
    kind = type(record).__name__
    if kind == "Steps":
        return [record.first, record.last, record.loss, record.gradient_norm]
    if kind == "Evaluation":
        return [record.step, record.loss, *record.metrics.values()]
    if kind == "Surface":
        return [record.step, *np.frombuffer(record.values, np.float32).tolist()]
    return [getattr(record, "step", 0)]
