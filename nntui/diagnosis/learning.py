"""What loss curves say: nothing learned, too much by heart, too little, too noisy, too long, too short."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from nntui.diagnosis.case import Case
from nntui.diagnosis.finding import Finding, Rule
from nntui.diagnosis.outlook import median
from nntui.diagnosis.thresholds import FINDINGS, LATE, Severity
from nntui.measurements import Evaluation

WORTH_A_WORD = 0.05
"""A change of less than this share of the first loss is the noise of a loss that is nearly nothing."""
METRICS = ("accuracy", "r2")


def loss_not_falling(case: Case) -> Iterator[Finding]:
    """Half of the training is over, and the loss is still that of knowing nothing."""
    if not case.supervised or case.progress < 0.2 or not case.stuck or not math.isfinite(case.level):
        return
    severity: Severity = "warning" if case.progress >= LATE else "note"
    text = (
        f"the loss isn't falling: {case.level:.3g} after {100.0 * case.progress:.0f} % of the steps, "
        f"knowing nothing gives {case.reference:.3g}"
    )
    yield case.finding("loss_not_falling", severity, text, None, None, loss=case.level, knowing_nothing=case.reference)


def too_simple(case: Case) -> Iterator[Finding]:
    """A network without anything that bends has had its time, and its straight line isn't enough."""
    if not case.supervised or case.progress < LATE or not case.stuck or case.bends:
        return
    text = "nothing in the network bends: it can only draw a straight line, and that isn't enough for this data"
    yield case.finding("too_simple", "warning", text, None, None, loss=case.level, knowing_nothing=case.reference)


def overfitting(case: Case) -> Iterator[Finding]:
    """The validation loss rises while the training loss still falls."""
    held, trained = _evaluations(case, "validation"), _evaluations(case, "train")
    if len(held) < 4 or len(trained) < 4 or not case.supervised:
        return
    best, last = min(held, key=lambda one: one.loss), held[-1]
    now = median([one.loss for one in held[-3:]])
    then = next((one for one in trained if one.step == best.step), trained[0])
    rise = now / best.loss if best.loss > 0.0 else 1.0
    since = sum(one.step > best.step for one in held)
    if since < 3 or not trained[-1].loss < then.loss or now - best.loss < WORTH_A_WORD * held[0].loss:
        return
    severity = FINDINGS["overfitting"].grade(rise)
    gap = _gap(trained[-1], last)
    if severity == "warning" and not (gap > (FINDINGS["accuracy_gap"].warning or 0.0) and gap > _chance(last)):
        severity = "note"
    if severity != "healthy":
        text = f"overfitting: validation loss {best.loss:.3g} in epoch {best.epoch:.0f}, {now:.3g} now, while the training loss still falls"
        yield case.finding("overfitting", severity, text, None, None, rise=rise, gap=gap, best_epoch=best.epoch)


def underfitting(case: Case) -> Iterator[Finding]:
    """Training ends, and even the training part is answered badly."""
    if case.ended != "finished" or not case.supervised:
        return
    trained, held = _last(case, "train"), _last(case, "validation")
    metric = _metric(trained)
    if trained is None or metric is None or case.stuck:
        return
    value = trained.metrics[metric]
    if FINDINGS["underfitting"].grade(value) != "healthy" and not (held is not None and _gap(trained, held) > 0.1):
        text = f"underfitting: the training part itself is answered with {metric} {value:.2f} only"
        yield case.finding("underfitting", "note", text, None, None, **{metric: value})


def noisy_loss(case: Case) -> Iterator[Finding]:
    """Batch losses that jump about more than they fall: the batch is small for what it has to say."""
    recent = [one.loss for one in case.steps[-100:] if math.isfinite(one.loss)]
    if len(recent) < 100 or case.experiment.training.batch_size >= 64 or case.share < 0.3:
        return
    jumps = median([abs(b - a) for a, b in pairwise(recent)])
    fallen = median(recent[:33]) - median(recent[-33:])
    if jumps > 0.3 * median(recent) and fallen < 0.5 * jumps:
        text = f"the loss jumps by {jumps:.2g} from batch to batch, and falls by {max(fallen, 0.0):.2g} in 100 steps"
        yield case.finding("noisy_loss", "note", text, None, None, jump=jumps, fall=fallen)


def best_epoch(case: Case) -> Iterator[Finding]:
    """Where the best validation loss was: long ago means too long, at the very end means too short."""
    held = _evaluations(case, "validation")
    if case.ended != "finished" or len(held) < 10 or case.experiment.training.early_stopping is not None:
        return
    best = min(held, key=lambda one: one.loss)
    share = best.step / case.step if case.step else 1.0
    if share < 0.1 and held[-1].loss > 1.1 * best.loss:
        text = f"trained too long: the best validation loss was at epoch {best.epoch:.0f} of {held[-1].epoch:.0f}"
        yield case.finding("overtraining", "note", text, None, None, best_epoch=best.epoch, epochs=held[-1].epoch)
    elif share > 0.95:
        recent = [one for one in held if one.step >= 0.75 * case.step]
        if len(recent) > 2 and recent[0].loss - best.loss > WORTH_A_WORD * recent[0].loss:
            text = f"trained too short: the validation loss fell from {recent[0].loss:.3g} to {best.loss:.3g} in the last quarter"
            yield case.finding("too_short", "note", text, None, None, before=recent[0].loss, best=best.loss)


def suspicious_validation(case: Case) -> Iterator[Finding]:
    """Better on what it hasn't seen than on what it has."""
    trained, held = _last(case, "train"), _last(case, "validation")
    if trained is None or held is None or case.progress < 0.1 or _metric(held) != "accuracy" or sum(held.answered) < 100:
        return
    lead = -_gap(trained, held)
    if FINDINGS["validation_lead"].grade(lead) != "healthy":
        dropping = any(site.layer.family == "regularization" for site in case.plan.walk())
        why = "dropout makes training harder, so this may be right" if dropping else "look for examples that are in both parts"
        text = f"validation accuracy is {100.0 * lead:.0f} points above training accuracy: {why}"
        yield case.finding("suspicious_validation", "note", text, None, None, lead=lead)


def _evaluations(case: Case, split: str) -> list[Evaluation]:
    return [one for one in case.evaluations if one.split == split and math.isfinite(one.loss)]


def _last(case: Case, split: str) -> Evaluation | None:
    return next((one for one in reversed(case.evaluations) if one.split == split), None)


def _metric(evaluation: Evaluation | None) -> str | None:
    return next((name for name in METRICS if evaluation is not None and name in evaluation.metrics), None)


def _chance(held: Evaluation) -> float:
    """Two standard errors of an accuracy: a gap of less may be luck."""
    accuracy, many = held.metrics.get("accuracy", 1.0), sum(held.answered)
    return 2.0 * math.sqrt(accuracy * (1.0 - accuracy) / many) if many else 0.0


def _gap(trained: Evaluation, held: Evaluation) -> float:
    """Training minus validation metric."""
    name = _metric(trained)
    return trained.metrics[name] - held.metrics.get(name, math.nan) if name is not None else math.nan


RULES = (
    Rule(loss_not_falling, {"loss_not_falling": ("adam", "raise_rate", "initializer", "normalization", "lower_rate", "wider")}),
    Rule(too_simple, {"too_simple": ("hidden_layer",)}),
    Rule(overfitting, {"overfitting": ("early_stopping", "dropout", "weight_decay", "narrower")}),
    Rule(underfitting, {"underfitting": ("wider", "longer", "adam", "less_decay")}),
    Rule(noisy_loss, {"noisy_loss": ("batch_size",)}),
    Rule(best_epoch, {"overtraining": ("early_stopping",), "too_short": ("longer", "raise_rate")}),
    Rule(suspicious_validation, {"suspicious_validation": ()}),
)
