"""The numbers behind texts, memory tasks and ratings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from nntui.backends.operations import Array
from nntui.data.source import Data, Facts, Source, Split
from nntui.data.splitting import split
from nntui.randomness import stream

if TYPE_CHECKING:
    from nntui.data.texts import Tokens


def windows(source: Tokens, facts: Facts, seed: int) -> Data:
    """Windows of a text (n, context), each with itself one token further as its answer; the last part held out."""
    ids = np.array(source.tokenizer().ids(source.read(seed)), dtype=np.int64)
    learned, held = source.parts()

    def cut(part: Array) -> Split:
        count = source.windows(len(part))
        seen = np.lib.stride_tricks.sliding_window_view(part, source.context + 1)[:: source.step][:count]
        return Split(np.ascontiguousarray(seen[:, :-1]), np.ascontiguousarray(seen[:, 1:]))

    return Data(facts, cut(ids[:learned]), cut(ids[learned:]) if held else None)


def split_examples(source: Source, facts: Facts, X: Array, y: Array, seed: int) -> Data:
    """Examples of ids X (n, ...) int64 shuffled into a training and a validation part, as they are."""
    train, held = split(len(X), source.validation, None, stream(seed, "split"))
    return Data(facts, Split(X[train], y[train]), Split(X[held], y[held]) if len(held) else None)


def adding(n: int, length: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """X (n, length, 2): numbers from U(0, 1) and two marks, one in each half; y (n, 1) the sum of the marked numbers."""
    X = np.zeros((n, length, 2), np.float32)
    X[:, :, 0] = rng.random((n, length), dtype=np.float32)
    rows, half = np.arange(n), length // 2
    first, second = rng.integers(0, half, n), rng.integers(half, length, n)
    X[rows, first, 1] = X[rows, second, 1] = 1.0
    return X, (X[rows, first, 0] + X[rows, second, 0])[:, None]


def copy_memory(n: int, delay: int, remembered: int, symbols: int, blanks: bool, rng: np.random.Generator) -> tuple[Array, Array]:
    """X (n, delay + 2 remembered): symbols from 1, blanks 0, a sign after `delay` steps; y repeats the symbols at the end.

    y elsewhere is 0, or -1 (masked) unless blanks are asked for.
    """
    length = delay + 2 * remembered
    X, y = np.zeros((n, length), np.int64), np.full((n, length), 0 if blanks else -1, np.int64)
    X[:, :remembered] = y[:, -remembered:] = rng.integers(1, symbols + 1, (n, remembered))
    X[:, remembered + delay - 1] = symbols + 1
    return X, y


def ratings(n: int, users: int, items: int, factors: int, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """X (n, 2) user and item, no pair twice; y (n, 1) float32."""
    pairs = rng.choice(users * items, n, replace=False)
    u, i = pairs // items, pairs % items
    b_u, b_i = 0.5 * rng.standard_normal(users), 0.5 * rng.standard_normal(items)
    p, q = rng.standard_normal((users, factors)), rng.standard_normal((items, factors)) / math.sqrt(factors)
    y = 3.0 + b_u[u] + b_i[i] + (p[u] * q[i]).sum(1) + noise * rng.standard_normal(n)
    return np.stack([u, i], axis=1).astype(np.int64), y[:, None].astype(np.float32)
