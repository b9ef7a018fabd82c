"""The same network twice: ours, and PyTorch's with our weights."""

from __future__ import annotations

import numpy as np
import pytest
from nn.table import Bound, Row

from nntui.benchmark.torch_modules import sequential
from nntui.nn.network import Network

torch = pytest.importorskip("torch")

NAMES = {
    "W": "weight", "b": "bias", "gamma": "weight", "beta": "bias", "slope": "weight", "projection": "projection.weight",
    "running_mean": "running_mean", "running_variance": "running_var",
}  # fmt: skip
TRANSPOSED = (".W", ".projection")
RTOL = {"float32": 1e-4, "float64": 1e-9}
ATOL = {"float32": 1e-5, "float64": 1e-11}


def their_name(name: str) -> str:
    """3.skip.0.dense.W -> 3.body.0.weight."""
    *path, parameter = name.split(".")
    steps = ["body" if part == "skip" else part for part in path if part.isdecimal() or part == "skip"]
    if path[-1] == "skip":
        steps.pop()  # the container's own
    return ".".join([*steps, NAMES[parameter]])


def to_theirs(name: str, A: np.ndarray) -> np.ndarray:
    """A parameter in PyTorch's layout: weights have outputs first, then inputs, then the kernel."""
    return np.transpose(A, (*range(A.ndim)[:-3:-1], *range(A.ndim - 2))) if name.endswith(TRANSPOSED) else A


def to_ours(name: str, A: np.ndarray) -> np.ndarray:
    """The other way: the kernel first, then inputs, outputs last."""
    return np.transpose(A, (*range(2, A.ndim), 1, 0)) if name.endswith(TRANSPOSED) else A


def theirs_like(network: Network, dtype: str) -> torch.nn.Module:
    """PyTorch's version of a network, with the same parameters and statistics."""
    module = sequential(network.layers, network.input_shape).to(getattr(torch, dtype))
    state = module.state_dict()
    for name, array in (network.params | network.statistics).items():
        state[their_name(name)].copy_(torch.from_numpy(to_theirs(name, array).copy()))
    return module


def gradients_of(module: torch.nn.Module, network: Network) -> dict[str, np.ndarray]:
    """PyTorch's gradients under our names, in our layout."""
    theirs = dict(module.named_parameters())
    found = {name: theirs[their_name(name)].grad.numpy() for name in network.params}
    return {name: to_ours(name, g) for name, g in found.items()}


def parameters_of(module: torch.nn.Module, network: Network) -> dict[str, np.ndarray]:
    """PyTorch's parameters and statistics under our names, in our layout."""
    theirs = module.state_dict()
    found = {name: theirs[their_name(name)].numpy() for name in network.params | network.statistics}
    return {name: to_ours(name, p) for name, p in found.items()}


def close(ours: np.ndarray, theirs: np.ndarray, dtype: str, what: str = "") -> None:
    np.testing.assert_allclose(ours, theirs, rtol=RTOL[dtype], atol=ATOL[dtype], err_msg=what)


class Pair:
    """A row of the table, bound, beside the same network in PyTorch."""

    def __init__(self, row: Row, dtype: str) -> None:
        self.ours, self.dtype = Bound(row, dtype=dtype), dtype
        self.theirs = theirs_like(self.ours.network, dtype).train(row.train)
        self.X = torch.from_numpy(self.ours.bound.X.copy()).requires_grad_()
