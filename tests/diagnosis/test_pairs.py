"""The lessons: a broken preset fires exactly its rule, its fixed twin none; and the doctor mends the broken one by itself."""

from __future__ import annotations

import functools

import pytest

import nntui
from nntui.doctor.assessment import Assessment, assess
from nntui.doctor.examination import examine
from nntui.doctor.repair import repair

PAIRS = {
    "vanishing-sigmoid": "vanishing_signal",
    "thirty-layers-xavier": "vanishing_signal",
    "exploding-weights": "exploding_signal",
    "dead-relu": "dead_units",
    "zero-weights": "symmetric_units",
    "double-softmax": "double_softmax",
    "wine-raw": "unscaled_inputs",
    "batch-norm-2": "tiny_batch_norm",
    "rate-too-high": "learning_rate_too_high",
    "rate-too-low": "learning_rate_too_low",
    "overfitting": "overfitting",
    "linear-stack": "linear_stack",
    "missing-activation": "missing_activation",
    "one-neuron-xor": "too_simple",
    "rare-class": "class_imbalance",
    "no-output-bias": "no_output_bias",
    "decay-dominates": "regularization_dominates",
    "adding-rnn": "vanishing_through_time",
}
STEPS = 3000
"""Seen of the longest: by then everything there is to find has been found."""
SHORT = {"adding-rnn": 200, "adding-lstm": 200, "thirty-layers-selu": 250}
"""Steps of those in which each is long."""
HEALTHY = (
    "spiral", "playground-circle", "playground-spiral", "cs231n-spiral", "digits-mlp", "iris", "diabetes", "one-cycle", "pytorch-example",
    "constant-rate", "digits-0-4", "hebb", "perceptron", "xor", "scratch-5-9", "transfer-5-9", "sparse-weights", "matrix-factorization",
    "thirty-layers-selu",
)  # fmt: skip


@functools.cache
def seen(name: str) -> Assessment:
    return assess(examine(nntui.load(name), steps=SHORT.get(name, STEPS)))


@pytest.mark.parametrize(("name", "rule"), PAIRS.items())
def test_a_broken_preset_fires_exactly_its_rule(name: str, rule: str) -> None:
    assert {finding.rule for finding in seen(name).serious} == {rule}


@pytest.mark.parametrize("name", PAIRS)
def test_its_fixed_twin_fires_none(name: str) -> None:
    fixed = nntui.load(name).pair
    assert fixed is not None and seen(fixed).serious == ()


@pytest.mark.parametrize("name", HEALTHY)
def test_a_preset_that_learns_has_nothing_serious(name: str) -> None:
    assert seen(name).serious == ()


MENDED = ("dead-relu", "zero-weights", "wine-raw", "rate-too-high", "rate-too-low", "exploding-weights", "decay-dominates")


@pytest.mark.parametrize("name", MENDED)
def test_the_doctor_makes_a_broken_preset_learn(name: str) -> None:
    repaired = repair(nntui.load(name), lambda experiment: assess(examine(experiment)))
    assert repaired.last.skill > 0.9
    assert len(repaired.trials) <= 4
