"""How far back in time a recurrent layer learns: the gradient of the loss with respect to every state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nntui.errors import NntuiError
from nntui.nn.recurrent import Recurrent

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.inspection.request import Request
    from nntui.inspection.subject import Subject

EXAMPLES = 64


@dataclass(frozen=True, eq=False)
class StateGradients:
    """||dL/dh_t||_2 over units and examples, for every step."""

    layer: str
    norms: Array
    """(T,) in the order of the sequence."""
    examples: int

    @property
    def ratio(self) -> float:
        """Of the first step's to the largest: what of the signal reaches the beginning."""
        largest = float(np.max(self.norms))
        return float(self.norms[0]) / largest if largest > 0.0 else float("nan")


def state_gradients(subject: Subject, request: Request) -> StateGradients:
    """The gradients of the top sweep over the first examples of a part, in evaluation mode."""
    layer = subject.sites[request.layer].layer
    if not isinstance(layer, Recurrent):
        raise NntuiError(f"layer {request.layer} keeps no state over time: rnn, gru and lstm do")
    if not subject.asks:
        raise NntuiError("a generator isn't asked for answers, so there is no loss whose gradient could be followed back in time")
    part = subject.part(request.split)
    many = min(EXAMPLES, subject.batch, len(part))
    objective = subject.gradients(part.X[:many], part.y[:many])
    place = objective.bound.places[request.layer][1]
    if place.dX is None and not place.learns:
        raise NntuiError(f"no gradient goes into layer {request.layer}: neither it nor a layer below it learns")
    norms = layer.state_gradient_norms(place)
    return StateGradients(request.layer, norms, many)
