"""Where attention looks: for one example, how much every place takes from every other, head by head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nntui.errors import NntuiError
from nntui.inspection.labels import token_names

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.inspection.request import Request
    from nntui.inspection.subject import Subject


@dataclass(frozen=True, eq=False)
class AttentionMaps:
    """One example's attention."""

    layer: str
    example: int
    maps: Array
    """(heads, T, T): row i, how much place i looks at each; rows sum to 1."""
    tokens: tuple[str, ...]
    """What stands at each place, if inputs are tokens."""

    def entropy(self, head: int) -> float:
        """Mean entropy of the rows in bits: 0 for one place each, log2 T for all alike."""
        A = self.maps[head].astype(np.float64)
        with np.errstate(all="ignore"):
            return float(-np.nansum(np.where(A > 0.0, A * np.log2(A), 0.0), axis=-1).mean())


def attention(subject: Subject, request: Request) -> AttentionMaps:
    """The attention of a layer for one example of a part."""
    if subject.sites[request.layer].layer.tag != "attention":
        raise NntuiError(f"layer {request.layer} is no attention layer: there is no map of where it looks")
    X = subject.part(request.split).X
    at = request.example % len(X)
    ((_, bound),) = subject.passes(X[at : at + 1])
    maps = np.array(bound.places[request.layer][1].attention[0])
    names = token_names(subject)
    tokens = tuple(names[int(i)] for i in X[at].ravel()) if names and X[at].size == maps.shape[-1] else ()
    return AttentionMaps(request.layer, at, maps, tokens)
