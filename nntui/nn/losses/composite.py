"""Several losses at once, each on its own outputs: what it is, and where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from nntui.errors import ExperimentError
from nntui.nn.layer import Place, Shape
from nntui.nn.losses.base import Loss, Target, check_positions

if TYPE_CHECKING:
    from nntui.backends.operations import Array

    AnyLoss = Loss
else:
    AnyLoss = Any  # replaced by the union of all others in `nntui.nn.losses`, which has to know this one too


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A loss, the outputs that it is about, and how much it counts beside the others."""

    loss: Annotated[AnyLoss, Meta(description="of this part")]
    outputs: Annotated[int, Meta(ge=1, description="how many outputs it reads, next to those of the part before")]
    weight: Annotated[float, Meta(ge=0.0, description="factor on it in the sum")] = 1.0


class Composite(Loss, tag="composite"):
    """L = sum over parts of weight L_part: a part for every question that the data asks, in its order.

    Parts read the outputs from left to right: for three classes and a box, cross_entropy the first three and huber the
    other four.
    """

    parts: Annotated[tuple[Part, ...], Meta(min_length=1, description="a loss for every part of the target")]

    def questions(self, target: Target) -> Iterator[tuple[Part, Target, slice, slice]]:
        """Every part with what it is asked, the outputs that answer, and the columns of the raw targets."""
        z = t = 0
        for part, one in zip(self.parts, target.parts or (target,), strict=True):
            asked = Target(one.classes, one.width, target.shape)
            yield part, asked, slice(z, z + part.outputs), slice(t, t + asked.columns)
            z, t = z + part.outputs, t + asked.columns

    def check(self, output: Shape, target: Target) -> None:
        asked, losses = len(target.parts or (target,)), len(self.parts)
        if asked != losses:
            raise ExperimentError(
                f"loss.parts: {losses} part{'s' * (losses != 1)} for {asked} question{'s' * (asked != 1)} ({target}): give one for each"
            )
        check_positions(self.tag, output, target)
        for k, (part, question, _, _) in enumerate(self.questions(target)):
            try:
                part.loss.check((*target.shape, part.outputs), question)
            except ExperimentError as error:
                sentence = str(error).removeprefix("loss.").replace("the network ends with shape", "it is given shape")
                raise ExperimentError(f"loss.parts[{k}].{sentence.replace('end it with dense units =', 'set outputs =')}") from None
        units = sum(part.outputs for part in self.parts)
        if output != (*target.shape, units):
            raise ExperimentError(
                f"loss.kind: composite reads {units} outputs, but the network ends with shape {output}: end it with dense units = {units}"
            )

    def fitted(self, y: Array, target: Target) -> Loss:
        parts = [
            msgspec.structs.replace(part, loss=part.loss.fitted(_answers(y, asked, columns, target), asked))
            for part, asked, _, columns in self.questions(target)
        ]
        return msgspec.structs.replace(self, parts=tuple(parts))

    def encode(self, y: Array, output: Shape, target: Target) -> Array:
        """All parts side by side as numbers (n, *shape, columns); labels, which are whole, too."""
        import numpy as np

        encoded = []
        for part, asked, _, columns in self.questions(target):
            T = part.loss.encode(_answers(y, asked, columns, target), (*target.shape, part.outputs), asked)
            encoded.append((T[..., None] if part.loss.takes_labels else T).astype(np.float32))
        return np.concatenate(encoded, -1)

    def expected(self, output: Shape, target: Target) -> float | None:
        if len(target.parts or (target,)) != len(self.parts):
            return None
        total = 0.0
        for part, asked, _, _ in self.questions(target):
            known = part.loss.expected((*target.shape, part.outputs), asked)
            if known is None:
                return None
            total += part.weight * known
        return total

    def answers(self, Z: Array, y: Array, target: Target) -> Iterator[tuple[Loss, Target, Array, Array]]:
        """Part by part: its loss, what it is asked, its outputs and its raw targets (host arrays)."""
        for part, asked, outputs, columns in self.questions(target):
            yield part.loss, asked, Z[..., outputs], _answers(y, asked, columns, target)

    def bind(self, at: Place) -> None:
        z = t = 0
        bound: list[tuple[Part, Place]] = []
        for k, part in enumerate(self.parts):
            inner = Place()
            inner.ops, inner.path, inner.dtype, inner.batch, inner.training = at.ops, at.path, at.dtype, at.batch, at.training

            def array(name: str, shape: Shape, dtype: str | None = None, inner: Place = inner, k: int = k) -> Array:
                made = at.array(f"{k}.{name}", shape, dtype)
                setattr(inner, name, made)
                return made

            inner.array = array  # type: ignore[method-assign]
            outputs = slice(z, z + part.outputs)
            inner.outputs = at.Z[..., outputs]
            array("Z", inner.outputs.shape)
            if "dZ" in at.__dict__:
                inner.doutputs = at.dZ[..., outputs]
                array("dZ", inner.outputs.shape)
            if part.loss.takes_labels:
                inner.column = at.T[..., t]
                array("T", inner.column.shape, "int64")
            else:
                inner.columns = at.T[..., t : t + part.outputs]
                array("T", inner.columns.shape)
            array("value", (1,))
            part.loss.bind(inner)
            del inner.array
            bound.append((part, inner))
            z, t = outputs.stop, t + (1 if part.loss.takes_labels else part.outputs)
        at.bound = bound
        at.array("scratch", (1,))

    def forward(self, at: Place) -> None:
        ops = at.ops
        ops.fill(at.value, 0.0)
        for part, inner in at.bound:
            ops.copy(inner.outputs, inner.Z)
            if part.loss.takes_labels:
                ops.as_labels(inner.column, inner.T)
            else:
                ops.copy(inner.columns, inner.T)
            part.loss.forward(inner)
            ops.add_scaled(at.value, inner.value, part.weight, at.scratch)

    def backward(self, at: Place) -> None:
        for part, inner in at.bound:
            part.loss.backward(inner)
            at.ops.scale(inner.dZ, part.weight, inner.doutputs)


def _answers(y: Array, asked: Target, columns: slice, whole: Target) -> Array:
    """The raw targets of one part: labels (n, *shape), or numbers (n, *shape, width)."""
    if not whole.parts:
        return y
    answers = y[..., columns]
    return answers[..., 0].astype("int64") if asked.classes is not None else answers
