"""What all activations have in common."""

from __future__ import annotations

from typing import ClassVar

from nntui.nn.layer import Family, Layer


class Activation(Layer):
    """Base: Y has the shape of X and there is nothing to learn."""

    family: ClassVar[Family] = "activation"
    init_before: ClassVar[str | None] = "glorot"
