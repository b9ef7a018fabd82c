"""What one step of training is: supervised learning, an autoencoder, two networks against each other, a language model.

A program is a value in the experiment. It says what the network has to read and to answer; how a step then runs is in
`nntui.training.programs`.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Annotated, ClassVar, TypeAlias, Union, dataclass_transform

import msgspec
from msgspec import Meta

from nntui.errors import DataError, ExperimentError, ShapeError
from nntui.nn.catalogue import AnyLayer
from nntui.nn.ids import check_ids
from nntui.nn.losses import Target

if TYPE_CHECKING:
    from nntui.data.source import Facts
    from nntui.nn.layer import Layer
    from nntui.nn.losses import Loss
    from nntui.nn.plan import Plan


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Program(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True, omit_defaults=True):
    """Base of all programs."""

    reads: ClassVar[str] = ""
    """What the network reads, where that isn't the data."""

    @property
    def tag(self) -> str:
        """The program's name in files and on the screen."""
        return str(self.__struct_config__.tag)

    def facts(self, facts: Facts) -> Facts:
        """What the network reads and is asked for, given what the data holds."""
        return facts

    def besides(self, facts: Facts) -> tuple[Plan, ...]:
        """The plans of further networks that are trained, given what the data holds."""
        return ()

    def check(self, layers: tuple[Layer, ...], loss: Loss, facts: Facts) -> Plan:
        """The network's plan, if network, loss and data (its own facts) fit together. Raises ShapeError or ExperimentError."""
        from nntui.nn.plan import plan

        seen = self.facts(facts)
        check_ids(layers, seen.vocabulary)
        planned = plan(layers, seen.input_shape).checked()
        loss.check(planned.output_shape, seen.target)
        return planned


class Supervised(Program, tag="supervised"):
    """Learn to answer what the data answers."""


class Autoencoder(Program, tag="autoencoder"):
    """Learn to answer the input itself, flattened, through whatever bottleneck the layers make (Hinton & Salakhutdinov 2006)."""

    def facts(self, facts: Facts) -> Facts:
        return dataclasses.replace(facts, target=Target(None, math.prod(facts.input_shape)), classes=None)


class GAN(Program, tag="gan"):
    """A generator (the experiment's network) learns to make what a discriminator can't tell from the data (Goodfellow et al. 2014).

    Per step: the discriminator learns from a batch of real and a batch of generated examples, `discriminator_steps` times;
    then the generator learns to have its examples taken for real (the non-saturating loss). The experiment's loss is the
    discriminator's; labels of the data are ignored.
    """

    reads: ClassVar[str] = "latent"

    discriminator: Annotated[tuple[AnyLayer, ...], Meta(description="layers from an example to one logit: real or not")]
    latent: Annotated[int, Meta(ge=1, description="random numbers that the generator starts from")] = 8
    discriminator_steps: Annotated[int, Meta(ge=1, description="its updates per update of the generator")] = 1
    discriminator_rate: Annotated[float, Meta(gt=0.0, description="factor on its learning rate")] = 1.0

    def facts(self, facts: Facts) -> Facts:
        return dataclasses.replace(facts, input_shape=(self.latent,), target=Target(2), classes=("generated", "real"), features=())

    def check(self, layers: tuple[Layer, ...], loss: Loss, facts: Facts) -> Plan:
        from nntui.nn.plan import plan

        generator = plan(layers, (self.latent,)).checked()
        if generator.output_shape != facts.input_shape:
            raise ExperimentError(
                f"network: the generator has to make examples of shape {facts.input_shape}, as the data has them, "
                f"but ends with shape {generator.output_shape}"
            )
        try:
            judge = plan(self.discriminator, facts.input_shape).checked()
        except ShapeError as error:
            raise ExperimentError(error.within("program.discriminator")) from None
        if judge.output_shape != (1,):
            raise ExperimentError(
                f"program.discriminator: has to end with one logit, dense units = 1, but ends with shape {judge.output_shape}"
            )
        loss.check(judge.output_shape, Target(2))
        return generator

    def besides(self, facts: Facts) -> tuple[Plan, ...]:
        from nntui.nn.plan import plan

        return (plan(self.discriminator, facts.input_shape),)


class LanguageModel(Program, tag="language_model"):
    """Learn what comes next in a text, and say something meanwhile: the prompt, and what the network makes follow it.

    A token is drawn from softmax(z / temperature) over the `top_k` largest logits z. carry: recurrent layers begin a window
    with the state in which they left the one before it, so that what they remember reaches further than gradients go back
    (truncated back-propagation through time, Williams & Peng 1990); a batch is then as many places of the text as it has rows,
    each read on from step to step, and nothing is shuffled.
    """

    carry: Annotated[bool, Meta(description="recurrent layers keep their state from one window of the text to the next")] = False
    prompt: Annotated[str, Meta(description="what it is to go on with; nothing: the beginning of a line")] = ""
    length: Annotated[int, Meta(ge=0, le=10_000, description="tokens that it says when it is looked at; 0: none")] = 160
    temperature: Annotated[float, Meta(ge=0.0, description="below 1 it says what is likely, above 1 anything; 0: the likeliest")] = 1.0
    top_k: Annotated[int, Meta(ge=0, description="only the so many likeliest tokens are said; 0: all")] = 0

    def check(self, layers: tuple[Layer, ...], loss: Loss, facts: Facts) -> Plan:
        if facts.tokenizer is None:
            raise ExperimentError("program.kind: a language model reads a text: choose data.source sentences, or text with a file of yours")
        planned = super().check(layers, loss, facts)
        try:
            facts.tokenizer.encode(self.prompt)
        except DataError as error:
            raise ExperimentError(f"program.prompt: {error}") from None
        if self.carry:
            self._check_carry(planned, facts)
        return planned

    def _check_carry(self, planned: Plan, facts: Facts) -> None:
        from nntui.nn.recurrent import Recurrent

        recurrent = [site for site in planned.walk() if isinstance(site.layer, Recurrent)]
        if not recurrent:
            raise ExperimentError("program.carry: no layer has a state to carry on: use rnn, gru or lstm, or leave carry out")
        for site in recurrent:
            if isinstance(site.layer, Recurrent) and site.layer.bidirectional:
                raise ExperimentError(f"program.carry: {site.path} reads from the end, too: set bidirectional = false")
        if not facts.consecutive:
            raise ExperimentError("program.carry: windows have to follow each other without a gap or overlap: leave data.stride out")


PROGRAMS: tuple[type[Program], ...] = (Supervised, Autoencoder, GAN, LanguageModel)

AnyProgram: TypeAlias = Union[Supervised, Autoencoder, GAN, LanguageModel]  # noqa: UP007
