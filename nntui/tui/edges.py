"""What stands around the panes: the line above them, the sentence and the keys below."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.strip import Strip

from nntui.tui.footer import footer, hints
from nntui.tui.header import Head, header
from nntui.tui.line import Part, strip
from nntui.tui.look import Look
from nntui.tui.remarks import remark

if TYPE_CHECKING:
    from nntui.tui.workbench import Workbench


class Edges(NamedTuple):
    """Lines of the screen's width."""

    header: Strip
    remark: list[Strip]
    footer: Strip


def edges(bench: Workbench, look: Look, width: int, rows: int, story: bool, several: bool) -> Edges:
    """The lines around the panes, as things are. rows: of the sentence; story: whether it may tell what the experiment is
    about; several: whether more than one pane is to be seen."""
    verdict = bench.draft.verdict
    impossible = verdict.problem is not None
    head = Head(bench.name, verdict.plan, bench.experiment.backend, bench.condition, bench.status, impossible, bench.edited)
    told = remark(bench, story=story)
    style = {"information": look.muted, "warning": look.warning, "error": look.error}[told.severity]
    mark = {"information": " ", "warning": look.mark("warning"), "error": look.mark("error")}[told.severity]
    text = told.lines(width - 4, max(rows, 1), "…" if look.unicode else "...")
    said = [strip([Part(f" {mark if not row else ' '} ", style), Part(line, style)]) for row, line in enumerate(text)]
    return Edges(header(head, width, look), said, footer(hints(bench, several), width, look))
