"""Which layers of two networks are the same one, so that an edited network can begin with what the other has learned."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import TypeAlias

from nntui.errors import ExperimentError
from nntui.nn.layer import Shape
from nntui.nn.plan import Plan, Site

Kept: TypeAlias = tuple[tuple[str, Shape], ...]
"""Names and shapes of a layer's parameters and statistics."""

_SAME = re.compile(r"\s*([\w.]+)\s*=\s*([\w.]+)\s*")


def kept(site: Site) -> Kept:
    """What a layer has after training, without what is inside it."""
    learned = tuple((parameter.name, parameter.shape) for parameter in site.parameters)
    return learned + tuple((statistic.name, statistic.shape) for statistic in site.layer.statistics(site.x))


def same_layers(before: Plan, after: Plan) -> dict[str, str]:
    """Layers of `after` that were in `before` already, by their paths, with the paths that they had there.

    Both networks are read from the first layer to the last, containers before what is in them, and the longest stretches
    in common are taken (Ratcliff & Obershelp's matching, as `difflib` does it): so a layer is known again that has moved
    on, or into a skip. The same layer is one of the same kind whose arrays have the same names and shapes; among several
    of them the one that is the same object, if edits have kept it. Layers without arrays keep the order, but aren't told.
    """
    ours, theirs = list(_walk(after.sites)), list(_walk(before.sites))
    once = [{i for i, n in Counter(id(site.layer) for site, _ in sites).items() if n == 1} for sites in (ours, theirs)]
    known = once[0] & once[1]
    words, said = ([(site.layer.tag, viewed, kept(site), _only(known, site)) for site, viewed in sites] for sites in (ours, theirs))
    blocks = SequenceMatcher(None, said, words, autojunk=False).get_matching_blocks()
    pairs = ((ours[block.b + i][0], theirs[block.a + i][0]) for block in blocks for i in range(block.size))
    return {our.path: their.path for our, their in pairs if kept(our)}


def _walk(sites: tuple[Site, ...], viewed: bool = False) -> Iterator[tuple[Site, bool]]:
    """Every site, and whether the container around it reads its weights as something else (weight_norm: a direction)."""
    for site in sites:
        yield site, viewed
        yield from _walk(site.inside, site.layer.views)


def _only(known: set[int], site: Site) -> int:
    return id(site.layer) if id(site.layer) in known else 0


def written(pairs: dict[str, str]) -> tuple[str, ...]:
    """Pairs of layers as an experiment holds them: "3.dense = 2.dense"."""
    return tuple(f"{ours} = {theirs}" for ours, theirs in pairs.items())


def read(texts: tuple[str, ...]) -> dict[str, str]:
    """The same backwards. Raises ExperimentError for a text that isn't a pair, and for a layer that is named twice."""
    pairs: dict[str, str] = {}
    for text in texts:
        found = _SAME.fullmatch(text)
        if found is None:
            raise ExperimentError(f"expected this network's layer and the source's, like 3.dense = 2.dense, got {text!r}")
        if found[1] in pairs:
            raise ExperimentError(f"{text}: {found[1]} begins with {pairs[found[1]]} already")
        pairs[found[1]] = found[2]
    return pairs


def check(pairs: dict[str, str], plan: Plan) -> None:
    """Raise ExperimentError unless a network of this plan has those layers, and they have something to begin with."""
    learned = [site.path for site in plan.walk() if kept(site)]
    for ours, theirs in pairs.items():
        if ours not in learned:
            raise ExperimentError(f"{ours} = {theirs}: there is no layer {ours} that learns; there are {', '.join(learned)}")
