"""Pane 2: the loss of the training batches and of the validation part, over epochs or steps."""

from __future__ import annotations

import math
from typing import NamedTuple

from rich.style import Style
from textual.strip import Strip

from nntui.diagnosis.curves import loss_verdict
from nntui.runs.history import History
from nntui.tui.actions import key
from nntui.tui.look import Look
from nntui.tui.numbers import count, fixed
from nntui.tui.panes.averages import spread
from nntui.tui.panes.chart import Band, Chart, chart, plot_width
from nntui.tui.panes.gathering import Column, gathered
from nntui.tui.panes.moments import UNITS, across, crosshair, evaluation_x, marks, smoothed, window_at, window_x, within
from nntui.tui.panes.row import Row, filled, written
from nntui.tui.plots import Curve
from nntui.tui.ticks import Axis, spanning
from nntui.tui.view import View

NAME = "loss"
KEY = 2
HELP = """\
## Loss

What training makes small. The line is the mean loss of the training batches, with a thin stroke from the least to the
greatest of each column, so that no spike is lost. The dashed line is the loss on the validation part, which the network
never learns from. The faint line is the loss of a network that knows nothing: ln C for C classes.

The vertical axis becomes logarithmic when the values span more than a factor of ten (`y` decides otherwise). A `×` on the
horizontal axis marks steps whose loss was no longer a number, a `▴` something that changed how training went on. `x` counts in
epochs, steps or seconds of training, `m` smooths, `+` and `-` zoom, `←` and `→` look at an earlier step in all panes at once.
Runs that were marked in the table (`l`) lie over it, each in a colour of its own; so does, after a fix (`f`), the run before it.

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
    window = history.steps[-1] if view.at is None else window_at(history, view.at)
    assert window is not None
    words = NAME if view.at is None else f"{NAME} @{count(view.at)}"
    words += f"  train {fixed(window.loss)}"
    words += "".join(f"  {name} {fixed(value)}" for name, value in window.others.items())
    validation = view.until(view.evaluations("validation"))
    return f"{words}  val {fixed(validation.loss)}" if validation is not None else words


def subtitle(view: View) -> str:
    if view.history is None:
        return ""
    return loss_verdict(view.history.steps, view.history.evaluations, view.expected_loss).sentence


def lines(view: View, width: int, height: int, look: Look) -> list[Strip]:
    history = view.history
    validation = view.evaluations("validation")
    if (history is None or not (history.steps or validation)) and not view.others:
        text = f"No loss yet: {key('train')} trains."
        if view.expected_loss is not None:
            text += f" A network that knows nothing has {fixed(view.expected_loss).strip()}."
        return filled(written(text, width, look.muted, indent=1), width, height)

    x = across(view)
    runs = [_drawn(history, view, x, width, look.train, look.validation, look)] if history is not None else []
    runs += [
        _drawn(other.history, view, x, width, look.class_style(other.color), look.class_style(other.color), look) for other in view.others
    ]
    columns = runs[0].columns if history is not None else []
    losses = [value for run in runs for one in run.columns for value in (one.least, one.most)]
    curves = [curve for run in reversed(runs) for curve in run.curves]
    band = Band([one.x for one in columns], [one.least for one in columns], [one.most for one in columns])
    if view.ways.mean and len(runs) > 1:
        room = max(plot_width(width), 1)
        train, judged = (spread(found, x, room) for found in ([run.train for run in runs], [run.validation for run in runs]))
        curves = [Curve(train.x, train.mean, look.train), Curve(judged.x, judged.mean, look.validation, dashed=True, symbol="o")]
        band = Band(train.x, train.low, train.high)
        losses = [*train.low, *train.high]
    y = _vertical_axis(losses, [value for curve in curves for value in curve.y], view, height)
    what = Chart(
        curves=curves,
        x=x,
        y=y,
        band=band,
        reference=view.expected_loss,
        gaps=[one.x for one in columns if one.gap],
        marks=marks(view),
        cursor=crosshair(view),
        unit=UNITS[view.ways.x_axis],
    )
    if height < 7:
        return chart(what, width, height, look)
    return [_legend(view, y, bool(validation), width, look), *chart(what, width, height - 1, look)]


class _Run(NamedTuple):
    """One run's part of the chart."""

    columns: list[Column]
    train: Curve
    validation: Curve
    others: list[Curve]

    @property
    def curves(self) -> list[Curve]:
        return [self.train, self.validation, *self.others]


def _drawn(history: History, view: View, x: Axis, width: int, style: Style, validated: Style, look: Look) -> _Run:
    axis = view.ways.x_axis
    columns = gathered(history, axis, x.low, x.high, max(plot_width(width), 1))
    train = Curve([one.x for one in columns], smoothed([one.mean for one in columns], view.ways.smoothing), style, symbol="*")
    found = [one for one in history.evaluations if one.split == "validation"]
    places = [evaluation_x(history, one, axis) for one in found]
    losses = smoothed([one.loss for one in found], view.ways.smoothing)
    validation = Curve(*within(places, losses, x), validated, dashed=True, symbol="o")
    return _Run(columns, train, validation, _others(history, view, x, width, look))


def _others(history: History, view: View, x: Axis, width: int, look: Look) -> list[Curve]:
    """Further losses of the same steps, such as a discriminator's; at most two points of each in a column."""
    if not history.steps or not history.steps[-1].others:
        return []
    axis = view.ways.x_axis
    picked = history.steps[:: -(-len(history.steps) // (2 * width))]
    places = [window_x(one, axis) for one in picked]
    return [
        Curve(*within(places, [one.others.get(name, math.nan) for one in picked], x), look.class_style(1), symbol="+")
        for name in history.steps[-1].others
    ]


def _vertical_axis(ends: list[float], means: list[float], view: View, height: int) -> Axis:
    """Around everything that is drawn, spikes included; logarithmic as asked, or when the losses span more than a decade."""
    asked = view.ways.scale
    means = [value for value in means if math.isfinite(value)]
    ends = [value for value in ends if math.isfinite(value)]
    everything = means + ends
    if not everything:
        return Axis(0.0, 1.0)
    positive = [value for value in everything if value > 0.0]
    spread = bool(positive) and min(everything) >= 0.0 and max(positive) > 10.0 * min(positive)
    if not positive or asked == "linear" or (asked == "auto" and not spread):
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
    runs = len(view.others) + (view.history is not None)
    averaged = view.ways.mean and runs > 1
    if averaged:
        row.fit(f"  mean {'±' if look.unicode else '+-'} std of {runs} runs", look.muted)
    for other in () if averaged else view.others:
        row.fit(f"  {solid} {look.shown(other.name)}", look.class_style(other.color))
    guessing = "┈┈ guessing" if look.unicode else ".. guessing"
    if view.expected_loss is not None and y.low <= view.expected_loss <= y.high and row.used + 2 + len(guessing) + 4 * y.log <= width:
        row.add(f"  {guessing[:2]}", look.faint).add(guessing[2:], look.muted)
    ways = [f"smooth {view.ways.smoothing:g}"] if view.ways.smoothing else []
    ways += [f"zoom {2**view.ways.zoom}"] if view.ways.zoom else []
    ways += ["log"] if y.log else []
    return (row.right(f" {' '.join(ways)}", look.muted) if ways else row).strip()
