"""What only layers with a memory have: states that go on, gradients through time, and gates that begin open."""

import msgspec
import numpy as np
import pytest

from nn.gradients import assert_gradient, unit
from nntui.errors import ShapeError
from nntui.nn.catalogue import AnyLayer
from nntui.nn.gru import GRU
from nntui.nn.layer import Place
from nntui.nn.lstm import LSTM
from nntui.nn.network import Network, Pass
from nntui.nn.recurrent import Recurrent
from nntui.nn.rnn import RNN

KINDS = [
    RNN(5), RNN(5, activation="relu"), GRU(5), LSTM(5),
    RNN(3, layers=2), GRU(3, layers=3), LSTM(3, layers=2),
]  # fmt: skip
BOTH_WAYS = [RNN(3, bidirectional=True), GRU(3, layers=2, bidirectional=True), LSTM(3, layers=2, bidirectional=True, returns="last")]


def bound(layer: Recurrent, T: int, D: int = 2, batch: int = 3, seed: int = 0, dtype: str = "float64") -> tuple[Network, Pass, Place]:
    """A layer with random parameters, inputs and dY at its place."""
    network = Network([layer], (T, D), dtype=dtype, seed=seed)
    rng = np.random.default_rng(seed)
    network.flat[:] = 0.5 * rng.standard_normal(network.flat.shape)
    made = Pass(network, batch, input_gradient=True)
    made.X[:], made.dY[:] = rng.standard_normal(made.X.shape), rng.standard_normal(made.dY.shape)
    return network, made, made.places[f"0.{layer.tag}"][1]


def states(layer: Recurrent, at: Place, which: str) -> list[np.ndarray]:
    return [getattr(at, which.format(state)) for state in layer.states]


named = pytest.mark.parametrize("layer", KINDS, ids=repr)


@named
def test_a_sequence_split_in_two_with_the_state_carried_on_is_the_whole_sequence(layer):
    _, whole, place = bound(layer, T=7)
    whole.forward()
    Y, last = whole.Y.copy(), [state.copy() for state in states(layer, place, "{}_last")]
    got = []
    carried = [np.zeros_like(state) for state in last]
    for part in (slice(0, 3), slice(3, 7)):
        _, half, at = bound(layer, T=part.stop - part.start)
        half.X[:] = whole.X[:, part]
        for first, state in zip(states(layer, at, "{}0"), carried, strict=True):
            first[:] = state
        half.forward()
        got.append(half.Y.copy())
        carried = [state.copy() for state in states(layer, at, "{}_last")]
    np.testing.assert_allclose(np.concatenate(got, axis=1), Y, rtol=1e-12, atol=1e-14)
    for state, wanted in zip(carried, last, strict=True):
        np.testing.assert_allclose(state, wanted, rtol=1e-12, atol=1e-14)


@named
def test_the_gradient_of_the_state_carried_on_joins_the_halves_of_a_backward_pass(layer):
    _, whole, _ = bound(layer, T=7)
    whole.forward(), whole.backward()
    _, half, at = bound(layer, T=4)
    _, first, _ = bound(layer, T=3)
    first.X[:], half.X[:] = whole.X[:, :3], whole.X[:, 3:]
    first.forward()
    for begin, state in zip(states(layer, at, "{}0"), states(layer, first.places[f"0.{layer.tag}"][1], "{}_last"), strict=True):
        begin[:] = state
    half.dY[:] = whole.dY[:, 3:]
    half.forward(), half.backward()
    np.testing.assert_allclose(half.dX, whole.dX[:, 3:], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("layer", [*KINDS, *BOTH_WAYS], ids=repr)
def test_gradients_of_first_states_are_slopes(layer):
    _, made, at = bound(layer, T=4)
    firsts, gradients = states(layer, at, "{}0"), states(layer, at, "d{}0")
    rng = np.random.default_rng(1)
    for first in firsts:
        first[:] = rng.standard_normal(first.shape)
    dY = made.dY.copy()

    def f() -> float:
        made.forward()
        return float((made.Y * dY).sum())

    f()
    made.backward()
    for _ in range(3):
        assert_gradient(f, firsts, [gradient.copy() for gradient in gradients], unit(firsts, rng))


@pytest.mark.parametrize("layer", [RNN(2), GRU(2), LSTM(2), LSTM(2, layers=2, bidirectional=True)], ids=repr)
def test_back_propagation_through_time_is_the_full_numerical_gradient(layer):
    network, made, _ = bound(layer, T=4, batch=2)
    made.forward(), made.backward()
    dY = made.dY.copy()
    for array, gradient in ((made.X, made.dX.copy()), (network.flat, network.flat_gradient.copy())):
        flat, numerical = array.reshape(-1), np.empty(array.size)
        for k in range(flat.size):
            kept, values = flat[k], []
            for step in (1e-5, -1e-5):
                flat[k] = kept + step
                made.forward()
                values.append(float((made.Y * dY).sum()))
            flat[k] = kept
            numerical[k] = (values[0] - values[1]) / 2e-5
        np.testing.assert_allclose(gradient.reshape(-1), numerical, rtol=1e-6, atol=1e-8)


def test_a_second_sweep_reads_the_sequence_from_its_end():
    layer = LSTM(3, bidirectional=True)
    network, made, _ = bound(layer, T=5)
    made.forward()
    back = Network([LSTM(3)], (5, 2), dtype="float64")
    back.load({f"0.lstm.{name}": network.params[f"0.lstm.{name}_back"] for name in "WUb"})
    np.testing.assert_allclose(back.forward(made.X[:, ::-1])[:, ::-1], made.Y[:, :, 3:], rtol=1e-12)


@pytest.mark.parametrize("layer", [RNN(3), GRU(3, layers=2), LSTM(3)], ids=repr)
def test_the_last_state_is_the_end_of_the_sequence_of_states(layer):
    network, made, _ = bound(layer, T=6)
    made.forward()
    last = Network([msgspec.structs.replace(layer, returns="last")], (6, 2), dtype="float64")
    last.load(network.params)
    np.testing.assert_array_equal(last.forward(made.X), made.Y[:, -1])


# -- what goes back through time -----------------------------------------------------------------------------------------


def test_the_gradient_of_every_state_can_be_read_after_a_backward_pass():
    layer = RNN(4, returns="last")
    network, made, at = bound(layer, T=5)
    made.forward(), made.backward()
    norms = layer.state_gradient_norms(at)
    U, H, dh = network.params["0.rnn.U"], at.sweeps[0][0].H, made.dY.copy()
    wanted = []
    for t in reversed(range(5)):
        wanted.append(np.linalg.norm(dh))
        dh = (dh * (1.0 - H[t].T ** 2)) @ U.T
    np.testing.assert_allclose(norms, wanted[::-1], rtol=1e-12)
    np.testing.assert_allclose(at.dh0[0], dh, rtol=1e-10)


def test_gradients_vanish_over_fifty_steps_of_a_tanh_rnn_and_far_less_of_an_lstm():
    ratios = {}
    for layer in (RNN(32, returns="last"), LSTM(32, returns="last"), RNN(32, activation="relu", recurrent="identity", returns="last")):
        network = Network([layer], (50, 2), seed=1)
        made = Pass(network, 16, input_gradient=True)
        rng = np.random.default_rng(0)
        made.X[:], made.dY[:] = rng.uniform(size=made.X.shape), rng.standard_normal(made.dY.shape)
        if layer.tag == "rnn" and layer.activation == "tanh":
            network.params["0.rnn.U"][:] *= 0.6  # a spectral radius below one, where plain initializations put it
        made.forward(), made.backward()
        norms = layer.state_gradient_norms(made.places[f"0.{layer.tag}"][1])
        ratios[layer.tag, getattr(layer, "activation", "")] = norms[0] / norms[-1]
    assert ratios["rnn", "tanh"] < 1e-9
    assert ratios["lstm", ""] > 1e-6
    assert ratios["rnn", "relu"] > 0.1


# -- how they begin --------------------------------------------------------------------------------------------------------


def test_an_lstm_begins_by_remembering():
    b = Network([LSTM(3, forget_bias=2.0, layers=2)], (4, 2)).params["0.lstm.b_2"]
    assert b.tolist() == [0, 0, 0, 0, 0, 0, 2, 2, 2, 0, 0, 0]


def test_weights_start_by_their_own_fans_and_states_by_an_orthogonal_map():
    params = Network([LSTM(40)], (4, 60), seed=1).params
    W, U = params["0.lstm.W"], params["0.lstm.U"]
    assert W.shape == (60, 160) and U.shape == (40, 160)
    assert 0.95 * np.sqrt(6.0 / 100) < np.abs(W).max() <= np.sqrt(6.0 / 100)
    np.testing.assert_allclose(U @ U.T, np.eye(40), atol=1e-5)


def test_an_irnn_begins_as_a_sum_over_time():
    network = Network([RNN(3, activation="relu", recurrent="identity")], (4, 3), dtype="float64")
    network.load({"0.rnn.W": np.eye(3)})
    X = np.random.default_rng(0).uniform(size=(2, 4, 3))
    np.testing.assert_allclose(network.forward(X), X.cumsum(1))


def test_parameters_of_every_sweep_are_named_by_layer_and_direction():
    names = list(Network([GRU(2, layers=2, bidirectional=True)], (3, 2)).params)
    assert names == [
        f"0.gru.{name}{suffix}" for suffix in ("", "_back", "_2", "_2_back") for name in ("W", "U", "b", "b_hn")
    ]  # fmt: skip


# -- memory and refusals ---------------------------------------------------------------------------------------------------


def test_two_batch_sizes_that_share_memory_don_t_disturb_each_other():
    for layer in (RNN(4), GRU(4), LSTM(4, layers=2, bidirectional=True)):
        network = Network([layer], (6, 3), dtype="float64")
        arena = {}
        large, small = (Pass(network, batch, input_gradient=True, arena=arena) for batch in (5, 3))
        X = np.random.default_rng(0).standard_normal((5, 6, 3))
        wanted = network.forward(X)
        for made in (large, small, large, small):
            made.X[:] = X[: made.batch]
            made.forward()
            np.testing.assert_allclose(made.Y, wanted[: made.batch], rtol=1e-12)
            made.dY[:] = 1.0
            made.backward()


def test_a_pass_without_gradients_keeps_no_room_for_them():
    network = Network([LSTM(4)], (6, 3))
    at = Pass(network, 2, gradients=False).places["0.lstm"][1]
    assert "dZ" not in at.__dict__ and "S_turned" not in at.__dict__


@pytest.mark.parametrize("x", [(), (5,), (4, 4, 3)])
@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_what_isn_t_a_sequence_is_refused_with_a_way_out(kind, x):
    with pytest.raises(ShapeError) as refused:
        kind(3).output_shape(x)
    assert str(refused.value) == (
        f"{kind(3).tag} needs a sequence (time, features), got {x}: reshape it, or embed it if these are ids"
    )


@pytest.mark.parametrize(
    "table",
    [
        {"layer": "lstm"}, {"layer": "lstm", "units": 0}, {"layer": "gru", "units": 2, "layers": 0},
        {"layer": "rnn", "units": 2, "returns": "all"}, {"layer": "rnn", "units": 2, "activation": "gelu"},
    ],
    ids=str,
)  # fmt: skip
def test_fields_out_of_range_are_refused(table):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(table, AnyLayer)
