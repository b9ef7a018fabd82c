"""A language model: what it says follows from its weights, it reads on where it stopped, and never sees what comes next."""

from __future__ import annotations

import math
from collections import Counter
from itertools import islice

import numpy as np
import pytest
from trainer_cases import everything

from nntui.data.source import Split
from nntui.data.tokens import UNKNOWN, Tokenizer
from nntui.errors import DataError, ExperimentError, NntuiError
from nntui.experiment import Experiment
from nntui.measurements import Said
from nntui.nn.network import Network
from nntui.nn.recurrent import Recurrent
from nntui.training.batches import Batches
from nntui.training.carrying import Consecutive, side_by_side
from nntui.training.causality import check_causal
from nntui.training.programs.language_model import LanguageModelRunner
from nntui.training.sampling import sample
from nntui.training.speaking import Speaker, draw
from nntui.training.trainer import Trainer

LSTM = [{"layer": "embedding", "vocabulary": 25, "units": 6}, {"layer": "lstm", "units": 8}, {"layer": "dense", "units": 25}]
BLOCK = {"layer": "skip", "body": [{"layer": "layer_norm"}, {"layer": "attention", "heads": 2, "causal": True}]}
TRANSFORMER = [LSTM[0], {"layer": "positional_embedding"}, BLOCK, LSTM[2]]


def experiment(*changes: str, network: list[dict[str, object]] = LSTM) -> Experiment:
    return Experiment.from_tables(
        {
            "network": network,
            "data": {"source": "sentences", "context": 12, "length": 3000},
            "program": {"kind": "language_model", "length": 30},
            "loss": {"kind": "cross_entropy"},
            "optimizer": {"kind": "adam", "learning_rate": 0.01},
            "training": {"epochs": 3, "batch_size": 16},
        }
    ).set(*changes)


def said(trainer: Trainer) -> list[Said]:
    return [record for record in trainer.closing() if isinstance(record, Said)]


# -- drawing ------------------------------------------------------------------------------------------------------------------


def draws(temperature: float, top_k: int = 0, never: int | None = None) -> Counter[int]:
    rng = np.random.default_rng(0)
    logits = np.log(np.array([0.5, 0.1, 0.3, 0.1], np.float32))
    return Counter(draw(logits, temperature, top_k, rng, never) for _ in range(4000))


def test_tokens_are_drawn_as_often_as_they_are_likely() -> None:
    drawn = draws(1.0)
    for token, p in enumerate((0.5, 0.1, 0.3, 0.1)):
        assert drawn[token] / 4000 == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / 4000))


def test_temperature_sharpens_flattens_and_freezes() -> None:
    assert draws(0.5)[0] / 4000 == pytest.approx(0.25 / 0.36, abs=0.03)  # squares of the probabilities
    assert draws(1e6)[1] / 4000 == pytest.approx(0.25, abs=0.03)
    assert draws(0.0) == {0: 4000}
    assert draws(1e-9) == {0: 4000}


def test_top_k_leaves_only_the_likeliest_and_what_is_never_said_is_not_said() -> None:
    assert set(draws(1.0, top_k=2)) == {0, 2}
    assert set(draws(1.0, top_k=3)) == {0, 1, 2}, "of two alike the first"
    assert set(draws(1.0, top_k=99)) == {0, 1, 2, 3}
    assert set(draws(1.0, top_k=1, never=0)) == {2}


def test_logits_that_are_no_numbers_still_give_a_token() -> None:
    assert 0 <= draw(np.array([math.nan, math.nan]), 1.0, 0, np.random.default_rng(0)) < 2
    assert draw(np.array([1.0, math.inf]), 1.0, 0, np.random.default_rng(0)) == 1


# -- speaking -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("network", [LSTM, TRANSFORMER], ids=["lstm", "transformer"])
def test_it_says_what_the_whole_text_so_far_makes_likeliest(network: list[dict[str, object]]) -> None:
    """Temperature 0 against the answer of a network that is as long as the text."""
    trainer = Trainer(experiment(network=network))
    trainer.step(60)
    tokenizer, context = trainer.data.facts.tokenizer, trainer.experiment.data.context
    assert tokenizer is not None
    text = tokenizer.encode("the dogs")
    for token in islice(Speaker(trainer.network, tokenizer).speak("the dogs", 0.0, 0, np.random.default_rng(0)), 40):
        seen = text if network is LSTM else text[-context:]
        whole = Network(trainer.network.layers, (len(seen),) if network is LSTM else (context,))
        whole.load(trainer.network.params)
        filled = seen if network is LSTM else seen + [3] * (context - len(seen))
        assert whole.forward(np.array([filled]))[0, len(seen) - 1].argmax() == token
        text.append(token)


def test_an_unknown_token_is_never_said() -> None:
    network = Network(experiment().network, (12,))
    tokenizer = Tokenizer("characters", (UNKNOWN, *"abcdefghijklmnopqrstuvwx"))
    tokens = list(islice(Speaker(network, tokenizer).speak("zzz", 5.0, 0, np.random.default_rng(0)), 300))
    assert 0 not in tokens and len(set(tokens)) > 15


def test_it_is_heard_before_and_while_it_learns_always_from_the_same_numbers() -> None:
    trainer = Trainer(experiment('program.prompt="the "', "program.top_k=5", "program.temperature=0.5"))
    (first,) = [record for record in trainer.opening() if isinstance(record, Said)]
    assert first == Said(step=0, prompt="the ", text=first.text, temperature=0.5, top_k=5)
    assert len(first.text) == 30 and said(trainer)[0].text == first.text
    assert any(isinstance(record, Said) for record in trainer.advance(1.0, steps=1, look=True))
    trainer.step(60)
    assert said(trainer)[0].text != first.text
    assert not said(Trainer(experiment("program.length=0")))


def test_who_speaks_slowly_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntui.training.programs.language_model.PATIENCE", 0.0)
    assert len(said(Trainer(experiment()))[0].text) == 1


def test_words_are_said_with_blanks_between_them() -> None:
    changes = 'data.unit="words"', "network[0].vocabulary=87", "network[2].units=87", 'program.prompt="the dogs"'
    (spoken,) = said(Trainer(experiment(*changes)))
    assert len(spoken.text.replace(" .", " . ").split()) in (29, 30)


def test_a_trainer_can_be_asked_and_gives_the_same_answer_to_the_same_question() -> None:
    trainer = Trainer(experiment("program.length=0"))
    trainer.step(10)
    before = everything(trainer)
    text = sample(trainer, "the dog", length=50, temperature=0.7, top_k=4, seed=3)
    assert len(text) == 50 and text == sample(trainer, "the dog", length=50, temperature=0.7, top_k=4, seed=3)
    assert text != sample(trainer, "the dog", length=50, temperature=0.7, top_k=4, seed=4)
    assert sample(trainer, length=0) == ""
    assert everything(trainer) == before
    with pytest.raises(DataError, match="only these are known: space . a b c"):
        sample(trainer, "THE DOG")
    with pytest.raises(ValueError, match="can't be below 0: got -1, 1.0 and 0"):
        sample(trainer, length=-1)


def test_what_reads_no_text_can_not_speak() -> None:
    import nntui

    with pytest.raises(ExperimentError, match="only a network that reads a text"):
        sample(Trainer(nntui.load("xor")))


# -- reading on -----------------------------------------------------------------------------------------------------------------

CARRY = "program.carry=true"


def test_every_row_of_a_batch_goes_on_where_it_ended() -> None:
    windows = np.arange(11)
    arranged = side_by_side(Split(windows, windows), 3).X
    batches = Consecutive(11, 3, 0, Network([], (1,)).ops)
    assert batches.per_epoch == 3 and batches.remainder == 0 and batches.examples == 9
    assert [arranged[batches.at(step)].tolist() for step in range(4)] == [[0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 3, 6]]
    assert sorted(arranged) == list(windows)
    assert side_by_side(Split(windows, windows), 99).X.tolist() == list(windows)


def test_a_batch_is_named_by_the_windows_of_the_text_that_are_in_it() -> None:
    for given in (experiment(CARRY), experiment()):
        trainer = Trainer(given)
        trainer.step(3)
        (ran,) = trainer.runner.ran(2)
        np.testing.assert_array_equal(ran.X, trainer.data.train.X[trainer.runner.batch(2)])


def test_the_loss_of_a_carried_epoch_is_that_of_whole_lines_read_at_once() -> None:
    """Without learning, windows that are read on come to the loss of the sequence that they were cut from."""
    given = experiment(CARRY, "optimizer.learning_rate=1e-30", "data.validation=0.0", "data.length=2881")  # 240 windows
    trainer = Trainer(given, dtype="float64")
    losses = [trainer.step(1) for _ in range(trainer.steps_per_epoch)]
    X, y = given.data.load(0).train.X, given.data.load(0).train.y
    rows, length = 16, trainer.steps_per_epoch
    whole = Network(given.network, (12 * length,), dtype="float64")
    whole.load(trainer.network.params)
    Z = whole.forward(X[: rows * length].reshape(rows, -1))
    Z -= np.log(np.exp(Z).sum(-1, keepdims=True))
    wanted = -np.take_along_axis(Z, y[: rows * length].reshape(rows, -1, 1), -1).reshape(rows, length, 12).mean((0, 2))
    np.testing.assert_allclose(losses, wanted, rtol=1e-9)
    assert trainer.step(1) == pytest.approx(losses[0], rel=1e-9), "an epoch begins without memories"
    assert len(X) == rows * length
    assert trainer.evaluate("train")["loss"] == pytest.approx(np.mean(losses), rel=1e-9)


def test_evaluating_reads_on_as_well_and_disturbs_nothing() -> None:
    given = experiment(CARRY, "data.length=2400", "data.validation=0.2")  # 160 windows to learn, less one
    watched, alone = Trainer(given), Trainer(given)
    for _ in range(7):
        watched.step(1), watched.evaluate(), watched.evaluate("train"), watched.closing(), alone.step(1)
    assert everything(watched) == everything(alone)
    forgetful = Trainer(given.set("program.carry=false"))
    for name, value in alone.network.params.items():
        forgetful.network.params[name][...] = value
    assert forgetful.evaluate("train")["loss"] != alone.evaluate("train")["loss"]


@pytest.mark.parametrize("layer", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("cut", [4, 9, 10, 11])
def test_a_carried_state_is_part_of_what_is_saved(layer: str, cut: int) -> None:
    given = experiment(CARRY, f"network[1]={{layer={layer!r}, units=5, layers=2}}")
    whole, before, after = (Trainer(given) for _ in range(3))
    assert whole.steps_per_epoch > 4
    whole.step(20)
    before.step(cut)
    after.load_state(before.state())
    after.step(20 - cut)
    assert everything(after) == everything(whole)
    names = [name for name in before.state().arrays if name.startswith("carried.")]
    assert names == [f"carried.1.{layer}.{state}" for state in ("hc" if layer == "lstm" else "h")]


def test_a_state_that_lacks_what_was_carried_is_refused() -> None:
    trainer = Trainer(experiment(CARRY))
    state = trainer.state()
    del state.arrays["carried.1.lstm.h"]
    with pytest.raises(NntuiError, match=r"carried\.1\.lstm\.h is missing"):
        Trainer(experiment(CARRY)).load_state(state)


def test_without_carrying_the_numbers_are_those_of_supervised_learning() -> None:
    one, other = Trainer(experiment()), Trainer(experiment('program={kind="supervised"}'))
    one.step(30), other.step(30)
    assert everything(one) == everything(other)
    assert type(one.runner) is LanguageModelRunner and type(one.runner.batches) is Batches


# -- refusals -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "network", "sentence"),
    [
        (('data={source="spiral"}',), LSTM, "program.kind: a language model reads a text: choose data.source sentences"),
        (('program.prompt="HELLO"',), LSTM, "program.prompt: characters: only these are known"),
        ((CARRY,), TRANSFORMER, "program.carry: no layer has a state to carry on: use rnn, gru or lstm"),
        ((CARRY, "network[1].bidirectional=true"), LSTM, "program.carry: 1.lstm reads from the end, too: set bidirectional = false"),
        ((CARRY, "data.stride=5"), LSTM, "program.carry: windows have to follow each other without a gap"),
        ((CARRY, "training.accumulate=2"), LSTM, "training.accumulate: portions of a batch carry no state on"),
    ],
)
def test_what_can_not_work_is_said(changes: tuple[str, ...], network: list[dict[str, object]], sentence: str) -> None:
    with pytest.raises(NntuiError) as refused:
        experiment(network=network).set(*changes).check()
    assert str(refused.value).startswith(sentence)


LEAKS = {
    "2.skip.1.attention": (TRANSFORMER, ("network[2].body[1].causal=false",), "set causal = true"),
    "1.gru": (LSTM, ('network[1]={layer="gru", units=4, bidirectional=true}',), "set bidirectional = false"),
    "1.conv1d": (LSTM, ('network[1]={layer="conv1d", filters=4, kernel=3}',), "put { layer = \"pad\""),
    "1.instance_norm": (LSTM, ('network[1]={layer="instance_norm"}',), "take it out"),
    "1.layer_norm": (LSTM, ('network[1]={layer="layer_norm", over="example"}',), "take it out"),
}  # fmt: skip


@pytest.mark.parametrize("path", LEAKS)
def test_a_layer_that_sees_what_comes_next_is_named(path: str) -> None:
    network, changes, remedy = LEAKS[path]
    with pytest.raises(ExperimentError) as refused:
        Trainer(experiment(network=network).set(*changes))
    assert str(refused.value).startswith(f"network: {path} sees what comes later, which a language model has to predict: {remedy}")


def test_a_leak_behind_weights_of_zero_is_seen_and_an_overflow_is_no_leak() -> None:
    body = {"layer": "skip", "body": [{"layer": "attention", "heads": 2, "init": "zeros"}]}
    with pytest.raises(ExperimentError, match=r"1\.skip\.0\.attention sees"):
        check_causal(experiment(network=[LSTM[0], body, LSTM[2]]).network, (12,), 25)
    huge = {"layer": "skip", "body": [{"layer": "attention", "heads": 2, "causal": True, "init": {"kind": "normal", "std": 1e100}}]}
    check_causal(experiment(network=[LSTM[0], *[huge] * 6, LSTM[2]]).network, (12,), 25)


def test_causal_networks_of_all_kinds_pass() -> None:
    convolution = [LSTM[0], {"layer": "pad", "amount": [2, 0]}, {"layer": "conv1d", "filters": 8, "kernel": 3, "padding": "valid"}, LSTM[2]]
    for network in (LSTM, TRANSFORMER, convolution):
        given = experiment(network=network)
        check_causal(given.network, (12,), 25)
        check_causal(given.network, (1,), 25) if network is not TRANSFORMER else None
    assert any(isinstance(layer, Recurrent) for layer in experiment().network)
