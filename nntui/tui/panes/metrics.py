"""Pane 8: everything that is judged beside the loss, on the training and the validation part, of one run or several."""

from __future__ import annotations

import math

from rich.style import Style
from textual.strip import Strip

from nntui.runs.history import History
from nntui.tui.actions import key
from nntui.tui.look import Look
from nntui.tui.numbers import count, percent, short
from nntui.tui.panes.chart import Chart, chart
from nntui.tui.panes.moments import UNITS, across, crosshair, evaluation_x, marks, smoothed, within
from nntui.tui.panes.row import Row, filled, written
from nntui.tui.plots import Curve
from nntui.tui.ticks import Axis, spanning
from nntui.tui.view import View

NAME = "metrics"
KEY = 8
HELP = """\
## Metrics

What people judge a network by, where the loss is what it is trained by: accuracy for classes, R² for numbers (1 is perfect, 0
is guessing the mean), mean IoU for pixels. The solid line is the training part (a sample of it, until the end), the dashed
one the validation part. Runs that lie over this one show their validation part, in a colour of their own.

**Look for** a gap between the two lines that grows: overfitting. A metric that stands still while the loss falls: the
network gets surer of what it knows already.

**Common mistakes**: judging by the training part; judging rare classes by accuracy, which is high for one who never names them.

*Source: Google, Machine learning crash course: classification metrics.*
"""


def title(view: View) -> str:
    words = NAME if view.at is None else f"{NAME} @{count(view.at)}"
    for split, prefix in (("train", ""), ("validation", "val ")):
        one = view.until(view.evaluations("train" if split == "train" else "validation"))
        for name, value in (one.metrics if one is not None else {}).items():
            words += f"  {prefix}{name} {_value(name, value)}"
    return words


def subtitle(view: View) -> str:
    """The best so far."""
    judged = view.evaluations("validation") or view.evaluations("train")
    names = list(judged[-1].metrics) if judged else []
    known = [one for one in judged if names and math.isfinite(one.metrics.get(names[0], math.nan))]
    if not known:
        return ""
    best = (min if names[0].endswith("distance") else max)(known, key=lambda one: one.metrics[names[0]])
    return f"best {names[0]} {_value(names[0], best.metrics[names[0]])}, epoch {short(round(best.epoch, 1))}"


def lines(view: View, width: int, height: int, look: Look) -> list[Strip]:
    names = _names(view)
    if not names:
        text = f"Nothing is judged yet: {key('train')} trains." if view.history is None else "Nothing is judged here beside the loss."
        return filled(written(text, width, look.muted, indent=1), width, height)
    x = across(view)
    curves: list[Curve] = []
    for index, name in enumerate(names):
        if view.history is not None:
            train, judged = (look.train, look.validation) if index == 0 else (look.class_style(index + 1),) * 2
            curves.append(_curve(view.history, view, name, "train", x, train))
            curves.append(_curve(view.history, view, name, "validation", x, judged))
    for other in view.others:
        split = "validation" if any(one.split == "validation" for one in other.history.evaluations) else "train"
        curves.insert(0, _curve(other.history, view, names[0], split, x, look.class_style(other.color)))
    what = Chart(curves, x, _vertical(curves, height), marks=marks(view), cursor=crosshair(view), unit=UNITS[view.ways.x_axis])
    if height < 7:
        return chart(what, width, height, look)
    return [_legend(view, names, width, look), *chart(what, width, height - 1, look)]


def _names(view: View) -> list[str]:
    histories = [view.history, *(other.history for other in view.others)]
    return list(dict.fromkeys(name for one in histories if one is not None and one.evaluations for name in one.evaluations[-1].metrics))


def _curve(history: History, view: View, name: str, split: str, x: Axis, style: Style) -> Curve:
    found = [one for one in history.evaluations if one.split == split and name in one.metrics]
    places = [evaluation_x(history, one, view.ways.x_axis) for one in found]
    values = smoothed([one.metrics[name] for one in found], view.ways.smoothing)
    validated = split == "validation"
    return Curve(*within(places, values, x), style, dashed=validated, symbol="o" if validated else "*")


def _vertical(curves: list[Curve], height: int) -> Axis:
    """From 0 to 1 where everything lies there."""
    known = [value for curve in curves for value in curve.y if math.isfinite(value)]
    if not known or (min(known) >= 0.0 and max(known) <= 1.0):
        return Axis(0.0, 1.0)
    return spanning(min(known), max(known), ticks=max(height // 3, 2))


def _legend(view: View, names: list[str], width: int, look: Look) -> Strip:
    solid, dashed = ("──", "╌╌") if look.unicode else ("**", "oo")
    row = Row(width).to(7 if width >= 56 else 1)
    if view.history is not None:
        row.add(solid, look.train).add(f" {look.shown(names[0])}", look.muted).fit("  ").add(dashed, look.validation)
        row.add(" validation", look.muted)
        for index, name in enumerate(names[1:], 1):
            row.fit(f"  {solid} {look.shown(name)}", look.class_style(index + 1))
    for other in view.others:
        row.fit(f"  {dashed} {look.shown(other.name)}", look.class_style(other.color))
    return row.strip()


def _value(name: str, value: float) -> str:
    return percent(value) if name == "accuracy" else f"{value:6.3f}" if math.isfinite(value) else short(value)
