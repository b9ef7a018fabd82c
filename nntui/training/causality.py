"""Whether a network that is to predict what comes next can see it: tried out, so that no layer has to be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nntui.errors import ExperimentError
from nntui.nn.network import Network, Pass

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.nn.layer import Layer, Shape

_REMEDIES = {
    "attention": "set causal = true",
    "rnn": "set bidirectional = false",
    "gru": "set bidirectional = false",
    "lstm": "set bidirectional = false",
    "conv1d": 'put { layer = "pad", amount = [kernel - 1, 0] } before it, with padding = "valid"',
}


def check_causal(layers: tuple[Layer, ...], input_shape: Shape, vocabulary: int) -> None:
    """Raise ExperimentError, naming the layer, if the answer at a place of a text (T,) depends on ids after it.

    With weights as they start, and none of them 0, ids from a place on are changed; the outputs before that place must stay
    the same to the bit. Of a network that overflows nothing can be said: it isn't refused.
    """
    (time,) = input_shape
    if vocabulary < 2:
        return
    network = Network(layers, input_shape, dtype="float64")
    rng = np.random.default_rng(0)
    network.flat[:] += rng.normal(0.0, 0.05, network.flat.shape)
    bound = Pass(network, 1, gradients=False)
    ids = rng.integers(0, vocabulary, (1, time))
    before, answer = _outputs(bound, ids)
    for place in sorted({time // 2, time - 1} - {0}):
        changed = ids.copy()
        changed[:, place:] = (ids[:, place:] + 1) % vocabulary
        after, other = _outputs(bound, changed)
        if not (np.isfinite(answer).all() and np.isfinite(other).all()):
            return
        if _same(answer, other, place):
            continue
        blamed = [path for path, Y in after.items() if Y.shape[1:2] == (time,) and not _same(before[path], Y, place)]
        # A container comes before what is in it, and is to blame only if that isn't.
        path = next((p for p in blamed if not any(inner.startswith(f"{p}.") for inner in blamed)), list(after)[-1])
        remedy = _REMEDIES.get(path.rpartition(".")[2], "take it out")
        raise ExperimentError(f"network: {path} sees what comes later, which a language model has to predict: {remedy}")


def _outputs(bound: Pass, ids: Array) -> tuple[dict[str, Array], Array]:
    """Y of every layer by path, and the network's."""
    bound.X[...] = ids
    with np.errstate(all="ignore"):
        bound.forward()
    return {path: at.Y.copy() for path, (_, at) in bound.places.items()}, bound.Y.copy()


def _same(one: Array, other: Array, places: int) -> bool:
    """Whether the first places agree to the bit."""
    return one[:, :places].tobytes() == other[:, :places].tobytes()
