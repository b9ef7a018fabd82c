import numpy as np
import pytest

from nntui.errors import BackendError, ShapeError
from nntui.nn.activations import GELU, ReLU, Softmax, Tanh
from nntui.nn.dense import Dense
from nntui.nn.network import Network, Pass
from nntui.nn.normalization import BatchNorm
from nntui.nn.regularization import Dropout
from nntui.nn.skip import Skip

LAYERS = (Dense(4), BatchNorm(), ReLU(), Skip((Dense(4), Tanh())), Dropout(0.5), Dense(2))
NAMES = [
    "0.dense.W",
    "0.dense.b",
    "1.batch_norm.gamma",
    "1.batch_norm.beta",
    "3.skip.0.dense.W",
    "3.skip.0.dense.b",
    "5.dense.W",
    "5.dense.b",
]

rng = np.random.default_rng(0)
X = rng.standard_normal((6, 3)).astype(np.float32)
dY = rng.standard_normal((6, 2)).astype(np.float32)


def network(*layers, dtype="float32", seed=0, x=(3,)) -> Network:
    return Network(layers or LAYERS, x, dtype=dtype, seed=seed)


# -- parameters --------------------------------------------------------------------------------------------------------------


def test_parameters_and_gradients_are_named_by_layer_in_the_order_of_the_layers():
    net = network()
    assert list(net.params) == list(net.grads) == NAMES
    assert [net.params[name].shape for name in NAMES] == [(3, 4), (4,), (4,), (4,), (4, 4), (4,), (4, 2), (2,)]
    assert [net.grads[name].shape for name in NAMES] == [net.params[name].shape for name in NAMES]
    assert list(net.statistics) == ["1.batch_norm.running_mean", "1.batch_norm.running_variance"]


def test_parameters_are_live_views_of_one_flat_buffer():
    net = network()
    assert sum(p.size for p in net.params.values()) == net.flat.size == net.plan.size
    net.flat[:] = np.arange(net.flat.size)
    assert sorted(np.concatenate([p.reshape(-1) for p in net.params.values()])) == list(range(net.flat.size))
    net.params["5.dense.b"][:] = -1.0
    assert (net.flat == -1.0).sum() == 2
    before = net.forward(X)
    net.params["5.dense.b"] += 1.0
    np.testing.assert_allclose(net.forward(X), before + 1.0, rtol=1e-6)


def test_weights_that_decay_lie_together_and_biases_and_norms_apart():
    net = network()
    decaying = {
        name
        for name, (_, _, piece) in net.entries.items()
        if any(g.decays and g.piece.start <= piece.start < g.piece.stop for g in net.groups)
    }
    assert decaying == {"0.dense.W", "3.skip.0.dense.W", "5.dense.W"}
    assert [(g.piece.start, g.decays) for g in net.groups] == [(0, True), (36, False)]


def test_biases_start_at_zero_and_scales_at_one():
    net = network()
    assert not net.params["0.dense.b"].any() and not net.params["1.batch_norm.beta"].any()
    assert (net.params["1.batch_norm.gamma"] == 1.0).all()
    assert not net.statistics["1.batch_norm.running_mean"].any()
    assert (net.statistics["1.batch_norm.running_variance"] == 1.0).all()


def test_the_seed_decides_how_weights_start():
    np.testing.assert_array_equal(network(seed=3).flat, network(seed=3).flat)
    assert not np.array_equal(network(seed=3).flat, network(seed=4).flat)


def test_a_layer_that_comes_behind_changes_no_weight_before_it():
    short, long = network(Dense(4), Tanh()), network(Dense(4), Tanh(), Dropout(0.5), Dense(7))
    np.testing.assert_array_equal(short.params["0.dense.W"], long.params["0.dense.W"])


def test_initialize_starts_all_over():
    net = network()
    fresh = net.flat.copy()
    first = net.forward(X, train=True)
    net.flat += 1.0
    net.initialize()
    np.testing.assert_array_equal(net.flat, fresh)
    assert not net.statistics["1.batch_norm.running_mean"].any()
    np.testing.assert_array_equal(net.forward(X, train=True), first)  # the same dropout mask as well


def test_loading_by_name_sets_parameters():
    net, other = network(seed=1), network(seed=2)
    net.load(other.params)
    np.testing.assert_array_equal(net.forward(X), other.forward(X))
    net.load({"5.dense.b": np.array([3.0, 4.0])})
    assert net.params["5.dense.b"].tolist() == [3.0, 4.0]
    with pytest.raises(KeyError, match=r"9\.dense\.W"):
        net.load({"9.dense.W": np.zeros(2)})
    with pytest.raises(ValueError, match=r"^0\.dense\.W has shape \(3, 4\), not \(4, 3\)$"):
        net.load({"0.dense.W": np.zeros((4, 3))})


# -- computing ---------------------------------------------------------------------------------------------------------------


def test_forward_is_what_the_formula_says():
    net = network(Dense(4), Tanh(), Dense(2))
    W, b, V, c = (net.params[name] for name in ("0.dense.W", "0.dense.b", "2.dense.W", "2.dense.b"))
    np.testing.assert_allclose(net.forward(X), np.tanh(X @ W + b) @ V + c, rtol=1e-5)


def test_forward_gives_a_copy_that_stays_and_backward_too():
    net = network(Dense(2))
    Y = net.forward(X)
    dX = net.backward(dY)
    kept_Y, kept_dX = Y.copy(), dX.copy()
    net.forward(2.0 * X)
    net.backward(3.0 * dY)
    np.testing.assert_array_equal(Y, kept_Y)
    np.testing.assert_array_equal(dX, kept_dX)


def test_backward_gives_the_input_gradient_and_fills_grads():
    net = network()
    net.forward(X, train=True)
    dX = net.backward(dY)
    assert dX.shape == X.shape and dX.any()
    np.testing.assert_allclose(net.grads["5.dense.b"], dY.sum(0), rtol=1e-5)
    assert all(g.any() for name, g in net.grads.items() if name != "0.dense.b")  # batch norm makes the bias before it idle


def test_training_mode_draws_and_evaluation_mode_does_not():
    net = network(Dropout(0.5), x=(50,))
    X = np.ones((4, 50), np.float32)
    one, other = net.forward(X, train=True), net.forward(X, train=True)
    assert set(np.unique(one)) == {0.0, 2.0} and not np.array_equal(one, other)
    assert (net.forward(X) == 1.0).all()


def test_dropout_drops_its_share_and_keeps_the_mean():
    net = network(Dropout(0.3), x=(1000,))
    Y = net.forward(np.ones((100, 1000), np.float32), train=True)
    assert np.mean(Y == 0.0) == pytest.approx(0.3, abs=0.01)  # 100,000 draws: a sigma is 0.0015
    assert Y.mean() == pytest.approx(1.0, abs=0.01)
    np.testing.assert_allclose(np.unique(Y), [0.0, 1.0 / 0.7], rtol=1e-6)


def test_batch_norm_gives_mean_0_and_spread_1_and_remembers_both():
    net = network(BatchNorm(momentum=0.25))
    X = 3.0 + 2.0 * rng.standard_normal((400, 3))
    Y = net.forward(X, train=True)
    np.testing.assert_allclose(Y.mean(0), 0.0, atol=1e-5)
    np.testing.assert_allclose(Y.std(0), 1.0, rtol=1e-4)
    np.testing.assert_allclose(net.statistics["0.batch_norm.running_mean"], 0.25 * X.mean(0), rtol=1e-5)
    np.testing.assert_allclose(net.statistics["0.batch_norm.running_variance"], 0.75 + 0.25 * X.var(0, ddof=1), rtol=1e-5)
    for _ in range(60):
        net.forward(X, train=True)
    np.testing.assert_allclose(net.forward(X), Y, rtol=2e-3, atol=1e-4)  # evaluation has learned what the batch is like


def test_evaluation_changes_no_statistic():
    net = network(BatchNorm())
    net.forward(X)
    assert not net.statistics["0.batch_norm.running_mean"].any()


def test_a_batch_of_one_says_nothing_about_spread():
    net = network(BatchNorm(), Dense(2))
    Y = net.forward(X[:1], train=True)
    np.testing.assert_allclose(Y, net.params["1.dense.b"][None])  # an example is its own mean
    assert (net.statistics["0.batch_norm.running_variance"] == 1.0).all()
    assert not net.statistics["0.batch_norm.running_mean"].any()
    assert not net.backward(dY[:1]).any()


def test_any_batch_size_may_follow_any_other():
    net, fresh = network(Dense(4), Tanh(), Dense(2)), {}
    for n in (6, 1, 3, 6):
        fresh[n] = network(Dense(4), Tanh(), Dense(2))
        np.testing.assert_array_equal(net.forward(X[:n]), fresh[n].forward(X[:n]))
        np.testing.assert_array_equal(net.backward(dY[:n]), fresh[n].backward(dY[:n]))
        np.testing.assert_array_equal(net.flat_gradient, fresh[n].flat_gradient)


def test_wrong_shapes_are_refused_with_the_right_one():
    net = network(Dense(2))
    with pytest.raises(ValueError, match=r"^backward needs a forward pass before it$"):
        net.backward(dY)
    with pytest.raises(ValueError, match=r"^expected inputs of shape \(batch, 3\), got \(6, 4\)$"):
        net.forward(np.zeros((6, 4)))
    net.forward(X)
    with pytest.raises(ValueError, match=r"^expected dY of shape \(6, 2\), got \(6, 3\)$"):
        net.backward(np.zeros((6, 3)))
    with pytest.raises(ShapeError, match=r"^layer 0\.dense: "):
        network(Dense(2), x=(4, 4, 3))
    with pytest.raises(BackendError, match="expected numpy, cupy or auto"):
        Network((Dense(2),), (3,), backend="jax")


def test_a_network_that_learns_nothing_still_computes():
    net = network(Tanh(), x=(3,))
    np.testing.assert_allclose(net.forward(X), np.tanh(X), rtol=1e-6)
    np.testing.assert_allclose(net.backward(np.ones_like(X)), 1.0 - np.tanh(X) ** 2, rtol=1e-4, atol=1e-6)
    assert net.params == {} and network().plan.size > 0
    empty = Network((), (3,))
    np.testing.assert_array_equal(empty.forward(X), X)
    np.testing.assert_array_equal(empty.backward(X), X)


# -- precision -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_array_has_the_networks_precision(dtype):
    net = network(Dense(4), BatchNorm(), GELU(), Skip((Dense(4), ReLU())), Dropout(0.5), Softmax(), Dense(2), dtype=dtype)
    Y = net.forward(X, train=True)
    dX = net.backward(dY)
    bound = Pass(net, 4, input_gradient=True)
    bound.training = True
    bound.forward(), bound.backward()
    arrays = [Y, dX, net.flat, net.flat_gradient, *net.params.values(), *net.grads.values(), *net.statistics.values()]
    for _, place in bound.places.values():
        arrays += [value for value in vars(place).values() if isinstance(value, np.ndarray)]
    assert {array.dtype.name for array in arrays} == {dtype}


def test_double_precision_is_not_rounded_on_the_way():
    net = network(Dense(1, bias=False), dtype="float64", x=(1,))
    value = 1.0 + 2.0**-40
    net.load({"0.dense.W": np.array([[1.0]])})
    assert net.forward(np.array([[value]]))[0, 0] == value
    assert net.backward(np.array([[value]]))[0, 0] == value


# -- passes --------------------------------------------------------------------------------------------------------------------


def _gradient(bound: Pass, n: int) -> np.ndarray:
    for name, stream in bound.network.streams.items():
        stream.bit_generator.state = np.random.default_rng(len(name)).bit_generator.state
    bound.training = True
    bound.X[:] = X[:n]
    bound.forward()
    bound.dY[:] = dY[:n]
    bound.backward()
    return bound.network.flat_gradient.copy()


def test_passes_that_share_an_arena_give_what_passes_of_their_own_give():
    alone = {n: _gradient(Pass(network(), n), n) for n in (6, 4)}
    net, arena = network(), {}
    large = Pass(net, 6, arena=arena)
    room = sum(array.nbytes for array in arena.values())
    small = Pass(net, 4, arena=arena)
    assert sum(array.nbytes for array in arena.values()) == room
    for bound, n in ((large, 6), (small, 4), (large, 6), (small, 4)):
        np.testing.assert_array_equal(_gradient(bound, n), alone[n])


def test_the_first_layer_has_no_input_gradient_to_compute():
    bound = Pass(network(Dense(4), Tanh(), Dense(2)), 6)
    assert bound.dX is None and bound.places["0.dense"][1].dX is None
    assert bound.places["1.tanh"][1].dX is not None


def test_a_pass_for_evaluation_has_no_gradients():
    bound = Pass(network(), 6, gradients=False)
    assert all(place.dY is None and not place.learns for _, place in bound.places.values())


def test_a_bound_place_has_no_way_to_allocate():
    for _, place in Pass(network(), 6).places.values():
        with pytest.raises(RuntimeError, match="only while it is bound"):
            place.array("more", (1,))


# -- layers that learn differently -----------------------------------------------------------------------------------------------


def test_a_frozen_layer_passes_the_signal_on_and_keeps_its_gradient_at_nothing():
    net = network(Dense(4), Dense(4, frozen=True), BatchNorm(frozen=True), Dense(2))
    net.forward(X, train=True)
    net.backward(dY)
    assert {name for name, g in net.grads.items() if g.any()} == {"0.dense.W", "0.dense.b", "3.dense.W", "3.dense.b"}
    assert not net.statistics["2.batch_norm.running_mean"].any()


def test_below_the_first_layer_that_learns_nothing_goes_back():
    net = network(Dense(4, frozen=True), Tanh(), Dense(2))
    bound = Pass(net, 6)
    assert bound.places["1.tanh"][1].dY is None and bound.places["2.dense"][1].dX is None
    np.testing.assert_array_equal(
        _gradient(bound, 6)[net.entries["2.dense.W"][2]],
        _gradient(Pass(network(Dense(4), Tanh(), Dense(2)), 6), 6)[network(Dense(4), Tanh(), Dense(2)).entries["2.dense.W"][2]],
    )


def test_layers_that_are_updated_alike_lie_in_one_group():
    net = network(Dense(4), Dense(4, frozen=True), Dense(4, rate_multiplier=0.1), Dense(4, rate_multiplier=0.1), Dense(2))
    assert [(g.piece.stop - g.piece.start, g.decays, g.frozen, g.multiplier) for g in net.groups] == [
        (20, True, False, 1.0), (6, False, False, 1.0), (32, True, False, 0.1), (8, False, False, 0.1),
        (16, True, True, 1.0), (4, False, True, 1.0),
    ]  # fmt: skip
