"""A finding explained: what was measured, the theory and its source, and everything that can be done about it, by a key each."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Markdown

from nntui.diagnosis.finding import Finding
from nntui.tui.actions import key
from nntui.tui.numbers import count, short
from nntui.tui.remedies import Remedy
from nntui.tui.screens.dialog import Dialog

MOST = 9
"""Remedies that have a digit."""


def page(finding: Finding, remedies: tuple[Remedy, ...]) -> str:
    """The card as Markdown."""
    since = f"since step {count(finding.step)}" if finding.step else "from the start"
    where = f" · {finding.layer}" if finding.layer is not None else ""
    parts = [f"**{finding.severity}**{where} · {since}", f"{finding.sentence[:1].upper()}{finding.sentence[1:]}."]
    if finding.follows:
        parts.append(f"It follows from *{finding.follows.replace('_', ' ')}*: what helps against that helps against this.")
    if finding.evidence:
        parts.append("Measured: " + ", ".join(f"{name.replace('_', ' ')} {short(value)}" for name, value in finding.evidence.items()))
    if remedies:
        done = "\n".join(f"{number}. {_remedy(one)}" for number, one in enumerate(remedies[:MOST], 1))
        parts.append(f"### What can be done\n\n{done}\n\nA digit does it and trains that beside the old run; `{key('undo')}` goes back.")
    parts.append(f"### Why\n\n{finding.card}")
    return "\n\n".join(parts)


def _remedy(one: Remedy) -> str:
    exact = [change for change in one.changes if one.rewind is None or not change.startswith("start ")]
    lines = ", ".join(exact[:4]) + (f", and {len(exact) - 4} more" if len(exact) > 4 else "")
    where = f"back to step {count(one.rewind[1])}, " if one.rewind is not None else ""
    return f"{where}{one.sentence}" if one.sentence in lines.replace("_", " ") else f"{where}{one.sentence}: *{lines}*"


class Card(Dialog[int]):
    """Answers which remedy to apply, counted from 0."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter,e", "leave", "Leave", id="card.leave", show=False),
        Binding("j", "scroll('down')", "Down", id="card.down", show=False),
        Binding("k", "scroll('up')", "Up", id="card.up", show=False),
        Binding("space", "scroll('page_down')", "Next page", id="card.page", show=False),
        Binding("f", "choose(1)", "Do the first", id="card.fix", show=False),
        *(Binding(str(n), f"choose({n})", f"Do number {n}", id=f"card.{n}", show=False) for n in range(1, MOST + 1)),
    ]

    def __init__(self, finding: Finding, remedies: tuple[Remedy, ...]) -> None:
        super().__init__()
        self.finding, self.remedies = finding, remedies

    def compose(self) -> ComposeResult:
        with Vertical(id="help", classes="dialog") as frame:
            frame.border_title = self.finding.rule.replace("_", " ")
            many = min(len(self.remedies), MOST)
            digits = [f"1-{many} does it" if many > 1 else "1 does it"] if many else []
            frame.border_subtitle = self.hint(*digits, "arrows scroll", "esc leaves")
            with VerticalScroll(id="page"):
                yield Markdown(page(self.finding, self.remedies), open_links=False)

    def action_scroll(self, where: str) -> None:
        getattr(self.query_one("#page", VerticalScroll), f"scroll_{where}")(animate=False)

    def action_choose(self, number: int) -> None:
        if number <= min(len(self.remedies), MOST):
            self.dismiss(number - 1)
