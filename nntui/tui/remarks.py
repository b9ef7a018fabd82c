"""What there is to say about a bench, in sentences: the one that matters most now, and what has just happened."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nntui.measurements import REFUSAL, Status
from nntui.tui.actions import key
from nntui.tui.line import paragraph
from nntui.tui.panes.row import wrapped

if TYPE_CHECKING:
    from nntui.tui.workbench import Workbench


PLAIN = frozenset({"paused", "resumed", "step", "epoch", "pace"})
"""Events that need no sentence: the header shows them."""


FAULT = re.compile(r"\w+(Error|Exception|Interrupt|Exit): ")
"""How a message begins that was meant for programmers: the traceback is in the trainer's log."""


@dataclass(frozen=True)
class Notice:
    """Something worth saying, in one sentence."""

    text: str
    severity: Literal["information", "warning", "error"] = "information"
    brief: str = ""
    """What to say where there is no room for all of it."""

    def lines(self, width: int, height: int, ellipsis: str = "…") -> list[str]:
        """It in at most `height` lines: all of it, or else the brief words."""
        short = self.brief and len(wrapped(self.text, width)) > height
        return paragraph(self.brief if short else self.text, width, height, ellipsis)


def arrival(status: Status) -> Notice | None:
    """What to say when a run comes into a state; nothing where the screen says it anyway."""
    if status.state in ("diverged", "failed", "killed") or status.message.startswith(REFUSAL):
        return Notice(status.message or f"The run is {status.state}.", "error")
    return None


def remark(bench: Workbench, story: bool = True) -> Notice:
    """The one sentence that matters most now. Without `story`, nothing that is told elsewhere on the screen."""
    message = bench.status.message if bench.status is not None else ""
    if bench.draft.verdict.problem is not None:
        mends = bench.draft.mends
        way = f"{key('fix')}: {mends[0].words}. " if mends else ""
        return Notice(f"{way}{bench.draft.verdict.problem}", "error")
    if bench.course.said and bench.condition not in ("failed", "killed", "lost", "diverged"):
        return Notice(bench.course.said)
    if bench.edited and not bench.live:
        ways = f"{key('train')} trains it anew, {key('warm')} with the weights so far, {key('undo')} takes it back"
        return Notice(f"Edited: {ways}.")
    if (at := bench.view().at) is not None:
        return Notice(f"All panes show step {at:,}: {key('earlier')} and {key('later')} look elsewhere, {key('back')} at the newest.")
    match bench.condition:
        case "starting":
            return Notice("The trainer is starting.")
        case "stopping":
            return Notice("The trainer saves and stops.")
        case "failed" | "killed" | "lost" | "diverged":
            pass
        case _ if (told := _findings(bench)) is not None:
            return told
    match bench.condition:
        case "failed":
            more = ", trainer.log in its folder says more" if FAULT.match(message) else ""
            return Notice(f"{message or 'The run failed'}: {key('train')} tries to go on{more}", "error")
        case "diverged":
            known = bench.findings.remedies
            way = f"{key('fix')}: {known[0].words}" if known else f"try a lower rate with {key('slower')}, then {key('train')} trains anew"
            said = message.partition("; ")[0] if known else message  # pane 6 has all of it
            return Notice(f"{said or 'The run diverged'}; {way}", "error")
        case "killed":
            return Notice(f"{message or 'The trainer is gone'}: {key('train')} goes on with the run", "error")
        case "lost":
            return Notice("The run can't be read any more; what was seen of it stays here.", "error")
        case "finished" | "stopped" as condition:
            return Notice(message or _last_event(bench) or f"The run is {condition}.")
        case "untrained" if not story:
            return Notice(
                f"{key('train')} trains it; {key('edit')} edits the selected row, {key('presets')} opens another preset, "
                f"{key('help')} explains what a pane shows"
            )
    return Notice(_last_event(bench) or bench.experiment.story or bench.experiment.title)


def _findings(bench: Workbench) -> Notice | None:
    """Whether what was tried has helped; else the worst that is wrong now, and what f does about it."""
    from nntui.tui.panes.findings import outcome

    found = bench.findings
    said = outcome(found)
    serious = found.diagnosis.serious
    if said and found.comparison is not None and (found.comparison.final or not serious):
        return Notice(said, "warning" if found.comparison.verdict == "worse" else "information")
    if not serious:
        return None
    finding = serious[0]
    since = f" since step {finding.step:,}" if finding.step else ""
    way = f"; {key('fix')}: {found.remedies[0].words}" if found.remedies and found.finding is finding else ""
    wrong = f"{finding.sentence[:1].upper()}{finding.sentence[1:]}{since}"
    return Notice(wrong + way, "error" if finding.severity == "error" else "warning", wrong)


def _last_event(bench: Workbench) -> str:
    """What has happened last that isn't plain to see."""
    events = bench.run.history.events if bench.run is not None else []
    return next((event.text for event in reversed(events) if event.kind not in PLAIN), "")
