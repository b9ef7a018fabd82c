"""Letting a trained language model speak, from a run or a trainer at hand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from nntui.errors import ExperimentError
from nntui.randomness import stream
from nntui.runs.directory import find_run
from nntui.training.saved import as_saved

if TYPE_CHECKING:
    from nntui.runs.run import Run
    from nntui.training.trainer import Trainer


def sample(
    source: Run | Trainer | str | os.PathLike[str], prompt: str = "", length: int = 200, temperature: float = 1.0, top_k: int = 0,
    seed: int = 0,
) -> str:  # fmt: skip
    """What a language model says after a prompt: `length` tokens, each drawn from softmax(z / temperature) over the
    `top_k` largest logits z (0: all of them); temperature 0 takes the largest. The prompt isn't repeated.

    source: a run (also by its folder or a part of its name) as last saved, or a trainer as it is. Same arguments, same text.
    Raises NntuiError if it isn't a network that reads a text and predicts at every place what comes next, if the prompt
    holds letters that it doesn't know, or if the run was never saved; ValueError for a length, temperature or top_k below 0.
    """
    from nntui.training.causality import check_causal
    from nntui.training.speaking import Speaker
    from nntui.training.trainer import Trainer

    if length < 0 or top_k < 0 or not temperature >= 0.0:
        raise ValueError(f"length, temperature and top_k can't be below 0: got {length}, {temperature} and {top_k}")
    trainer = source if isinstance(source, Trainer) else as_saved(_path(source))
    facts = trainer.data.facts
    if facts.tokenizer is None or trainer.network.output_shape != (*facts.target.shape, facts.target.classes):
        raise ExperimentError("only a network that reads a text and predicts what comes next can speak: see the preset char-lstm")
    check_causal(trainer.experiment.network, facts.input_shape, len(facts.tokenizer.tokens))
    return Speaker(trainer.network, facts.tokenizer).say(prompt, length, temperature, top_k, stream(seed, "speech"))


def _path(source: Run | str | os.PathLike[str]) -> Path:
    if isinstance(source, str):
        return find_run(source)
    return Path(source) if isinstance(source, os.PathLike) else source.path
