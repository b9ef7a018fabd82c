"""A language model speaks: token after token, each drawn from what the network expects to come next."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from nntui.nn.embedding import PositionalEmbedding
from nntui.nn.network import Network, Pass
from nntui.nn.recurrent import Recurrent
from nntui.training.carrying import Carried

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.data.tokens import Tokenizer
    from nntui.nn.plan import Site


def draw(logits: Array, temperature: float, top_k: int, rng: np.random.Generator, never: int | None = None) -> int:
    """The id of a token from softmax(z / temperature) over the `top_k` largest of the logits z (V,); 0: over all of them.

    temperature 0: the largest. never: an id that isn't drawn. Equal logits count in the order of their ids. A call takes one
    number from rng whatever happens, so that two networks can be heard saying the same thing.
    """
    z = np.array(logits, np.float64)
    if never is not None and len(z) > 1:
        z[never] = -math.inf
    chance = rng.random()
    order = np.argsort(-z, kind="stable")[: top_k or None]
    if temperature == 0.0 or not np.isfinite(z[order[0]]):
        return int(order[0])
    p = np.exp((z[order] - z[order[0]]) / temperature)
    return int(order[min(np.searchsorted(p.cumsum(), chance * p.sum(), side="right"), len(order) - 1)])


class Speaker:
    """Goes on with a text by a network (T,) -> (T, vocabulary) as its weights are at the moment.

    A network whose only way through time are recurrent layers reads one token at a time and keeps its state, however long
    the text becomes; any other sees the last T tokens again for each new one.
    """

    def __init__(self, network: Network, tokenizer: Tokenizer) -> None:
        self.network, self.tokenizer = network, tokenizer
        self._never = tokenizer.unknown if len(tokenizer.tokens) > 1 else None
        steps = all(map(_steps, network.plan.walk()))
        self._one = Network(network.layers, (1,), network.ops.NAME, network.dtype) if steps else network
        self._bound = Pass(self._one, 1, gradients=False)
        self._carried = Carried(self._bound)

    def speak(self, prompt: str, temperature: float, top_k: int, rng: np.random.Generator) -> Iterator[int]:
        """The tokens that come after a prompt, without end. Raises DataError for a prompt with unknown tokens."""
        heard = self.tokenizer.encode(prompt) or [self.tokenizer.opening]
        logits = self._in_steps(heard) if self._one is not self.network else self._in_windows(heard)
        token = draw(next(logits), temperature, top_k, rng, self._never)
        while True:
            yield token
            heard.append(token)
            token = draw(next(logits), temperature, top_k, rng, self._never)

    def say(self, prompt: str, length: int, temperature: float, top_k: int, rng: np.random.Generator) -> str:
        """So many tokens after a prompt, as text. Raises DataError for a prompt with unknown tokens."""
        return self.text(islice(self.speak(prompt, temperature, top_k, rng), length))

    def text(self, tokens: Iterable[int]) -> str:
        """Tokens as text."""
        return self.tokenizer.decode(tokens)

    def _in_steps(self, heard: Sequence[int]) -> Iterator[Array]:
        """Logits (V,) for what comes after `heard`, which grows by a token each time: only what is new is read."""
        ops, one = self.network.ops, self._one
        ops.copy(self.network.flat, one.flat)
        for name, statistic in self.network.statistics.items():
            ops.copy(statistic, one.statistics[name])
        self._carried.forget()
        read = 0
        while True:
            for token in heard[read:]:
                if read:
                    self._carried.go_on()
                self._read([token])
                read += 1
            yield ops.to_host(self._bound.Y)[0, 0]

    def _in_windows(self, heard: Sequence[int]) -> Iterator[Array]:
        """The same from the last T tokens; behind a shorter text stands anything, which a causal network doesn't see."""
        (time,) = self.network.input_shape
        while True:
            seen = list(heard[-time:])
            self._read(seen + [0] * (time - len(seen)))
            yield self.network.ops.to_host(self._bound.Y)[0, len(seen) - 1]

    def _read(self, ids: list[int]) -> None:
        ops = self.network.ops
        ops.copy(ops.from_host(np.array([ids]), self.network.input_dtype), self._bound.X)
        with np.errstate(all="ignore"):
            self._bound.forward()


def _steps(site: Site) -> bool:
    """Whether a layer's answer at a place comes from that place and a state alone, wherever in the text it is."""
    layer = site.layer
    if isinstance(layer, Recurrent):
        return layer.returns == "sequence" and not layer.bidirectional
    if layer.takes_ids:
        return len(site.x) == 1
    alone = len(site.x) == len(site.y) == 2 and site.x[0] == site.y[0] and layer.reach(site.x) == ((1, 1),)
    return alone and not isinstance(layer, PositionalEmbedding)
