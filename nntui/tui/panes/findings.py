"""Pane 7: what is wrong, in words, worst first; what can be done about it, and whether what was done has helped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.strip import Strip

from nntui.tui.actions import key
from nntui.tui.consultation import Findings, Trial
from nntui.tui.line import paragraph
from nntui.tui.look import Look
from nntui.tui.numbers import count, short
from nntui.tui.panes.row import Row, filled, wrapped, written
from nntui.tui.view import View

if TYPE_CHECKING:
    from nntui.diagnosis.finding import Finding
    from nntui.diagnosis.tracker import Closed

NAME = "findings"
KEY = 7
HELP = """\
## Findings

What the rules say of the experiment, the data and every measurement, worst first: × an error, ▲ a warning, ○ a note. Some
stand in the description and are there before anything is trained. A finding opens when it was seen twice, and closes, with
a word, when its cause is gone; what follows from another says so.

`j` and `k` select one, `enter` explains it: the theory, where it is from, and everything that can be done. `f` does the
likeliest thing: it changes the experiment, starts a new run, and leaves the old curve in the loss pane. Afterwards it is
said here whether it has helped. `u` goes back.

**Look for** the cause, not the symptom: of two findings, the one that was there first is usually it.

**Common mistakes**: changing two things at once. Then nobody knows which of them has helped.

*Sources: each finding's card names its own.*
"""

COUNTED = (("error", 3), ("warning", 2), ("note", 1))


def title(view: View) -> str:
    found = [finding.badness for finding in view.findings.diagnosis.open]
    counts = [(name, found.count(badness)) for name, badness in COUNTED]
    return "  ".join([NAME, *(f"{many} {name}{'s' * (many != 1)}" for name, many in counts if many)])


def subtitle(view: View) -> str:
    found = view.findings
    if found.finding is None:
        return ""
    return f"{key('fix')} does it, enter explains" if found.remedies else "enter explains"


def lines(view: View, width: int, height: int, look: Look) -> list[Strip]:
    found = view.findings
    above = _tried(found, width, look)
    blocks = [_finding(one, index == found.selected, found, width, look) for index, one in enumerate(found.diagnosis.open)]
    blocks += [_closed(one, width, look) for one in found.diagnosis.closed]
    if not blocks:
        blocks = [written(_nothing(view), width, look.muted, indent=1)]
    room = height - len(above)
    first = 0
    # As much of the list as leaves the selected one in sight.
    while first < found.selected and sum(map(len, blocks[first : found.selected + 1])) > room:
        first += 1
    return filled([*above, *(strip for block in blocks[first:] for strip in block)], width, height)


def _nothing(view: View) -> str:
    if view.problem is not None:
        return "It doesn't fit together yet."
    if view.history is None or not view.history.measurements:
        return "Nothing is wrong with the description. Once it trains, every measurement is looked at."
    return "Nothing is wrong as far as the rules see."


def _finding(finding: Finding, selected: bool, found: Findings, width: int, look: Look) -> list[Strip]:
    row = Row(width).add(look.pointer if selected else " ", look.title).add(look.mark(finding.severity), look.severity(finding.severity))
    row.add(f" {finding.rule.replace('_', ' ')}", look.title if selected or finding.badness >= 2 else look.muted)
    if finding.layer is not None:
        row.fit(f"  {finding.layer}", look.muted)
    since = f"since step {count(finding.step)}" if finding.step else "from the start"
    aside = row.used + len(since) + 1 <= width
    row.right(f" {since}", look.muted)
    text = finding.sentence if aside else f"{finding.sentence}, {since}"
    if finding.follows:
        text += f" (follows from {finding.follows.replace('_', ' ')})"
    strips = [row.strip(), *_text(text, width, look, look.text if finding.badness >= 2 or selected else look.muted)]
    if selected:
        evidence = "  ".join(f"{name.replace('_', ' ')} {short(value)}" for name, value in finding.evidence.items())
        strips += _text(evidence, width, look, look.muted)
        if found.remedies:
            strips += _text(f"{key('fix')}: {found.remedies[0].words}", width, look, look.note)
    return strips


def _closed(closed: Closed, width: int, look: Look) -> list[Strip]:
    glyph = "✓" if look.unicode else "+"
    return [Row(width).add(f" {glyph} ", look.muted).add(look.shown(closed.sentence), look.faint).strip()]


def _tried(found: Findings, width: int, look: Look) -> list[Strip]:
    """What was changed last, and whether it has helped."""
    if found.trial is None:
        return []
    told = paragraph(look.shown(f"tried: {found.trial.remedy.words}"), width - 1, 2, look.more)
    strips = [Row(width).to(1).add(line, look.muted).strip() for line in told]
    said = outcome(found)
    style = look.text
    if found.comparison is not None:
        style = {"helped": look.healthy, "worse": look.warning}.get(found.comparison.verdict, look.text)
    return [*strips, *_text(said, width, look, style, indent=1)] if said else strips


def outcome(found: Findings) -> str:
    """Whether the change that was tried has helped, in one sentence; "" while that can't be said."""
    trial, comparison = found.trial, found.comparison
    if trial is None or comparison is None or comparison.verdict == "unknown":
        return ""
    return f"{comparison.sentence}{_fate(trial, found)}."


def _fate(trial: Trial, found: Findings) -> str:
    """What has become of the finding that the change was for."""
    assert found.comparison is not None
    if not found.comparison.final or trial.finding.badness < 2:
        return ""
    name = trial.finding.rule.replace("_", " ")
    still = any(one.key == trial.finding.key and one.badness >= 2 for one in found.diagnosis.open)
    if still:
        return f"; {name} is still there"
    others = len(found.diagnosis.serious)
    return f"; {name} is gone" + (f", {others} more {'is' if others == 1 else 'are'} left" if others else ", and nothing serious is left")


def _text(text: str, width: int, look: Look, style: Style, indent: int = 3) -> list[Strip]:
    return [Row(width).to(indent).add(line, style).strip() for line in wrapped(look.shown(text), width - indent)]
