import tracemalloc

import numpy as np
import pytest

from nntui.nn.groups import Group
from nntui.optim import updater
from nntui.optim.optimizers import LAMB, OPTIMIZERS, SGD, Adadelta, Adagrad, Adam, AdamW, Layerwise, Lion, NAdam, Optimizer, RMSprop
from nntui.optim.penalty import Penalty
from nntui.training.threads import limited
from optim.optimizer_runs import CASES, CUT, DECAYING, SIZE, Run, formula, gradients, weights

every_case = pytest.mark.parametrize("optimizer", CASES, ids=repr)


def same(optimizer: Optimizer, got: object, wanted: object) -> None:
    """To the bit; but norms over a parameter may be summed in another order."""
    np.testing.assert_allclose(got, wanted, rtol=1e-13 if isinstance(optimizer, Layerwise) else 0.0)


@every_case
def test_ten_steps_are_the_papers_formula(optimizer: Optimizer):
    run = Run(optimizer)
    run.go(gradients(10))
    np.testing.assert_allclose(run.W, formula(optimizer, gradients(10)), rtol=1e-12)


@every_case
def test_chunks_change_no_number(optimizer: Optimizer, monkeypatch: pytest.MonkeyPatch):
    whole = Run(optimizer)
    monkeypatch.setattr(updater, "CHUNK", 7)
    pieces = Run(optimizer)
    told, told_in_pieces = whole.go(gradients(10)), pieces.go(gradients(10))
    same(optimizer, pieces.W, whole.W)
    for name, slot in whole.updater.slots.items():
        np.testing.assert_array_equal(pieces.updater.slots[name], slot)
    assert [norm for norm, _ in told_in_pieces] == pytest.approx([norm for norm, _ in told])


@every_case
def test_threads_change_no_number(optimizer: Optimizer, monkeypatch: pytest.MonkeyPatch):
    whole = Run(optimizer, clip_norm=7.0)
    monkeypatch.setattr(updater, "CHUNK", 3)
    threaded = Run(optimizer, clip_norm=7.0)
    with limited(2):
        told, told_by_threads = whole.go(gradients(10)), threaded.go(gradients(10))
    same(optimizer, threaded.W, whole.W)
    assert told_by_threads == told


def test_threads_leave_out_what_is_not_finite_and_say_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(updater, "CHUNK", 3)
    run = Run(SGD(learning_rate=0.1))
    before = run.W.copy()
    g = np.ones((1, SIZE))
    g[0, 20] = np.nan
    with limited(2):
        ((norm, _),) = run.go(g)
    assert np.isnan(norm) and np.isfinite(run.W).all()
    assert (run.W[18:21] == before[18:21]).all()


@every_case
def test_single_precision_stays_single(optimizer: Optimizer):
    run = Run(optimizer, clip_norm=1.0, dtype="float32")
    run.go(gradients(10))
    assert run.W.dtype == run.dW.dtype == np.float32
    assert all(slot.dtype == np.float32 for slot in run.updater.slots.values())


@every_case
def test_a_step_allocates_nothing_of_an_arrays_size(optimizer: Optimizer):
    size = 100_000
    run = Run(optimizer, (Group(slice(0, 60_000), True), Group(slice(60_000, size), False)), clip_norm=1.0, dtype="float32", size=size)
    run.dW[:] = 1.0
    run.updater.step(run.rate)
    tracemalloc.start()
    try:
        run.updater.step(run.rate)
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        run.updater.step(run.rate)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 512 and peak - before < 8 * 1024


# -- weight decay ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "optimizer",
    [SGD(weight_decay=0.1), SGD(momentum=0.5, weight_decay=0.1), Adam(weight_decay=0.1), AdamW(), Lion(weight_decay=0.1), LAMB()],
    ids=repr,
)
def test_without_a_gradient_weights_shrink_and_biases_stay(optimizer: Optimizer):
    run = Run(optimizer)
    before = run.W.copy()
    run.go(np.zeros((5, SIZE)))
    assert (np.abs(run.W[:DECAYING]) < np.abs(before[:DECAYING])).all()
    np.testing.assert_array_equal(run.W[DECAYING:], before[DECAYING:])


def test_decoupled_decay_is_a_share_of_the_weight_and_l2_goes_through_adams_scaling():
    decoupled, l2 = Run(AdamW(learning_rate=0.01, weight_decay=0.1)), Run(Adam(learning_rate=0.01, weight_decay=0.1))
    before = decoupled.W.copy()
    for run in (decoupled, l2):
        run.go(np.zeros((1, SIZE)))
    np.testing.assert_allclose(decoupled.W[:DECAYING], before[:DECAYING] * (1.0 - 0.01 * 0.1), rtol=1e-12)
    # Adam's first step has length rate, however small the gradient, also where it is all decay.
    np.testing.assert_allclose(before[:DECAYING] - l2.W[:DECAYING], 0.01 * np.sign(before[:DECAYING]), rtol=1e-5)


# -- clipping --------------------------------------------------------------------------------------------------------------------


def test_a_long_gradient_is_shortened_to_the_limit_and_keeps_its_direction():
    run = Run(SGD(learning_rate=1.0), clip_norm=2.0)
    before = run.W.copy()
    g = gradients(1)[0]
    ((norm, clipped),) = run.go(g[None])
    assert norm == pytest.approx(np.linalg.norm(g)) and clipped
    np.testing.assert_allclose(before - run.W, g * 2.0 / np.linalg.norm(g), rtol=1e-12)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("clip_norm", [None, 1.0])
def test_a_gradient_that_is_not_finite_is_not_used(clip_norm: float | None, bad: float):
    run = Run(Adam(), clip_norm=clip_norm)
    before = run.W.copy()
    g = gradients(1)
    g[0, 3] = bad
    ((norm, clipped),) = run.go(g)
    assert not np.isfinite(norm) and not clipped
    np.testing.assert_array_equal(run.W[:DECAYING], before[:DECAYING])
    assert np.isfinite(run.W).all()


def test_a_short_gradient_is_left_alone():
    limited, free = Run(SGD(), clip_norm=1e6), Run(SGD())
    assert [clipped for _, clipped in limited.go(gradients(3))] == [False] * 3
    free.go(gradients(3))
    np.testing.assert_array_equal(limited.W, free.W)


def test_the_norm_told_is_that_of_the_gradient_before_decay_and_clipping():
    for clip_norm in (None, 0.5):
        run = Run(SGD(weight_decay=0.5), clip_norm=clip_norm)
        told = run.go(gradients(4))
        assert [norm for norm, _ in told] == pytest.approx([np.linalg.norm(g) for g in gradients(4)])


# -- groups ----------------------------------------------------------------------------------------------------------------------


def test_frozen_parameters_stay_and_others_move_at_their_own_rate():
    groups = (Group(slice(0, 20), True), Group(slice(20, 40), True, multiplier=0.1), Group(slice(40, SIZE), False, frozen=True))
    run = Run(SGD(learning_rate=0.1), groups)
    before = run.W.copy()
    run.go(np.ones((1, SIZE)))
    np.testing.assert_allclose(before - run.W, [0.1] * 20 + [0.01] * 20 + [0.0] * 10)


@pytest.mark.parametrize(
    ("optimizer", "plain"),
    [
        (SGD(momentum=0.9), SGD(momentum=0.5)), (Adam(beta1=0.9), Adam(beta1=0.5)), (NAdam(beta1=0.9), NAdam(beta1=0.5)),
        (RMSprop(momentum=0.9), RMSprop(momentum=0.5)), (Lion(beta1=0.9), Lion(beta1=0.5)), (LAMB(beta1=0.9), LAMB(beta1=0.5)),
        (SGD(), SGD()), (RMSprop(), RMSprop()), (Adagrad(), Adagrad()), (Adadelta(), Adadelta()),
    ],
    ids=repr,
)  # fmt: skip
def test_a_schedules_momentum_takes_the_optimizers_place_where_it_has_one(optimizer: Optimizer, plain: Optimizer):
    scheduled, unscheduled = Run(optimizer), Run(plain)
    scheduled.go(gradients(5), momentum=0.5)
    unscheduled.go(gradients(5))
    np.testing.assert_allclose(scheduled.W, unscheduled.W, rtol=1e-12)


def test_sgd_without_momentum_remembers_nothing():
    assert Run(SGD()).updater.slots == {} and set(Run(SGD(momentum=0.1)).updater.slots) == {"v"}
    assert set(Run(Adam()).updater.slots) == set(Run(AdamW()).updater.slots) == {"m", "v"}
    assert set(Run(RMSprop()).updater.slots) == {"v"}
    assert set(Run(RMSprop(centered=True, momentum=0.1)).updater.slots) == {"v", "mean", "velocity"}


def test_every_optimizer_there_is_is_tested():
    assert {type(case) for case in CASES} == set(OPTIMIZERS)


# -- what is told apart by parameter -------------------------------------------------------------------------------------------------


def test_lamb_moves_every_parameter_by_a_share_of_its_own_length_and_biases_as_adam_does():
    run = Run(LAMB(learning_rate=0.1, weight_decay=0.0))
    before = run.W.copy()
    run.go(gradients(1))
    for piece in (slice(0, CUT), slice(CUT, DECAYING)):
        assert np.linalg.norm(run.W[piece] - before[piece]) == pytest.approx(0.1 * np.linalg.norm(before[piece]))
    # The first step of Adam has length rate in every direction.
    np.testing.assert_allclose(np.abs(run.W - before)[DECAYING:], 0.1, rtol=1e-4)


def test_lamb_moves_a_parameter_that_is_all_zero():
    run = Run(LAMB(learning_rate=0.1))
    run.W[:CUT] = 0.0
    run.go(gradients(1))
    np.testing.assert_allclose(np.abs(run.W[:CUT]), 0.1, rtol=1e-4)


def test_a_parameter_with_a_gradient_that_is_not_finite_stays_whole(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(updater, "CHUNK", 5)
    run = Run(LAMB(learning_rate=0.1))
    g = gradients(1)
    g[0, CUT - 1] = np.inf
    ((norm, _),) = run.go(g)
    assert not np.isfinite(norm) and np.isfinite(run.W).all()
    np.testing.assert_array_equal(run.W[:CUT], weights()[:CUT])


# -- penalties -----------------------------------------------------------------------------------------------------------------------


def test_a_penalty_is_told_and_its_gradient_is_part_of_the_gradient():
    run = Run(SGD(learning_rate=0.1), penalty=Penalty(l1=0.02, l2=0.3))
    W = weights()
    ((norm, _),) = run.go(gradients(1))
    decaying = W[:DECAYING]
    assert run.updater.penalty_value == pytest.approx(0.02 * np.abs(decaying).sum() + 0.15 * np.square(decaying).sum())
    g = gradients(1)[0]
    g[:DECAYING] += 0.02 * np.sign(decaying) + 0.3 * decaying
    assert norm == pytest.approx(np.linalg.norm(g))
    np.testing.assert_allclose(run.W, W - 0.1 * g, rtol=1e-12)


def test_a_penalty_is_clipped_with_the_rest_and_weight_decay_is_not():
    penalized = Run(SGD(learning_rate=1.0), clip_norm=0.5, penalty=Penalty(l2=10.0))
    decayed = Run(SGD(learning_rate=1.0, weight_decay=10.0), clip_norm=0.5)
    for run in (penalized, decayed):
        run.go(gradients(1))
    assert np.linalg.norm(penalized.W - weights()) == pytest.approx(0.5)
    assert np.linalg.norm(decayed.W - weights()) > 1.0


def test_l2_without_clipping_is_weight_decay_of_sgd():
    penalized, decayed = Run(SGD(momentum=0.9), penalty=Penalty(l2=0.1)), Run(SGD(momentum=0.9, weight_decay=0.1))
    for run in (penalized, decayed):
        run.go(gradients(10))
    np.testing.assert_allclose(penalized.W, decayed.W, rtol=1e-12)


def test_a_penalty_of_nothing_is_none():
    run = Run(SGD(), penalty=Penalty())
    run.go(gradients(1))
    assert not Penalty() and run.updater.penalty is None and run.updater.penalty_value == 0.0


@pytest.mark.parametrize("optimizer", [SGD(momentum=0.5), LAMB()], ids=repr)
def test_a_penalty_is_the_same_in_chunks_and_threads(optimizer: Optimizer, monkeypatch: pytest.MonkeyPatch):
    whole = Run(optimizer, penalty=Penalty(l1=0.1, l2=0.1))
    monkeypatch.setattr(updater, "CHUNK", 3)
    threaded = Run(optimizer, penalty=Penalty(l1=0.1, l2=0.1))
    with limited(2):
        for run in (whole, threaded):
            run.go(gradients(5))
    np.testing.assert_allclose(threaded.W, whole.W, rtol=1e-13)
    assert threaded.updater.penalty_value == pytest.approx(whole.updater.penalty_value)
