"""Generated tasks that ask for memory, and ratings: data where an example is a sequence or a pair of ids."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from nntui.data.features import input_names
from nntui.data.source import Data, Facts, Source
from nntui.data.texts import unmeasured
from nntui.errors import DataError
from nntui.nn.losses import Target


class Adding(Source, tag="adding"):
    """Two of many numbers are marked, one in each half: what is their sum? (Hochreiter & Schmidhuber 1997).

    Inputs (length, 2): numbers from U(0, 1), and 1 where they are marked. Answering 1 always has a mean squared error of 1/6.
    """

    length: Annotated[int, Meta(ge=2, le=10_000, description="how many numbers")] = 50
    examples: Annotated[int, Meta(ge=10, le=1_000_000, description="how many sequences")] = 20_000

    def facts(self) -> Facts:
        input_names(self.tag, self.features, (), planar=False)
        return Facts((self.length, 2), Target(None), None, (), self.examples)

    def load(self, seed: int) -> Data:
        from nntui.data.preparation import Raw, prepare
        from nntui.data.sequence_loading import adding
        from nntui.randomness import stream

        return prepare(self, self.facts(), Raw(*adding(self.examples, self.length, stream(seed, "data"))), seed)


class CopyMemory(Source, tag="copy_memory"):
    """Ten symbols, a long silence, a sign: repeat them (Arjovsky et al. 2016; Bai et al. 2018).

    Inputs (delay + 20) ids: blank 0, symbols 1 to 8, the sign 9. Answers: blanks, then the ten symbols. Without memory the
    loss can't be less than 10 ln 8 / (delay + 20), or ln 8 if only the symbols are asked for.
    """

    symbols: ClassVar[int] = 8
    remembered: ClassVar[int] = 10

    delay: Annotated[int, Meta(ge=1, le=10_000, description="steps from the last symbol to the sign")] = 20
    blanks: Annotated[bool, Meta(description="ask for the blanks before the sign, too, as is usual; else only for the ten symbols")] = True
    examples: Annotated[int, Meta(ge=10, le=1_000_000, description="how many sequences")] = 10_000

    def facts(self) -> Facts:
        unmeasured(self)
        names = ("blank", *map(str, range(1, self.symbols + 1)))
        length = self.delay + 2 * self.remembered
        return Facts((length,), Target(len(names), shape=(length,)), names, (), self.examples, vocabulary=(len(names) + 1,))

    def load(self, seed: int) -> Data:
        from nntui.data.sequence_loading import copy_memory, split_examples
        from nntui.randomness import stream

        X, y = copy_memory(self.examples, self.delay, self.remembered, self.symbols, self.blanks, stream(seed, "data"))
        return split_examples(self, self.facts(), X, y, seed)


class Ratings(Source, tag="ratings"):
    """Generated ratings of items by users: 3 + b_user + b_item + p_user . q_item + noise, every pair at most once.

    b and p . q have a standard deviation of 1/2 and 1: without noise, that much of the variance can be explained.
    """

    users: Annotated[int, Meta(ge=2, le=100_000, description="who rates")] = 200
    items: Annotated[int, Meta(ge=2, le=100_000, description="what is rated")] = 150
    factors: Annotated[int, Meta(ge=1, le=100, description="numbers that say what a user likes and an item is like")] = 3
    noise: Annotated[float, Meta(ge=0.0, le=10.0, description="standard deviation of what nobody can know")] = 0.3
    examples: Annotated[int, Meta(ge=10, le=1_000_000, description="how many ratings are known")] = 10_000

    def facts(self) -> Facts:
        unmeasured(self)
        pairs = self.users * self.items
        if self.examples > pairs:
            raise DataError(f"data.examples: {self.users} users can give {self.items} items {pairs} ratings, not {self.examples}")
        return Facts((2,), Target(None), None, ("user", "item"), self.examples, vocabulary=(self.users, self.items))

    def load(self, seed: int) -> Data:
        from nntui.data.sequence_loading import ratings, split_examples
        from nntui.randomness import stream

        X, y = ratings(self.examples, self.users, self.items, self.factors, self.noise, stream(seed, "data"))
        return split_examples(self, self.facts(), X, y, seed)
