"""What the presets of sequences are measured against: counting what follows what, and knowing nothing."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import pytest

import nntui
from nntui.data.texts import Sentences
from nntui.training.trainer import Trainer


def n_gram_loss(order: int, learned: Sequence[int], held: Sequence[int], vocabulary: int) -> float:
    """Mean of -ln p over the held-out tokens, p by the order - 1 tokens before, interpolated as by Witten & Bell (1991).

    p_k(c | h) = (count(h c) + t(h) p_k-1(c | h)) / (count(h) + t(h)), t(h) how many different tokens followed h.
    """
    counts: list[defaultdict[tuple[int, ...], Counter[int]]] = [defaultdict(Counter) for _ in range(order)]
    for k in range(order):
        for i in range(k, len(learned)):
            counts[k][tuple(learned[i - k : i])][learned[i]] += 1
    total = 0.0
    for i in range(order, len(held)):
        p = 1.0 / vocabulary
        for k in range(order):
            followed = counts[k].get(tuple(held[i - k : i]))
            if not followed:
                break
            p = (followed[held[i]] + len(followed) * p) / (followed.total() + len(followed))
        total -= math.log(p)
    return total / (len(held) - order)


def parts(source: Sentences, seed: int) -> tuple[list[int], list[int]]:
    """The ids that are learned from and those that are held out, as training has them."""
    ids = source.tokenizer().ids(source.read(seed))
    learned, _ = source.parts()
    return ids[:learned], ids[learned:]


def test_n_grams_learn_an_alphabet():
    alphabet = [k % 5 for k in range(1000)]
    assert n_gram_loss(1, alphabet, alphabet, 5) == pytest.approx(math.log(5.0), abs=0.01)
    assert n_gram_loss(2, alphabet, alphabet, 5) < 0.02


@pytest.mark.parametrize("name", ["char-transformer", "char-lstm"])
def test_a_language_model_is_held_to_less_than_a_trigram_model_s_loss_on_the_same_letters(name: str):
    experiment = nntui.load(name)
    source = experiment.data
    assert isinstance(source, Sentences)
    learned, held = parts(source, experiment.seed)
    trigram = n_gram_loss(3, learned, held, len(source.tokenizer().tokens))
    assert 1.4 < trigram / math.log(2.0) < 1.5  # bits per letter, as the story says
    bound = experiment.reference["val_loss"].at_most
    assert bound is not None and bound < 0.75 * trigram


def test_the_adding_problem_is_solved_within_1500_steps_by_an_lstm_and_not_by_an_rnn_of_the_same_size():
    lstm, rnn = nntui.load("adding-lstm"), nntui.load("adding-rnn")
    assert lstm.data == rnn.data and lstm.training == rnn.training and lstm.optimizer == rnn.optimizer
    assert lstm.network[0].units == rnn.network[0].units
    assert Trainer(lstm).total_steps <= 1500
    assert lstm.reference["val_loss"].at_most == 0.01
    assert rnn.reference["val_loss"].at_least > 0.01
