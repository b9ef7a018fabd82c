"""What every hidden unit answers over the plane, as in TensorFlow Playground: small pictures, taken where the boundary is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nntui.measurements import UnitMap

if TYPE_CHECKING:
    from nntui.nn.network import Pass
    from nntui.nn.plan import Site

STRIDE = 4
"""Of the boundary's points, every so many along each axis."""

UNITS = 8
"""The first so many of a layer."""

LAYERS = 8
"""Of the hidden layers, so many evenly taken."""


def pictured(sites: tuple[Site, ...]) -> tuple[str, ...]:
    """The layers whose units are shown: activations of flat outputs, before the last layer that learns."""
    last = max((index for index, site in enumerate(sites) if site.parameters or site.inside), default=0)
    found = [site.path for site in sites[:last] if site.layer.family == "activation" and len(site.y) == 1]
    if len(found) <= LAYERS:
        return tuple(found)
    return tuple(found[round(index * (len(found) - 1) / (LAYERS - 1))] for index in range(LAYERS))


def unit_maps(bound: Pass, paths: tuple[str, ...], resolution: int) -> tuple[UnitMap, ...]:
    """The outputs of a pass over a grid of resolution x resolution points, coarser and in 8 bits: y = scale * (value - 128) / 127."""
    found = []
    for path in paths:
        Y = bound.network.ops.to_host(bound.places[path][1].Y)[:, :UNITS]
        grid = Y.reshape(resolution, resolution, -1)[STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE]
        with np.errstate(all="ignore"):
            scale = float(np.abs(grid).max(initial=0.0))
            if not 0.0 < scale < np.inf:
                scale = 0.0
            shares = np.nan_to_num(grid / scale) if scale else np.zeros_like(grid)
        values = np.rint(128.0 + 127.0 * shares).astype(np.uint8)
        rows, columns, units = values.shape
        found.append(UnitMap(path, units, columns, rows, scale, values.transpose(2, 0, 1).tobytes()))
    return tuple(found)
