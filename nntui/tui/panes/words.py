"""The parts of an experiment in a few words, made from their fields, so that a new layer or optimizer has words by itself."""

from __future__ import annotations

import math
from functools import lru_cache

import msgspec

from nntui.experiment import Experiment
from nntui.nn.layer import Layer, Shape
from nntui.tui.look import Look
from nntui.tui.numbers import short


@lru_cache(maxsize=1024)
def layer_words(layer: Layer, look: Look) -> tuple[str, str]:
    """A layer's name, and its hyper-parameters as far as they say something: ("dense", "8 no bias"), ("dropout", "0.2").

    What has no default is shown, as is the only field of a layer; of the others, what isn't as usual.
    """
    infos = [info for info in msgspec.structs.fields(layer) if not _is_body(getattr(layer, info.encode_name, None))]
    words = []
    for info in infos:
        value = getattr(layer, info.name)
        if info.required or len(infos) == 1:
            words.append(_value(value, look))
        elif value != info.default:
            words.append(_named(info.name, value, look))
    return layer.tag, " ".join(word for word in words if word)


def part_words(part: msgspec.Struct, look: Look, leave_out: tuple[str, ...] = ()) -> str:
    """What isn't as usual in an optimizer, a schedule or a loss: "momentum 0.9, nesterov"."""
    infos = [info for info in msgspec.structs.fields(part) if info.name not in leave_out]
    changed = [_named(info.name, getattr(part, info.name), look) for info in infos if getattr(part, info.name) != info.default]
    return ", ".join(changed)


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


def _is_body(value: object) -> bool:
    return isinstance(value, tuple) and any(isinstance(item, Layer) for item in value)


def _named(name: str, value: object, look: Look) -> str:
    words = name.replace("_", " ")
    if value is False:
        return f"no {words}"
    return words if value is True else f"{words} {_value(value, look)}"


def _value(value: object, look: Look) -> str:
    if isinstance(value, float):
        return short(value)
    if isinstance(value, tuple):
        return look.times.join(str(item) for item in value)
    if isinstance(value, msgspec.Struct):
        return str(value.__struct_config__.tag)
    return str(value)
