"""What can be done about a finding: edits of the experiment, each with a sentence; trying one is a new run beside the old one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from nntui.diagnosis import surgery
from nntui.diagnosis.surgery import with_fields
from nntui.errors import NntuiError
from nntui.nn.activations import LeakyReLU, ReLU, Tanh
from nntui.nn.dense import Dense
from nntui.nn.layer import Layer
from nntui.nn.lstm import LSTM
from nntui.nn.normalization import BatchNorm, LayerNorm
from nntui.nn.regularization import Dropout
from nntui.nn.rnn import RNN
from nntui.optim.optimizers import Adam, AdamW

if TYPE_CHECKING:
    from nntui.diagnosis.finding import Finding
    from nntui.experiment import Experiment

Change = Callable[["Experiment"], "Experiment"]

ENOUGH = 16
"""Examples in a batch from which batch norm is worth trying; with fewer it is layer norm."""


@dataclass(frozen=True)
class Fix:
    """An edit with a name. Its sentence says what it does to this experiment."""

    name: str
    sentence: str
    change: Change

    def apply(self, experiment: Experiment) -> Experiment:
        """The experiment with the edit made; the same one if there is nothing to edit."""
        return self.change(experiment)


def fixes(finding: Finding, experiment: Experiment) -> tuple[Fix, ...]:
    """The edits that answer a finding, the likeliest first; only those that change this experiment into one that fits together."""
    return tuple(fix for name in finding.fixes for fix in (fix_named(name, experiment),) if fix is not None)


def fix_named(name: str, experiment: Experiment) -> Fix | None:
    """One edit, if it changes this experiment into one that fits together."""
    sentence, change = EDITS[name]
    try:
        changed = change(experiment)
        if changed == experiment:
            return None
        changed.check()
    except NntuiError:
        return None
    return Fix(name, sentence(experiment, changed), change)


# -- how weights start and what layers do --------------------------------------------------------------------------------


def _initializer(experiment: Experiment) -> Experiment:
    def reset(layer: Layer) -> tuple[Layer, ...]:
        return (with_fields(layer, init="auto"),) if getattr(layer, "init", "auto") != "auto" else (layer,)

    return experiment.replace(network=surgery.each(experiment.network, reset))


def _activation(experiment: Experiment) -> Experiment:
    kinds = {layer.tag for layer in _all(experiment.network)}
    # What saturates becomes what doesn't; what dies becomes what can't.
    swapped: dict[str, Layer] = {"sigmoid": ReLU(), "tanh": ReLU(), "softsign": ReLU(), "hard_tanh": ReLU()}
    if not kinds & set(swapped):
        swapped = {"relu": LeakyReLU()}

    def swap(layer: Layer) -> tuple[Layer, ...]:
        return (swapped.get(layer.tag, layer),)

    return experiment.replace(network=surgery.hidden(experiment.network, lambda layers: surgery.each(layers, swap)))


def _normalization(experiment: Experiment) -> Experiment:
    enough = experiment.training.batch_size // experiment.training.accumulate >= ENOUGH

    def normalized(layer: Layer) -> Layer:
        return BatchNorm() if enough else LayerNorm()

    return experiment.replace(network=surgery.hidden(experiment.network, lambda layers: surgery.after_affine(layers, normalized)))


def _skip(experiment: Experiment) -> Experiment:
    plan = experiment.program.check(experiment.network, experiment.loss, experiment.data.facts())
    return experiment.replace(network=surgery.skipped(experiment.network, plan))


def _remove_output_activation(experiment: Experiment) -> Experiment:
    last = experiment.network[-1] if experiment.network else None
    return experiment.replace(network=experiment.network[:-1]) if last is not None and last.family == "activation" else experiment


def _add_activation(experiment: Experiment) -> Experiment:
    return experiment.replace(network=surgery.bent(experiment.network))


def _without(tags: frozenset[str]) -> Change:
    def taken_out(experiment: Experiment) -> Experiment:
        return experiment.replace(network=surgery.each(experiment.network, lambda layer: () if layer.tag in tags else (layer,)))

    return taken_out


def _layer_norm(experiment: Experiment) -> Experiment:
    def swap(layer: Layer) -> tuple[Layer, ...]:
        return (LayerNorm() if layer.tag == "batch_norm" else layer,)

    return experiment.replace(network=surgery.each(experiment.network, swap))


def _dropout(experiment: Experiment) -> Experiment:
    def dropping(layer: Layer) -> tuple[Layer, ...]:
        return (layer, Dropout(rate=0.3)) if layer.family == "activation" else (layer,)

    if any(layer.tag == "dropout" for layer in _all(experiment.network)):
        return experiment
    return experiment.replace(network=surgery.hidden(experiment.network, lambda layers: surgery.each(layers, dropping)))


def _weaker_dropout(experiment: Experiment) -> Experiment:
    def weaker(layer: Layer) -> tuple[Layer, ...]:
        return (with_fields(layer, rate=0.25),) if layer.tag == "dropout" and getattr(layer, "rate", 0.0) > 0.25 else (layer,)

    return experiment.replace(network=surgery.each(experiment.network, weaker))


def _gates(experiment: Experiment) -> Experiment:
    def gated(layer: Layer) -> tuple[Layer, ...]:
        if not isinstance(layer, RNN):
            return (layer,)
        kept = {name: getattr(layer, name) for name in LSTM.__struct_fields__ if name in RNN.__struct_fields__}
        return (LSTM(**kept),)

    return experiment.replace(network=surgery.each(experiment.network, gated))


def _identity_start(experiment: Experiment) -> Experiment:
    def summing(layer: Layer) -> tuple[Layer, ...]:
        return (with_fields(layer, activation="relu", recurrent="identity"),) if isinstance(layer, RNN) else (layer,)

    return experiment.replace(network=surgery.each(experiment.network, summing))


def _output_bias(experiment: Experiment) -> Experiment:
    split = surgery.last_affine(experiment.network)
    layers = experiment.network
    if split < 0 or getattr(layers[split], "bias", True):
        return experiment
    return experiment.replace(network=(*layers[:split], with_fields(layers[split], bias=True), *layers[split + 1 :]))


def _times(factor: float) -> Change:
    def resized(experiment: Experiment) -> Experiment:
        def resize(layer: Layer) -> tuple[Layer, ...]:
            units = getattr(layer, "units", None)
            return (with_fields(layer, units=max(int(units * factor), 1)),) if isinstance(units, int) else (layer,)

        return experiment.replace(network=surgery.hidden(experiment.network, lambda layers: surgery.each(layers, resize)))

    return resized


def _hidden_layer(experiment: Experiment) -> Experiment:
    split = surgery.last_affine(experiment.network)
    if split < 0:
        return experiment
    layers = experiment.network
    return experiment.replace(network=(*layers[:split], Dense(units=8), Tanh(), *layers[split:]))


# -- how it is trained ---------------------------------------------------------------------------------------------------


def _rate(factor: float) -> Change:
    def changed(experiment: Experiment) -> Experiment:
        rate = float(f"{experiment.optimizer.learning_rate * factor:.3g}")
        return experiment.replace(optimizer=msgspec.structs.replace(experiment.optimizer, learning_rate=rate))

    return changed


def _adam(experiment: Experiment) -> Experiment:
    """Adam at its usual rate; a rate of its own that is too high or low goes with it."""
    if experiment.optimizer == Adam():
        return experiment
    return experiment.replace(optimizer=Adam())


def _less_decay(experiment: Experiment) -> Experiment:
    return experiment.replace(optimizer=msgspec.structs.replace(experiment.optimizer, weight_decay=0.0))


def _weight_decay(experiment: Experiment) -> Experiment:
    if experiment.optimizer.tag in ("adam", "adamw"):
        return experiment.replace(optimizer=AdamW(learning_rate=experiment.optimizer.learning_rate, weight_decay=0.1))
    stronger = max(10.0 * experiment.optimizer.weight_decay, 1e-3)
    return experiment.replace(optimizer=msgspec.structs.replace(experiment.optimizer, weight_decay=stronger))


def _training(**changes: Callable[[Experiment], object]) -> Change:
    def changed(experiment: Experiment) -> Experiment:
        return experiment.replace(
            training=msgspec.structs.replace(experiment.training, **{name: make(experiment) for name, make in changes.items()})
        )

    return changed


def _early_stopping(experiment: Experiment) -> Experiment:
    from nntui.experiment import EarlyStopping

    if experiment.training.early_stopping is not None:
        return experiment
    patience = max(3, min(20, experiment.training.epochs // 10))
    stopping = experiment.replace(training=msgspec.structs.replace(experiment.training, early_stopping=EarlyStopping(patience=patience)))
    return stopping if stopping.data.validation else stopping.replace(data=msgspec.structs.replace(stopping.data, validation=0.2))


def _standardize(experiment: Experiment) -> Experiment:
    return experiment.replace(data=msgspec.structs.replace(experiment.data, scale="standardize"))


def _all(layers: surgery.Layers) -> list[Layer]:
    """Every layer, those inside containers too."""
    return [inner for layer in layers for inner in (layer, *(deep for body in layer.bodies() for deep in _all(body)))]


# -- by name -------------------------------------------------------------------------------------------------------------

Sentence = Callable[["Experiment", "Experiment"], str]


def _says(text: str) -> Sentence:
    return lambda before, after: text


def _names_rate(before: Experiment, after: Experiment) -> str:
    return f"learning rate {before.optimizer.learning_rate:.3g} → {after.optimizer.learning_rate:.3g}"


def _names_batch(before: Experiment, after: Experiment) -> str:
    return f"batch size {before.training.batch_size} → {after.training.batch_size}"


def _names_epochs(before: Experiment, after: Experiment) -> str:
    return f"epochs {before.training.epochs} → {after.training.epochs}"


def _names_optimizer(before: Experiment, after: Experiment) -> str:
    return f"optimizer {before.optimizer.tag} at {before.optimizer.learning_rate:.3g} → adam at {after.optimizer.learning_rate:.3g}"


EDITS: dict[str, tuple[Sentence, Change]] = {
    "initializer": (_says("start weights as suits the activation that follows (He, Glorot)"), _initializer),
    "activation": (_says("another activation in the hidden layers"), _activation),
    "normalization": (_says("normalize what every hidden layer gives"), _normalization),
    "skip": (_says("a way around every stretch of layers that keeps its shape"), _skip),
    "lower_rate": (_names_rate, _rate(0.1)),
    "raise_rate": (_names_rate, _rate(10.0)),
    "raise_rate_100": (_names_rate, _rate(100.0)),
    "adam": (_names_optimizer, _adam),
    "clip": (_says("clip gradients to length 1"), _training(clip_norm=lambda _: 1.0)),
    "batch_size": (_names_batch, _training(batch_size=lambda experiment: max(4 * experiment.training.batch_size, 32))),
    "longer": (_names_epochs, _training(epochs=lambda experiment: 2 * experiment.training.epochs)),
    "early_stopping": (_says("stop when validation gets no better, and go back to the best weights"), _early_stopping),
    "dropout": (_says("drop 30 % of what hidden layers give"), _dropout),
    "weaker_dropout": (_says("drop only a quarter"), _weaker_dropout),
    "remove_dropout": (_says("no dropout"), _without(frozenset({"dropout"}))),
    "weight_decay": (_says("stronger weight decay"), _weight_decay),
    "less_decay": (_says("no weight decay"), _less_decay),
    "standardize": (_says("scale inputs to mean 0 and standard deviation 1"), _standardize),
    "remove_output_activation": (_says("leave the last activation to the loss"), _remove_output_activation),
    "add_activation": (_says("a ReLU between linear layers"), _add_activation),
    "hidden_layer": (_says("a hidden layer of 8 tanh units before the last"), _hidden_layer),
    "layer_norm": (_says("layer norm instead of batch norm"), _layer_norm),
    "remove_normalization": (_says("no batch norm"), _without(frozenset({"batch_norm"}))),
    "output_bias": (_says("a bias in the last layer"), _output_bias),
    "gates": (_says("an LSTM instead: a cell state that is only added to"), _gates),
    "identity_start": (_says("ReLU, and states that start as a sum over time (Le et al. 2015)"), _identity_start),
    "wider": (_says("twice as many hidden units"), _times(2.0)),
    "narrower": (_says("half as many hidden units"), _times(0.5)),
}
