"""Pane 2: the loss of the training batches and of the validation part, over epochs or steps."""

from __future__ import annotations

import math

from textual.strip import Strip

from nntui.diagnosis.curves import loss_verdict
from nntui.runs.history import History
from nntui.tui.look import Look
from nntui.tui.numbers import fixed
from nntui.tui.panes.chart import Band, Chart, chart, plot_width
from nntui.tui.panes.gathering import Column, gathered
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
    words += "".join(f"  {name} {fixed(value)}" for name, value in history.steps[-1].others.items())
    validation = view.evaluations("validation")
    return f"{words}  val {fixed(validation[-1].loss)}" if validation else words


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
    x_validation = [(one.epoch if by_epoch else float(one.step)) for one in validation]
    furthest = [history.steps[-1].epoch if by_epoch else float(history.steps[-1].last)] if history.steps else []
    known = [value for value in (*furthest, *x_validation[-1:]) if math.isfinite(value)]
    end = float(history.status.epochs if by_epoch else history.status.total_steps)
    across = growing(max(known, default=1.0), end or None)

    columns = gathered(history, by_epoch, across.high, max(plot_width(width), 1))
    y = _vertical_axis(columns, [one.loss for one in validation], height)
    what = Chart(
        curves=(
            Curve([one.x for one in columns], [one.mean for one in columns], look.train, symbol="*"),
            Curve(x_validation, [one.loss for one in validation], look.validation, dashed=True, symbol="o"),
            *_others(history, by_epoch, 2 * width, look),
        ),
        x=across,
        y=y,
        band=Band([one.x for one in columns], [one.least for one in columns], [one.most for one in columns]),
        reference=view.expected_loss,
        gaps=[one.x for one in columns if one.gap],
        unit=view.x_axis,
    )
    if height < 7:
        return chart(what, width, height, look)
    return [_legend(view, y, bool(validation), width, look), *chart(what, width, height - 1, look)]


def _others(history: History, by_epoch: bool, most: int, look: Look) -> list[Curve]:
    """Further losses of the same steps, such as a discriminator's; at most so many points of each."""
    if not history.steps or not history.steps[-1].others:
        return []
    picked = history.steps[:: -(-len(history.steps) // most)]
    x = [one.epoch if by_epoch else float(one.last) for one in picked]
    return [
        Curve(x, [one.others.get(name, math.nan) for one in picked], look.class_style(1), symbol="+") for name in history.steps[-1].others
    ]


def _vertical_axis(columns: list[Column], validation: list[float], height: int) -> Axis:
    """Around everything that is drawn, spikes included; logarithmic when the losses span more than a decade."""
    means = [value for value in (*(one.mean for one in columns), *validation) if math.isfinite(value)]
    ends = [value for one in columns for value in (one.least, one.most) if math.isfinite(value)]
    everything = means + ends
    if not everything:
        return Axis(0.0, 1.0)
    positive = [value for value in everything if value > 0.0]
    if not positive or min(everything) < 0.0 or max(positive) <= 10.0 * min(positive):
        return spanning(min(everything), max(everything), ticks=max(height // 3, 2))
    # A single batch with a loss of nearly nothing doesn't stretch the axis: its stroke ends at the edge.
    low = min([value for value in means if value > 0.0], default=min(positive))
    return spanning(low, max(positive), log=True)


def _legend(view: View, y: Axis, validated: bool, width: int, look: Look) -> Strip:
    solid, dashed = ("──", "╌╌") if look.unicode else ("**", "oo")
    row = Row(width).to(7 if width >= 56 else 1).add(solid, look.train).add(" train", look.muted)
    if validated:
        row.add("  ").add(dashed, look.validation).add(" validation", look.muted)
    names = view.history.steps[-1].others if view.history is not None and view.history.steps else {}
    for name in names:
        row.add("  ").add(solid, look.class_style(1)).add(f" {name}", look.muted)
    guessing = "┈┈ guessing" if look.unicode else ".. guessing"
    if view.expected_loss is not None and y.low <= view.expected_loss <= y.high and row.used + 2 + len(guessing) + 4 * y.log <= width:
        row.add(f"  {guessing[:2]}", look.faint).add(guessing[2:], look.muted)
    return (row.right(" log", look.muted) if y.log else row).strip()
