"""Layers that give every feature a known mean and spread, so that depth and learning rate matter less."""

from __future__ import annotations

from typing import Annotated, ClassVar

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
        at.array("N", at.rows.shape)  # the normalized input
        at.array("scratch", at.rows.shape)
        for name in ("mean", "variance", "inverse_std", "row"):
            at.array(name, (D,))
        if at.dX is not None or at.learns:
            at.dZ = at.dY.reshape(-1, D)
        if at.dX is not None:
            at.drows = at.dX.reshape(-1, D)

    def forward(self, at: Place) -> None:
        ops = at.ops
        if at.training:
            ops.column_moments(at.rows, at.mean, at.variance, at.N, at.scratch)
            n = at.rows.shape[0]
            if n > 1:  # a single row has no spread: averaging it in would pull the running variance to 0
                ops.moving_average(at.running_mean, at.mean, self.momentum, at.row)
                ops.scale(at.variance, n / (n - 1), at.inverse_std)
                ops.moving_average(at.running_variance, at.inverse_std, self.momentum, at.row)
            ops.inverse_std(at.variance, self.epsilon, at.inverse_std)
        else:
            ops.subtract(at.rows, at.running_mean, at.N)
            ops.inverse_std(at.running_variance, self.epsilon, at.inverse_std)
        ops.multiply(at.N, at.inverse_std, at.N)
        ops.scale_shift(at.N, at.gamma, at.beta, at.Z)

    def backward(self, at: Place) -> None:
        ops = at.ops
        if at.learns:
            ops.multiply(at.dZ, at.N, at.scratch)
            ops.sum_rows(at.scratch, at.dgamma)
            ops.sum_rows(at.dZ, at.dbeta)
        if at.dX is None:
            return
        if at.training:
            ops.multiply(at.dZ, at.gamma, at.drows)  # dL/dN
            ops.normalize_columns_backward(at.N, at.drows, at.inverse_std, at.drows, at.row, at.scratch)
        else:
            ops.multiply(at.gamma, at.inverse_std, at.row)
            ops.multiply(at.dZ, at.row, at.drows)
