"""Where a number first stopped being one: the step that went wrong, looked at array by array, in the order in which it computed.

A step that ends in NaN or infinity leaves its arrays in place, so going forward there is nothing to run again, and dropout's
masks are the ones that were. Going backward it is run once more with every layer checked, which draws no random numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

import msgspec
import numpy as np

if TYPE_CHECKING:
    from nntui.backends.operations import Array, Operations
    from nntui.data.source import Data
    from nntui.nn.layer import Chain, Layer, Place
    from nntui.nn.network import Pass
    from nntui.training.objective import Objective
    from nntui.training.programs.base import Runner

Stage: TypeAlias = Literal["update", "data", "forward", "loss", "backward"]
Kind: TypeAlias = Literal["NaN", "infinite"]


class Ran(NamedTuple):
    """Passes of a step, as they have left their arrays."""

    passes: tuple[tuple[str, Pass], ...]
    """In the order in which they ran forward, each with what its network is called, if there are several."""
    objective: Objective
    """Of the last of them."""
    backward: Callable[[], None]
    """Runs all of them backward."""
    X: Array
    """What was taken from the data."""


class Culprit(msgspec.Struct, frozen=True):
    """The first array with a number that is none."""

    step: int
    """At which it was noticed, counted from 1."""
    stage: Stage
    """What computed it; data: nobody, it came so."""
    tensor: str
    """"2.dense.W", "2.dense.Y", "X"."""
    layer: str | None
    kind: Kind
    sentence: str
    """What happened, for people, without a full stop."""
    before: dict[str, float]
    """Largest absolute values of what went into it, by name."""


def examine(runner: Runner, step: int, rate: float) -> Culprit | None:
    """What went wrong first in the step of this number (from 1); None if nothing can be found in what it has left."""
    with np.errstate(all="ignore"):
        found = _updated(runner, step, rate)
        for ran in runner.ran(step - 1) if found is None else ():
            found = _given(runner, ran, step) or _forward(ran, step) or _backward(ran, step)
            if found is not None:
                break
        return found or _long(runner, step)


def broken(runner: Runner) -> bool:
    """Whether a parameter, or what the optimizer remembers, isn't a number. Costs one product with itself where all is well."""
    with np.errstate(all="ignore"):
        for key, network in runner.networks.items():
            for array in (network.flat, *runner.updaters[key].slots.values()):
                square = network.ops.squared_norm(array)
                if square - square != 0.0 and _bad(array, network.ops) is not None:  # large numbers have squares that overflow, too
                    return True
    return False


# -- one stage after the other -------------------------------------------------------------------------------------------


def _updated(runner: Runner, step: int, rate: float) -> Culprit | None:
    """A parameter that an update has spoilt: what it computes with from then on is no number, either."""
    for key, network in runner.networks.items():
        slots = runner.updaters[key].slots
        for name, (_, site, piece) in network.entries.items():
            arrays = {"": network.flat[piece], **{slot: values[piece] for slot, values in slots.items()}}
            for slot, array in arrays.items():
                kind = _bad(array, network.ops)
                if kind is None:
                    continue
                reach = _reach(network.flat_gradient[piece], network.ops)
                what = f"{_called(key)}{name}"
                many = int((~np.isfinite(_host(array, network.ops))).sum())
                of = f"the optimizer's {slot.replace('_', ' ')} of {what}" if slot else what
                sentence = (
                    f"the update before it made {of} {kind} in {many:,} of {array.size:,} values "
                    f"(learning rate {rate:.3g}, gradients up to {reach:.3g})"
                )  # fmt: skip
                return Culprit(step, "update", f"{what} {slot}".strip(), site.path, kind, sentence, {"learning_rate": rate, "dW": reach})
    return None


def _given(runner: Runner, ran: Ran, step: int) -> Culprit | None:
    """An example that came with a number that is none."""
    ops = runner.networks[""].ops
    for name, array in (("X", ran.X), ("T", ran.objective.T)):
        kind = _bad(array, ops)
        if kind is None:
            continue
        host = _host(array, ops)
        at = np.argwhere(~np.isfinite(host))[0]
        indices = runner.batch(step - 1)
        example = int(indices[at[0]]) if at[0] < len(indices) else int(at[0])
        sentence = f"{_example(runner.data, example)} has {_number(host[tuple(at)])} {_where(runner.data, name, at[1:])}"
        return Culprit(step, "data", name, None, kind, sentence, {"example": float(example)})
    return None


def _forward(ran: Ran, step: int) -> Culprit | None:
    for key, bound in ran.passes:
        for path, at in _inside_out(bound.chain):
            kind = _bad(at.Y, at.ops)
            if kind is None:
                continue
            before = _inputs(at)
            sentence = f"going forward, {_called(key)}{_layer(path)} gave {_noun(kind)} first: {_ranges(before)}"
            return Culprit(step, "forward", f"{_called(key)}{path}.Y", path, kind, sentence, before)
    objective = ran.objective
    kind = _bad(objective.at.value, objective.at.ops)
    if kind is None:
        return None
    before = {"outputs": _reach(objective.Z, objective.at.ops)}
    return Culprit(step, "loss", "loss", None, kind, f"the loss of outputs up to {before['outputs']:.3g} overflowed", before)


class Backward(Protocol):
    """A layer's own."""

    def __call__(self, at: Place) -> None: ...


class _Found(Exception):
    def __init__(self, at: Place, tensor: str, kind: Kind, before: dict[str, float]) -> None:
        super().__init__(tensor)
        self.at, self.tensor, self.kind, self.before = at, tensor, kind, before


def _backward(ran: Ran, step: int) -> Culprit | None:
    """The first gradient that isn't a number, in a second walk down in which every layer is checked after its turn."""
    with _checked([bound.chain for _, bound in ran.passes]):
        try:
            ran.backward()
        except _Found as found:
            owner = next(key for key, bound in ran.passes if any(at is found.at for _, at in _inside_out(bound.chain)))
            what = f"{_called(owner)}{found.tensor}"
            layer = f"{_called(owner)}{_layer(found.at.path)}"
            sentence = f"going backward, {layer} gave {_noun(found.kind)} first, in {found.tensor}: {_ranges(found.before)}"
            return Culprit(step, "backward", what, found.at.path, found.kind, sentence, found.before)
    return None


def _long(runner: Runner, step: int) -> Culprit | None:
    """A gradient of numbers so large that the sum of their squares is none."""
    reaches = [
        (_reach(network.flat_gradient[piece], network.ops), f"{_called(key)}{name}", site.path)
        for key, network in runner.networks.items()
        for name, (_, site, piece) in network.entries.items()
    ]
    reach, name, path = max(reaches, default=(0.0, "", ""))
    if not reach > 1.0:
        return None
    sentence = f"the gradient became too long to be squared: that of {name} reaches {reach:.3g}"
    return Culprit(step, "backward", name.replace(".W", ".dW"), path, "infinite", sentence, {"dW": reach})


# -- looking at arrays -----------------------------------------------------------------------------------------------------


@contextmanager
def _checked(chains: list[Chain]) -> Iterator[None]:
    """Inside, every layer's backward in these chains, and in those within them, is checked."""
    everything = [inner for chain in chains for inner in _chains(chain)]
    before = [chain.steps_backward for chain in everything]
    for chain in everything:
        layers = {id(at): layer for layer, at in chain.places}
        chain.steps_backward = [(_checking(backward, layers[id(at)]), at) for backward, at in chain.steps_backward]
    try:
        yield
    finally:
        for chain, steps in zip(everything, before, strict=True):
            chain.steps_backward = steps


def _checking(backward: Backward, layer: Layer) -> Backward:
    def then_look(at: Place) -> None:
        before = {"delta": _reach(at.dY, at.ops), **_inputs(at)}
        arriving = _bad(at.dY, at.ops)
        if arriving is not None:  # before any layer's turn: the loss's own gradient
            raise _Found(at, f"{at.path}.dY", arriving, before)
        backward(at)
        for name in [p.name for p in layer.parameters(at.x)] if at.learns else []:
            gradient = at.__dict__.get(f"own_d{name}", at.__dict__.get(f"d{name}"))
            kind = _bad(gradient, at.ops)
            if kind is not None:
                raise _Found(at, f"{at.path}.d{name}", kind, before)
        kind = _bad(at.dX, at.ops)
        if kind is not None:
            raise _Found(at, f"{at.path}.dX", kind, before)

    return then_look


def _chains(chain: Chain) -> Iterator[Chain]:
    yield chain
    for _, at in chain.places:
        body = at.__dict__.get("body")
        if body is not None:
            yield from _chains(body)


def _inside_out(chain: Chain) -> Iterator[tuple[str, Place]]:
    """Every place in the order in which its output is done: what is in a container before it."""
    for _, at in chain.places:
        body = at.__dict__.get("body")
        if body is not None:
            yield from _inside_out(body)
        yield at.path, at


def _host(array: Array, ops: Operations) -> Array:
    return array if ops.NAME == "numpy" else ops.to_host(array)


def _bad(array: Array | None, ops: Operations) -> Kind | None:
    """Whether an array holds a number that is none, and which comes first in it."""
    if array is None or array.dtype.kind != "f":
        return None
    host = _host(array, ops)
    finite = np.isfinite(host)
    if finite.all():
        return None
    return "infinite" if np.isinf(host).any() else "NaN"


def _reach(array: Array | None, ops: Operations) -> float:
    """The largest absolute value that is a number; 0 if there is none."""
    if array is None or array.dtype.kind != "f" or not array.size:
        return 0.0
    host = np.abs(_host(array, ops))
    return float(host[np.isfinite(host)].max(initial=0.0))


def _inputs(at: Place) -> dict[str, float]:
    """How large what a layer computes with is."""
    found = {"X": _reach(at.X, at.ops)}
    weights = at.__dict__.get("W")
    return found if weights is None else {**found, "W": _reach(weights, at.ops)}


# -- in words ----------------------------------------------------------------------------------------------------------------


def _called(key: str) -> str:
    return f"{key} " if key else ""


def _layer(path: str) -> str:
    return f"layer {'.'.join(path.split('.')[0::2])} ({path.rsplit('.', 1)[-1]})"


def _noun(kind: Kind) -> str:
    return "infinity" if kind == "infinite" else "NaN"


def _number(value: float) -> str:
    return "NaN" if math.isnan(value) else "infinity" if value > 0.0 else "-infinity"


WORDS = {"X": "inputs", "W": "weights", "delta": "the gradient that came to it"}


def _ranges(before: dict[str, float]) -> str:
    """"inputs up to 3e+38, weights up to 1.4"."""
    return ", ".join(f"{WORDS.get(name, name)} up to {value:.3g}" for name, value in before.items())


def _example(data: Data, index: int) -> str:
    """What people call a training example: its row in the file, or its place in the source."""
    name = f"example {index + 1:,} of the training part"
    if data.origin is None:
        return name
    where = "row {} of the file" if data.origin.kind == "row" else "number {} of the data"
    return f"{name} ({where.format(int(data.origin.numbers[index]))})"


def _where(data: Data, array: str, at: Array) -> str:
    if array == "T":
        return "in its answer"
    place = tuple(int(i) for i in at)
    features = data.facts.features
    if len(place) == 1 and place[0] < len(features):
        return f"in {features[place[0]]}"
    return f"in its input at {', '.join(str(i + 1) for i in place)}" if place else "in its input"
