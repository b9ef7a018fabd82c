import tracemalloc

import numpy as np
import pytest

from nntui import backends
from nntui.nn.groups import Group
from nntui.optim import updater
from nntui.optim.optimizers import OPTIMIZERS, SGD, Adam, AdamW, Optimizer
from nntui.optim.updater import Updater
from nntui.training.threads import limited

OPS = backends.load("numpy")
SIZE, DECAYING = 50, 30

CASES = (
    SGD(learning_rate=0.1),
    SGD(learning_rate=0.1, weight_decay=0.02),
    SGD(learning_rate=0.1, momentum=0.9, weight_decay=0.02),
    SGD(learning_rate=0.1, momentum=0.9, nesterov=True),
    Adam(learning_rate=0.01),
    Adam(learning_rate=0.01, weight_decay=0.02, beta1=0.8, beta2=0.9, epsilon=1e-4),
    AdamW(learning_rate=0.01, weight_decay=0.1),
)
every_case = pytest.mark.parametrize("optimizer", CASES, ids=repr)


def gradients(steps: int, seed: int = 0, size: int = SIZE) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((steps, size))


class Run:
    """Parameters that start at fixed numbers, moved by given gradients."""

    def __init__(
        self,
        optimizer: Optimizer,
        groups: tuple[Group, ...] | None = None,
        clip_norm: float | None = None,
        dtype: str = "float64",
        size: int = SIZE,
    ) -> None:
        self.W = np.linspace(-1.0, 1.0, size).astype(dtype)
        self.dW = np.zeros(size, dtype)
        groups = groups or (Group(slice(0, DECAYING), True), Group(slice(DECAYING, size), False))
        self.updater = Updater(optimizer, OPS, self.W, self.dW, groups, clip_norm)
        self.rate = optimizer.learning_rate

    def go(self, gradients: np.ndarray, momentum: float | None = None) -> list[tuple[float, bool]]:
        told = []
        for g in gradients:
            self.dW[:] = g
            told.append(self.updater.step(self.rate, momentum))
        return told


def formula(optimizer: Optimizer, gradients: np.ndarray) -> np.ndarray:
    """The papers' formulas in plain NumPy, one array after the other, decay on the first DECAYING weights only."""
    W = np.linspace(-1.0, 1.0, SIZE)
    v, m, s = (np.zeros(SIZE) for _ in range(3))
    decays = (np.arange(SIZE) < DECAYING) * optimizer.weight_decay
    for t, g in enumerate(gradients, 1):
        rate = optimizer.learning_rate
        if isinstance(optimizer, AdamW):
            W = W - rate * decays * W
        else:
            g = g + decays * W
        if isinstance(optimizer, SGD):
            v = optimizer.momentum * v + g
            W = W - rate * (g + optimizer.momentum * v if optimizer.nesterov else v)
        else:
            m = optimizer.beta1 * m + (1 - optimizer.beta1) * g
            s = optimizer.beta2 * s + (1 - optimizer.beta2) * g**2
            W = W - rate * (m / (1 - optimizer.beta1**t)) / (np.sqrt(s / (1 - optimizer.beta2**t)) + optimizer.epsilon)
    return W


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
    np.testing.assert_array_equal(pieces.W, whole.W)
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
    np.testing.assert_array_equal(threaded.W, whole.W)
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
    "optimizer", [SGD(weight_decay=0.1), SGD(momentum=0.5, weight_decay=0.1), Adam(weight_decay=0.1), AdamW()], ids=repr
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


def test_a_schedules_momentum_takes_the_optimizers_place():
    for optimizer in (SGD(momentum=0.9), Adam(beta1=0.9)):
        scheduled, plain = Run(optimizer), Run(SGD(momentum=0.5) if isinstance(optimizer, SGD) else Adam(beta1=0.5))
        scheduled.go(gradients(5), momentum=0.5)
        plain.go(gradients(5))
        np.testing.assert_allclose(scheduled.W, plain.W, rtol=1e-12)


def test_sgd_without_momentum_remembers_nothing():
    assert Run(SGD()).updater.slots == {} and set(Run(SGD(momentum=0.1)).updater.slots) == {"v"}
    assert set(Run(Adam()).updater.slots) == set(Run(AdamW()).updater.slots) == {"m", "v"}


def test_every_optimizer_there_is_is_tested():
    assert {type(case) for case in CASES} == set(OPTIMIZERS)
