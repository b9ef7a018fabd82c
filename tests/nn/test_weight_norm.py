import msgspec
import numpy as np
import pytest

from nntui.errors import ShapeError
from nntui.nn.activations import ReLU, Tanh
from nntui.nn.catalogue import AnyLayer
from nntui.nn.dense import Dense
from nntui.nn.network import Network, Pass
from nntui.nn.weight_norm import WeightNorm

G, V = "0.weight_norm.g", "0.weight_norm.0.dense.W"


def test_the_layer_inside_computes_with_the_length_g_in_the_direction_of_its_own_weights():
    network = Network([WeightNorm((Dense(3),))], (4,), dtype="float64")
    g, v, b = network.params[G], network.params[V], network.params["0.weight_norm.0.dense.b"]
    g[:] = [2.0, -1.0, 0.5]
    X = np.random.default_rng(0).standard_normal((5, 4))
    W = g * v / np.linalg.norm(v, axis=0)
    np.testing.assert_allclose(network.forward(X), X @ W + b, rtol=1e-12)
    v *= 7.0  # its length doesn't count
    np.testing.assert_allclose(network.forward(X), X @ W + b, rtol=1e-12)


def test_steps_go_across_the_weights_and_never_along_them():
    network = Network([WeightNorm((Dense(3),))], (4,), dtype="float64")
    rng = np.random.default_rng(0)
    network.forward(rng.standard_normal((5, 4)), train=True)
    network.backward(rng.standard_normal((5, 3)))
    np.testing.assert_allclose((network.grads[V] * network.params[V]).sum(0), 0.0, atol=1e-12)


@pytest.mark.parametrize(("follows", "variance"), [(ReLU(), 2.0 / 400), (Tanh(), 2.0 / 600)], ids=["relu", "tanh"])
def test_the_weights_start_with_the_spread_that_suits_what_follows(follows, variance):
    network = Network([WeightNorm((Dense(200),)), follows], (400,), dtype="float64")
    made = Pass(network, 1)
    made.forward()
    W = made.places["0.weight_norm.0.dense"][1].W
    assert W.var() == pytest.approx(variance, rel=0.05)
    np.testing.assert_allclose(np.linalg.norm(W, axis=0), network.params[G])


def test_weights_of_zero_stay_zero_and_are_no_division_by_zero():
    network = Network([WeightNorm((Dense(3, init="zeros"),))], (4,))
    assert not network.forward(np.ones((2, 4)), train=True).any()
    network.backward(np.ones((2, 3)))
    assert all(np.isfinite(gradient).all() for gradient in network.grads.values())


def test_length_and_direction_are_frozen_with_the_layer_they_belong_to():
    network = Network([WeightNorm((Dense(3, frozen=True),)), Dense(2)], (4,))
    frozen = [group for group in network.groups if group.frozen]
    assert sum(group.piece.stop - group.piece.start for group in frozen) == 4 * 3 + 3 + 3
    slow = Network([WeightNorm((Dense(3, rate_multiplier=0.1),))], (4,))
    assert {group.multiplier for group in slow.groups} == {0.1}


@pytest.mark.parametrize(
    ("body", "has"), [((), "nothing"), ((Tanh(),), "tanh"), ((Dense(2), Dense(2)), "dense, dense")], ids=["nothing", "tanh", "two"]
)
def test_anything_but_one_layer_with_weights_is_refused(body, has):
    with pytest.raises(ShapeError) as refused:
        WeightNorm(body).output_shape((4,))
    assert str(refused.value) == f"weight_norm has {has} in its body: it needs exactly one layer with weights, such as dense"


def test_it_is_read_from_a_file_like_a_skip():
    table = {"layer": "weight_norm", "body": [{"layer": "dense", "units": 3}]}
    assert msgspec.convert(table, AnyLayer) == WeightNorm((Dense(3),))


@pytest.mark.torch
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_it_computes_what_pytorch_computes(dtype: str):
    torch = pytest.importorskip("torch")
    ours = Network([WeightNorm((Dense(5),))], (7,), dtype=dtype)
    theirs = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(7, 5, dtype=getattr(torch, dtype)))
    with torch.no_grad():
        theirs.parametrizations.weight.original0.copy_(torch.tensor(ours.params[G][:, None]))
        theirs.parametrizations.weight.original1.copy_(torch.tensor(ours.params[V].T.copy()))
        theirs.bias.copy_(torch.tensor(ours.params["0.weight_norm.0.dense.b"]))
    rng = np.random.default_rng(0)
    X, dY = rng.standard_normal((6, 7)).astype(dtype), rng.standard_normal((6, 5)).astype(dtype)
    x = torch.tensor(X, requires_grad=True)
    y = theirs(x)
    y.backward(torch.tensor(dY))
    within = {"rtol": 1e-9, "atol": 1e-12} if dtype == "float64" else {"rtol": 1e-4, "atol": 1e-5}
    np.testing.assert_allclose(ours.forward(X, train=True), y.detach().numpy(), **within)
    np.testing.assert_allclose(ours.backward(dY), x.grad.numpy(), **within)
    np.testing.assert_allclose(ours.grads[G], theirs.parametrizations.weight.original0.grad.numpy()[:, 0], **within)
    np.testing.assert_allclose(ours.grads[V], theirs.parametrizations.weight.original1.grad.numpy().T, **within)
