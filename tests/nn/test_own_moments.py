"""Layer, instance and group norm: what each takes for one mean, and where they are the same."""

import msgspec
import numpy as np
import pytest

from nntui.errors import ShapeError
from nntui.nn.layer import Shape
from nntui.nn.network import Network
from nntui.nn.normalization import GroupNorm, InstanceNorm, LayerNorm


def normalized(layer, X: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Y, dX for a fixed dY, and gradients, with gamma and beta away from 1 and 0."""
    network = Network([layer], X.shape[1:], dtype=X.dtype.name)
    rng = np.random.default_rng(seed)
    network.load({name: rng.normal(1.0, 0.5, value.shape) for name, value in network.params.items()})
    Y = network.forward(X)
    dX = network.backward(rng.standard_normal(Y.shape))
    return Y, dX, network.grads


def example(*shape: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(3.0, 2.0, shape)


@pytest.mark.parametrize(
    ("layer", "x", "axes"),
    [
        (LayerNorm(affine=False), (7,), (1,)),
        (LayerNorm(affine=False), (5, 7), (2,)),
        (LayerNorm(affine=False), (4, 3, 7), (3,)),
        (LayerNorm(affine=False, over="example"), (4, 3, 7), (1, 2, 3)),
        (InstanceNorm(affine=False), (5, 7), (1,)),
        (InstanceNorm(affine=False), (4, 3, 7), (1, 2)),
        (GroupNorm(affine=False), (4, 3, 7), (1, 2, 3)),
        (GroupNorm(affine=False, groups=7), (4, 3, 7), (1, 2)),
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_normalized_together_has_mean_0_and_variance_1(layer, x: Shape, axes: tuple[int, ...]):
    Y, _, _ = normalized(layer, example(6, *x))
    np.testing.assert_allclose(Y.mean(axes), 0.0, atol=1e-12)
    np.testing.assert_allclose(Y.var(axes), 1.0, atol=1e-4)  # epsilon takes a little


def test_groups_of_channels_are_normalized_apart():
    X = example(3, 4, 6)
    Y, _, _ = normalized(GroupNorm(groups=2, affine=False), X)
    for part in (slice(0, 3), slice(3, 6)):
        np.testing.assert_allclose(Y[:, :, part].mean((1, 2)), 0.0, atol=1e-12)
    np.testing.assert_allclose(Y[0, :, :3], (X[0, :, :3] - X[0, :, :3].mean()) / np.sqrt(X[0, :, :3].var() + 1e-5))


@pytest.mark.parametrize("x", [(6,), (5, 6), (4, 3, 6)])
@pytest.mark.parametrize(
    ("one", "same"),
    [(GroupNorm(groups=1), LayerNorm(over="example")), (GroupNorm(groups=6), InstanceNorm())],
    ids=["one group", "groups of one"],
)
def test_group_norm_is_layer_norm_with_one_group_and_instance_norm_with_a_group_per_channel(one, same, x: Shape):
    if one.groups == 6 and len(x) == 1:
        return
    X = example(4, *x)
    for got, wanted in zip(normalized(one, X)[:2], normalized(same, X)[:2], strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-13)
    for (_, got), (_, wanted) in zip(normalized(one, X)[2].items(), normalized(same, X)[2].items(), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-12)


@pytest.mark.parametrize("layer", [LayerNorm(), LayerNorm(over="example"), InstanceNorm(), GroupNorm(groups=2)], ids=repr)
def test_a_batch_of_one_and_evaluation_are_like_everything_else(layer):
    network = Network([layer], (4, 6), dtype="float64")
    X = example(5, 4, 6)
    Y = network.forward(X, train=True)
    np.testing.assert_array_equal(network.forward(X, train=False), Y)
    np.testing.assert_allclose(network.forward(X[2:3], train=True), Y[2:3], rtol=1e-12)


@pytest.mark.parametrize("layer", [LayerNorm(), InstanceNorm(), GroupNorm(groups=2)], ids=repr)
def test_a_large_mean_costs_no_digits_of_the_spread(layer):
    X = example(2, 50, 8) * 1e-3
    Y, _, _ = normalized(layer, (X + 100.0).astype(np.float32))
    exact, _, _ = normalized(layer, (X + 100.0).astype(np.float32).astype(np.float64))
    np.testing.assert_allclose(Y, exact, atol=0.02)


def test_a_constant_input_is_the_offset_and_not_a_division_by_zero():
    Y, dX, _ = normalized(LayerNorm(affine=False), np.full((2, 5), 7.0))
    assert np.abs(Y).max() < 1e-9 and np.isfinite(dX).all()


LEFT = "{} would take the moments of single numbers, got {}: what is left of each is 0; {}"


@pytest.mark.parametrize(
    ("layer", "x", "sentence"),
    [
        (LayerNorm(), (), "layer_norm needs at least one feature, got a single number per example"),
        (LayerNorm(), (4, 1), LEFT.format("layer_norm", "(4, 1)", "leave it out")),
        (InstanceNorm(), (8,), LEFT.format("instance_norm", "(8,)", "use layer_norm")),
        (GroupNorm(groups=4), (5, 6), "group_norm can't divide 6 channels into 4 groups: choose a divisor of 6"),
    ],
    ids=lambda value: getattr(value, "tag", None),
)  # fmt: skip
def test_what_can_t_be_normalized_is_refused(layer, x: Shape, sentence: str):
    with pytest.raises(ShapeError) as refused:
        layer.output_shape(x)
    assert str(refused.value) == sentence


def test_groups_are_at_least_one():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"layer": "group_norm", "groups": 0}, GroupNorm)
