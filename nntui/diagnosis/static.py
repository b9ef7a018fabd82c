"""What can be seen in the description alone: layers that cancel each other, outputs that don't fit the loss."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from nntui.diagnosis.case import Case, bends
from nntui.diagnosis.finding import Finding, Rule
from nntui.diagnosis.flow import named
from nntui.diagnosis.thresholds import FINDINGS, Severity
from nntui.nn.initializers import Constant, Normal, Zeros
from nntui.nn.plan import Site

TRANSPARENT = frozenset({"regularization", "shape"})
"""Families that do nothing to what a layer can express."""
BOUNDED: dict[str, str] = {
    "sigmoid": "between 0 and 1", "tanh": "between -1 and 1", "relu": "never below 0", "softsign": "between -1 and 1",
}  # fmt: skip
RECTIFIED = frozenset({"relu"})


def linear_stack(case: Case) -> Iterator[Finding]:
    """Two or more affine layers, and nothing between them that bends: together they are one."""
    for sites in _chains(case):
        runs = _straight_runs(sites)
        if not runs:
            continue
        for first, last in runs:
            if not case.bends and case.supervised:
                text = f"the network is one linear map: nothing bends between {named(first.path)} and {named(last.path)}"
                yield case.finding("linear_stack", "warning", text, first.path, 0)
            elif case.supervised:
                narrow = _width(first) < min(_size(first.x), _width(last))
                text = f"nothing bends between {named(first.path)} and {named(last.path)}: together they are one linear layer"
                severity: Severity = "note" if narrow else "warning"  # through a bottleneck it is a matrix of low rank, which may be meant
                yield case.finding("missing_activation", severity, text, first.path, 0)


def double_softmax(case: Case) -> Iterator[Finding]:
    """The loss applies softmax (or sigmoid) itself; applied before, too, its outputs are squeezed into (0, 1)."""
    last, loss = _last(case), case.experiment.loss.tag
    if last is None or not case.supervised:
        return
    if last.layer.tag == "softmax" and last.y == (1,):
        yield case.finding("softmax_of_one", "error", f"{named(last.path)} has one output, which is then always 1", last.path, 0)
    elif last.layer.tag == "softmax" and loss == "cross_entropy":
        classes = last.y[-1]
        floor = _softmax_floor(classes)
        text = f"softmax twice: cross_entropy applies it to what {named(last.path)} gives, so the loss can't fall below {floor:.3g}"
        yield case.finding("double_softmax", "error", text, last.path, 0, floor=floor, classes=classes)
    elif last.layer.tag == "sigmoid" and loss == "binary_cross_entropy":
        text = f"sigmoid twice: binary_cross_entropy applies it to what {named(last.path)} gives, so no answer is surer than 0.73"
        yield case.finding("double_sigmoid", "error", text, last.path, 0, surest=0.731)


def output_mismatch(case: Case) -> Iterator[Finding]:
    """An activation at the end that can't say what the loss asks for."""
    last, loss = _last(case), case.experiment.loss
    if last is None or last.layer.tag not in BOUNDED or not case.supervised:
        return
    tag, bounds = last.layer.tag, BOUNDED[last.layer.tag]
    if loss.tag in ("cross_entropy", "binary_cross_entropy") and not (tag == "sigmoid" and loss.tag == "binary_cross_entropy"):
        text = f"{named(last.path)} keeps the logits {bounds}: {loss.tag} needs them free"
        yield case.finding("output_mismatch", "warning", text, last.path, 0)
        return
    quality = case.quality
    if quality is None or quality.class_counts:
        signed = getattr(loss, "signed", False)
        if loss.tag in ("mse", "mae") and quality is not None and tag == "tanh" and not signed:
            text = f"{named(last.path)} can say -1, but the classes are 0 and 1: set loss.signed"
            yield case.finding("output_mismatch", "note", text, last.path, 0)
        elif loss.tag in ("mse", "mae") and quality is not None and signed and tag in ("sigmoid", "relu"):
            text = f"{named(last.path)} is {bounds}, but one class is -1"
            yield case.finding("output_mismatch", "warning", text, last.path, 0)
        return
    low, high = {"sigmoid": (0.0, 1.0), "relu": (0.0, float("inf"))}.get(tag, (-1.0, 1.0))
    if quality.target_low < low - 1e-6 or quality.target_high > high + 1e-6:
        text = f"{named(last.path)} is {bounds}, but the targets go from {quality.target_low:.3g} to {quality.target_high:.3g}"
        evidence = {"target_low": quality.target_low, "target_high": quality.target_high}
        yield case.finding("output_mismatch", "warning", text, last.path, 0, **evidence)


def alike_from_the_start(case: Case) -> Iterator[Finding]:
    """Hidden units that start with the same weights, and layers above that can't tell them apart."""
    if case.experiment.start is not None:
        return
    sites = [site for site in case.plan.walk() if any(p.name == "W" for p in site.parameters)]
    for site, above in pairwise(sites):
        if not (_constant(site) and _width(site) > 1) or site.depth or site.layer.family != "affine":
            continue
        kind = _constant(site)
        if _constant(above) or (kind == "zeros" and _rectifier_follows(case, site)):
            how = "at 0" if kind == "zeros" else "alike"
            text = f"all units of {named(site.path)} start {how}, and nothing tells them apart: they stay one unit for ever"
            severity: Severity = "note" if case.well else "error"  # for what this data asks, one unit is enough
            yield case.finding("symmetric_units", severity, text, site.path, 0, units=_width(site), different=1)


def tiny_batches(case: Case) -> Iterator[Finding]:
    """Batch norm takes mean and spread from the batch: from a few examples they are noise."""
    norms = [site for site in case.plan.walk() if site.layer.tag == "batch_norm" and not case.frozen(site.path)]
    if not norms:
        return
    training = case.experiment.training
    examples = case.data.train_examples if case.data is not None else training.batch_size
    size = -(-min(training.batch_size, examples) // training.accumulate)
    # A pixel counts as an example: batch norm averages over all positions.
    values = min(size * (_size(site.x) // site.x[-1]) for site in norms)
    severity = FINDINGS["batch_norm_batch"].grade(values)
    if severity != "healthy":
        text = f"batch norm on batches of {size}: mean and spread of {values} value{'s' * (values > 1)} are noise"
        yield case.finding("tiny_batch_norm", severity, text, norms[0].path, 0, batch_size=size)


def dropout_before_norm(case: Case) -> Iterator[Finding]:
    """Dropout changes the spread that a batch norm after it has learned to expect (Li et al. 2019)."""
    for sites in _chains(case):
        dropping: Site | None = None
        for site in sites:
            if site.layer.tag == "dropout" and getattr(site.layer, "rate", 0.0) > 0.0:
                dropping = site
            elif site.layer.tag == "batch_norm" and dropping is not None:
                text = f"{named(dropping.path)} drops before {named(site.path)}: in evaluation the spread is another than in training"
                yield case.finding("dropout_before_batch_norm", "note", text, dropping.path, 0)
                break


def strong_dropout(case: Case) -> Iterator[Finding]:
    """More than half of the values dropped."""
    for site in case.plan.walk():
        rate = getattr(site.layer, "rate", 0.0) if site.layer.tag == "dropout" else 0.0
        severity = FINDINGS["dropout_rate"].grade(rate)
        if severity != "healthy":
            text = f"{named(site.path)} drops {100.0 * rate:.0f} % of its input: little of the signal is left"
            yield case.finding("strong_dropout", severity, text, site.path, 0, rate=rate)


def _softmax_floor(classes: int) -> float:
    """ln(1 + (C - 1) / e): the cross-entropy of a softmax of probabilities that are all right."""
    return math.log1p((classes - 1) / math.e)


def _chains(case: Case) -> Iterator[Sequence[Site]]:
    """The layers of the network one after the other, and those of each body."""
    yield case.plan.sites
    for site in case.plan.walk():
        start = 0
        for body in site.layer.bodies():
            yield site.inside[start : start + len(body)]
            start += len(body)


def _straight_runs(sites: Sequence[Site]) -> list[tuple[Site, Site]]:
    """First and last of affine layers that follow each other with nothing but transparent layers between."""
    runs: list[tuple[Site, Site]] = []
    first = last = None
    for site in [*sites, None]:
        if site is not None and site.layer.family in TRANSPARENT and not bends(site):
            continue
        if site is not None and site.layer.family == "affine" and not bends(site):
            first, last = first or site, site
            continue
        if first is not None and last is not None and first is not last:
            runs.append((first, last))
        first = last = None
    return runs


def _last(case: Case) -> Site | None:
    sites = [site for site in case.plan.sites if site.layer.family not in TRANSPARENT]
    return sites[-1] if sites else None


def _constant(site: Site) -> str:
    """"zeros" or "constant" if all weights of a layer start with one value, else ""."""
    init = next(p.initializer for p in site.parameters if p.name == "W")
    if isinstance(init, Zeros):
        return "zeros"
    if isinstance(init, Constant):
        return "zeros" if init.value == 0.0 else "constant"
    if isinstance(init, Normal) and init.std == 0.0:
        return "zeros" if init.mean == 0.0 else "constant"
    return ""


def _rectifier_follows(case: Case, site: Site) -> bool:
    """Whether what a layer gives is cut off at 0 next: at 0 itself no gradient comes back."""
    following = list(case.plan.sites)[list(case.plan.sites).index(site) + 1 :] if site in case.plan.sites else []
    return next((one.layer.tag in RECTIFIED for one in following if one.layer.family not in TRANSPARENT), False)


def _width(site: Site) -> int:
    return site.y[-1]


def _size(shape: tuple[int, ...]) -> int:
    return math.prod(shape)


RULES = (
    Rule(linear_stack, {"linear_stack": ("add_activation",), "missing_activation": ("add_activation",)}, static=True),
    Rule(
        double_softmax,
        {
            "double_softmax": ("remove_output_activation",), "double_sigmoid": ("remove_output_activation",),
            "softmax_of_one": ("remove_output_activation",),
        },
        static=True,
    ),
    Rule(output_mismatch, {"output_mismatch": ("remove_output_activation",)}, static=True),
    Rule(alike_from_the_start, {"symmetric_units": ("initializer",)}, static=True),
    Rule(tiny_batches, {"tiny_batch_norm": ("batch_size", "layer_norm", "remove_normalization")}, static=True),
    Rule(dropout_before_norm, {"dropout_before_batch_norm": ("remove_dropout",)}, static=True),
    Rule(strong_dropout, {"strong_dropout": ("weaker_dropout",)}, static=True),
)  # fmt: skip
