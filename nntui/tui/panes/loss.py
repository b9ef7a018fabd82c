"""Pane 2: the loss of the training batches and of the validation part, over epochs or steps."""

from __future__ import annotations

import math

from textual.strip import Strip

from nntui.diagnosis.curves import loss_verdict
from nntui.measurements import Steps
from nntui.tui.look import Look
from nntui.tui.numbers import fixed
from nntui.tui.panes.chart import Band, Chart, chart
from nntui.tui.panes.row import Row, filled, written
from nntui.tui.plots import Curve
from nntui.tui.ticks import Axis, growing, spanning
from nntui.tui.view import View

NAME = "loss"
KEY = 2
HELP = """\
## Loss

What training makes small. The line is the mean loss of the training batches, with a thin stroke from the least to the
greatest of each column, so that no spike is lost. The dashed line is the loss on the validation part, which the network
never learns from. The faint line is the loss of a network that knows nothing: ln C for C classes.

The vertical axis becomes logarithmic when the values span more than a factor of ten. A `×` on the horizontal axis marks
steps whose loss was no longer a number.

**Look for** a start near the faint line, a steep fall and then a slow one. Training and validation falling together is
learning; validation turning up while training falls is overfitting: stop earlier, use more data, dropout or weight decay.

**Common mistakes**: a rate that is too high (the loss jumps, or is gone) or too low (a straight, hardly falling line);
reading a single batch: with dropout, the training loss can lie above the validation loss.

*Sources: CS231n, neural networks 3; Karpathy, A recipe for training neural networks.*
"""


def title(view: View) -> str:
    history = view.history
    if history is None or not history.steps:
        return NAME
    words = f"{NAME}  train {fixed(history.steps[-1].loss)}"
    validation = view.evaluations("validation")
    return f"{words}  validation {fixed(validation[-1].loss)}" if validation else words


def subtitle(view: View) -> str:
    if view.history is None:
        return ""
    return loss_verdict(view.history.steps, view.history.evaluations, view.expected_loss).sentence


def lines(view: View, width: int, height: int, look: Look) -> list[Strip]:
    history = view.history
    validation = view.evaluations("validation")
    if history is None or not (history.steps or validation):
        text = "No loss yet: space trains."
        if view.expected_loss is not None:
            text += f" A network that knows nothing has {fixed(view.expected_loss).strip()}."
        return filled(written(text, width, look.muted, indent=1), width, height)

    by_epoch = view.x_axis == "epoch"
    status = history.status
    x = [(one.epoch if by_epoch else float(one.last)) for one in history.steps]
    x_validation = [(one.epoch if by_epoch else float(one.step)) for one in validation]
    furthest = max([value for value in (*x[-1:], *x_validation[-1:]) if math.isfinite(value)], default=1.0)
    end = float(status.epochs if by_epoch else status.total_steps) or None
    across = growing(furthest, end)

    columns = max(width - 8, 1)
    mean = _column_means(x, history.steps, across, columns)
    y = _vertical_axis(history.steps, [one.loss for one in validation], height)
    what = Chart(
        curves=(
            Curve(mean[0], mean[1], look.train, symbol="*"),
            Curve(x_validation, [one.loss for one in validation], look.validation, dashed=True, symbol="o"),
        ),
        x=across,
        y=y,
        band=Band(x, [one.loss_min for one in history.steps], [one.loss_max for one in history.steps]),
        reference=view.expected_loss,
        gaps=[place for place, one in zip(x, history.steps, strict=True) if one.non_finite or not math.isfinite(one.loss)],
        unit=view.x_axis,
    )
    if height < 7:
        return chart(what, width, height, look)
    return [_legend(view, y, bool(validation), width, look), *chart(what, width, height - 1, look)]


def _column_means(x: list[float], steps: list[Steps], axis: Axis, columns: int) -> tuple[list[float], list[float]]:
    """One point per column, the mean over its steps; a column without a finite loss is a gap."""
    if len(x) <= columns:
        return x, [one.loss for one in steps]
    found: dict[int, tuple[float, float, int]] = {}
    for place, one in zip(x, steps, strict=True):
        if not math.isfinite(place):
            continue
        column = min(int(axis.place(place) * columns), columns - 1)
        mean_x, mean, total = found.get(column, (place, math.nan, 0))
        weight = one.last - one.first + 1 - one.non_finite
        if weight > 0 and math.isfinite(one.loss):
            share = weight / (total + weight)
            mean = one.loss if total == 0 else mean + share * (one.loss - mean)
            mean_x, total = mean_x + share * (place - mean_x), total + weight
        found[column] = (mean_x, mean, total)
    return [found[column][0] for column in sorted(found)], [found[column][1] for column in sorted(found)]


def _vertical_axis(steps: list[Steps], validation: list[float], height: int) -> Axis:
    """Around everything that is drawn, spikes included; logarithmic when the losses span more than a decade."""
    losses = [one.loss for one in steps] + validation
    ends = [value for one in steps for value in (one.loss_min, one.loss_max)]
    known = [value for value in losses if math.isfinite(value)]
    everything = [value for value in (*known, *ends) if math.isfinite(value)]
    if not everything:
        return Axis(0.0, 1.0)
    positive = [value for value in everything if value > 0.0]
    log = len(positive) > 0 and min(everything) >= 0.0 and max(positive) > 10.0 * min(positive)
    low = min(value for value in known if value > 0.0) if log and any(value > 0.0 for value in known) else min(everything)
    return spanning(low, max(everything), log, ticks=max(height // 3, 2))


def _legend(view: View, y: Axis, validated: bool, width: int, look: Look) -> Strip:
    solid, dashed = ("──", "╌╌") if look.unicode else ("**", "oo")
    row = Row(width).to(7 if width >= 40 else 0).add(solid, look.train).add(" train", look.muted)
    if validated:
        row.add("  ").add(dashed, look.validation).add(" validation", look.muted)
    if view.expected_loss is not None and y.low <= view.expected_loss <= y.high:
        row.add("  ").add("┈┈" if look.unicode else "..", look.faint).add(" knows nothing", look.muted)
    return (row.right("log", look.muted) if y.log else row).strip()
