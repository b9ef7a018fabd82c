"""Which of PyTorch's tensors holds which of our parameters, and in which layout.

Modules whose parameters aren't simply called weight and bias say so themselves, in an attribute `pieces`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from nntui.nn.plan import Site


def turned(A: Any) -> Any:
    """A view in our layout: PyTorch has outputs first, then inputs, then the kernel; we have the kernel first, outputs last."""
    return A if A.ndim < 2 else A.permute(*range(2, A.ndim), 1, 0)


def whole(A: Any) -> Any:
    """As it is: tables have a row for each id in both."""
    return A


@dataclass(frozen=True)
class Piece:
    """One of our parameters or statistics, or a part of one, in a tensor of PyTorch's."""

    theirs: str
    """The tensor's name in its module."""
    view: Callable[[Any], Any] = turned
    """The part of a tensor of that shape which is meant, seen in our layout."""
    ours: Any = ...
    """Index of the part in our array."""


PLAIN = {
    "W": "weight", "b": "bias", "gamma": "weight", "beta": "bias", "slope": "weight",
    "running_mean": "running_mean", "running_variance": "running_var",
}  # fmt: skip


@dataclass(frozen=True)
class Held:
    """Where one of our arrays, or a part of it, is in PyTorch's version of a network."""

    name: str
    """Ours: 3.skip.0.dense.W."""
    tensor: Any
    piece: Piece


def held(sites: tuple[Site, ...], module: Any) -> Iterator[Held]:
    """Every parameter and statistic of a plan's sites, in the module that `torch_modules.sequential` made of them."""
    for site, part in paired(sites, module):
        pieces: dict[str, list[Piece]] = {name: [Piece(theirs)] for name, theirs in PLAIN.items()} | getattr(part, "pieces", {})
        for name in [p.name for p in site.parameters] + [s.name for s in site.layer.statistics(site.x)]:
            for piece in pieces[name]:
                yield Held(f"{site.path}.{name}", _tensor(part, piece.theirs), piece)


def paired(sites: tuple[Site, ...], module: Any) -> Iterator[tuple[Site, Any]]:
    """Every site with its module, containers before what is in them."""
    for site, part in zip(sites, module, strict=True):
        yield site, part
        if site.inside:
            yield from paired(site.inside, part.body)


def _tensor(module: Any, name: str) -> Any:
    """A module's tensor; where one is computed from others (weight normalization), the direction it is computed from."""
    *path, name = name.split(".")
    for part in path:
        module = getattr(module, part)
    computed = getattr(module, "parametrizations", {})
    return computed[name].original1 if name in computed else getattr(module, name)
