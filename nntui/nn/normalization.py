"""Layers that give every feature a known mean and spread, so that depth and learning rate matter less."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from nntui.errors import ShapeError
from nntui.nn.initializers import Constant, Zeros
from nntui.nn.layer import Family, Learned, Parameter, Place, Shape, Statistic


class BatchNorm(Learned, tag="batch_norm"):
    """Y = gamma (X - mean) / sqrt(variance + epsilon) + beta, per feature (last axis), over the batch and other axes.

    Training uses the batch's own moments (variance biased, 1/N) and keeps running averages of them (variance unbiased,
    1/(N-1), as PyTorch does); evaluation uses the averages. Ioffe & Szegedy 2015.
    """

    family: ClassVar[Family] = "normalization"

    momentum: Annotated[float, Meta(gt=0.0, le=1.0, description="share of the newest batch in the running averages")] = 0.1
    epsilon: Annotated[float, Meta(gt=0.0, description="added to the variance against division by zero")] = 1e-5

    def output_shape(self, x: Shape) -> Shape:
        if not x:
            raise ShapeError("batch_norm needs at least one feature, got a single number per example")
        return x

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return (
            Parameter("gamma", (x[-1],), Constant(1.0), decays=False),
            Parameter("beta", (x[-1],), Zeros(), decays=False),
        )

    def statistics(self, x: Shape) -> tuple[Statistic, ...]:
        return (Statistic("running_mean", (x[-1],), 0.0), Statistic("running_variance", (x[-1],), 1.0))

    def bind(self, at: Place) -> None:
        super().bind(at)
        D = at.x[-1]
        at.rows, at.Z = at.X.reshape(-1, D), at.Y.reshape(-1, D)
        for name in ("mean", "variance", "inverse_std", "row"):
            at.array(name, (D,))
        at.array("two", (2, D))
        at.array("three", (3, D))
        if at.dX is not None or at.learns:
            at.dZ = at.dY.reshape(-1, D)
            at.drows = at.dX.reshape(-1, D) if at.dX is not None else at.array("scratch", at.rows.shape)
            if not at.learns:
                at.array("dgamma", (D,))
                at.array("dbeta", (D,))

    def forward(self, at: Place) -> None:
        ops = at.ops
        if at.training:
            ops.column_moments(at.rows, at.mean, at.variance, at.Z)
            n = at.rows.shape[0]
            if n > 1:  # a single row has no spread: averaging it in would pull the running variance to 0
                ops.moving_average(at.running_mean, at.mean, self.momentum, at.row)
                ops.scale(at.variance, n / (n - 1), at.inverse_std)
                ops.moving_average(at.running_variance, at.inverse_std, self.momentum, at.row)
            ops.inverse_std(at.variance, self.epsilon, at.inverse_std)
        else:
            ops.copy(at.running_mean, at.mean)
            ops.inverse_std(at.running_variance, self.epsilon, at.inverse_std)
        ops.normalize_columns(at.rows, at.mean, at.inverse_std, at.gamma, at.beta, at.Z, at.two)

    def backward(self, at: Place) -> None:
        ops = at.ops
        if at.learns or at.training:
            ops.normalize_columns_sums(at.rows, at.dZ, at.mean, at.inverse_std, at.dgamma, at.dbeta, at.drows)
        if at.dX is None:
            return
        if at.training:
            ops.normalize_columns_backward(
                at.rows, at.dZ, at.mean, at.inverse_std, at.gamma, at.dgamma, at.dbeta, at.drows, at.three
            )  # fmt: skip
        else:
            ops.multiply(at.gamma, at.inverse_std, at.row)
            ops.multiply(at.dZ, at.row, at.drows)


class _OwnMoments(Learned):
    """Base: N = (X - mean) / sqrt(variance + epsilon) over some axes of each example by itself; Y = gamma N + beta per channel.

    Training and evaluation are the same: no example knows of the others, a batch of one is as good as any.
    """

    family: ClassVar[Family] = "normalization"

    epsilon: Annotated[float, Meta(gt=0.0, description="added to the variance against division by zero")] = 1e-5
    affine: Annotated[bool, Meta(description="learn a scale gamma and an offset beta for every channel (last axis)")] = True

    def blocks(self, x: Shape) -> tuple[int, int, int, int]:
        """An example seen as (A, P, G, S): moments are taken over P and S, for every A and G. Raises ShapeError."""
        raise NotImplementedError

    def output_shape(self, x: Shape) -> Shape:
        if not x:
            raise ShapeError(f"{self.tag} needs at least one feature, got a single number per example")
        _, P, _, S = self.blocks(x)
        if P * S == 1:
            instead = "leave it out" if x[-1] == 1 else "use layer_norm"
            raise ShapeError(f"{self.tag} would take the moments of single numbers, got {x}: what is left of each is 0; {instead}")
        return x

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        gamma, beta = Parameter("gamma", (x[-1],), Constant(1.0), decays=False), Parameter("beta", (x[-1],), Zeros(), decays=False)
        return (gamma, beta) if self.affine else ()

    def bind(self, at: Place) -> None:
        super().bind(at)
        A, P, G, S = self.blocks(at.x)
        shape = (at.batch * A, P, G, S)
        if self.affine:
            at.array("N", shape)
        else:
            at.N = at.Y.reshape(shape)
        at.array("scratch", shape)
        at.array("spread", (shape[0], G, S) if min(P, G) > 1 else (1, 1, 1))
        at.array("inverse_std", (shape[0], G))
        at.array("group", (shape[0], G))
        at.blocks, C = at.X.reshape(shape), at.x[-1]
        at.N_rows, at.Z, at.scratch_rows = at.N.reshape(-1, C), at.Y.reshape(-1, C), at.scratch.reshape(-1, C)
        if at.dX is not None or at.learns:
            at.dZ = at.dY.reshape(-1, C)
        if at.dX is not None:
            at.drows, at.dblocks = at.dX.reshape(-1, C), at.dX.reshape(shape)
            at.dN = at.dblocks if self.affine else at.dY.reshape(shape)

    def forward(self, at: Place) -> None:
        at.ops.normalize_groups(at.blocks, self.epsilon, at.N, at.inverse_std, at.group, at.spread, at.scratch)
        if self.affine:
            at.ops.scale_shift(at.N_rows, at.gamma, at.beta, at.Z)

    def backward(self, at: Place) -> None:
        ops = at.ops
        if at.learns:
            ops.multiply(at.dZ, at.N_rows, at.scratch_rows)
            ops.sum_rows(at.scratch_rows, at.dgamma)
            ops.sum_rows(at.dZ, at.dbeta)
        if at.dX is None:
            return
        if self.affine:
            ops.multiply(at.dZ, at.gamma, at.drows)  # dL/dN
        ops.normalize_groups_backward(at.N, at.dN, at.inverse_std, at.dblocks, at.group, at.spread, at.scratch)


class LayerNorm(_OwnMoments, tag="layer_norm"):
    """Y = gamma (X - mean) / sqrt(variance + epsilon) + beta, moments over the features of each position (Ba et al. 2016).

    For (D,) they are taken over D; for a sequence (T, C) over C at every step, as Transformers need it; for an image
    (H, W, C) over C at every pixel, or over the whole example with over = "example", as the paper has it for images.
    """

    over: Annotated[
        Literal["features", "example"], Meta(description="the last axis, position by position, or all axes of an example together")
    ] = "features"

    def blocks(self, x: Shape) -> tuple[int, int, int, int]:
        return (math.prod(x[:-1]), 1, 1, x[-1]) if self.over == "features" else (1, math.prod(x[:-1]), 1, x[-1])


class InstanceNorm(_OwnMoments, tag="instance_norm"):
    """Like layer_norm, moments of every channel over the positions of one example: contrast goes (Ulyanov et al. 2016)."""

    def blocks(self, x: Shape) -> tuple[int, int, int, int]:
        return (1, math.prod(x[:-1]), x[-1], 1)


class GroupNorm(_OwnMoments, tag="group_norm"):
    """Like layer_norm, moments over all positions and a group of neighbouring channels of one example (Wu & He 2018).

    One group is layer_norm over the example, as many as channels is instance_norm.
    """

    groups: Annotated[int, Meta(ge=1, description="into how many the channels are divided")] = 1

    def blocks(self, x: Shape) -> tuple[int, int, int, int]:
        if x[-1] % self.groups:
            raise ShapeError(
                f"group_norm can't divide {x[-1]} channels into {self.groups} groups: choose a divisor of {x[-1]}",
                key="groups",
            )
        return (1, math.prod(x[:-1]), self.groups, x[-1] // self.groups)
