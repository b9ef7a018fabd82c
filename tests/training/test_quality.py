"""What is said of data before it is learned from."""

from __future__ import annotations

import math

import numpy as np
import pytest

import nntui
from nntui.data.source import Data, Facts, Split
from nntui.measurements import DataSummary, Evaluation
from nntui.nn.losses import Target
from nntui.training.quality import quality
from nntui.training.trainer import Trainer


def data(X: np.ndarray, y: np.ndarray, held: np.ndarray | None = None, classes: int | None = 2) -> Data:
    facts = Facts(X.shape[1:], Target(classes), tuple(map(str, range(classes or 0))) or None, (), len(X))
    validation = Split(held, np.zeros(len(held), np.int64)) if held is not None else None
    return Data(facts, Split(X.astype(np.float32), y), validation)


def test_the_widest_and_the_furthest_input_are_told_and_constants_counted() -> None:
    X = np.stack([np.tile([-300.0, 300.0], 50), np.tile([99.0, 101.0], 50), np.ones(100)], axis=1)
    found = quality(data(X, np.tile([0, 1], 50)))
    assert found.largest_std == pytest.approx(300.0)
    assert found.largest_offset == pytest.approx(100.0)
    assert (found.constant, found.inputs) == (1, 3)


def test_classes_are_counted_and_numbers_summed_up() -> None:
    X = np.random.default_rng(0).normal(size=(10, 2))
    assert quality(data(X, np.array([0] * 9 + [1]))).class_counts == (9, 1)
    numbers = quality(data(X, np.arange(10.0)[:, None], classes=None))
    assert (numbers.target_low, numbers.target_high, numbers.target_mean) == (0.0, 9.0, 4.5)
    assert math.isnan(quality(data(X, np.zeros(10, np.int64))).target_low)


def test_held_out_examples_that_are_also_learned_are_found() -> None:
    X = np.random.default_rng(0).normal(size=(10, 2)).astype(np.float32)
    held = np.concatenate([X[:1], X[:3] + 1.0])
    assert quality(data(X, np.zeros(10, np.int64), held)).leaked == 0.25


def test_a_run_tells_its_quality_and_how_often_each_class_was_answered() -> None:
    trainer = Trainer(nntui.load("iris"))
    records = trainer.opening()
    summary = next(record for record in records if isinstance(record, DataSummary))
    assert summary.quality is not None and sum(summary.quality.class_counts) == len(trainer.data.train)
    validation = next(record for record in records if isinstance(record, Evaluation) and record.split == "validation")
    assert sum(validation.answered) == summary.validation_examples
    assert sum(validation.right) / sum(validation.answered) == pytest.approx(validation.metrics["accuracy"])


def test_examples_with_the_same_inputs_and_different_classes_are_counted() -> None:
    X = np.array([[0.0], [0.0], [1.0], [1.0], [2.0]], np.float32)
    assert quality(data(X, np.array([0, 1, 0, 0, 1]))).contradicted == 0.4
    assert quality(data(X, np.zeros(5, np.int64))).contradicted == 0.0
