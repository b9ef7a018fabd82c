"""A language model is supervised learning on the windows of a text, read on from one to the next if wished, that speaks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from nntui.measurements import AnyRecord, Said
from nntui.randomness import stream
from nntui.training.batches import Batches
from nntui.training.carrying import Carried, Consecutive, reading_order, side_by_side
from nntui.training.causality import check_causal
from nntui.training.evaluator import Evaluator
from nntui.training.programs.supervised import SupervisedRunner
from nntui.training.speaking import Speaker

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.data.source import Data, Split
    from nntui.experiment import Experiment
    from nntui.nn.losses import Target
    from nntui.program import LanguageModel
    from nntui.training.objective import Objective

PATIENCE = 0.5
"""Seconds after which it is interrupted: nobody waits for a large network to finish its sentence."""


class LanguageModelRunner(SupervisedRunner):
    """What comes next in a text, and what the network makes of it."""

    def __init__(self, experiment: Experiment, program: LanguageModel, data: Data, backend: str, dtype: str) -> None:
        self.program = program
        tokenizer = data.facts.tokenizer
        assert tokenizer is not None, "the program's check has seen to that"
        check_causal(experiment.network, data.facts.input_shape, len(tokenizer.tokens))
        self._rows = min(experiment.training.batch_size, len(data.train))
        super().__init__(experiment, data, backend, dtype)
        self._carried = Carried(self._full.bound) if program.carry else None
        self.ahead = self.ahead and self._carried is None  # where a text is read on, a step begins with what the host carries over
        self._speaker = Speaker(self.network, tokenizer) if program.length else None
        self._seed = experiment.seed

    # -- reading on ----------------------------------------------------------------------------------------------------

    def _arranged(self, split: Split, experiment: Experiment) -> Split:
        return side_by_side(split, self._rows) if self.program.carry else split

    def _batches(self, examples: int, experiment: Experiment) -> Batches:
        if not self.program.carry:
            return super()._batches(examples, experiment)
        return Consecutive(examples, self._rows, experiment.seed, self.ops)

    def batch(self, step: int) -> Array:
        windows = super().batch(step)
        return reading_order(len(self.data.train), self._rows)[windows] if self.program.carry else windows

    def _judge(self, target: Target) -> Evaluator:
        if not self.program.carry:
            return super()._judge(target)
        return Evaluator(self.network, self.loss, target, self._rows, self._go_on)

    def _go_on(self, objective: Objective, first: int) -> None:
        """Evaluate a batch with the state of the one before, if there was one of that size."""
        carried = Carried(objective.bound)
        if first and objective.bound.batch == self._rows:
            carried.go_on()
        else:
            carried.forget()

    def _before_forward(self, objective: Objective, step: int) -> None:
        if self._carried is None:
            return
        if step % self.steps_per_epoch:
            self._carried.go_on()
        else:
            self._carried.forget()

    def state(self) -> tuple[dict[str, Array], dict[str, Any]]:
        if self._carried is None:
            return {}, {}
        return {f"carried.{name}": array for name, array in self._carried.arrays().items()}, {}

    def load_state(self, arrays: dict[str, Array], numbers: dict[str, Any]) -> None:
        if self._carried is not None:
            self._carried.load({name.removeprefix("carried."): array for name, array in arrays.items()})

    # -- speaking ------------------------------------------------------------------------------------------------------

    @property
    def pictures(self) -> bool:
        return self._speaker is not None

    def picture(self, step: int) -> list[AnyRecord]:
        if self._speaker is None:
            return []
        program, tokens, begun = self.program, [], time.perf_counter()
        for token in self._speaker.speak(program.prompt, program.temperature, program.top_k, stream(self._seed, "speech")):
            tokens.append(token)
            if len(tokens) == program.length or time.perf_counter() - begun > PATIENCE:
                break
        text = self._speaker.text(tokens)
        return [Said(step=step, prompt=program.prompt, text=text, temperature=program.temperature, top_k=program.top_k)]
