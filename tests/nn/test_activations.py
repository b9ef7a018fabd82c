import numpy as np
import pytest

from nntui.nn.activations import (
    ELU,
    GELU,
    SELU,
    Activation,
    HardTanh,
    LogSoftmax,
    Mish,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
    Threshold,
)
from nntui.nn.catalogue import LAYERS
from nntui.nn.dense import Dense
from nntui.nn.initializers import Glorot, He, LeCun
from nntui.nn.layer import Layer
from nntui.nn.network import Network
from nntui.nn.plan import plan

ALL = [kind() for kind in LAYERS if kind.family == "activation"]
X = np.linspace(-6.0, 6.0, 25)[:, None]


def run(layer: Layer, X: np.ndarray, dtype: str = "float64") -> tuple[np.ndarray, np.ndarray]:
    """Outputs, and input gradients for dY = 1."""
    network = Network([layer], X.shape[1:], dtype=dtype)
    Y = network.forward(X, train=True)
    return Y, network.backward(np.ones_like(Y))


@pytest.mark.parametrize(
    ("layer", "formula"),
    [
        (ELU(1.5), np.where(X > 0, X, 1.5 * (np.exp(X) - 1.0))),
        (ELU(0.5), np.where(X > 0, X, 0.5 * (np.exp(X) - 1.0))),
        (SELU(), 1.0507009873554805 * np.where(X > 0, X, 1.6732632423543772 * (np.exp(X) - 1.0))),
        (PReLU(-0.5), np.where(X > 0, X, -0.5 * X)),
        (Softplus(), np.log(1.0 + np.exp(X))),
        (Softsign(), X / (1.0 + np.abs(X))),
        (HardTanh(), np.clip(X, -1.0, 1.0)),
        (Threshold(), (X > 0).astype(float)),
        (SiLU(), X / (1.0 + np.exp(-X))),
        (Mish(), X * np.tanh(np.log(1.0 + np.exp(X)))),
        (GELU(approximate=True), 0.5 * X * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * (X + 0.044715 * X**3)))),
    ],
    ids=repr,
)
def test_the_output_is_the_formula(layer: Layer, formula: np.ndarray):
    np.testing.assert_allclose(run(layer, X)[0], formula, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("layer", ALL, ids=repr)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_inputs_of_any_size_give_numbers_that_are_numbers(layer: Layer, dtype: str):
    huge = np.array([[1e4, -1e4, 3e15, -3e15, 0.0, -0.0, 1e-30, -1e-30]], dtype)
    with np.errstate(all="raise", under="ignore"):
        Y, dX = run(layer, huge, dtype)
    assert np.isfinite(Y).all() and np.isfinite(dX).all()


@pytest.mark.parametrize("layer", ALL, ids=repr)
def test_what_is_no_number_stays_none(layer: Layer):
    Y, _ = run(layer, np.array([[np.nan, 1.0]]))
    assert np.isnan(Y[0, 0])


def test_the_tanh_form_of_gelu_is_close_to_the_exact_one_but_not_the_same():
    exact, approximate = run(GELU(), X)[0], run(GELU(approximate=True), X)[0]
    assert 1e-5 < np.abs(exact - approximate).max() < 5e-4


def test_the_logarithms_of_softmax_are_those_of_its_outputs_and_go_on_where_these_are_zero():
    np.testing.assert_allclose(run(LogSoftmax(), X.T)[0], np.log(run(Softmax(), X.T)[0]), rtol=1e-12)
    assert run(LogSoftmax(), np.array([[0.0, -1e4]]))[0].tolist() == [[0.0, -1e4]]
    once = run(LogSoftmax(), X.T)[0]
    np.testing.assert_allclose(run(LogSoftmax(), once)[0], once, rtol=1e-12)


def test_a_threshold_is_0_at_0_and_lets_the_signal_from_above_through_unchanged():
    network = Network([Threshold()], (3,), dtype="float64")
    assert network.forward(np.array([[-2.0, 0.0, 1e-9]])).tolist() == [[0.0, 0.0, 1.0]]
    dY = np.array([[0.3, -1.0, 2.0]])
    np.testing.assert_array_equal(network.backward(dY), dY)


def test_thirty_selu_layers_keep_mean_0_and_variance_1():
    layers = [layer for _ in range(30) for layer in (Dense(200), SELU())]
    Y = Network(layers, (200,), seed=1).forward(np.random.default_rng(0).standard_normal((300, 200)).astype(np.float32))
    assert abs(Y.mean()) < 0.1 and 0.8 < Y.var() < 1.25  # the fixed point of Klambauer et al. 2017
    tanh = [Tanh() if isinstance(layer, SELU) else layer for layer in layers]
    assert Network(tanh, (200,), seed=1).forward(np.random.default_rng(0).standard_normal((300, 200)).astype(np.float32)).var() < 0.2


@pytest.mark.parametrize(
    ("layer", "suited"),
    [
        (ReLU(), He()), (PReLU(), He()), (ELU(), He()), (SiLU(), He()), (Mish(), He()),
        (SELU(), LeCun()), (Softsign(), Glorot()), (Sigmoid(), Glorot()),
    ],
    ids=repr,
)  # fmt: skip
def test_weights_before_an_activation_start_as_it_likes_them(layer: Layer, suited: object):
    assert plan((Dense(4), layer), (3,)).sites[0].parameters[0].init == suited


# -- the learned slope -------------------------------------------------------------------------------------------------------------


def test_a_prelus_slope_starts_as_told_learns_and_never_decays():
    network = Network([PReLU(shared=False)], (2,), dtype="float64")
    ((name, slope),) = network.params.items()
    assert name == "0.prelu.slope" and slope.tolist() == [0.25, 0.25]
    assert all(not parameter.decays for parameter, _, _ in network.entries.values())
    network.forward(np.array([[-1.0, 2.0], [-3.0, -5.0]]), train=True)
    network.backward(np.ones((2, 2)))
    assert network.grads[name].tolist() == [-4.0, -5.0]


def test_a_shared_slope_gets_the_gradients_of_all_features():
    network = Network([PReLU()], (2, 2), dtype="float64")
    network.forward(np.array([[[-1.0, 2.0], [-3.0, -5.0]]]), train=True)
    network.backward(np.ones((1, 2, 2)))
    assert network.grads["0.prelu.slope"].tolist() == [-9.0]


def test_what_is_no_activation_has_none_of_their_base():
    assert {kind for kind in LAYERS if issubclass(kind, Activation)} == {type(layer) for layer in ALL} - {PReLU}
