"""The line at the top: what is on the bench, where it computes and how fast, and where the run is."""

from __future__ import annotations

from dataclasses import dataclass

from rich.style import Style
from textual.strip import Strip

from nntui.measurements import LIVE, Status
from nntui.nn.plan import Plan
from nntui.tui.line import Part, fitted
from nntui.tui.look import Look
from nntui.tui.numbers import duration, percent, si

LAYERS = 7
"""Numbers of an architecture that are written out; of more, the ones in the middle are left out."""

STATES = 9
"""Cells of the longest state."""


@dataclass(frozen=True)
class Head:
    """What the header tells."""

    name: str
    plan: Plan
    backend: str
    condition: str
    status: Status | None
    impossible: bool
    edited: bool


def architecture(plan: Plan, times: str = "×", ellipsis: str = "…") -> str:
    """The sizes from the input through every layer that mixes its inputs: "2-8-8-2"."""
    shapes = [plan.input_shape, *(site.y for site in plan.walk() if site.layer.family == "affine")]
    sizes = [times.join(map(str, shape)) or "1" for shape in shapes]
    if len(sizes) > LAYERS:
        sizes = [*sizes[: LAYERS // 2 + 1], ellipsis, *sizes[-(LAYERS // 2) :]]
    return "-".join(sizes)


def header(head: Head, width: int, look: Look) -> Strip:
    """One line of that width; what matters least is left out where it is short."""
    dot = " · " if look.unicode else " - "
    left = [
        Part(" nntui ", look.title, 6),
        Part(f" {head.name}", look.title),
        Part(f"  {architecture(head.plan, look.times, '…' if look.unicode else '..')}", look.muted, 2),
    ]
    status = head.status if not head.edited or head.condition in LIVE or head.condition == "stopping" else None
    right: list[Part] = []
    if status is not None and status.state in LIVE and head.condition != "starting":
        right += [
            Part(f"{status.backend or head.backend}{dot}", look.muted, 4),
            Part(f"{si(status.examples_per_second)} examples/s", look.muted, 3),
            Part(f"{dot}measuring {percent(status.measuring)}", look.muted, 7),
            Part("   ", look.muted, 3),
        ]
    else:
        right += [Part(f"{status.backend if status is not None else head.backend}   ", look.muted, 4)]
    mark, style = _mark(head, look)
    right.append(Part(f"{mark} {_condition(head):<{STATES}}", style))
    if status is not None and head.condition != "starting":
        digits = len(str(status.epochs))
        done = f"{status.epoch:.0f}" if status.epoch >= 10.0 or status.epoch == int(status.epoch) else f"{status.epoch:.1f}"
        right.append(Part(f"  epoch {done:>{max(digits, 3)}}/{status.epochs}", look.text, 1))
        if status.state in LIVE:
            remaining = status.remaining if status.state == "training" else None
            right.append(Part(f"  {duration(remaining):>6} left" if remaining is not None else " " * 13, look.muted, 5))
        else:
            right.append(Part(f"  {duration(status.passed):>6}", look.muted, 5))
    right.append(Part(" "))
    return fitted(left, right, width)


def _condition(head: Head) -> str:
    if head.condition == "untrained" and head.impossible:
        return "impossible"
    return "edited" if head.edited and head.condition in ("finished", "stopped", "killed", "lost") else head.condition


def _mark(head: Head, look: Look) -> tuple[str, Style]:
    shape, style = {
        "training": ("●", look.healthy),
        "starting": ("◌", look.note),
        "stopping": ("◌", look.note),
        "paused": ("‖", look.note),
        "finished": ("✓", look.healthy),
        "stopped": ("■", look.note),
        "untrained": ("○", look.muted),
    }.get(head.condition, ("×", look.error))
    if head.impossible:
        shape, style = "×", look.error
    plain = {"●": "*", "◌": ".", "‖": "=", "✓": "+", "■": "#", "○": "o", "×": "X"}
    return (shape if look.unicode else plain[shape]), style
