"""Recurrent layers beside PyTorch's: outputs, last states and every gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nntui.nn.gru import GRU
from nntui.nn.lstm import LSTM
from nntui.nn.network import Network
from nntui.nn.recurrent import Recurrent
from nntui.nn.rnn import RNN

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

ORDER = {"rnn": (0,), "gru": (0, 1, 2), "lstm": (1, 2, 3, 0)}
"""Where PyTorch's gates are in ours: it has i, f, g, o where we have o, i, f, g."""

LAYERS = [
    RNN(7), RNN(7, activation="relu"), GRU(7), LSTM(7),
    RNN(5, layers=2, returns="last"), GRU(5, layers=3), LSTM(5, layers=2),
    RNN(4, bidirectional=True), GRU(4, layers=2, bidirectional=True), LSTM(4, layers=2, bidirectional=True),
    GRU(4, layers=2, bidirectional=True, returns="last"), LSTM(4, bidirectional=True, returns="last"),
]  # fmt: skip


def sorted_gates(layer: Recurrent, A: np.ndarray) -> np.ndarray:
    """Columns of gates in PyTorch's order."""
    return np.concatenate([np.split(A, layer.gates, axis=-1)[k] for k in ORDER[layer.tag]], axis=-1)


def theirs_of(layer: Recurrent, D: int, params: dict[str, np.ndarray], dtype: str) -> Any:
    kind = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[layer.tag]
    extra = {"nonlinearity": layer.activation} if isinstance(layer, RNN) else {}
    made = kind(
        D, layer.units, num_layers=layer.layers, bidirectional=layer.bidirectional, batch_first=True, dtype=getattr(torch, dtype), **extra
    )
    state = {}
    for name, value in _named(layer, params).items():
        state[name] = torch.tensor(value)
    made.load_state_dict(state)
    return made


def _named(layer: Recurrent, params: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Our parameters, or their gradients, by PyTorch's names. Its second bias is ours only where it makes a difference."""
    named = {}
    for depth in range(layer.layers):
        for suffix, ending in zip(layer.suffixes(depth), ("", "_reverse"), strict=False):
            get = {name: params[f"0.{layer.tag}.{name}{suffix}"] for name in ("W", "U", "b")}
            named[f"weight_ih_l{depth}{ending}"] = sorted_gates(layer, get["W"]).T.copy()
            named[f"weight_hh_l{depth}{ending}"] = sorted_gates(layer, get["U"]).T.copy()
            named[f"bias_ih_l{depth}{ending}"] = sorted_gates(layer, get["b"]).copy()
            hidden = np.zeros_like(get["b"])
            if layer.tag == "gru":
                hidden[2 * layer.units :] = params[f"0.gru.b_hn{suffix}"]
            named[f"bias_hh_l{depth}{ending}"] = hidden
    return named


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_a_recurrent_layer_computes_what_pytorch_computes(layer: Recurrent, dtype: str) -> None:
    T, D, B = 9, 3, 6
    tolerance = {"rtol": 1e-9, "atol": 1e-11} if dtype == "float64" else {"rtol": 1e-4, "atol": 1e-5}
    rng = np.random.default_rng(0)
    ours = Network([layer], (T, D), dtype=dtype)
    ours.load({name: rng.normal(0.0, 0.4, value.shape) for name, value in ours.params.items()})
    theirs = theirs_of(layer, D, ours.params, dtype)
    X = rng.standard_normal((B, T, D)).astype(dtype)
    x = torch.tensor(X, requires_grad=True)

    Y = ours.forward(X, train=True)
    y, last = theirs(x)
    if layer.returns == "last":
        h = last[0] if layer.tag == "lstm" else last
        y = torch.cat(list(h[-2:] if layer.bidirectional else h[-1:]), dim=-1)
    np.testing.assert_allclose(Y, y.detach().numpy(), **tolerance)

    dY = rng.standard_normal(Y.shape).astype(dtype)
    dX = ours.backward(dY)
    y.backward(torch.tensor(dY))
    np.testing.assert_allclose(dX, x.grad.numpy(), **tolerance)
    gradients = _named(layer, ours.grads)
    for name, parameter in theirs.named_parameters():
        wanted = parameter.grad.numpy()
        got = gradients[name]
        if name.startswith("bias_hh"):  # beside b, of which only the candidate's part is a parameter of ours
            if layer.tag != "gru":
                continue
            got, wanted = got[2 * layer.units :], wanted[2 * layer.units :]
        np.testing.assert_allclose(got, wanted, err_msg=name, **tolerance)
