"""Every number of a dense or convolutional layer as a sum of single products: forward, and the chain rule backward.

With P the table that says which input every weight meets at every position (dense: all of a row; convolution: its window),
k the weight within a unit, u the unit and p the position:

    y_pu = sum_k x_P(p,k) w_ku + b_u          dL/dw_ku = sum_p x_P(p,k) delta_pu
    dL/db_u = sum_p delta_pu                  dL/dx_i = sum over all (p, k) with P(p,k) = i, sum_u w_ku delta_pu
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nntui.nn.convolution import Conv1D, Conv2D
from nntui.nn.dense import Dense

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.nn.layer import Place
    from nntui.nn.plan import Site


PADDING = "padding"
"""What stands in place of an input where a window looks beyond the edge."""


@dataclass(frozen=True)
class Term:
    """One product: left times right."""

    left_name: str
    left: float
    right_name: str
    right: float

    @property
    def product(self) -> float:
        return self.left * self.right


@dataclass(frozen=True)
class Sum:
    """A number as a sum of products, and what the engine has for it."""

    name: str
    terms: tuple[Term, ...]
    plus: tuple[tuple[str, float], ...]
    """What is added besides: the bias."""
    engine: float

    @property
    def total(self) -> float:
        return sum(term.product for term in self.terms) + sum(value for _, value in self.plus)


def indexed(name: str, index: tuple[int, ...]) -> str:
    """A number's name: x[3], or x[0,2,1]."""
    return f"{name}[{','.join(map(str, index))}]"


class Affine:
    """The products of one layer for one example. Raises nothing: `of` says whether a layer has any."""

    def __init__(self, site: Site, at: Place, table: Array) -> None:
        self.site = site
        self.table = table
        """P (positions, weights of a unit): which of the flat inputs; -1 for padding."""
        self.W_shape = at.W.shape
        self.units = at.W.shape[-1]
        self.W = np.array(at.W).reshape(-1, self.units)
        self.b = np.array(at.b) if "b" in at.__dict__ else None
        self.x, self.y = np.array(at.X[0]).ravel(), np.array(at.Y[0]).ravel()
        self.delta = np.array(at.dY[0]).reshape(-1, self.units)
        self.dW = np.array(at.dW).reshape(-1, self.units) if at.learns else None
        self.db = np.array(at.db) if at.learns and self.b is not None else None
        self.dx = np.array(at.dX[0]).ravel() if at.dX is not None else None

    @classmethod
    def of(cls, site: Site, at: Place) -> Affine | None:
        """The products of a layer, if it is made of them; grouped convolutions are left out."""
        if at.__dict__.get("dY") is None:
            return None
        match site.layer:
            case Dense():
                rows = np.arange(int(np.prod(site.x))).reshape(-1, site.x[-1])
                return cls(site, at, rows)
            case Conv1D() | Conv2D() if site.layer.groups == 1:
                return cls(site, at, _windows(site))
        return None

    def _x(self, flat: int) -> str:
        return indexed("x", tuple(int(i) for i in np.unravel_index(flat, self.site.x))) if flat >= 0 else PADDING

    def _w(self, k: int, u: int) -> str:
        return indexed("w", tuple(int(i) for i in np.unravel_index(k * self.units + u, self.W_shape)))

    def _delta(self, p: int, u: int) -> str:
        return indexed("δ", tuple(int(i) for i in np.unravel_index(p * self.units + u, self.site.y)))

    def _at(self, flat: int) -> float:
        return float(self.x[flat]) if flat >= 0 else 0.0

    def output(self, flat: int) -> Sum:
        """y at a flat index: what goes into it."""
        p, u = divmod(flat, self.units)
        terms = tuple(
            Term(self._x(i), self._at(i), self._w(k, u), float(self.W[k, u])) for k, i in enumerate(map(int, self.table[p]))
        )
        plus = ((indexed("b", (u,)), float(self.b[u])),) if self.b is not None else ()
        return Sum(indexed("y", tuple(int(i) for i in np.unravel_index(flat, self.site.y))), terms, plus, float(self.y[flat]))

    def weight(self, k: int, u: int) -> Sum | None:
        """dL/dw: the input that the weight met times the delta of its unit, at every position; None if it isn't learned."""
        if self.dW is None:
            return None
        terms = tuple(
            Term(self._x(i), self._at(i), self._delta(p, u), float(self.delta[p, u])) for p, i in enumerate(map(int, self.table[:, k]))
        )
        return Sum(f"dL/d{self._w(k, u)}", terms, (), float(self.dW[k, u]))

    def bias(self, u: int) -> Sum | None:
        """dL/db: the delta of its unit at every position; None if there is no bias, or it isn't learned."""
        if self.db is None:
            return None
        terms = tuple(Term("1", 1.0, self._delta(p, u), float(d)) for p, d in enumerate(self.delta[:, u]))
        return Sum(f"dL/d{indexed('b', (u,))}", terms, (), float(self.db[u]))

    def input(self, flat: int) -> Sum | None:
        """dL/dx: the delta of every unit that read the input, times the weight it was read with; None if nobody asks for it."""
        if self.dx is None:
            return None
        terms = tuple(
            Term(self._w(k, u), float(self.W[k, u]), self._delta(p, u), float(self.delta[p, u]))
            for p, k in zip(*(a.tolist() for a in np.nonzero(self.table == flat)), strict=True)
            for u in range(self.units)
        )
        return Sum(f"dL/d{self._x(flat)}", terms, (), float(self.dx[flat]))


def _windows(site: Site) -> Array:
    """P of a convolution: which flat inputs the kernel covers at every position, in the order of W's axes."""
    layer = site.layer
    assert isinstance(layer, Conv1D | Conv2D)
    window, channels = layer.window(site.x), site.x[-1]
    places = []
    for axis in window:
        at = np.arange(axis.output)[:, None] * axis.stride + np.arange(axis.kernel)[None] * axis.dilation - axis.before
        places.append(np.where((at >= 0) & (at < axis.size), at, -1))
    rows, columns = (place[:, None, :, None] if n == 0 else place[None, :, None, :] for n, place in enumerate(places))
    cells = np.where((rows >= 0) & (columns >= 0), rows * window.columns.size + columns, -1)  # (H', W', KH, KW)
    flat = np.where(cells[..., None] >= 0, cells[..., None] * channels + np.arange(channels), -1)
    return flat.reshape(window.rows.output * window.columns.output, -1)
