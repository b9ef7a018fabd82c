"""How each aspect is shown and what its keys do: one row for every aspect of `nntui.inspection.aspects`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from textual.strip import Strip

from nntui.tui.inspect import answers, images, landscape, neuron, predict, scatter, time, walk, weights
from nntui.tui.inspect.cursor import Cursor
from nntui.tui.look import Look

Draw = Callable[[Any, Cursor, int, int, Look], list[Strip]]
"""A value, where somebody is in it, and a size, as lines."""


@dataclass(frozen=True)
class Manner:
    """How an aspect is shown."""

    lines: Draw
    extent: Callable[[Any], tuple[int, int]]
    """Rows and columns that a cursor can be at."""
    down: str = "scroll"
    """What j and k do, for the footer; empty: nothing."""
    across: str = ""
    """What h and l do."""
    units: bool = False
    """Whether h and l go to another unit or channel, which is looked at anew."""
    examples: str = ""
    """What n and N go through: "examples" of the data, looked at anew, or "cell", those behind the cursor; empty: nothing."""
    parts: bool = True
    """Whether v changes between the training and the validation part."""
    layers: bool = True
    """Whether it is about a layer."""


MANNERS: dict[str, Manner] = {
    "weights": Manner(weights.lines, weights.extent, "row", "column", parts=False),
    "neuron": Manner(neuron.lines, neuron.extent, "scroll", "unit", units=True),
    "kernels": Manner(images.kernels, images.kernels_extent, "scroll", "channel", units=True, parts=False),
    "maps": Manner(images.maps, images.maps_extent, "scroll", examples="examples"),
    "attention": Manner(images.attention, images.attention_extent, "place", "head", examples="examples"),
    "embedding": Manner(scatter.vectors, scatter.vectors_extent, "id", parts=False),
    "time": Manner(time.lines, time.extent, "", "step"),
    "hidden": Manner(scatter.hidden, scatter.hidden_extent, "class"),
    "walk": Manner(walk.lines, walk.extent, "weight", "unit", examples="examples", layers=False),
    "landscape": Manner(landscape.lines, landscape.extent, "b", "a", parts=False, layers=False),
    "confusion": Manner(answers.confusion, answers.confusion_extent, "right", "said", examples="cell", layers=False),
    "losses": Manner(answers.worst, answers.worst_extent, "example", layers=False),
    "calibration": Manner(answers.calibration, answers.calibration_extent, "bin", layers=False),
    "predict": Manner(predict.lines, predict.extent, "scroll", examples="examples", layers=False),
}
