"""Texts, to learn what comes next: windows of tokens, each with the same window one token further as its answer.

The last part of a text is held out, not windows here and there: what is validated on was never read.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta
from msgspec.structs import replace

from nntui.data.features import input_names
from nntui.data.paths import readable, version
from nntui.data.source import Data, Facts, Source
from nntui.data.tokens import UNKNOWN, Tokenizer, Unit, fitted, split
from nntui.errors import DataError
from nntui.nn.losses import Target

LARGEST = 50_000_000
"""Bytes of a text that is read: it is held in memory as numbers."""


class Tokens(Source, kw_only=True):
    """Base of the sources that are texts."""

    unit: Annotated[Unit, Meta(description="what is read at a time, and has an id")] = "characters"
    context: Annotated[int, Meta(ge=1, le=100_000, description="tokens that are seen at once")] = 64
    stride: Annotated[int, Meta(ge=0, description="tokens from one window to the next; 0: as many as are seen, side by side")] = 0

    def tokenizer(self) -> Tokenizer:
        """The vocabulary."""
        raise NotImplementedError

    def count(self) -> int:
        """How many tokens the text has."""
        raise NotImplementedError

    def read(self, seed: int) -> Sequence[str]:
        """The text, token by token."""
        raise NotImplementedError

    def notes(self) -> tuple[str, ...]:
        """What is worth knowing about how it was read."""
        return ()

    @property
    def step(self) -> int:
        """Tokens from one window to the next."""
        return self.stride or self.context

    def parts(self) -> tuple[int, int]:
        """Tokens to learn from, and tokens after them that are held out. Raises DataError if one is too short for a window."""
        count = self.count()
        held = int(count * self.validation)
        for part, tokens in (("training", count - held), ("validation", held)):
            if tokens <= self.context and (tokens or part == "training"):
                raise DataError(
                    f"data.context: the {part} part of this text has {tokens} {self.unit}, too few to see {self.context} at once: "
                    f"set context to at most {max(tokens - 1, 1)}"
                )
        return count - held, held

    def windows(self, tokens: int) -> int:
        """How many windows there are in a part of so many tokens."""
        return max((tokens - self.context - 1) // self.step + 1, 0) if tokens else 0

    def facts(self) -> Facts:
        unmeasured(self)
        tokenizer = self.tokenizer()
        examples = sum(map(self.windows, self.parts()))
        shape, classes = (self.context,), len(tokenizer.tokens)
        return Facts(
            shape, Target(classes, shape=shape), tokenizer.names, (), examples, (classes,), self.notes(),
            tokenizer, self.step == self.context,
        )  # fmt: skip

    def load(self, seed: int) -> Data:
        from nntui.data.sequence_loading import windows

        return windows(self, self.facts(), seed)


class Sentences(Tokens, tag="sentences"):
    """Generated English-like sentences whose verbs agree with subjects far before them: "the dogs that a child sees run ."."""

    length: Annotated[int, Meta(ge=1000, le=5_000_000, description="how many characters, or words")] = 100_000

    def tokenizer(self) -> Tokenizer:
        from nntui.data.grammar import words

        if self.unit == "words":
            return Tokenizer("words", words())
        return Tokenizer("characters", tuple(sorted({" ", *"".join(words())})))

    def count(self) -> int:
        return self.length

    def read(self, seed: int) -> Sequence[str]:
        from nntui.data.grammar import sentences
        from nntui.randomness import stream

        # Every word has a letter at least, and the blank after it: more words than these are never needed.
        said = sentences(self.length if self.unit == "words" else self.length // 2 + 1, stream(seed, "data"))
        return said if self.unit == "words" else " ".join(said)[: self.length]


class Text(Tokens, tag="text"):
    """A person's own text file (UTF-8). The vocabulary is that of the part that is learned from; what isn't in it is <unk>."""

    text: Annotated[str, Meta(min_length=1, description="the file, seen from the folder of the experiment's file")]
    vocabulary: Annotated[
        int, Meta(ge=2, le=100_000, description="different tokens at most, the most frequent ones; the others are all <unk>")
    ] = 10_000

    def tokenizer(self) -> Tokenizer:
        return _fitted(*version(self.text), self.unit, self.vocabulary, self.parts()[0])

    def count(self) -> int:
        return len(_tokens(*version(self.text), self.unit))

    def read(self, seed: int) -> Sequence[str]:
        return _tokens(*version(self.text), self.unit)

    def notes(self) -> tuple[str, ...]:
        known = set(self.tokenizer().tokens)
        tokens = self.read(0)
        share = sum(token not in known for token in tokens) / len(tokens)
        return (f"{100.0 * share:.2g} % of the {self.unit} are {UNKNOWN}",)

    def anchored(self, folder: Path) -> Text:
        return replace(self, text=str((folder / Path(self.text).expanduser()).absolute()))


def unmeasured(source: Source) -> None:
    """Raise DataError for options that only measured numbers have: ids can't be scaled or squared."""
    input_names(source.tag, source.features, (), planar=False)
    if source.scale != "none":
        raise DataError(f"data.scale: {source.tag} holds ids, not measured numbers: leave scale out")


@lru_cache(4)
def _tokens(path: Path, changed: int, size: int, unit: Unit) -> Sequence[str]:
    if size > LARGEST:
        raise DataError(f"data: {path} has {size / 1e6:.0f} MB, more than the {LARGEST / 1e6:.0f} MB that are read: take a part of it")
    with readable(path):
        raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"data: {path} isn't a text (byte {error.start} is not UTF-8)") from None
    tokens = split(text.replace("\r\n", "\n"), unit)
    if not tokens:
        raise DataError(f"data: {path} is empty: there is nothing to read in it")
    return tokens


@lru_cache(4)
def _fitted(path: Path, changed: int, size: int, unit: Unit, most: int, learned: int) -> Tokenizer:
    return fitted(_tokens(path, changed, size, unit)[:learned], unit, most)
