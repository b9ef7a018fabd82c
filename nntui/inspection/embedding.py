"""The vectors of ids: in two dimensions, and which lie near each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nntui.errors import NntuiError
from nntui.inspection.labels import token_names
from nntui.inspection.projection import Projection, project
from nntui.nn.embedding import Embedding, PositionalEmbedding
from nntui.nn.factorization import Factorization

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.inspection.request import Request
    from nntui.inspection.subject import Subject
    from nntui.nn.plan import Site

NEAREST = 8


@dataclass(frozen=True, eq=False)
class Vectors:
    """A table of vectors."""

    layer: str
    names: tuple[str, ...]
    groups: Array
    """(n,) which column of ids each belongs to: users 0, items 1."""
    table: Array
    projection: Projection

    def nearest(self, row: int, count: int = NEAREST) -> list[tuple[int, float]]:
        """The rows that point most nearly the same way, with the cosine of the angle between; of its own group only."""
        table = self.table.astype(np.float64)
        lengths = np.linalg.norm(table, axis=1)
        with np.errstate(all="ignore"):
            cosines = np.nan_to_num(table @ table[row] / (lengths * lengths[row]), nan=-1.0)
        cosines[self.groups != self.groups[row]] = -np.inf
        cosines[row] = -np.inf
        order = np.argsort(-cosines, kind="stable")[:count]
        return [(int(i), float(cosines[i])) for i in order if np.isfinite(cosines[i])]


def has_vectors(site: Site) -> bool:
    """Whether a layer has a table of vectors."""
    return isinstance(site.layer, Embedding | Factorization | PositionalEmbedding) and bool(site.parameters)


def vectors(subject: Subject, request: Request) -> Vectors:
    """The table W of an embedding, of users above items, or of places in a sequence."""
    site = subject.sites[request.layer]
    if not has_vectors(site):
        raise NntuiError(f"layer {request.layer} has no vectors of ids: embedding, factorization and a learned positional_embedding do")
    table = subject.network.params[f"{request.layer}.W"].copy()
    names, sizes = _names(subject, site, len(table))
    groups = np.repeat(np.arange(len(sizes)), sizes)
    return Vectors(request.layer, names, groups, table, project(table))


def _names(subject: Subject, site: Site, rows: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    layer = site.layer
    if isinstance(layer, PositionalEmbedding):
        return tuple(map(str, range(rows))), (rows,)
    assert isinstance(layer, Embedding | Factorization)
    if len(layer.sizes) > 1:
        features = subject.facts.features
        columns = features if len(features) == len(layer.sizes) else tuple(f"column {k}" for k in range(len(layer.sizes)))
        return tuple(f"{column} {i}" for column, size in zip(columns, layer.sizes, strict=True) for i in range(size)), layer.sizes
    known = token_names(subject)[:rows]
    return (*known, *map(str, range(len(known), rows))), (rows,)
