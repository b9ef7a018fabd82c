"""Attention: where it looks, what it may not see, and what it costs in memory."""

import numpy as np
import pytest

from nntui.errors import ShapeError
from nntui.nn.attention import Attention
from nntui.nn.dense import Dense
from nntui.nn.layer import Place
from nntui.nn.network import Network, Pass
from nntui.nn.normalization import LayerNorm
from nntui.nn.skip import Skip

rng = np.random.default_rng(0)


def bound(layer: Attention, T: int, D: int, batch: int = 3, dtype: str = "float64") -> tuple[Network, Pass, Place]:
    network = Network([layer], (T, D), dtype=dtype)
    network.load({name: rng.normal(0.0, 0.7, value.shape) for name, value in network.params.items()})
    made = Pass(network, batch, input_gradient=True)
    made.X[:] = rng.standard_normal(made.X.shape)
    return network, made, made.places["0.attention"][1]


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("T", [1, 2, 3, 7, 8])
def test_it_is_the_formula(T, causal):
    network, made, at = bound(Attention(heads=2, causal=causal), T, D=6)
    made.forward()
    W, W_out, b, b_out = (network.params[f"0.attention.{name}"] for name in ("W", "W_out", "b", "b_out"))
    for n in range(3):
        Q, K, V = np.split(made.X[n] @ W + b, 3, axis=1)
        A = np.empty((T, 6))
        for head in (slice(0, 3), slice(3, 6)):
            S = Q[:, head] @ K[:, head].T / np.sqrt(3.0)
            if causal:
                S[np.triu_indices(T, 1)] = -np.inf
            P = np.exp(S - S.max(1, keepdims=True))
            P /= P.sum(1, keepdims=True)
            np.testing.assert_allclose(at.attention[n, head.start // 3], P, rtol=1e-10, atol=1e-14)
            A[:, head] = P @ V[:, head]
        np.testing.assert_allclose(made.Y[n], A @ W_out + b_out, rtol=1e-10)


def test_a_place_shares_all_of_its_attention_out():
    _, made, at = bound(Attention(heads=2), T=9, D=4)
    made.forward()
    assert at.attention.shape == (3, 2, 9, 9)
    np.testing.assert_allclose(at.attention.sum(-1), 1.0)


def test_a_causal_mask_lets_nothing_through_from_later():
    block = (Skip((LayerNorm(), Attention(heads=2, causal=True))), Skip((LayerNorm(), Dense(8), Dense(4))), Attention(causal=True))
    network = Network(block, (6, 4))
    X = rng.standard_normal((2, 6, 4)).astype(np.float32)
    Y = network.forward(X, train=True)
    for t in range(5):
        changed = X.copy()
        changed[:, t + 1 :] = 1e3 * rng.standard_normal(changed[:, t + 1 :].shape)
        np.testing.assert_array_equal(network.forward(changed)[:, : t + 1], Y[:, : t + 1])  # to the bit
        dY = np.zeros_like(Y)
        dY[:, t] = 1.0
        network.forward(X, train=True)
        dX = network.backward(dY)
        assert not dX[:, t + 1 :].any() and dX[:, t].any()


def test_without_a_mask_every_place_sees_every_other():
    _, made, _ = bound(Attention(), T=4, D=3)
    made.forward()
    made.dY[:] = 0.0
    made.dY[:, 0] = 1.0
    made.backward()
    assert (np.abs(made.dX).sum(-1) > 0.0).all()


def test_places_that_are_swapped_are_swapped_in_the_answer():
    network, made, _ = bound(Attention(heads=3), T=5, D=6)
    order = rng.permutation(5)
    np.testing.assert_allclose(network.forward(made.X[:, order]), network.forward(made.X)[:, order], rtol=1e-10)


def test_scores_too_large_for_an_exponential_are_a_choice():
    _, made, at = bound(Attention(bias=False), T=4, D=3, dtype="float32")
    made.X *= 1e3
    with np.errstate(all="raise", under="ignore"):
        made.forward()
    np.testing.assert_allclose(at.attention.sum(-1), 1.0, rtol=1e-5)


def test_one_batch_is_worked_on_in_parts_with_the_same_result():
    network, made, _ = bound(Attention(heads=2, causal=True), T=40, D=8, batch=64, dtype="float32")
    made.forward()
    for n in (0, 13, 63):
        np.testing.assert_allclose(network.forward(made.X[n : n + 1]), made.Y[n : n + 1], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("layer", "x", "sentence"),
    [
        (Attention(), (6,), "attention needs a sequence (time, features), got (6,): reshape it, or embed it if these are ids"),
        (Attention(heads=4), (5, 6), "attention can't share 6 features among 4 heads: choose a divisor of 6"),
    ],
)
def test_what_doesn_t_fit_is_refused_with_a_way_out(layer, x, sentence):
    with pytest.raises(ShapeError) as refused:
        layer.output_shape(x)
    assert str(refused.value) == sentence


@pytest.mark.torch
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "layer", [Attention(heads=1), Attention(heads=4), Attention(heads=2, causal=True), Attention(bias=False)], ids=repr
)
def test_it_computes_what_pytorch_s_multihead_attention_computes(layer: Attention, dtype: str):
    torch = pytest.importorskip("torch")
    network, _, _ = bound(layer, T=7, D=8, dtype=dtype)
    kind = getattr(torch, dtype)
    theirs = torch.nn.MultiheadAttention(8, layer.heads, bias=layer.bias, batch_first=True, dtype=kind)
    names = {"W": "in_proj_weight", "b": "in_proj_bias", "W_out": "out_proj.weight", "b_out": "out_proj.bias"}
    own = {name: network.params[f"0.attention.{name}"] for name in (names if layer.bias else ("W", "W_out"))}
    theirs.load_state_dict({names[name]: torch.tensor(value.T.copy()) for name, value in own.items()})
    X, dY = rng.standard_normal((5, 7, 8)).astype(dtype), rng.standard_normal((5, 7, 8)).astype(dtype)
    x = torch.tensor(X, requires_grad=True)
    mask = torch.nn.Transformer.generate_square_subsequent_mask(7, dtype=kind) if layer.causal else None
    y, weights = theirs(x, x, x, attn_mask=mask, average_attn_weights=False)
    y.backward(torch.tensor(dY))
    within = {"rtol": 1e-9, "atol": 1e-11} if dtype == "float64" else {"rtol": 1e-4, "atol": 5e-5}
    np.testing.assert_allclose(network.forward(X, train=True), y.detach().numpy(), **within)
    assert network._last is not None
    np.testing.assert_allclose(network._last.places["0.attention"][1].attention, weights.detach().numpy(), **within)
    np.testing.assert_allclose(network.backward(dY), x.grad.numpy(), **within)
    gradients = dict(theirs.named_parameters())
    for name in own:
        np.testing.assert_allclose(network.grads[f"0.attention.{name}"].T, gradients[names[name]].grad.numpy(), err_msg=name, **within)
