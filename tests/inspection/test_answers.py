"""Confusion, calibration and the worst mistakes against scikit-learn and arithmetic by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss

import nntui
from inspection.subjects import images, memory, plane, text
from nntui.errors import NntuiError
from nntui.inspection.answers import confusion, example_losses
from nntui.inspection.mistakes import worst
from nntui.inspection.reliability import BINS, Calibration, calibration
from nntui.inspection.request import Request
from nntui.inspection.subject import Subject


@pytest.mark.parametrize("subject", [plane(), images()], ids=["plane", "images"])
def test_the_matrix_is_scikit_learns(subject: Subject) -> None:
    found = confusion(subject, Request())
    part = subject.part("validation")
    said = subject.network.forward(part.X).argmax(-1)
    expected = confusion_matrix(part.y, said, labels=range(len(found.classes)))
    assert (found.matrix == expected).all()
    assert found.accuracy == pytest.approx(accuracy_score(part.y, said))


def test_the_examples_behind_a_cell_are_those_and_the_surest_come_first() -> None:
    subject = plane()
    found = confusion(subject, Request(split="train"))
    for truth in range(2):
        for said in range(2):
            rows = found.behind(truth, said)
            assert len(rows) == found.matrix[truth, said]
            assert (np.diff(found.confidence[rows]) <= 0).all()
            for row in rows:
                assert subject.part("train").y[found.example[row]] == truth


def test_the_most_confused_pairs_leave_right_answers_out() -> None:
    found = confusion(images(), Request(split="train"))
    pairs = found.confused()
    assert pairs and all(truth != said and many == found.matrix[truth, said] for truth, said, many in pairs)
    assert sum(many for _, _, many in pairs) == found.matrix.sum() - np.trace(found.matrix)


def test_every_position_of_a_sequence_is_an_answer() -> None:
    subject = text()
    found = confusion(subject, Request())
    part = subject.part("validation")
    assert len(found.truth) == part.y.size and found.example[-1] == len(part) - 1
    said = subject.network.forward(part.X).argmax(-1)
    assert found.accuracy == pytest.approx((said == part.y).mean())


def test_losses_of_single_examples_average_to_the_loss_of_all() -> None:
    subject = plane()
    part = subject.part("train")
    losses = example_losses(subject, subject.outputs(part.X), part.y)
    P = np.exp(Z := subject.network.forward(part.X).astype(np.float64))
    P /= np.exp(Z).sum(1, keepdims=True)
    assert losses.mean() == pytest.approx(log_loss(part.y, P), rel=1e-5)


def test_the_worst_come_first_with_what_was_said() -> None:
    subject = plane()
    found = worst(subject, Request())
    assert (np.diff(found.losses) <= 0).all()
    part = subject.part("validation")
    Z = subject.network.forward(part.X)[found.examples[0]]
    assert found.truth[0] == subject.facts.classes[part.y[found.examples[0]]]  # type: ignore[index]
    assert found.said[0] == subject.facts.classes[int(Z.argmax())]  # type: ignore[index]


def test_numbers_have_worst_examples_but_no_confusion() -> None:
    subject = memory()
    found = worst(subject, Request())
    part = subject.part("validation")
    errors = np.square(subject.network.forward(part.X) - part.y).ravel()
    assert found.losses[0] == pytest.approx(errors.max(), rel=1e-5)
    assert float(found.truth[0]) == pytest.approx(part.y[found.examples[0], 0], rel=1e-3)
    with pytest.raises(NntuiError, match="not classes"):
        confusion(subject, Request())
    with pytest.raises(NntuiError, match="not classes"):
        calibration(subject, Request())


def test_calibration_by_hand() -> None:
    subject = plane()
    found = calibration(subject, Request(split="train"))
    part = subject.part("train")
    Z = subject.network.forward(part.X).astype(np.float64)
    P = np.exp(Z) / np.exp(Z).sum(1, keepdims=True)
    sure, right = P.max(1), P.argmax(1) == part.y
    ece = 0.0
    for b in range(BINS):
        there = (sure >= b / BINS) & (sure < (b + 1) / BINS)
        assert found.counts[b] == there.sum()
        if there.any():
            assert found.confidence[b] == pytest.approx(sure[there].mean(), rel=1e-5)
            assert found.accuracy[b] == pytest.approx(right[there].mean())
            ece += there.mean() * abs(sure[there].mean() - right[there].mean())
    assert found.ece == pytest.approx(ece, rel=1e-4)
    assert found.surplus == pytest.approx(sure.mean() - right.mean(), rel=1e-4)


def test_a_perfectly_calibrated_oracle_has_no_calibration_error() -> None:
    sure = np.array([np.nan] * 5 + [0.55, 0.65, 0.75, 0.85, 0.95])
    found = Calibration("train", np.array([0] * 5 + [100] * 5), sure, sure)
    assert found.ece == 0.0 and found.surplus == 0.0


def test_one_output_answers_yes_or_no() -> None:
    subject = Subject(nntui.load("xor")).at(0)
    found = confusion(subject, Request(split="train"))
    assert found.matrix.sum() == 4 and len(found.classes) == 2
    assert (found.confidence >= 0.5).all()


def test_of_two_questions_the_one_about_classes_is_confused() -> None:
    subject = Subject(nntui.load("detect-shape").set("data.examples=60")).at(0)
    found = confusion(subject, Request())
    assert found.classes and found.matrix.sum() == len(subject.part("validation"))


def test_examples_are_described_as_people_see_them() -> None:
    pictures = confusion(images(), Request()).examples
    assert pictures.pictures is not None and pictures.pictures.shape == (12, 8, 8)
    points = confusion(plane(), Request()).examples
    assert points.names == ("x", "y") and points.values is not None
    np.testing.assert_array_equal(points.values, plane().points("validation"))
    letters = confusion(text(), Request()).examples
    assert len(letters.texts[0]) == 12 and " " in "".join(letters.texts)
    wine = Subject(nntui.load("wine-standardized")).at(0)
    listed = worst(wine, Request())
    assert listed.seen.values is not None
    alcohol = listed.seen.values[:, listed.seen.names.index("alcohol")]
    assert (alcohol > 10.0).all() and (alcohol < 16.0).all(), "in percent, as it was measured"
