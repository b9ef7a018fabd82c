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
    "nadam": Case(
        lambda n: {
            "W": n.any(n.N), "dW": n.any(n.N), "m": n.any(n.N), "v": n.positive(n.N), "of_gradient": 0.03, "of_momentum": 0.07,
            "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": n.D, "s": n.out(n.N), "r": n.out(n.N),
        },
        ("W", "m", "v"),
    ),
    "rmsprop": Case(
        lambda n: {"dW": n.any(n.N), "v": n.positive(n.N), "rho": 0.9, "epsilon": 1e-8, "out": n.out(n.N)}, ("v", "out")
    ),
    "rmsprop_centered": Case(
        lambda n: {
            "dW": n.any(n.N), "v": n.positive(n.N) + 5.0, "mean": n.share(n.N), "rho": 0.9, "epsilon": 1e-8, "out": n.out(n.N),
        },
        ("v", "mean", "out"),
    ),
    "adagrad": Case(
        lambda n: {"W": n.any(n.N), "dW": n.any(n.N), "v": n.positive(n.N), "rate": 0.1, "epsilon": 1e-8, "s": n.out(n.N)}, ("W", "v")
    ),
    "adadelta": Case(
        lambda n: {
            "W": n.any(n.N), "dW": n.any(n.N), "v": n.positive(n.N), "u": n.positive(n.N), "rate": 0.5, "rho": 0.9, "epsilon": 1e-6,
            "s": n.out(n.N), "r": n.out(n.N),
        },
        ("W", "v", "u"),
    ),
    "lion": Case(
        lambda n: {
            "W": n.any(n.N), "dW": n.any(n.N), "m": n.any(n.N), "rate": 0.1, "beta1": 0.9, "beta2": 0.99, "s": n.out(n.N), "r": n.out(n.N),
        },
        ("W", "m"),
    ),
    "moments": Case(
        lambda n: {"dW": n.any(n.N), "m": n.any(n.N), "v": n.positive(n.N), "beta1": 0.9, "beta2": 0.99, "s": n.out(n.N)}, ("m", "v")
    ),
    "adam_direction": Case(
        lambda n: {
            "W": n.any(n.N), "m": n.any(n.N), "v": n.positive(n.N), "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-6, "decay": 0.1,
            "t": n.D, "out": n.out(n.N), "s": n.out(n.N),
        }
    ),
    "penalize": Case(
        lambda n: {"W": n.any(n.N), "dW": n.any(n.N), "l1": 0.3, "l2": 0.2, "s": n.out(n.N)}, ("dW", "returned"), gradient=True
    ),
}  # fmt: skip

SPOILT_BY: dict[str, Arguments] = {
    name: {"dW": STRANGE[:, 0]} for name in ("sgd", "adam", "nadam", "rmsprop", "adagrad", "adadelta", "lion", "penalize")
}
