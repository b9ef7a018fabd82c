import math

import numpy as np
import pytest

from nntui.nn.initializers import (
    KINDS,
    LSUV,
    Constant,
    Glorot,
    He,
    Initializer,
    LeCun,
    Normal,
    Orthogonal,
    TruncatedNormal,
    Uniform,
    Zeros,
    resolve,
)
from nntui.randomness import stream

IN, OUT = 300, 200
N = IN * OUT


def _sample(init: Initializer, shape: tuple[int, ...] = (IN, OUT)) -> np.ndarray:
    return init.sample(shape, shape[0], shape[-1], stream(0, "test"))


@pytest.mark.parametrize(
    ("init", "mean", "variance"),
    [
        (Normal(), 0.0, 1.0),
        (Normal(std=0.01, mean=2.0), 2.0, 1e-4),
        (TruncatedNormal(std=1.0), 0.0, 0.7737413),  # 1 - 2 limit phi(limit) / (2 Phi(limit) - 1)
        (TruncatedNormal(std=0.1, mean=3.0, limit=1.0), 3.0, 0.01 * 0.2911251),
        (Uniform(), 0.0, 1.0 / 12.0),
        (Uniform(low=1.0, high=4.0), 2.5, 9.0 / 12.0),
        (LeCun(), 0.0, 1.0 / IN),
        (LeCun(distribution="uniform"), 0.0, 1.0 / IN),
        (Glorot(), 0.0, 2.0 / (IN + OUT)),
        (Glorot(distribution="normal"), 0.0, 2.0 / (IN + OUT)),
        (He(), 0.0, 2.0 / IN),
        (He(distribution="uniform"), 0.0, 2.0 / IN),
    ],
)
def test_mean_and_variance_are_those_of_the_formula(init, mean, variance):
    W = _sample(init)
    std = math.sqrt(variance)
    # The mean of N draws scatters by std / sqrt(N); the variance by at most variance sqrt(2 / N) (normal). Five sigmas.
    assert W.mean() == pytest.approx(mean, abs=5.0 * std / math.sqrt(N))
    assert W.var() == pytest.approx(variance, rel=5.0 * math.sqrt(2.0 / N))


def test_uniform_kinds_stay_within_their_limit_and_normal_ones_do_not():
    limit = math.sqrt(6.0 / (IN + OUT))  # Glorot & Bengio 2010, eq. 16
    assert 0.99 * limit < np.abs(_sample(Glorot())).max() <= limit
    assert np.abs(_sample(Glorot(distribution="normal"))).max() > 1.5 * limit
    assert np.abs(_sample(He(distribution="uniform"))).max() <= math.sqrt(6.0 / IN)
    W = _sample(Uniform(low=-0.5, high=0.25))
    assert W.min() >= -0.5 and W.max() < 0.25


def test_a_truncated_normal_has_no_weight_far_out_and_uses_all_the_room():
    W = _sample(TruncatedNormal(std=0.5, mean=1.0, limit=2.0))
    assert 0.0 <= W.min() < 0.01 and 1.99 < W.max() <= 2.0
    assert np.isfinite(_sample(TruncatedNormal(limit=50.0))).all()


def test_lsuv_begins_as_orthogonal():
    np.testing.assert_array_equal(_sample(LSUV()), _sample(Orthogonal()))


def test_zeros_and_constants():
    assert not _sample(Zeros()).any()
    assert (_sample(Constant(0.25)) == 0.25).all()


@pytest.mark.parametrize("shape", [(20, 7), (7, 20), (9, 9), (1, 4), (4, 1), (3, 3, 2, 8)])
def test_orthogonal_has_orthonormal_rows_or_columns(shape):
    W = _sample(Orthogonal(), shape).reshape(-1, shape[-1])
    gram = W.T @ W if W.shape[0] >= W.shape[1] else W @ W.T
    np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-12)
    np.testing.assert_allclose(_sample(Orthogonal(gain=2.0), shape).reshape(W.shape), 2.0 * W)


def test_orthogonal_matrices_have_no_favourite_sign():
    signs = [np.sign(np.diagonal(Orthogonal().sample((3, 3), 3, 3, stream(seed, "test")))) for seed in range(200)]
    assert abs(np.mean(signs)) < 5.0 / math.sqrt(600)  # a plain QR decomposition prefers one


def test_the_same_stream_gives_the_same_weights_and_another_gives_others():
    for kind in (Normal, TruncatedNormal, Uniform, LeCun, Glorot, He, Orthogonal):
        one, same, other = (kind().sample((4, 3), 4, 3, stream(seed, "init")) for seed in (0, 0, 1))
        np.testing.assert_array_equal(one, same)
        assert not np.array_equal(one, other)


def test_a_name_a_table_and_auto_become_initializers():
    assert all(resolve(name, "glorot") == kind() for name, kind in KINDS.items())
    assert resolve("auto", "he") == He() and resolve("auto", "glorot") == Glorot()
    assert resolve(Normal(std=0.3), "he") == Normal(std=0.3)
