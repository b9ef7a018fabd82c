"""Arguments for the operations of optimizers."""

from __future__ import annotations

from .case import STRANGE, Arguments, Case

CASES: dict[str, Case] = {
    "sgd": Case(lambda n: {"W": n.any(n.N), "dW": n.any(n.N), "rate": 0.1, "s": n.out(n.N)}, ("W",)),
    "momentum": Case(
        lambda n: {
            "W": n.any(n.N), "dW": n.any(n.N), "v": n.any(n.N), "rate": 0.1, "momentum": 0.9, "nesterov": n.D % 2 == 0, "s": n.out(n.N),
        },
        ("W", "v"),
    ),
    "adam": Case(
        lambda n: {
            "W": n.any(n.N), "dW": n.any(n.N), "m": n.any(n.N), "v": n.positive(n.N), "rate": 0.1, "beta1": 0.9, "beta2": 0.999,
            "epsilon": 1e-8, "t": n.D, "s": n.out(n.N),
        },
        ("W", "m", "v"),
    ),
    "add_scaled": Case(lambda n: {"A": n.any(n.N), "B": n.any(n.N), "factor": 0.7, "s": n.out(n.N)}, ("A",)),
}  # fmt: skip

SPOILT_BY: dict[str, Arguments] = {"sgd": {"dW": STRANGE[:, 0]}, "adam": {"dW": STRANGE[:, 0]}}
