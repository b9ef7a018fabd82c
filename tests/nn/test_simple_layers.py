"""Scale, noise, maxout, and the projection of a skip: what the table of all layers doesn't ask."""

import numpy as np
import pytest

from nntui.errors import ShapeError
from nntui.nn.activations import Tanh
from nntui.nn.dense import Dense
from nntui.nn.initializers import He, LeCun
from nntui.nn.maxout import Maxout
from nntui.nn.network import Network, Pass
from nntui.nn.plan import plan
from nntui.nn.regularization import Noise
from nntui.nn.scale import Scale
from nntui.nn.shaping import Reshape
from nntui.nn.skip import Skip

RNG = np.random.default_rng(0)


# -- scale -------------------------------------------------------------------------------------------------------------------------


def test_a_scale_changes_nothing_at_first_and_never_decays():
    network = Network([Scale()], (3,), dtype="float64")
    X = RNG.standard_normal((4, 3))
    np.testing.assert_array_equal(network.forward(X), X)
    assert not any(parameter.decays for parameter, _, _ in network.entries.values())
    assert set(Network([Scale(bias=False)], (3,)).params) == {"0.scale.gamma"}


def test_a_residual_block_scaled_by_almost_nothing_is_almost_not_there():
    block = Skip((Dense(3), Tanh(), Dense(3), Scale(bias=False, start=0.0)))
    X = RNG.standard_normal((4, 3))
    np.testing.assert_array_equal(Network([block], (3,), dtype="float64").forward(X), X)


def test_weights_before_a_scale_start_for_the_activation_behind_it():
    assert plan((Dense(4), Scale(), Tanh()), (3,)).sites[0].parameters[0].init == plan((Dense(4), Tanh()), (3,)).sites[0].parameters[0].init


# -- noise -------------------------------------------------------------------------------------------------------------------------


def test_noise_is_normal_new_every_time_and_gone_in_evaluation():
    network = Network([Noise(0.5)], (1000,), dtype="float64", seed=3)
    X = np.zeros((20, 1000))
    first, second = network.forward(X, train=True), network.forward(X, train=True)
    assert first.std() == pytest.approx(0.5, rel=0.03) and abs(first.mean()) < 0.02
    assert not np.array_equal(first, second)
    assert not network.forward(X).any()


def test_the_same_seed_gives_the_same_noise():
    one, same, other = (Network([Noise()], (5,), seed=seed).forward(np.zeros((2, 5)), train=True) for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


# -- maxout ------------------------------------------------------------------------------------------------------------------------


def test_two_pieces_can_be_an_absolute_value():
    network = Network([Maxout(1)], (1,), dtype="float64")
    network.load({"0.maxout.W": np.array([[1.0, -1.0]])})
    X = np.linspace(-2.0, 2.0, 9)[:, None]
    np.testing.assert_array_equal(network.forward(X), np.abs(X))


def test_equal_pieces_share_nothing_the_first_takes_it():
    network = Network([Maxout(2, pieces=3, init="zeros")], (1,), dtype="float64")
    network.forward(np.ones((1, 1)), train=True)
    network.backward(np.array([[5.0, 7.0]]))
    assert network.grads["0.maxout.b"].tolist() == [5.0, 7.0, 0.0, 0.0, 0.0, 0.0]


def test_maxout_starts_so_that_the_larger_of_two_keeps_the_mean_square():
    assert plan((Maxout(4),), (3,)).sites[0].parameters[0].init == LeCun()
    assert plan((Maxout(4, init="he"),), (3,)).sites[0].parameters[0].init == He()
    Y = Network([Maxout(500)], (400,), seed=1).forward(RNG.standard_normal((200, 400)).astype(np.float32))
    assert np.square(Y).mean() == pytest.approx(1.0, rel=0.05)


def test_maxout_wants_flat_inputs():
    with pytest.raises(ShapeError, match=r"maxout needs a flat input, got \(4, 4, 3\): add flatten before it"):
        plan((Maxout(3),), (4, 4, 3)).checked()


# -- the projection of a skip ----------------------------------------------------------------------------------------------------------


def test_a_projection_is_learned_only_where_shapes_differ():
    assert set(Network([Skip((Dense(3, bias=False),), projection=True)], (5,)).params) == {"0.skip.0.dense.W", "0.skip.projection"}
    assert set(Network([Skip((Dense(5, bias=False),), projection=True)], (5,)).params) == {"0.skip.0.dense.W"}


def test_a_projected_skip_is_the_sum_of_two_maps():
    network = Network([Skip((Dense(3, bias=False),), projection=True)], (5,), dtype="float64")
    X = RNG.standard_normal((4, 5))
    W, P = network.params["0.skip.0.dense.W"], network.params["0.skip.projection"]
    np.testing.assert_allclose(network.forward(X), X @ W + X @ P, rtol=1e-12)


def test_behind_strides_the_projection_reads_every_second_position():
    network = Network([Skip((Reshape((3, 10)), Dense(2)), projection=True)], (6, 5), dtype="float64")
    network.params["0.skip.1.dense.W"][:] = 0.0
    X = RNG.standard_normal((4, 6, 5))
    np.testing.assert_allclose(network.forward(X), X[:, ::2] @ network.params["0.skip.projection"], rtol=1e-12)


def test_a_frozen_projection_gets_no_gradient_and_lets_it_through():
    layers = (Dense(5), Skip((Dense(3),), projection=True, frozen=True))
    frozen, free = (Network((layers[0], layer), (4,), dtype="float64") for layer in (layers[1], Skip((Dense(3),), projection=True)))
    X, dY = RNG.standard_normal((6, 4)), RNG.standard_normal((6, 3))
    for network in (frozen, free):
        network.forward(X, train=True)
        network.backward(dY)
    assert not frozen.grads["1.skip.projection"].any() and free.grads["1.skip.projection"].any()
    np.testing.assert_array_equal(frozen.grads["0.dense.W"], free.grads["0.dense.W"])


def test_a_projection_learns_beside_a_frozen_body():
    network = Network([Skip((Dense(3, frozen=True),), projection=True)], (5,), dtype="float64")
    bound = Pass(network, 4)
    bound.X[:] = RNG.standard_normal((4, 5))
    bound.forward()
    bound.dY[:] = 1.0
    bound.backward()
    np.testing.assert_allclose(network.grads["0.skip.projection"], bound.X.sum(0)[:, None] * np.ones(3), rtol=1e-12)


@pytest.mark.parametrize(
    ("skip", "x", "sentence"),
    [
        (
            Skip((Reshape((3, 2)),), projection=True), (6,),
            "skip can't project its input (6,) to its body's output (3, 2): only features and strides may differ",
        ),
        (
            Skip((Reshape((4, 3)), Dense(2)), projection=True), (2, 6),
            "skip can't project its input (2, 6) to its body's output (4, 2): only features and strides may differ",
        ),
        (
            Skip((Dense(2),), join="concatenate", projection=True), (4,),
            "skip with concatenate takes its input as it is: projection is for join = add",
        ),
    ],
)  # fmt: skip
def test_what_a_projection_cannot_do_is_said(skip: Skip, x: tuple[int, ...], sentence: str):
    with pytest.raises(ShapeError) as problem:
        plan((skip,), x).checked()
    assert problem.value.message == sentence
