"""The line at the bottom: the keys that matter now. Each can be clicked."""

from __future__ import annotations

from rich.style import Style
from textual.strip import Strip

from nntui.tui.actions import BY_ID
from nntui.tui.line import Part, fitted
from nntui.tui.look import Look
from nntui.tui.workbench import Workbench

AFTER_TRAIN = {
    "training": "pause",
    "paused": "go on",
    "stopped": "resume",
    "killed": "resume",
    "finished": "again",
    "diverged": "again",
    "failed": "again",
    "lost": "again",
}
"""What space does next, by the run's state."""


RANKS = (
    "train", "help", "quit", "palette", "fix", "undo", "warm", "presets", "edit", "add", "inspect", "reset", "step", "slower", "hurry",
    "delete", "zoom", "epoch",
)  # fmt: skip
"""Most important first: where the line is short, keys are left out from the end of this list, down to the first three."""


def hints(bench: Workbench, several: bool) -> list[tuple[str, str]]:
    """Ids of actions with their labels, from left to right. `several`: whether more than one pane is to be seen."""
    label = "train" if bench.edited else AFTER_TRAIN.get(bench.condition, "train")
    run = [("train", label), ("step", "batch"), ("epoch", "epoch"), ("slower", "rate")]
    build = [(id, BY_ID[id].label) for id in ("add", "edit", "delete")]
    undo = [("undo", "undo")] if bench.draft.past else []
    fix = [("fix", "fix")] if bench.findings.remedies else []
    end = [("presets", "presets"), ("zoom", "zoom" if several else "all"), ("help", "help"), ("palette", "everything"), ("quit", "quit")]
    if bench.draft.verdict.problem is not None:
        return [*([("fix", "fix")] if bench.draft.mends else []), *undo, *build, *end]
    if bench.live and not bench.edited:
        return [*run, ("hurry", "full speed" if bench.pace else "slower"), ("reset", "reset"), *fix, ("inspect", "inspect"), *end]
    if bench.run is not None and not bench.edited:
        return [run[0], ("inspect", "inspect"), ("reset", "reset"), *fix, *undo, *build, run[-1], *end]
    warm = [("warm", "keep weights")] if bench.edited and bench.condition != "diverged" else []
    return [run[0], *warm, *run[1:], *fix, *build, *undo, *end]


def _clicked(id: str) -> Style:
    return Style(meta={"@click": f"screen.do({id!r})"})


def footer(found: list[tuple[str, str]], width: int, look: Look) -> Strip:
    """One line of that width; the least important keys are left out where it is short."""
    parts: list[Part] = []
    for id, label in found:
        importance = max(RANKS.index(id) - 2, 0)
        ids = ("slower", "faster") if id == "slower" else (id,)
        for one in ids:
            parts.append(Part(f" {BY_ID[one].key}", look.title + _clicked(one), importance))
        parts.append(Part(f" {label} ", look.muted + _clicked(id), importance))
    return fitted(parts, [], width)
