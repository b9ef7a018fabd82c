"""A small language with rules that reach far: who is meant decides the verb, however much is said in between.

English words, phrases within phrases. "the dogs that the child with a ball sees run .": the verb agrees with the subject at
the start, so whoever looks back three letters, or three words, can't get it right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_NOUNS = (
    ("dog", "dogs"), ("cat", "cats"), ("child", "children"), ("woman", "women"), ("teacher", "teachers"), ("bird", "birds"),
    ("farmer", "farmers"), ("horse", "horses"), ("king", "kings"), ("friend", "friends"), ("mouse", "mice"), ("sailor", "sailors"),
)  # fmt: skip
_PLAIN = (
    ("sleeps", "sleep"), ("runs", "run"), ("laughs", "laugh"), ("waits", "wait"), ("sings", "sing"), ("is here", "are here"),
    ("was late", "were late"), ("has gone", "have gone"),
)  # fmt: skip
_REACHING = (
    ("sees", "see"), ("chases", "chase"), ("knows", "know"), ("loves", "love"), ("follows", "follow"), ("hears", "hear"),
    ("has found", "have found"),
)  # fmt: skip
_SAYING = (("says", "say"), ("thinks", "think"), ("hopes", "hope"))
_ADJECTIVES = ("tall", "small", "brave", "quiet", "tired", "happy", "young")
_PLACES = ("near", "behind", "with", "under")
_MANNERS = ("too", "again", "today", "often")
_DETERMINERS = (("a", "some"), ("the", "the"), ("every", "many"), ("this", "these"))

DEEPEST = 3
"""Clauses within clauses."""


def words() -> tuple[str, ...]:
    """Every word of the language, and the full stop, sorted."""
    lists = (*_NOUNS, *_PLAIN, *_REACHING, *_SAYING, _ADJECTIVES, _PLACES, _MANNERS, *_DETERMINERS, ("that", "and", "."))
    return tuple(sorted({word for phrases in lists for phrase in phrases for word in phrase.split()}))


def sentences(count: int, rng: np.random.Generator) -> list[str]:
    """The first `count` words (full stops are words, too) of a text without end."""
    text: list[str] = []
    while len(text) < count:
        text += [*_Speaker(rng).clause(0), "."]
    return text[:count]


class _Speaker:
    """Says one sentence by chance."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def clause(self, depth: int) -> list[str]:
        many = self._chance(0.5)
        said = [*self._subject(many, depth), *self._predicate(many, depth)]
        if depth == 0 and self._chance(0.15):
            other = self._chance(0.5)
            said += ["and", *self._subject(other, depth), *self._predicate(other, depth)]
        return said

    def _subject(self, many: bool, depth: int) -> list[str]:
        said = [_DETERMINERS[self._one_of(len(_DETERMINERS))][many]]
        if self._chance(0.3):
            said.append(_ADJECTIVES[self._one_of(len(_ADJECTIVES))])
        said.append(_NOUNS[self._one_of(len(_NOUNS))][many])
        if depth < DEEPEST:
            if self._chance(0.2):
                said += [_PLACES[self._one_of(len(_PLACES))], *self._subject(self._chance(0.5), DEEPEST)]
            if self._chance(0.35):
                said += self._relative(many, depth + 1)
        return said

    def _relative(self, many: bool, depth: int) -> list[str]:
        if self._chance(0.5):
            return ["that", *self._predicate(many, depth)]
        other = self._chance(0.5)
        return ["that", *self._subject(other, depth), *self._verb(_REACHING, other)]

    def _predicate(self, many: bool, depth: int) -> list[str]:
        kind = self._rng.random()
        if kind < 0.5:
            said = self._verb(_PLAIN, many)
            return [*said, _MANNERS[self._one_of(len(_MANNERS))]] if self._chance(0.3) else said
        if kind < 0.85 or depth >= DEEPEST:
            return [*self._verb(_REACHING, many), *self._subject(self._chance(0.5), depth + 1)]
        return [*self._verb(_SAYING, many), "that", *self.clause(depth + 1)]

    def _verb(self, verbs: tuple[tuple[str, str], ...], many: bool) -> list[str]:
        return verbs[self._one_of(len(verbs))][many].split()

    def _chance(self, share: float) -> bool:
        return bool(self._rng.random() < share)

    def _one_of(self, count: int) -> int:
        # The first of a list are said more often than the last, as in every language.
        return int(count * float(self._rng.random()) ** 1.5)
