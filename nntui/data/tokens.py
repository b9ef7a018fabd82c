"""Texts as numbers and back: characters or words, each with an id, and one id for all that are too rare."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from nntui.errors import DataError

Unit: TypeAlias = Literal["characters", "words"]

UNKNOWN = "<unk>"
_WORDS = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")
_SHOWN = {" ": "space", "\n": "\\n", "\t": "\\t"}


@dataclass(frozen=True)
class Tokenizer:
    """A vocabulary: the id of a token is its place in `tokens`. If <unk> is among them it stands for all others."""

    unit: Unit
    tokens: tuple[str, ...]

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {token: index for index, token in enumerate(self.tokens)}

    @property
    def names(self) -> tuple[str, ...]:
        """The tokens as they are shown: a blank is "space"."""
        return tuple(_SHOWN.get(token, token) for token in self.tokens)

    def encode(self, text: str) -> list[int]:
        """Ids of a text. Raises DataError for a token that isn't in a vocabulary without <unk>."""
        return self.ids(split(text, self.unit))

    def ids(self, tokens: Iterable[str]) -> list[int]:
        """Ids of tokens. Raises DataError like `encode`."""
        known, unknown = self._ids, self._ids.get(UNKNOWN)
        found = [known.get(token, unknown) for token in tokens]
        if None in found:
            raise DataError(f"{self.unit}: only these are known: {' '.join(self.names)}")
        return found  # type: ignore[return-value]

    @property
    def opening(self) -> int:
        """The id of what a text may begin after: a new line, a blank or a full stop, if there is one."""
        return next((self._ids[token] for token in ("\n", " ", ".") if token in self._ids), len(self.tokens) - 1)

    @property
    def unknown(self) -> int | None:
        """The id of <unk>, if there is one."""
        return self._ids.get(UNKNOWN)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids; words with blanks between them, but none before a comma or full stop."""
        tokens = [self.tokens[index] for index in ids]
        return "".join(tokens) if self.unit == "characters" else re.sub(r" ([.,;:!?])", r"\1", " ".join(tokens))


def split(text: str, unit: Unit) -> Sequence[str]:
    """A text's characters; or its words, with signs as words of their own."""
    return text if unit == "characters" else _WORDS.findall(text)


def fitted(tokens: Sequence[str], unit: Unit, most: int) -> Tokenizer:
    """The vocabulary of a text: <unk>, then its `most` - 1 most frequent tokens; of equally frequent ones the first in order."""
    counts = Counter(tokens)
    ranked = sorted(counts, key=lambda token: (-counts[token], token))
    return Tokenizer(unit, (UNKNOWN, *ranked[: most - 1]))
