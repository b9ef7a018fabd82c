"""Everything that can be looked at, by name: of a layer, or of the whole network. A new aspect is one row here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from nntui.errors import NntuiError
from nntui.inspection.request import Progress, Request, unwatched
from nntui.program import GAN

if TYPE_CHECKING:
    from nntui.experiment import Experiment
    from nntui.inspection.subject import Subject
    from nntui.nn.losses import Target
    from nntui.nn.plan import Site


@dataclass(frozen=True)
class Aspect:
    """One kind of look."""

    name: str
    about: str
    """For help, palette and command line."""
    function: str
    """module:name, imported when it is asked for: most need NumPy."""
    fits: Callable[[Site], bool] | None = None
    """Whether a layer has it; None: it is about the whole network."""
    asks: bool = False
    """Whether it needs right answers."""
    classes: bool = False
    """Whether these have to be classes."""
    slow: bool = False
    """Whether it tells how far it is."""

    def of_experiment(self, experiment: Experiment, sites: tuple[Site, ...], target: Target | None) -> bool:
        """Whether anything in an experiment has it."""
        if self.asks and isinstance(experiment.program, GAN):
            return False
        if self.classes and target is not None and not any(part.classes for part in (target, *target.parts)):
            return False
        return self.fits is None or any(map(self.fits, sites))


def _has_numbers(site: Site) -> bool:
    return bool(site.parameters or site.layer.statistics(site.x))


def _has_kernels(site: Site) -> bool:
    return site.layer.tag in ("conv2d", "conv1d", "conv2d_transpose")


def _has_vectors(site: Site) -> bool:
    return site.layer.tag in ("embedding", "factorization", "positional_embedding") and bool(site.parameters)


ASPECTS: tuple[Aspect, ...] = (
    Aspect("weights", "weights and biases of a layer: matrix, histogram, one number to change", "weights:weights", _has_numbers),
    Aspect("neuron", "one unit: what leads to it, what it answers to, its top examples", "neuron:neuron", lambda site: bool(site.y)),
    Aspect("kernels", "the filters of a convolution as pictures", "pictures:kernels", _has_kernels),
    Aspect("maps", "what a layer makes of an image or a sequence, as pictures", "pictures:maps", lambda site: len(site.y) in (2, 3)),
    Aspect("attention", "where an attention layer looks", "attention:attention", lambda site: site.layer.tag == "attention"),
    Aspect("embedding", "the vectors of tokens, users or places in two dimensions", "embedding:vectors", _has_vectors),
    Aspect("time", "the gradient of every state of a recurrent layer", "memory:state_gradients",
           lambda site: site.layer.tag in ("rnn", "gru", "lstm"), asks=True),
    Aspect("hidden", "the space behind a layer in two dimensions, coloured by class", "hidden:hidden", lambda site: True),
    Aspect("walk", "one example forward and backward with every number: the chain rule", "walk:walk", asks=True),
    Aspect("landscape", "the loss around the weights along two random directions", "landscape:landscape", asks=True, slow=True),
    Aspect("confusion", "which class is taken for which, and the examples behind", "answers:confusion", asks=True, classes=True),
    Aspect("losses", "the examples with the highest losses", "mistakes:worst", asks=True),
    Aspect("calibration", "whether the network is as right as it is sure", "reliability:calibration", asks=True, classes=True),
    Aspect("predict", "the answer to an example that is picked or typed", "prediction:prediction"),
)  # fmt: skip

BY_NAME: dict[str, Aspect] = {aspect.name: aspect for aspect in ASPECTS}


def look(subject: Subject, request: Request, progress: Progress = unwatched) -> object:
    """What the request asks for, as a value. Raises NntuiError, or Cancelled from `progress`."""
    aspect = BY_NAME[request.aspect]
    if aspect.fits is not None and request.layer not in subject.sites:
        raise NntuiError(f"there is no layer {request.layer!r}; there are {', '.join(subject.sites)}")
    subject.at(request.step)
    module, _, name = aspect.function.partition(":")
    function = getattr(import_module(f"nntui.inspection.{module}"), name)
    return function(subject, request, progress) if aspect.slow else function(subject, request)


__all__ = ["ASPECTS", "BY_NAME", "Aspect", "look"]
