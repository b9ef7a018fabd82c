"""JAX as a competitor: the whole training step - gather, forward, backward, Adam - compiled by XLA."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from nntui.benchmark.engines import Candidate
from nntui.benchmark.jax_layers import Arrays, applied
from nntui.errors import BackendError
from nntui.optim.optimizers import Adam

if TYPE_CHECKING:
    from nntui.benchmark.workloads import Workload


class JAX:
    """JAX with one jitted function per step, which owns the arrays it updates."""

    name = "jax"
    missing = "JAX is not installed; to compare with it, too: python -m pip install jax"

    @staticmethod
    def installed() -> bool:
        """Whether it can be imported."""
        return find_spec("jax") is not None

    def __init__(self, backend: str = "numpy") -> None:
        os.environ.setdefault("JAX_PLATFORMS", "cpu" if backend == "numpy" else "cuda,cpu")
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # the others need some of the device's memory, too
        self._jax: Any = import_module("jax")
        self.version: str = f"JAX {self._jax.__version__} on {self._jax.default_backend()}"

    def candidates(self, workload: Workload, threads: tuple[int, ...]) -> list[Candidate]:
        """One: how many threads it uses is XLA's own business."""
        return [Candidate(self.name, max(threads), "jit", self._trained(workload))]

    def _trained(self, workload: Workload) -> Callable[[int], None]:
        step, state = self.compiled(workload)
        X, y = (self._jax.device_put(array) for array in (workload.data.train.X, workload.data.train.y))
        size = min(workload.batch, len(X))
        rng, position, order = np.random.default_rng(0), len(X), np.arange(len(X))

        def train(steps: int) -> None:
            nonlocal position, order, state
            for _ in range(steps):
                if position + size > len(X):  # another batch size would be compiled anew
                    position, order = 0, rng.permutation(len(X))
                state, _ = step(state, X, y, order[position : position + size])
                position += size
            self._jax.block_until_ready(state)

        return train

    def compiled(self, workload: Workload) -> tuple[Callable[..., Any], Any]:
        """step(state, X, y, batch) -> state and loss, and the first state, with our starting weights. Raises BackendError."""
        optimizer = workload.optimizer
        if type(optimizer) is not Adam or optimizer.weight_decay:
            raise BackendError(f"optimizer {optimizer.tag}: has no counterpart in JAX here, so it can't be compared")
        jax, network = self._jax, workload.network
        jnp, tree = jax.numpy, jax.tree.map
        apply = applied(network.plan.sites)
        rate, beta1, beta2, epsilon = optimizer.learning_rate, optimizer.beta1, optimizer.beta2, optimizer.epsilon

        def loss(params: Arrays, X: Any, labels: Any) -> Any:
            Z = apply(params, X)
            return -jnp.take_along_axis(jax.nn.log_softmax(Z), labels[..., None], -1).mean()

        def step(state: Any, X: Any, y: Any, batch: Any) -> Any:
            params, m, v, t = state
            value, gradient = jax.value_and_grad(loss)(params, X[batch], y[batch])
            t = t + 1
            m = tree(lambda m, g: beta1 * m + (1 - beta1) * g, m, gradient)
            v = tree(lambda v, g: beta2 * v + (1 - beta2) * g * g, v, gradient)
            first, second = 1 - beta1**t, 1 - beta2**t
            params = tree(lambda w, m, v: w - rate * (m / first) / (jnp.sqrt(v / second) + epsilon), params, m, v)
            return (params, m, v, t), value

        params = tree(jnp.array, network.params)
        zeros = tree(jnp.zeros_like, params)
        return jax.jit(step, donate_argnums=0), (params, zeros, tree(jnp.zeros_like, params), jnp.float32(0.0))
