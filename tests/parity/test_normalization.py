"""Layer, instance and group norm beside PyTorch's, which has channels first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nntui.nn.layer import Layer, Shape
from nntui.nn.network import Network
from nntui.nn.normalization import GroupNorm, InstanceNorm, LayerNorm

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch


def layer_norm(x: Any, C: int, gamma: Any, beta: Any) -> Any:
    return torch.nn.functional.layer_norm(x, (C,), gamma, beta)


def layer_norm_of_examples(x: Any, C: int, gamma: Any, beta: Any) -> Any:
    shape = x.shape[1:]
    return torch.nn.functional.layer_norm(x, shape, gamma.expand(shape), beta.expand(shape))


def channels_first(norm: Any) -> Any:
    def applied(x: Any, C: int, gamma: Any, beta: Any) -> Any:
        return norm(x.movedim(-1, 1), C, gamma, beta).movedim(1, -1)

    return applied


def instance_norm(x: Any, C: int, gamma: Any, beta: Any) -> Any:
    return torch.nn.functional.instance_norm(x, weight=gamma, bias=beta)


def group_norm(groups: int) -> Any:
    return lambda x, C, gamma, beta: torch.nn.functional.group_norm(x, groups, gamma, beta)


CASES: list[tuple[Layer, Shape, Any]] = [
    (LayerNorm(), (12,), layer_norm),
    (LayerNorm(), (5, 12), layer_norm),
    (LayerNorm(), (4, 3, 12), layer_norm),
    (LayerNorm(over="example"), (4, 3, 12), layer_norm_of_examples),
    (InstanceNorm(), (9, 12), channels_first(instance_norm)),
    (InstanceNorm(), (4, 5, 12), channels_first(instance_norm)),
    (GroupNorm(groups=3), (12,), channels_first(group_norm(3))),
    (GroupNorm(groups=1), (4, 5, 12), channels_first(group_norm(1))),
    (GroupNorm(groups=4), (9, 12), channels_first(group_norm(4))),
    (GroupNorm(groups=6), (4, 5, 12), channels_first(group_norm(6))),
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("layer", "x_shape", "theirs"), CASES, ids=str)
def test_a_normalization_computes_what_pytorch_computes(layer: Layer, x_shape: Shape, theirs: Any, dtype: str) -> None:
    tolerance = {"rtol": 1e-9, "atol": 1e-11} if dtype == "float64" else {"rtol": 1e-4, "atol": 1e-5}
    rng = np.random.default_rng(0)
    ours = Network([layer], x_shape, dtype=dtype)
    ours.load({name: rng.normal(1.0, 0.5, value.shape) for name, value in ours.params.items()})
    gamma, beta = (torch.tensor(ours.params[f"0.{layer.tag}.{name}"].copy(), requires_grad=True) for name in ("gamma", "beta"))
    X = rng.normal(2.0, 3.0, (6, *x_shape)).astype(dtype)
    x = torch.tensor(X, requires_grad=True)
    y = theirs(x, x_shape[-1], gamma, beta)
    np.testing.assert_allclose(ours.forward(X, train=True), y.detach().numpy(), **tolerance)
    dY = rng.standard_normal(X.shape).astype(dtype)
    dX = ours.backward(dY)
    y.backward(torch.tensor(dY))
    np.testing.assert_allclose(dX, x.grad.numpy(), **tolerance)
    for name, parameter in (("gamma", gamma), ("beta", beta)):
        np.testing.assert_allclose(ours.grads[f"0.{layer.tag}.{name}"], parameter.grad.numpy(), err_msg=name, **tolerance)
