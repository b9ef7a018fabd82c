import numpy as np
import pytest

from nntui import backends
from nntui.benchmark.pytorch import optimizer_like
from nntui.nn.groups import Group
from nntui.optim.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, NAdam, Optimizer, RMSprop
from nntui.optim.schedules import COLD, Cosine, CosineRestarts, Exponential, OneCycle, Plateau, Polynomial, Step
from nntui.optim.updater import Updater
from nntui.training.plateau import PlateauWatch
from parity.pair import close, torch

pytestmark = pytest.mark.torch

SIZE, DECAYING = 40, 25

CASES = [
    SGD(learning_rate=0.1),
    SGD(learning_rate=0.1, momentum=0.9),
    SGD(learning_rate=0.1, momentum=0.9, nesterov=True),
    SGD(learning_rate=0.1, weight_decay=0.05),
    SGD(learning_rate=0.1, momentum=0.9, nesterov=True, weight_decay=0.05),
    Adam(learning_rate=0.01),
    Adam(learning_rate=0.01, beta1=0.8, beta2=0.95, epsilon=1e-4, weight_decay=0.05),
    AdamW(learning_rate=0.01),
    AdamW(learning_rate=0.01, weight_decay=0.3, beta2=0.9),
    NAdam(),
    NAdam(learning_rate=0.01, beta1=0.8, beta2=0.95, epsilon=1e-4, momentum_decay=0.1, weight_decay=0.05),
    RMSprop(),
    RMSprop(rho=0.8, momentum=0.9, weight_decay=0.05),
    RMSprop(centered=True, momentum=0.5, epsilon=1e-3),
    Adagrad(),
    Adagrad(learning_rate=0.1, weight_decay=0.05, epsilon=1e-3),
    Adadelta(),
    Adadelta(learning_rate=0.5, rho=0.7, epsilon=1e-3, weight_decay=0.05),
]


class Both:
    """Forty parameters, the first of which decay, in our updater and in PyTorch's optimizer with groups to match."""

    def __init__(self, optimizer: Optimizer, dtype: str, clip_norm: float | None = None) -> None:
        self.optimizer, self.dtype, self.clip_norm = optimizer, dtype, clip_norm
        self.W, self.dW = np.linspace(-1.0, 1.0, SIZE).astype(dtype), np.zeros(SIZE, dtype)
        groups = (Group(slice(0, DECAYING), True), Group(slice(DECAYING, SIZE), False))
        self.updater = Updater(optimizer, backends.load("numpy"), self.W, self.dW, groups, clip_norm)
        self.parts = [torch.nn.Parameter(torch.from_numpy(part.copy())) for part in np.split(self.W, [DECAYING])]
        decay, none = ({"params": [part], "weight_decay": wd} for part, wd in zip(self.parts, (optimizer.weight_decay, 0.0), strict=True))
        self.theirs = optimizer_like(optimizer, [decay, none])

    def step(self, gradient: np.ndarray, rate: float, momentum: float | None = None) -> None:
        self.dW[:] = gradient
        norm, _ = self.updater.step(rate, momentum)
        for part, g in zip(self.parts, np.split(gradient.astype(self.dtype), [DECAYING]), strict=True):
            part.grad = torch.from_numpy(g.copy())
        if self.clip_norm is not None:
            expected = torch.nn.utils.clip_grad_norm_(self.parts, self.clip_norm)
            assert norm == pytest.approx(expected.item(), rel=1e-5)
        self.theirs.step()

    def compare(self) -> None:
        close(self.W, np.concatenate([part.detach().numpy() for part in self.parts]), self.dtype)


def gradients(steps: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((steps, SIZE))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", CASES, ids=repr)
def test_ten_steps_are_pytorchs(optimizer: Optimizer, dtype: str, request: pytest.FixtureRequest):
    request.addfinalizer(lambda: torch.set_default_dtype(torch.float32))
    torch.set_default_dtype(getattr(torch, dtype))  # NAdam multiplies its momenta in this
    both = Both(optimizer, dtype)
    for gradient in gradients(10):
        both.step(gradient, optimizer.learning_rate)
        both.compare()


@pytest.mark.parametrize("clip_norm", [0.5, 5.0, 1e3])
def test_clipping_is_pytorchs(clip_norm: float):
    # PyTorch divides by norm + 1e-6; with norms of about 6 that is 2e-7 of the gradient.
    both = Both(SGD(learning_rate=0.1), "float32", clip_norm)
    for gradient in gradients(10):
        both.step(gradient, 0.1)
    both.compare()


# -- schedules: progress goes from 0 at the first step to 1 at the last ----------------------------------------------------------------

STEPS = 41


def rates(optimizer: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LRScheduler) -> list[tuple[float, float]]:
    """Learning rate and momentum of every step."""
    found = []
    for _ in range(STEPS):
        group = optimizer.param_groups[0]
        found.append((group["lr"], group.get("momentum", 0.0)))
        optimizer.step()
        schedule.step() if len(found) < STEPS else None
    return found


def sgd() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.5, momentum=0.9)


def progress(step: int) -> float:
    return step / (STEPS - 1)


def test_cosine_is_pytorchs():
    optimizer = sgd()
    theirs = rates(optimizer, torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS - 1, eta_min=0.05))
    assert [0.5 * Cosine(final=0.1).scale(progress(k)) for k in range(STEPS)] == pytest.approx([rate for rate, _ in theirs])


def test_exponential_and_polynomial_are_pytorchs():
    exponential, polynomial = sgd(), sgd()
    theirs = rates(exponential, torch.optim.lr_scheduler.ExponentialLR(exponential, 0.05 ** (1 / (STEPS - 1))))
    assert [0.5 * Exponential(final=0.05).scale(progress(k)) for k in range(STEPS)] == pytest.approx([rate for rate, _ in theirs])
    theirs = rates(polynomial, torch.optim.lr_scheduler.PolynomialLR(polynomial, STEPS - 1, power=2.5))
    assert [0.5 * Polynomial(power=2.5).scale(progress(k)) for k in range(STEPS)] == pytest.approx([rate for rate, _ in theirs])


def test_a_warm_up_before_a_course_is_pytorchs_linear_rate_before_it():
    optimizer, steps = sgd(), 8
    parts = [
        torch.optim.lr_scheduler.LinearLR(optimizer, COLD, 1.0, steps),
        torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS - 1 - steps, eta_min=0.05),
    ]
    theirs = rates(optimizer, torch.optim.lr_scheduler.SequentialLR(optimizer, parts, [steps]))
    ours = Cosine(final=0.1, warmup=progress(steps))
    assert [0.5 * ours.scale(progress(k)) for k in range(STEPS)] == pytest.approx([rate for rate, _ in theirs])


@pytest.mark.parametrize("growth", [1, 2])
def test_cosine_restarts_are_pytorchs(growth: int):
    optimizer, cycles = sgd(), 3
    first = 8
    whole = first * sum(growth**k for k in range(cycles))
    scheduler = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, first, growth, eta_min=0.05)
    ours = CosineRestarts(cycles=cycles, growth=float(growth), final=0.1)
    for k in range(1, 4 * whole):
        epoch = k / 4.0 + 0.01  # not where rounding decides which cycle it is
        scheduler.step(epoch)
        assert 0.5 * ours.scale(epoch / whole) == pytest.approx(optimizer.param_groups[0]["lr"])


def test_a_plateau_is_pytorchs():
    optimizer = sgd()
    # PyTorch waits for one bad epoch more than its patience.
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.3, patience=2, threshold=0.05, threshold_mode="abs", min_lr=0.5 * 0.01, eps=0.0
    )
    ours = PlateauWatch(Plateau(patience=3, gamma=0.3, min_delta=0.05, least=0.01))
    for loss in np.abs(np.random.default_rng(0).standard_normal(60)):
        scheduler.step(loss)
        ours.saw(float(loss))
        assert 0.5 * ours.factor == pytest.approx(optimizer.param_groups[0]["lr"])


def test_one_cycle_is_pytorchs_rate_and_momentum():
    optimizer = sgd()
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=0.5,
        total_steps=STEPS,
        pct_start=11 / STEPS,
        div_factor=25.0,
        final_div_factor=4e3,
        base_momentum=0.85,
        max_momentum=0.95,
    )
    theirs = rates(optimizer, scheduler)
    # Their peak is at step pct_start total - 1 of total - 1; their last rate is the first one / final_div_factor.
    ours = OneCycle(warmup=10 / (STEPS - 1), start_divisor=25.0, final_divisor=1e5)
    assert [0.5 * ours.scale(progress(k)) for k in range(STEPS)] == pytest.approx([rate for rate, _ in theirs])
    assert [ours.momentum(progress(k)) for k in range(STEPS)] == pytest.approx([momentum for _, momentum in theirs])


def test_step_is_pytorchs_multi_step():
    optimizer = sgd()
    # Drops after a third and two thirds of the way: the first steps whose progress has come that far.
    milestones = [next(k for k in range(STEPS) if progress(k) * 3 >= drop) for drop in (1, 2)]
    theirs = rates(optimizer, torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones, gamma=0.1))
    assert [0.5 * Step(drops=2, gamma=0.1).scale(progress(k)) for k in range(STEPS)] == pytest.approx([rate for rate, _ in theirs])


@pytest.mark.parametrize("optimizer", [SGD(learning_rate=0.1, momentum=0.9), Adam(learning_rate=0.05)], ids=repr)
def test_training_under_one_cycle_moves_weights_as_pytorch_does(optimizer: Optimizer):
    both = Both(optimizer, "float64")
    peak = optimizer.learning_rate
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        both.theirs,
        max_lr=peak,
        total_steps=STEPS,
        pct_start=11 / STEPS,
        div_factor=25.0,
        final_div_factor=4e3,
        base_momentum=0.85,
        max_momentum=0.95,
    )
    ours = OneCycle(warmup=10 / (STEPS - 1))
    for k, gradient in enumerate(gradients(STEPS)):
        both.step(gradient, peak * ours.scale(progress(k)), ours.momentum(progress(k)))
        if k < STEPS - 1:
            scheduler.step()
    both.compare()
