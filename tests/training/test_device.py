"""What is said of a device: how it is used, and what would fit on it."""

from __future__ import annotations

from nntui import backends
from nntui.errors import MemoryShortage
from nntui.experiment import Experiment
from nntui.nn.costs import training_bytes
from nntui.nn.plan import plan
from nntui.training.device import explained, gigabytes, use


def wide(batch: int) -> Experiment:
    return Experiment.from_tables(
        {
            "network": [{"layer": "dense", "units": 1000}, {"layer": "relu"}, {"layer": "dense", "units": 2}],
            "data": {"source": "spiral"},
            "loss": {"kind": "cross_entropy"},
            "optimizer": {"kind": "adam", "learning_rate": 0.01},
            "training": {"batch_size": batch, "epochs": 1},
        }
    )


def told(free: int, batch: int = 100_000) -> str:
    experiment = wide(batch)
    return str(explained(MemoryShortage("the device is full", free), experiment, plan(experiment.network, (2,)), 4))


def test_the_cpu_is_no_device_to_tell_about() -> None:
    assert use(backends.load("numpy")) is None


def test_a_batch_that_is_too_large_is_told_with_the_largest_that_fits() -> None:
    shapes = plan(wide(1).network, (2,))
    text = told(training_bytes(shapes, 5_000, 2) + 10)
    assert text == "the device is full. This network needs about 1.6 GB with batches of 100000: batches of at most about 5000 fit"


def test_a_network_that_does_not_fit_by_itself_is_told_so() -> None:
    assert told(10_000).endswith("and 0.1 MB even without any: fewer units are the only way, or backend numpy")


def test_a_training_that_would_fit_blames_the_data() -> None:
    assert told(10**12).endswith("which would fit; the data set needs the rest: limit it")


def test_bytes_are_told_in_units_that_suit_them() -> None:
    assert gigabytes(2.345e9) == "2.3 GB" and gigabytes(3.2e6) == "3.2 MB"
