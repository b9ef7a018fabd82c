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


def hints(bench: Workbench, several: bool) -> list[tuple[str, str]]:
    """Ids of actions with their labels, the most useful first. `several`: whether more than one pane is to be seen."""
    label = "train" if bench.edited else AFTER_TRAIN.get(bench.condition, "train")
    train, step, epoch, rate = ("train", label), ("step", "batch"), ("epoch", "epoch"), ("slower", "rate")
    build = [(id, BY_ID[id].label) for id in ("add", "edit", "delete")]
    end = [("presets", "presets"), ("zoom", "zoom" if several else "all"), ("help", "help"), ("palette", "everything")]
    if bench.draft.verdict.problem is not None:
        return [*([("undo", "undo")] if bench.draft.past else []), ("edit", "edit"), ("add", "add"), ("delete", "delete"), *end]
    if bench.live and not bench.edited:
        return [train, step, epoch, rate, ("reset", "reset"), *end, ("quit", "quit")]
    if bench.run is not None and not bench.edited:
        return [train, ("reset", "reset"), *build, rate, *end, ("quit", "quit")]
    undo = [("undo", "undo")] if bench.draft.past else []
    return [train, step, epoch, rate, *build, *undo, *end, ("quit", "quit")]


def _clicked(id: str) -> Style:
    return Style(meta={"@click": f"screen.do({id!r})"})


def footer(found: list[tuple[str, str]], width: int, look: Look) -> Strip:
    """One line of that width; the least useful keys are left out where it is short, help and palette last."""
    parts: list[Part] = []
    for index, (id, label) in enumerate(found):
        importance = 1 if id in ("help", "palette") or index == 0 else index + 1
        ids = ("slower", "faster") if id == "slower" else (id,)
        for one in ids:
            parts.append(Part(f" {BY_ID[one].key}", look.title + _clicked(one), importance))
        parts.append(Part(f" {label} ", look.muted + _clicked(id), importance))
    return fitted(parts, [], width)
