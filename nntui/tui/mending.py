"""What would make an impossible experiment possible: small edits, tried out, of which those are offered after which everything fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from nntui.errors import NntuiError, ShapeError
from nntui.experiment import Experiment
from nntui.nn.dense import Dense
from nntui.nn.layer import Layer
from nntui.nn.losses import BinaryCrossEntropy, CrossEntropy, Loss, MeanSquaredError
from nntui.nn.pooling import GlobalAvgPool
from nntui.nn.shaping import Flatten
from nntui.tui import edits
from nntui.tui.draft import Verdict, judge

OFFERED = 3


@dataclass(frozen=True)
class Mend:
    """One edit that helps."""

    words: str
    """What it does: put flatten before layer 6."""
    experiment: Experiment


def mends(experiment: Experiment) -> tuple[Mend, ...]:
    """Up to three edits after which the experiment can be trained, the smallest first; none for one that can be."""
    verdict = judge(experiment)
    if verdict.problem is None:
        return ()
    found: list[Mend] = []
    for words, changed in _candidates(experiment, verdict, verdict.problem):
        if changed != experiment and judge(changed).problem is None:
            found.append(Mend(words, changed))
            if len(found) == OFFERED:
                break
    return tuple(found)


def _candidates(experiment: Experiment, verdict: Verdict, problem: NntuiError) -> Iterator[tuple[str, Experiment]]:
    network = experiment.network
    address = edits.address_of(network, problem.layer) if isinstance(problem, ShapeError) and problem.layer else None
    if address is not None:
        name = f"layer {'.'.join(map(str, address))}"
        for layer in (Flatten(), GlobalAvgPool()):
            yield f"put {layer.tag} before {name}", experiment.replace(network=edits.inserted(network, address, layer))
    facts = verdict.facts
    if facts is not None and not facts.target.parts:
        loss = _loss(experiment.loss, facts.target.classes)
        for outputs in dict.fromkeys((facts.target.classes or facts.target.width, 1)):
            yield from _ended(experiment, network, outputs, loss)
    if address is not None:
        yield f"take layer {'.'.join(map(str, address))} out", experiment.replace(network=edits.removed(network, address))


def _ended(experiment: Experiment, network: tuple[Layer, ...], outputs: int, loss: Loss) -> Iterator[tuple[str, Experiment]]:
    """The network ended as the data asks for, with the loss that it has or one that suits."""
    resized = _resized(network, outputs)
    ways = [
        (f"give the last layer {outputs} outputs", resized) if resized is not None else None,
        (f"end with dense {outputs}", (*network, Dense(outputs))),
        (f"end with flatten and dense {outputs}", (*network, Flatten(), Dense(outputs))),
    ]
    yield f"use the loss {loss.tag}", experiment.replace(loss=loss)
    for way in ways:
        if way is not None:
            yield way[0], experiment.replace(network=way[1])
    for way in ways:
        if way is not None:
            yield f"{way[0]}, and use the loss {loss.tag}", experiment.replace(network=way[1], loss=loss)


def _resized(network: tuple[Layer, ...], outputs: int) -> tuple[Layer, ...] | None:
    """With another number of outputs of the last layer that has one."""
    for index in range(len(network) - 1, -1, -1):
        for field in ("units", "filters"):
            if hasattr(network[index], field):
                return edits.replaced(network, (index,), msgspec.structs.replace(network[index], **{field: outputs}))
    return None


def _loss(now: Loss, classes: int | None) -> Loss:
    """The usual loss for such a target; the present one if it is of that kind."""
    usual: Loss = MeanSquaredError() if classes is None else CrossEntropy()
    if classes == 2 and isinstance(now, BinaryCrossEntropy):
        return now
    return now if type(now) is type(usual) else usual
