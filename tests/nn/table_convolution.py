"""Rows of the layers' table: convolutions, pooling and resampling."""

from __future__ import annotations

from typing import Any

from nntui.nn.convolution import Conv1D, Conv2D
from nntui.nn.dense import Dense
from nntui.nn.layer import Layer
from nntui.nn.normalization import BatchNorm
from nntui.nn.pooling import AvgPool1D, AvgPool2D, GlobalAvgPool, MaxPool1D, MaxPool2D
from nntui.nn.resampling import Crop, Pad, Upsample
from nntui.nn.shaping import Flatten, Reshape
from nntui.nn.skip import Skip
from nntui.nn.transposed import Conv2DTranspose
from nntui.nn.weight_norm import WeightNorm


def _row(name: str, *layers: Layer, x: tuple[int, ...], y: tuple[int, ...], **rest: Any) -> tuple[str, tuple[Layer, ...], dict[str, Any]]:
    return name, layers, {"x": x, "y": y, **rest}


CONVOLUTIONS = (
    _row("conv2d", Conv2D(3), x=(5, 6, 2), y=(5, 6, 3)),
    _row("conv2d without bias", Conv2D(3, bias=False), x=(4, 4, 2), y=(4, 4, 3)),
    _row("conv2d, valid", Conv2D(2, 3, padding="valid"), x=(5, 7, 1), y=(3, 5, 2)),
    _row("conv2d, padded by hand", Conv2D(2, (3, 2), padding=(2, 1)), x=(4, 5, 2), y=(6, 6, 2)),
    _row("conv2d with padding beyond its kernel", Conv2D(2, 2, padding=3), x=(1, 2, 2), y=(6, 7, 2)),
    _row("conv2d of each cell", Conv2D(4, 1), x=(3, 4, 2), y=(3, 4, 4)),
    _row("conv2d of each cell, without bias", Conv2D(1, 1, bias=False), x=(3, 4, 3), y=(3, 4, 1)),
    _row("conv2d of every other cell", Conv2D(4, 1, stride=2), x=(5, 4, 2), y=(3, 2, 4)),
    _row("conv2d of the whole image", Conv2D(3, (4, 3), padding="valid"), x=(4, 3, 2), y=(1, 1, 3)),
    _row("conv2d with a stride", Conv2D(3, 3, stride=2), x=(6, 7, 2), y=(3, 4, 3)),
    _row("conv2d with a stride beyond its kernel", Conv2D(3, 2, stride=3, padding="valid"), x=(7, 8, 2), y=(2, 3, 3)),
    _row("conv2d with holes", Conv2D(2, 3, dilation=2), x=(6, 5, 2), y=(6, 5, 2)),
    _row("conv2d with holes, rows apart only", Conv2D(2, 3, dilation=(2, 1), padding="valid"), x=(6, 5, 2), y=(2, 3, 2)),
    _row("conv2d in groups", Conv2D(4, 3, groups=2), x=(4, 5, 6), y=(4, 5, 4)),
    _row("conv2d, channels apart", Conv2D(6, 3, stride=2, groups=3, dilation=2), x=(6, 6, 3), y=(3, 3, 6)),
    _row("conv2d of many channels", Conv2D(17, 3), x=(5, 4, 18), y=(5, 4, 17)),
    _row("conv2d with everything", Conv2D(4, (2, 3), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2), x=(5, 6, 2), y=(3, 6, 4)),
    _row("conv1d", Conv1D(3), x=(6, 2), y=(6, 3)),
    _row("conv1d, valid, without bias", Conv1D(3, 4, padding="valid", bias=False), x=(6, 2), y=(3, 3)),
    _row("conv1d with stride and holes", Conv1D(2, 3, stride=2, dilation=2), x=(9, 2), y=(5, 2)),
    _row("conv1d in groups", Conv1D(4, 2, stride=2, groups=2, padding=1), x=(5, 4), y=(3, 4)),
    _row("conv1d that doesn't see the future", Pad((2, 0)), Conv1D(3, 3, padding="valid"), x=(5, 2), y=(5, 3)),
    _row("conv2d_transpose", Conv2DTranspose(3), x=(3, 4, 2), y=(6, 8, 3)),
    _row("conv2d_transpose, valid", Conv2DTranspose(2, 3, padding="valid", bias=False), x=(3, 2, 2), y=(7, 5, 2)),
    _row("conv2d_transpose, cut", Conv2DTranspose(2, 3, padding=1), x=(3, 3, 2), y=(5, 5, 2)),
    _row("conv2d_transpose, a step at a time", Conv2DTranspose(3, 3, 1), x=(4, 3, 2), y=(4, 3, 3)),
    _row("conv2d_transpose in groups, with holes", Conv2DTranspose(4, 2, (2, 3), groups=2, dilation=2), x=(3, 2, 6), y=(6, 6, 4)),
    _row("conv2d_transpose to many channels", Conv2DTranspose(17, 2), x=(3, 2, 3), y=(6, 4, 17)),
    _row("max_pool2d", MaxPool2D(), x=(4, 6, 2), y=(2, 3, 2), kinks=True),
    _row("max_pool2d that leaves some out", MaxPool2D(2), x=(5, 3, 2), y=(2, 1, 2), kinks=True),
    _row("max_pool2d that overlaps", MaxPool2D(3, 2, 1), x=(5, 6, 2), y=(3, 3, 2), kinks=True),
    _row("max_pool2d of the same size", MaxPool2D((3, 2), 1, "same"), x=(4, 5, 1), y=(4, 5, 1), kinks=True),
    _row("max_pool1d", MaxPool1D(3), x=(7, 2), y=(2, 2), kinks=True),
    _row("max_pool1d that overlaps", MaxPool1D(3, 1, 1), x=(5, 2), y=(5, 2), kinks=True),
    _row("avg_pool2d", AvgPool2D(), x=(4, 6, 2), y=(2, 3, 2)),
    _row("avg_pool2d that overlaps", AvgPool2D(3, 2, 1), x=(5, 6, 2), y=(3, 3, 2)),
    _row("avg_pool2d of the same size", AvgPool2D((2, 3), 1, "same"), x=(4, 5, 1), y=(4, 5, 1)),
    _row("avg_pool1d", AvgPool1D(2), x=(7, 2), y=(3, 2)),
    _row("avg_pool1d that overlaps", AvgPool1D(4, 3, 2), x=(7, 2), y=(3, 2)),
    _row("global_avg_pool", GlobalAvgPool(), x=(3, 5, 2), y=(2,)),
    _row("global_avg_pool of sequences", GlobalAvgPool(), x=(5, 3), y=(3,)),
    _row("upsample", Upsample(), x=(2, 3, 2), y=(4, 6, 2)),
    _row("upsample along one axis", Upsample((1, 3)), x=(2, 3, 2), y=(2, 9, 2)),
    _row("upsample of sequences", Upsample(3), x=(3, 2), y=(9, 2)),
    _row("upsample smoothly", Upsample((2, 3), "linear"), x=(3, 2, 2), y=(6, 6, 2)),
    _row("upsample one cell smoothly", Upsample(4, "linear"), x=(1, 1, 2), y=(4, 4, 2)),
    _row("upsample sequences smoothly", Upsample(2, "linear"), x=(4, 2), y=(8, 2)),
    _row("pad", Pad(), x=(2, 3, 2), y=(4, 5, 2)),
    _row("pad on some sides", Pad((1, 0, 0, 2)), x=(2, 3, 2), y=(3, 5, 2)),
    _row("pad by nothing", Pad(0), x=(2, 3, 2), y=(2, 3, 2)),
    _row("pad of sequences", Pad((3, 0)), x=(2, 3), y=(5, 3)),
    _row("crop", Crop(), x=(4, 3, 2), y=(2, 1, 2)),
    _row("crop on some sides", Crop((0, 1, 2, 0)), x=(4, 3, 2), y=(3, 1, 2)),
    _row("crop of sequences", Crop((0, 2)), x=(5, 3), y=(3, 3)),
    _row(
        "a convolutional network", Reshape((6, 6, 1)), Conv2D(4), BatchNorm(), MaxPool2D(), Conv2D(5), Flatten(), Dense(3),
        x=(36,), y=(3,), train=True, kinks=True, apart=False,
    ),
    _row(
        "a residual block", Skip((Conv2D(3), BatchNorm(), Conv2D(3))), GlobalAvgPool(), x=(4, 4, 3), y=(3,), train=True, apart=False,
    ),
    _row(
        "a small U-Net", Skip((AvgPool2D(), Conv2D(4), Upsample(), Conv2D(2)), join="concatenate"), Conv2D(1, 1), x=(4, 6, 2), y=(4, 6, 1),
    ),
    _row("weight norm of conv2d", WeightNorm((Conv2D(3),)), x=(4, 4, 2), y=(4, 4, 3)),
    _row("weight norm of conv1d", WeightNorm((Conv1D(3),)), x=(5, 2), y=(5, 3)),
    _row("weight norm of conv2d_transpose", WeightNorm((Conv2DTranspose(3),)), x=(2, 3, 2), y=(4, 6, 3)),
)  # fmt: skip
