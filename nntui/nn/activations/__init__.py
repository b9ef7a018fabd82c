"""Elementwise non-linearities: without one between them, two affine layers are one.

Each is forward from X to Y, and backward from what forward left in place to dX = dY f'(X).
"""

from __future__ import annotations

from nntui.nn.activations.base import Activation
from nntui.nn.activations.gates import GELU, Mish, SiLU
from nntui.nn.activations.rectifiers import ELU, SELU, LeakyReLU, PReLU, ReLU, Softplus
from nntui.nn.activations.softmax import LogSoftmax, Softmax
from nntui.nn.activations.squashing import HardTanh, Sigmoid, Softsign, Tanh, Threshold

__all__ = [
    "Activation",
    "ReLU", "LeakyReLU", "PReLU", "ELU", "SELU", "Softplus",
    "Tanh", "HardTanh", "Sigmoid", "Softsign", "Threshold",
    "GELU", "SiLU", "Mish",
    "Softmax", "LogSoftmax",
]  # fmt: skip
