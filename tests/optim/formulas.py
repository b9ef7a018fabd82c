"""The papers' formulas in plain NumPy, one array after the other, whatever they cost."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from nntui.optim.optimizers import LAMB, SGD, Adadelta, Adagrad, Adam, AdamW, Lion, NAdam, Optimizer, RMSprop


class Formula:
    """Moves weights W by gradients; the first `decaying` of them decay, and each of `parameters` is an array of its own."""

    def __init__(self, optimizer: Optimizer, W: np.ndarray, decaying: int, parameters: list[slice]) -> None:
        self.optimizer, self.W, self.parameters = optimizer, W.copy(), parameters
        self.decaying = np.arange(len(W)) < decaying
        self.decays = self.decaying * optimizer.weight_decay
        self.memory: dict[str, np.ndarray] = {}
        self.t = 0
        self.mu_product = 1.0

    def mean(self, name: str, value: np.ndarray, share: float) -> np.ndarray:
        """A running mean with this share of the past."""
        self.memory[name] = share * self.memory.get(name, 0.0 * value) + (1.0 - share) * value
        return self.memory[name]

    def step(self, g: np.ndarray) -> None:
        self.t += 1
        rate = self.optimizer.learning_rate
        if isinstance(self.optimizer, AdamW | Lion):
            self.W = self.W - rate * self.decays * self.W
        elif not isinstance(self.optimizer, LAMB):
            g = g + self.decays * self.W
        for piece, move in self.moves(g):
            self.W[piece] -= rate * move

    def moves(self, g: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
        t, everything = self.t, slice(None)
        match self.optimizer:
            case SGD() as o:
                v = self.memory["v"] = o.momentum * self.memory.get("v", 0.0) + g
                yield everything, g + o.momentum * v if o.nesterov else v
            case Adam() as o:
                m, v = self.mean("m", g, o.beta1), self.mean("v", g**2, o.beta2)
                yield everything, m / (1 - o.beta1**t) / (np.sqrt(v / (1 - o.beta2**t)) + o.epsilon)
            case NAdam() as o:
                m, v = self.mean("m", g, o.beta1), self.mean("v", g**2, o.beta2)
                now, after = (o.beta1 * (1 - 0.5 * 0.96 ** (step * o.momentum_decay)) for step in (t, t + 1))
                self.mu_product *= now
                look_ahead = (1 - now) / (1 - self.mu_product) * g + after / (1 - self.mu_product * after) * m
                yield everything, look_ahead / (np.sqrt(v / (1 - o.beta2**t)) + o.epsilon)
            case RMSprop() as o:
                v = self.mean("v", g**2, o.rho)
                if o.centered:
                    v = v - self.mean("mean", g, o.rho) ** 2
                velocity = self.memory["velocity"] = o.momentum * self.memory.get("velocity", 0.0) + g / (np.sqrt(v) + o.epsilon)
                yield everything, velocity
            case Adagrad() as o:
                v = self.memory["v"] = self.memory.get("v", 0.0) + g**2
                yield everything, g / (np.sqrt(v) + o.epsilon)
            case Adadelta() as o:
                v, u = self.mean("v", g**2, o.rho), self.memory.get("u", 0.0)
                step = np.sqrt((u + o.epsilon) / (v + o.epsilon)) * g
                self.mean("u", step**2, o.rho)
                yield everything, step
            case Lion() as o:
                m = self.memory.get("m", 0.0 * g)
                yield everything, np.sign(o.beta1 * m + (1 - o.beta1) * g)
                self.mean("m", g, o.beta2)
            case LAMB() as o:
                m, v = self.mean("m", g, o.beta1), self.mean("v", g**2, o.beta2)
                u = m / (1 - o.beta1**t) / (np.sqrt(v / (1 - o.beta2**t)) + o.epsilon) + self.decays * self.W
                for piece in self.parameters:
                    W, length = (math.sqrt(float(np.square(a[piece]).sum())) for a in (self.W, u))
                    yield piece, u[piece] * (W / length if self.decaying[piece].all() and W and length else 1.0)
