"""Pane 6: where the run is, how fast it goes, what it costs to watch, and what has happened."""

from __future__ import annotations

import math

from textual.strip import Strip

from nntui.measurements import Evaluation, State, Status
from nntui.tui.look import Look
from nntui.tui.numbers import count, duration, fixed, percent, short, si
from nntui.tui.panes.blocks import bar, columns
from nntui.tui.panes.row import Row, filled, wrapped, written
from nntui.tui.panes.row import listed as in_lines
from nntui.tui.panes.words import settings
from nntui.tui.view import View

NAME = "run"
KEY = 6
HELP = """\
## The run

Its state, how far it has come, its speed in steps and examples per second, the share of the time that measuring takes
(it is held under 3 %), the learning rate with the course that the schedule gives it, the best evaluation so far, and
what has happened: everything you change while it trains is written down here.

Training happens in a process of its own. Closing the workbench doesn't end it, and a run that was stopped or killed can
be continued from its last checkpoint, to the same numbers.

**Look for** the best evaluation: early in the run, it has trained for too long; at its very end, it wants more time.

**Common mistakes**: comparing runs by time when one was paused or held to a slow pace. Time and speed here are by the
clock, without pauses; a run held to a pace (`v`) says beside it how much of that was computing.

*Source: Google, Deep learning tuning playbook.*
"""

_LABEL = 11

IDLE = 0.1
"""Share of the time that went by waiting for a slow pace from which on the time spent computing is told, too."""

_SAID: dict[State, tuple[str, str, str]] = {
    # What is said of a state, its glyph, and the one without Unicode.
    "starting": ("starting", "◌", "."),
    "training": ("training", "●", "*"),
    "paused": ("paused", "‖", "="),
    "finished": ("finished", "✓", "+"),
    "stopped": ("stopped, can be continued", "■", "-"),
    "diverged": ("diverged", "×", "X"),
    "failed": ("failed", "×", "X"),
    "killed": ("its process is gone, can be continued", "×", "X"),
}


def title(view: View) -> str:
    return NAME


def subtitle(view: View) -> str:
    status = view.status
    if status is None:
        return ""
    if left := _left(status):
        return left
    return _SAID[status.state][0]


def lines(view: View, width: int, height: int, look: Look) -> list[Strip]:
    history, status = view.history, view.status
    if history is None or status is None:
        return filled(_before(view, width, height, look), width, height)
    strips = [*_state(status, width, look), _progress(status, width, look)]
    facts: list[tuple[str, Row]] = [
        ("speed", _speed(status, width, look)),
        ("best loss", _best(view, width, look)),
        ("rate", _rate(view, status, width, look)),
        ("time", _time(status, width, look)),
        ("measuring", Row(width).add(percent(status.measuring).strip(), look.text).add(" of time", look.muted)),
        ("backend", Row(width).add(look.shown(status.backend) or "-", look.text)),
        *([("device", Row(width).add(look.shown(_device(status)), look.text))] if status.device else []),
    ]
    for name, value in facts:
        strips.append(_fact(name, value, width, look))
    events = history.events[::-1]
    room = height - len(strips)
    if events and room >= 2:
        strips.append(Row(width).add(" events", look.muted).strip())
        for event in events[: room - 1]:
            bad = event.kind in ("diverged", "failed", "divergence")
            row = Row(width).add(si(event.step, 6), look.muted).add("  ")
            for line in wrapped(look.shown(event.text), width - row.used) or [""]:
                strips.append(row.add(line, look.error if bad else look.text).strip())
                row = Row(width).to(8)
    return filled(strips, width, height)


def _device(status: Status) -> str:
    busy = "" if status.device_busy is None else f", {percent(status.device_busy).strip()} busy"
    return f"{status.device}, {status.device_memory / 1e9:.1f} of {status.device_total / 1e9:.0f} GB{busy}"


def _before(view: View, width: int, height: int, look: Look) -> list[Strip]:
    """What the experiment is about, and how it would be trained."""
    experiment = view.experiment
    strips = [Row(width).add(f" {look.shown(experiment.title) or 'untitled'}", look.title).strip()]
    strips += written(look.shown(experiment.story), width, look.text, indent=1)
    strips += [] if len(strips) >= height - 2 else [Row(width).strip()]
    ways = in_lines(settings(experiment, look), width - _indent(width))
    facts = [("data", experiment.data.tag), *zip(("training", *[""] * len(ways)), ways, strict=False)]
    facts.append(("epochs", count(experiment.training.epochs)))
    return strips + [_fact(name, Row(width).add(text, look.text), width, look) for name, text in facts]


def _fact(name: str, value: Row, width: int, look: Look) -> Strip:
    """A line of the table: its name only where there is room for it."""
    return Row(width).add(f" {name}"[: _indent(width)], look.muted).to(_indent(width)).take(value).strip()


def _indent(width: int) -> int:
    """Where the values begin: behind their names, if there is room for those."""
    return _LABEL if width >= 2 * _LABEL else 1


def _state(status: Status, width: int, look: Look) -> list[Strip]:
    said, glyph, letter = _SAID[status.state]
    style = look.healthy if status.state in ("training", "finished") else look.warning
    if status.state in ("diverged", "failed", "killed"):
        style = look.error
    row = Row(width).add(f" {glyph if look.unicode else letter} ", style).add(said, look.title)
    if status.epochs:
        wide = len(str(status.epochs))
        row.right(f"  epoch {min(int(status.epoch), status.epochs):>{wide}}/{status.epochs} ", look.text)
    found = [row.strip()]
    if status.message:
        found += [Row(width).to(3).add(line, style).strip() for line in wrapped(look.shown(status.message), width - 3)[:3]]
    return found


def _progress(status: Status, width: int, look: Look) -> Strip:
    done = status.step / status.total_steps if status.total_steps > 0 else 0.0
    text = f"{percent(done)} "
    cells = max(width - len(text) - 2, 0)
    drawn = bar(done, cells, look)
    rest = ("─" if look.unicode else ".") * (cells - len(drawn))
    return Row(width).add(" ").add(drawn, look.train).add(rest, look.faint).add(f" {text}", look.text).strip()


def _speed(status: Status, width: int, look: Look) -> Row:
    row = Row(width - _indent(width))
    if status.state == "training" or not status.passed > 0.0:
        row.add(f"{si(status.steps_per_second)} steps/s", look.text)
        row.fit(f"  {si(status.examples_per_second)} examples/s", look.muted)
        return row.fit("  held to a pace", look.muted) if status.pace else row
    return row.add(f"{si(status.step / status.passed)} steps/s", look.text).fit(" on average", look.muted)


def _time(status: Status, width: int, look: Look) -> Row:
    row = Row(width - _indent(width)).add(duration(status.passed), look.text)
    if left := _left(status):
        row.fit(f"  {left}", look.muted)
    if status.rested > IDLE * status.passed:
        row.fit(f"  computing {duration(status.seconds)} of it", look.muted)
    step = f"  step {count(status.step)}"
    whole = f"{step} of {count(status.total_steps)}"
    return row.fit(whole if status.total_steps and row.used + len(whole) <= row.width else step, look.muted)


def _left(status: Status) -> str:
    """How long it will take at the present speed, if it is running and that is known."""
    if status.state != "training" or status.remaining is None or not math.isfinite(status.remaining):
        return ""
    return f"{duration(status.remaining)} left"


def _best(view: View, width: int, look: Look) -> Row:
    known = [one for one in view.evaluations("validation") or view.evaluations("train") if math.isfinite(one.loss)]
    row = Row(width - _indent(width))
    if not known:
        return row.add("-", look.muted)
    best: Evaluation = min(known, key=lambda one: one.loss)
    row.add(fixed(best.loss).strip(), look.text)
    for name, value in best.metrics.items():
        row.fit(f"  {name} {percent(value).strip() if name == 'accuracy' else short(value)}", look.text)
    return row.fit(f"  epoch {si(best.epoch).strip()}", look.muted).fit(f"  {best.split}", look.muted)


def _rate(view: View, status: Status, width: int, look: Look) -> Row:
    """The rate now, its schedule in words, and the whole course of it with the present place bright."""
    schedule = view.experiment.schedule
    row = Row(width - _indent(width)).add(fixed(status.learning_rate), look.text).fit(f"  {schedule.tag}", look.muted)
    cells = min(row.width - row.used - 3, 24)
    if cells < 8 or schedule.tag == "constant":
        return row
    factors = [schedule.scale(index / (cells - 1)) for index in range(cells)]
    most = max([factor for factor in factors if math.isfinite(factor)], default=1.0) or 1.0
    drawn = columns([factor / most for factor in factors], 1, look)[0]
    done = status.step / status.total_steps if status.total_steps > 0 else 0.0
    at = min(max(round(done * (cells - 1)), 0), cells - 1)
    return row.add("  ").add(drawn[:at], look.train).add(drawn[at], look.title).add(drawn[at + 1 :], look.faint)
