"""Pane 9: the learning rate that the schedule gave, above the length of the gradient that it was multiplied with."""

from __future__ import annotations

import math
from collections.abc import Sequence

from textual.strip import Strip

from nntui.measurements import Steps
from nntui.tui.actions import key
from nntui.tui.look import Look
from nntui.tui.numbers import count, fixed, short
from nntui.tui.panes.chart import Chart, chart, plot_width
from nntui.tui.panes.moments import UNITS, across, crosshair, marks, window_at, window_x, within
from nntui.tui.panes.row import Row, filled, written
from nntui.tui.plots import Curve, thinned
from nntui.tui.ticks import Axis, spanning
from nntui.tui.view import View

NAME = "rates"
KEY = 9
HELP = """\
## Learning rate, momentum and gradient

Above, the learning rate of every step, with the schedule applied and every change by hand: a `▴` on the axis marks those.
The momentum beside it in the title is what the schedule makes of it, or what the optimizer has. Below, the length of the
gradient ‖g‖ over all parameters, before clipping; the dashed line is the longest of each window.

**Look for** a gradient that grows while the rate does: the warm-up goes too far. Spikes of the dashed line that are many
times the mean: clip the gradient there.

**Common mistakes**: reading a short gradient as "nothing left to learn"; a network that is stuck has one, too.

*Sources: Smith, Cyclical learning rates (2017); Goyal et al., Accurate, large minibatch SGD (2017).*
"""


def title(view: View) -> str:
    history = view.history
    window = None if history is None or not history.steps else history.steps[-1] if view.at is None else window_at(history, view.at)
    if window is None:
        return NAME
    words = NAME if view.at is None else f"{NAME} @{count(view.at)}"
    words += f"  rate {fixed(window.learning_rate)}"
    momentum = _momentum(view, window)
    return words + (f"  momentum {short(momentum)}" if momentum is not None else "") + f"  |g| {fixed(window.gradient_norm)}"


def _momentum(view: View, window: Steps) -> float | None:
    """As the schedule has it at that step, or as the optimizer has it."""
    total = view.status.total_steps if view.status is not None else 0
    optimizer = view.experiment.optimizer
    usual = getattr(optimizer, "momentum", getattr(optimizer, "beta1", None))
    scheduled = view.experiment.schedule.momentum(min((window.last - 1) / max(total - 1, 1), 1.0)) if usual is not None else None
    return usual if scheduled is None else scheduled


def subtitle(view: View) -> str:
    clipped = sum(window.clipped for window in view.history.steps) if view.history is not None else 0
    steps = view.history.steps[-1].last if view.history is not None and view.history.steps else 0
    return f"{100.0 * clipped / steps:.0f} % of the steps were clipped" if clipped and steps else ""


def lines(view: View, width: int, height: int, look: Look) -> list[Strip]:
    history = view.history
    if history is None or not history.steps:
        return filled(written(f"No steps yet: {key('train')} trains.", width, look.muted, indent=1), width, height)
    axis, x = view.ways.x_axis, across(view)
    stride = -(-len(history.steps) // max(8 * plot_width(width), 1))  # the rate is smooth; spikes of the gradient are kept below
    windows = history.steps[::stride]
    rate = _curve(windows, [one.learning_rate for one in windows], x, view)
    above = Chart(
        [Curve(*rate, look.train)], x, _axis(rate[1], height // 2), marks=marks(view), cursor=crosshair(view), unit=UNITS[axis]
    )
    if height < 12:
        return chart(above, width, height, look)
    everything = list(zip((window_x(one, axis) for one in history.steps), (one.gradient_norm_max for one in history.steps), strict=True))
    known = [point for point in everything if math.isfinite(point[0]) and math.isfinite(point[1])]
    spikes = thinned([(x.place(a), b) for a, b in known if x.low <= a <= x.high], max(plot_width(width), 1))
    longest = ([x.low + a * (x.high - x.low) for a, _ in spikes], [b for _, b in spikes])
    norm = _curve(windows, [one.gradient_norm for one in windows], x, view)
    below = Chart(
        [Curve(*norm, look.train), Curve(*longest, look.validation, dashed=True, symbol="o")],
        x,
        _axis([*norm[1], *longest[1]], height // 2),
        marks=marks(view),
        cursor=crosshair(view),
        unit=UNITS[axis],
    )
    half = (height - 2) // 2
    return [
        Row(width).add(" learning rate", look.muted).strip(),
        *chart(above, width, half, look),
        Row(width).add(" gradient norm", look.muted).strip(),
        *chart(below, width, height - 2 - half, look),
    ]


def _curve(windows: Sequence[Steps], values: list[float], x: Axis, view: View) -> tuple[list[float], list[float]]:
    return within([window_x(one, view.ways.x_axis) for one in windows], values, x)


def _axis(values: Sequence[float], height: int) -> Axis:
    """Logarithmic where the values span more than a factor of ten."""
    known = [value for value in values if math.isfinite(value)]
    positive = [value for value in known if value > 0.0]
    if positive and max(positive) > 10.0 * min(positive):
        return spanning(min(positive), max(positive), log=True)
    return spanning(min(known), max(known), ticks=max(height // 3, 2)) if known else Axis(0.0, 1.0)
