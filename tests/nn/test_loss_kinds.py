"""What is special about single losses: masks, weights, margins, questions asked together."""

import numpy as np
import pytest

from nn.loss_table import FIVE, NUMBER, NUMBERS, TWO, Bound
from nntui.errors import ExperimentError
from nntui.nn.dense import Dense
from nntui.nn.losses import (
    BinaryCrossEntropy,
    Composite,
    CrossEntropy,
    Focal,
    Hebbian,
    Hinge,
    Huber,
    KLDivergence,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    Part,
    Target,
)
from nntui.nn.network import Network

RNG = np.random.default_rng(0)


def bound(loss: Loss, target: Target, y: np.ndarray, units: int, Z: np.ndarray | None = None) -> Bound:
    output = (*target.shape, units)
    loss.check(output, target)
    fitted = loss.fitted(y, target)
    Z = 2.0 * RNG.standard_normal((len(y), *output)) if Z is None else Z
    return Bound(fitted, Z, fitted.encode(y, output, target))


# -- masks -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "loss",
    [
        CrossEntropy(0.1), CrossEntropy(class_weights=(1.0, 2.0, 0.5)), CrossEntropy(0.3, "balanced"),
        Focal(), Focal(1.0, (1.0, 2.0, 3.0)),
    ],
    ids=repr,
)  # fmt: skip
def test_a_masked_position_counts_for_nothing(loss: Loss):
    y = RNG.integers(0, 3, (4, 6))
    y[RNG.random(y.shape) < 0.4] = -1
    masked = bound(loss, Target(3, shape=(6,)), y, 3)
    asked = bound(loss, Target(3), y[y >= 0], 3, masked.at.Z[y >= 0])
    assert masked.forward() == pytest.approx(asked.forward(), rel=1e-12)
    dZ = masked.backward()
    np.testing.assert_allclose(dZ[y >= 0], asked.backward(), rtol=1e-12)
    assert not dZ[y < 0].any()


@pytest.mark.parametrize("loss", [CrossEntropy(0.1), CrossEntropy(class_weights=(1.0, 2.0, 0.5)), Focal()], ids=repr)
def test_if_every_position_is_masked_there_is_no_loss_and_no_gradient(loss: Loss):
    nothing = bound(loss, Target(3, shape=(6,)), np.full((2, 6), -1), 3)
    assert nothing.forward() == 0.0 and not nothing.backward().any()


def test_losses_that_know_no_masks_say_so():
    y = np.array([[0, -1], [1, 0]])
    for loss, units in ((Hinge(), 2), (BinaryCrossEntropy(), 1), (Huber(), 1)):
        with pytest.raises(ExperimentError, match="can't leave out positions, but some labels are masked: use cross_entropy"):
            loss.encode(y, (2, units), Target(2, shape=(2,)))


# -- weights of classes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [CrossEntropy, Focal], ids=lambda kind: kind.__name__)
def test_balanced_weights_are_counted_in_the_training_part(kind: type[Loss]):
    y = np.array([0, 0, 0, 1, 2, 2])
    assert kind(class_weights="balanced").fitted(y, Target(3)).class_weights == pytest.approx((6 / 9, 6 / 3, 6 / 6))
    assert kind(class_weights=(1.0, 2.0, 3.0)).fitted(y, Target(3)) == kind(class_weights=(1.0, 2.0, 3.0))
    assert kind().fitted(y, Target(3)) == kind()


def test_a_class_that_never_comes_counts_nothing_and_masks_are_not_counted():
    fitted = CrossEntropy(class_weights="balanced").fitted(np.array([[0, 2], [-1, 2]]), Target(3))
    assert fitted.class_weights == pytest.approx((1.0, 0.0, 0.5))


def test_weights_of_two_classes_say_the_same_with_one_logit_and_with_two():
    y, z, weights = RNG.integers(0, 2, 8), RNG.standard_normal((8, 1)), (0.3, 2.0)
    two = bound(CrossEntropy(class_weights=weights), TWO, y, 2, np.concatenate([np.zeros((8, 1)), z], 1))
    one = bound(BinaryCrossEntropy(class_weights=weights), TWO, y, 1, z)
    assert one.forward() == pytest.approx(two.forward(), rel=1e-12)
    np.testing.assert_allclose(one.backward()[:, 0], two.backward()[:, 1], rtol=1e-12)


def test_in_a_mean_over_batches_examples_weigh_what_their_classes_do():
    y = np.array([0, 1, 1, -1])
    assert CrossEntropy().weight(y, TWO) == 3.0
    assert CrossEntropy(class_weights=(0.5, 2.0)).weight(y, TWO) == 4.5
    assert BinaryCrossEntropy((0.5, 2.0)).weight(y[:3], TWO) == 4.5
    assert MeanSquaredError().weight(np.zeros((4, 2)), Target(None, 2)) == 4.0


@pytest.mark.parametrize(
    ("loss", "target", "output", "sentence"),
    [
        (
            CrossEntropy(class_weights=(1.0, 2.0)), FIVE, (5,),
            "loss.class_weights: 2 weights for 5 classes: give one number for each class, or balanced",
        ),
        (Focal(class_weights=(0.0,) * 5), FIVE, (5,), "loss.class_weights: are all 0: at least one class has to count"),
        (BinaryCrossEntropy("balanced"), NUMBERS, (3,), "loss.class_weights: are for two classes, but the target is 3 numbers"),
        (Hinge(), NUMBER, (1,), "loss.kind: hinge needs class labels, but the target is 1 number: use mse or mae"),
        (
            KLDivergence(), FIVE, (5,), "loss.kind: kl needs distributions, but the target is 5 classes: use cross_entropy or mse",
        ),
        (
            KLDivergence(), NUMBERS, (2,),
            "loss.kind: kl needs 3 outputs, but the network ends with shape (2,): end it with dense units = 3",
        ),
        (
            MeanSquaredError(), Target.joined(FIVE, NUMBERS), (4,),
            "loss.kind: mse answers one question, but the target is 5 classes and 3 numbers: use composite, with a part for each",
        ),
        (
            CrossEntropy(), Target.joined(FIVE, NUMBERS), (4,),
            "loss.kind: cross_entropy needs class labels, but the target is 5 classes and 3 numbers: use composite",
        ),
        (
            Composite((Part(CrossEntropy(), 5),)), Target.joined(FIVE, NUMBERS), (8,),
            "loss.parts: 1 part for 2 questions (5 classes and 3 numbers): give one for each",
        ),
        (
            Composite((Part(CrossEntropy(), 4), Part(Huber(), 3))), Target.joined(FIVE, NUMBERS), (7,),
            "loss.parts[0].kind: cross_entropy needs one output per class, 5 here, but it is given shape (4,): set outputs = 5",
        ),
        (
            Composite((Part(CrossEntropy(), 5), Part(Huber(), 3))), Target.joined(FIVE, NUMBERS), (9,),
            "loss.kind: composite reads 8 outputs, but the network ends with shape (9,): end it with dense units = 8",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_a_way_out(loss: Loss, target: Target, output: tuple[int, ...], sentence: str):
    with pytest.raises(ExperimentError) as refusal:
        loss.check(output, target)
    assert str(refusal.value) == sentence


# -- single losses -----------------------------------------------------------------------------------------------------------------


def test_smoothing_asks_for_less_than_certainty():
    sure = np.array([[30.0, 0.0, 0.0]])
    assert bound(CrossEntropy(), Target(3), np.array([0]), 3, sure).forward() == pytest.approx(0.0, abs=1e-9)
    assert bound(CrossEntropy(0.3), Target(3), np.array([0]), 3, sure).forward() == pytest.approx(0.2 * 30.0)
    at_the_answer = np.log(np.array([[0.8, 0.1, 0.1]]))
    np.testing.assert_allclose(bound(CrossEntropy(0.3), Target(3), np.array([0]), 3, at_the_answer).backward(), 0.0, atol=1e-12)


def test_perplexity_is_of_plain_cross_entropy_only():
    words = Target(50, shape=(7,))
    assert CrossEntropy().perplexity(1.0, words) == pytest.approx(np.e)
    assert CrossEntropy(0.1).perplexity(1.0, words) is None


def test_focal_without_gamma_is_cross_entropy():
    y, Z = RNG.integers(0, 5, 6), RNG.standard_normal((6, 5))
    np.testing.assert_allclose(bound(Focal(0.0), FIVE, y, 5, Z).backward(), bound(CrossEntropy(), FIVE, y, 5, Z).backward(), rtol=1e-12)


def test_focal_loses_interest_in_what_is_known():
    def pull(loss: Loss, logit: float) -> float:
        return float(np.abs(bound(loss, TWO, np.array([0]), 2, np.array([[logit, 0.0]])).backward()).sum())

    assert pull(Focal(2.0), 5.0) / pull(Focal(2.0), 0.1) < 0.01 * pull(CrossEntropy(), 5.0) / pull(CrossEntropy(), 0.1)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_focal_on_an_answer_that_cannot_be_better_is_nothing(gamma: float):
    sure = bound(Focal(gamma), TWO, np.array([0]), 2, np.array([[1e4, -1e4]]))
    assert sure.forward() == 0.0 and not sure.backward().any()


def test_hinge_asks_no_more_once_the_margin_is_kept():
    kept = bound(Hinge(), Target(3), np.array([1]), 3, np.array([[0.0, 1.5, 0.5]]))
    assert kept.forward() == 0.0 and not kept.backward().any()
    missed = bound(Hinge(), Target(3), np.array([1]), 3, np.array([[0.0, 1.5, 1.0]]))
    assert missed.forward() == pytest.approx(0.5 / 3.0)
    np.testing.assert_allclose(missed.backward(), [[0.0, -1.0 / 3.0, 1.0 / 3.0]])


def test_huber_is_half_of_mse_near_the_target_and_mae_far_from_it():
    y = np.array([[0.5]], np.float32)

    def slope(loss: Loss, z: float) -> float:
        return float(bound(loss, NUMBER, y, 1, np.array([[z]])).backward()[0, 0])

    assert slope(Huber(), 0.7) == pytest.approx(0.5 * slope(MeanSquaredError(), 0.7))
    assert slope(Huber(), 100.0) == slope(MeanAbsoluteError(), 100.0)


def test_kl_is_nothing_where_distributions_agree_and_wants_distributions():
    T = RNG.dirichlet(np.ones(3), 4)
    agreeing = bound(KLDivergence(), NUMBERS, T, 3, np.log(T))
    assert agreeing.forward() == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(agreeing.backward(), 0.0, atol=1e-12)
    sentence = "probabilities and sum to 1, but they begin at 0.2 and sum to between 0.6 and 1.2: use mse or mae"
    with pytest.raises(ExperimentError, match=sentence):
        KLDivergence().encode(np.array([[0.2, 0.2, 0.2], [0.4, 0.4, 0.4]]), (3,), NUMBERS)


def test_the_gradient_of_hebbian_for_a_linear_layer_is_hebbs_rule():
    X, y = RNG.standard_normal((9, 4)), RNG.integers(0, 2, 9)
    network = Network([Dense(1, bias=False)], (4,), dtype="float64")
    Z = network.forward(X, train=True)
    network.backward(bound(Hebbian(), TWO, y, 1, Z).backward())
    np.testing.assert_allclose(network.grads["0.dense.W"], -X.T @ (2.0 * y - 1.0)[:, None] / 9, rtol=1e-12)


# -- several questions -------------------------------------------------------------------------------------------------------------


def test_targets_of_several_questions_describe_themselves():
    both = Target.joined(FIVE, NUMBERS)
    assert (str(both), both.classes, both.width, both.columns) == ("5 classes and 3 numbers", None, 4, 4)
    assert str(Target.joined(TWO, NUMBER, shape=(3, 4))) == "2 classes and 1 number at each of 3 x 4 positions"


def test_a_part_sees_nothing_but_its_own_outputs():
    loss, target = Composite((Part(CrossEntropy(), 5), Part(Huber(), 3, 0.0))), Target.joined(FIVE, NUMBERS)
    y = np.concatenate([RNG.integers(0, 5, (6, 1)), RNG.standard_normal((6, 3))], 1)
    made = bound(loss, target, y, 8)
    dZ = made.backward().copy()
    alone = bound(CrossEntropy(), FIVE, y[:, 0].astype(int), 5, made.at.Z[:, :5].copy())
    np.testing.assert_allclose(dZ[:, :5], alone.backward(), rtol=1e-12)
    assert not dZ[:, 5:].any()


def test_several_questions_can_be_asked_at_every_position():
    loss = Composite((Part(CrossEntropy(), 3), Part(MeanSquaredError(), 1, 2.0)))
    y = np.stack([RNG.integers(-1, 3, (4, 5)), RNG.standard_normal((4, 5))], -1)
    made = bound(loss, Target.joined(Target(3), NUMBER, shape=(5,)), y, 4)
    labels = bound(CrossEntropy(), Target(3, shape=(5,)), y[..., 0].astype(int), 3, made.at.Z[..., :3].copy())
    numbers = bound(MeanSquaredError(), Target(None, 1, (5,)), y[..., 1:], 1, made.at.Z[..., 3:].copy())
    assert made.forward() == pytest.approx(labels.forward() + 2.0 * numbers.forward())


def test_outputs_and_answers_come_apart_again_part_by_part():
    loss, target = Composite((Part(Huber(), 1), Part(CrossEntropy(), 5))), Target.joined(NUMBER, FIVE)
    y = np.array([[0.5, 3.0], [1.5, 0.0]])
    (_, number, Z0, y0), (kind, label, Z1, y1) = loss.answers(np.arange(12.0).reshape(2, 6), y, target)
    assert number == NUMBER and Z0.tolist() == [[0.0], [6.0]] and y0.tolist() == [[0.5], [1.5]]
    assert label == FIVE and Z1.shape == (2, 5) and y1.tolist() == [3, 0] and y1.dtype == np.int64
    assert kind.labels(Z1).tolist() == [4, 4]
