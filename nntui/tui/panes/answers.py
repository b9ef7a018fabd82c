"""How good the answers are, in numbers: what pane 5 shows for data that can't be drawn as a plane."""

from __future__ import annotations

import math

from textual.strip import Strip

from nntui.measurements import Evaluation
from nntui.tui.look import Look
from nntui.tui.numbers import count, fixed, percent
from nntui.tui.panes.blocks import columns
from nntui.tui.panes.row import Row, filled, kept, written
from nntui.tui.panes.speech import speech
from nntui.tui.view import View


def answers(view: View, width: int, height: int, look: Look) -> list[Strip]:
    """The newest loss and metrics of both parts, how the first metric came there, and what is being told apart."""
    summary = view.summary
    assert summary is not None
    inputs = math.prod(summary.input_shape)
    splits = {"train": view.evaluations("train"), "validation": view.evaluations("validation")}
    metrics = list(dict.fromkeys(name for found in splits.values() if found for name in found[-1].metrics))
    numbers = kept(width - 11, [("loss", 9), *((name, max(10, len(name) + 2)) for name in metrics), ("examples", 10)])

    header = Row(width).to(11).add("")
    for name in ("examples", *metrics, "loss"):
        if name in numbers:
            header.add(name.rjust(numbers[name]), look.muted)
    strips = [header.strip()]
    for split, examples in (("train", summary.train_examples), ("validation", summary.validation_examples)):
        found = splits[split]
        row = Row(width).add(f" {split}".ljust(11), look.train if split == "train" else look.validation)
        if "examples" in numbers:
            row.add(count(examples).rjust(numbers["examples"]), look.muted)
        for name in metrics:
            if name in numbers:
                row.add(_metric(found[-1], name).rjust(numbers[name]) if found else "-".rjust(numbers[name]), look.title)
        if "loss" in numbers:
            row.add((fixed(found[-1].loss) if found else "-").rjust(numbers["loss"]), look.text)
        if examples or found:
            strips.append(row.strip())

    gap = [Row(width).strip()]
    if said := speech(view, width, (height - len(strips) - 1) * 2 // 3, look):
        strips += [*gap, *said]
        return filled([*strips, *gap, *_tail(splits, metrics, height - len(strips) - 2, width, look)], width, height)
    told = f"{_told(view)} {inputs} input{'s' * (inputs != 1)}: there is no plane to draw a boundary in."
    why = written(look.shown(told), width, look.muted, indent=1)
    strips += [*gap, *why] if height >= len(strips) + 1 + len(why) else why
    return filled([*strips, *gap, *_tail(splits, metrics, height - len(strips) - 1, width, look)], width, height)


def _tail(splits: dict[str, list[Evaluation]], metrics: list[str], room: int, width: int, look: Look) -> list[Strip]:
    """How the first metric came where it is, if there is room for that."""
    shown = splits["validation"] or splits["train"]
    return _course(shown, metrics[0], min(room, 8), width, look) if metrics and len(shown) > 1 and room >= 2 else []


def _course(shown: list[Evaluation], name: str, tall: int, width: int, look: Look) -> list[Strip]:
    """The metric over the evaluations as columns between its least and its greatest value; accuracy goes from 0 to 1."""
    cells = max(width - 12, 1)
    last = len(shown) - 1
    picked = shown if len(shown) <= cells else [shown[round(i * last / max(cells - 1, 1))] for i in range(cells)]
    values = [one.metrics.get(name, math.nan) for one in picked]
    known = [value for value in values if math.isfinite(value)]
    low, high = (0.0, 1.0) if name == "accuracy" else (min([0.0, *known]), max([1.0, *known]))
    drawn = columns([(value - low) / (high - low) for value in values], tall, look)
    strips = []
    for index, line in enumerate(drawn):
        text = name if index == 0 else ""
        strips.append(Row(width).add(f" {text}"[:10].ljust(11), look.muted).add(line, look.validation).strip())
    return strips


def _metric(evaluation: Evaluation, name: str) -> str:
    value = evaluation.metrics.get(name, math.nan)
    return percent(value) if name == "accuracy" else fixed(value)


def _told(view: View) -> str:
    summary = view.summary
    assert summary is not None
    if summary.classes is None:
        return "A number from"
    names = list(summary.classes)
    listed = ", ".join(names) if len(names) <= 6 else f"{', '.join(names[:5])} and {len(names) - 5} more"
    return f"{len(names)} classes ({listed}) from"
