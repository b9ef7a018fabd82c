"""The parts of an experiment in a few words, made from their fields, so that a new layer or optimizer has words by itself."""

from __future__ import annotations

import math
import os
from functools import cache, lru_cache

import msgspec

from nntui.experiment import Experiment, Start
from nntui.nn.layer import Layer, Shape
from nntui.tui.look import Look
from nntui.tui.numbers import short
from nntui.tui.parts import Part

SALIENT = frozenset({"kernel", "heads", "factor"})
"""Fields that say what a layer is even where they are as usual."""

SHORT = {"kernel": "k{}"}
"""How some fields are written on one line."""


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """The fields of a type; msgspec itself works them out anew every time."""
    return msgspec.structs.fields(kind)


@lru_cache(maxsize=1024)
def layer_words(layer: Layer, look: Look) -> tuple[str, str]:
    """A layer's name, and its hyper-parameters as far as they say something: ("dense", "8 no bias"), ("conv2d", "16 k3").

    What has no default is shown, as is the only number of a layer; of the others, what isn't as usual.
    """
    infos = [info for info in _fields(type(layer)) if not _holds_layers(getattr(layer, info.name), info.default)]
    required = [info for info in infos if info.required]
    words = []
    for info in infos:
        value = getattr(layer, info.name)
        if info.required:
            words.append(_value(value, look) if len(required) < 3 else _named(info.name, value, look))
        elif len(infos) == 1 and not isinstance(value, bool):
            words.append(_value(value, look))
        elif info.name in SALIENT or value != info.default:
            words.append(_named(info.name, value, look))
    return layer.tag, " ".join(word for word in words if word)


def part_words(part: msgspec.Struct, look: Look, leave_out: tuple[str, ...] = ()) -> str:
    """What isn't as usual in an optimizer, a schedule or a source: "momentum 0.9, nesterov"."""
    words = []
    for info in _fields(type(part)):
        value = getattr(part, info.name)
        if info.name in leave_out or value == info.default:
            continue
        if isinstance(value, tuple) and any(isinstance(item, Layer) for item in value):
            words.append(f"{info.name} of {len(value)} layers")
        elif isinstance(value, str) and info.name == part.__struct_config__.tag:
            words.append(os.path.basename(value))  # csv = "folder/file.csv": the file is what it is
        elif isinstance(value, tuple):
            words.append(f"{info.name} {','.join(map(str, value))}")
        else:
            words.append(_named(info.name, value, look))
    return ", ".join(words)


def row_words(part: Part, experiment: Experiment, look: Look) -> str:
    """What a row beside the layers says."""
    value = part.value(experiment)
    tag = str(value.__struct_config__.tag or "")
    match part.name:
        case "input":
            words = f"{tag}, {part_words(value, look)}".removesuffix(", ")
            return f"{experiment.program.reads}, data {words}" if experiment.program.reads else words
        case "optimizer":
            extra = part_words(value, look, leave_out=("learning_rate",))
            return f"{tag} {short(experiment.optimizer.learning_rate)}{', ' if extra else ''}{extra}"
        case "training":
            training = experiment.training
            extra = part_words(value, look, leave_out=("epochs", "batch_size"))
            return f"{training.epochs} epoch{'s' * (training.epochs != 1)}, batch {training.batch_size}{', ' if extra else ''}{extra}"
        case "setup":
            start = "" if experiment.start is None else f", {_start_words(experiment.start)}"
            pace = "" if experiment.pace is None else f", pace {short(experiment.pace)}"
            return f"seed {experiment.seed}, {experiment.backend}{start}{pace}"
    words = part_words(value, look)
    return ", ".join(word for word in (tag, words) if word) or "none"


def _start_words(start: Start) -> str:
    """What a run begins with."""
    source = f"weights of {os.path.basename(start.source)}" if start.source is not None else ""
    step = f" at step {start.step}" if start.step is not None else ""
    by_hand = f"{len(start.weights)} weight{'s' * (len(start.weights) != 1)} set by hand" if start.weights else ""
    return ", ".join(word for word in (source + step, by_hand) if word) or "random weights"


def shape_words(shape: Shape, look: Look) -> str:
    """A shape as people write it: "8", "8×8×3"; "1" for a single number."""
    return look.times.join(str(axis) for axis in shape) or "1"


def settings(experiment: Experiment, look: Look) -> list[str]:
    """How it is trained, most important first: optimizer and rate, batch, schedule, what limits it."""
    optimizer, training = experiment.optimizer, experiment.training
    extra = part_words(optimizer, look, leave_out=("learning_rate",))
    words = [f"{optimizer.tag} {short(optimizer.learning_rate)}{' ' if extra else ''}{extra}", f"batch {training.batch_size}"]
    if experiment.schedule.tag != "constant":
        words.append(experiment.schedule.tag)
    if training.clip_norm is not None:
        words.append(f"clip {short(training.clip_norm)}")
    if training.early_stopping is not None:
        words.append(f"patience {training.early_stopping.patience}")
    return words


def size_words(numbers: int) -> str:
    """How many parameters: "114 parameters"."""
    return f"{numbers:,} parameter{'s' * (numbers != 1)}"


def steps_per_epoch(examples: int, batch_size: int) -> int:
    """How many batches one pass over the training part takes, the last one perhaps smaller."""
    return max(math.ceil(examples / max(batch_size, 1)), 1)


def _holds_layers(value: object, default: object) -> bool:
    """Whether this is a container's body; an empty one can be told from an empty shape by having no default."""
    return isinstance(value, tuple) and (any(isinstance(item, Layer) for item in value) or (not value and default is msgspec.NODEFAULT))


def _named(name: str, value: object, look: Look) -> str:
    words = name.replace("_", " ")
    if value is False:
        return f"no {words}"
    if value is True:
        return words
    if name in SHORT:
        return SHORT[name].format(_value(value, look))
    if isinstance(value, msgspec.Struct) and value.__struct_config__.tag is None:
        return ", ".join(_named(info.name, getattr(value, info.name), look) for info in _telling(value))
    if isinstance(value, int) and name.endswith("s"):
        return f"{value} {words if value != 1 else words[:-1]}"
    return f"{words} {_value(value, look)}"


def _telling(value: msgspec.Struct) -> list[msgspec.structs.FieldInfo]:
    """The first field, and those that aren't as usual."""
    infos = _fields(type(value))
    return [info for index, info in enumerate(infos) if not index or getattr(value, info.name) != info.default]


def _value(value: object, look: Look) -> str:
    if isinstance(value, float):
        return short(value)
    if isinstance(value, tuple):
        return look.times.join(_value(item, look) for item in value)
    if isinstance(value, msgspec.Struct):
        return str(value.__struct_config__.tag)
    return str(value)
