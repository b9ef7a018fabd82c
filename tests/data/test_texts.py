"""Texts as windows of ids: nothing of what is held out is seen, and what is rare has one name."""

import re

import msgspec
import numpy as np
import pytest

from nntui.data.catalogue import AnySource
from nntui.data.grammar import sentences, words
from nntui.data.texts import Sentences, Text
from nntui.data.tokens import UNKNOWN, Tokenizer, fitted, split
from nntui.errors import DataError
from nntui.experiment import Experiment
from nntui.randomness import stream


@pytest.fixture
def poem(tmp_path):
    def write(text: str, **options: object) -> Text:
        path = tmp_path / "poem.txt"
        path.write_bytes(text.encode())
        return Text(text=str(path), **options)

    return write


# -- tokens -----------------------------------------------------------------------------------------------------------------


def test_characters_and_words_go_there_and_back():
    text = "Don't stop, he said: go on!"
    assert "".join(split(text, "characters")) == text
    assert split(text, "words") == ["Don't", "stop", ",", "he", "said", ":", "go", "on", "!"]
    for unit in ("characters", "words"):
        tokenizer = fitted(split(text, unit), unit, 100)
        assert tokenizer.decode(tokenizer.encode(text)) == text


def test_a_vocabulary_is_the_most_frequent_tokens_and_one_for_all_others():
    tokenizer = fitted(split("a b a c a b d", "words"), "words", 3)
    assert tokenizer.tokens == (UNKNOWN, "a", "b")
    assert tokenizer.encode("b a d e") == [2, 1, 0, 0]
    assert fitted(split("b a", "words"), "words", 10).tokens == (UNKNOWN, "a", "b")  # equally frequent: in order


def test_a_vocabulary_without_a_name_for_the_unknown_refuses_it():
    with pytest.raises(DataError, match="words: only these are known: a space"):
        Tokenizer("words", ("a", " ")).encode("b")


# -- a person's file -----------------------------------------------------------------------------------------------------------


def test_the_answer_to_a_window_is_the_window_one_token_further(poem):
    source = poem("abcdefghijklmnopqrst", context=4, validation=0.0)
    data = source.load(0)
    decode = source.tokenizer().decode
    assert [decode(row) for row in data.train.X] == ["abcd", "efgh", "ijkl", "mnop"]
    assert [decode(row) for row in data.train.y] == ["bcde", "fghi", "jklm", "nopq"]


def test_windows_may_overlap(poem):
    source = poem("abcdefghij", context=4, stride=2, validation=0.0)
    assert [source.tokenizer().decode(row) for row in source.load(0).train.X] == ["abcd", "cdef", "efgh"]


def test_the_end_of_a_text_is_held_out_and_never_seen(poem):
    source = poem("ab" * 40 + "yz" * 10, context=5, validation=0.2)
    data = source.load(0)
    assert source.tokenizer().tokens == (UNKNOWN, "a", "b")  # the vocabulary is not that of what is held out
    assert set(np.unique(data.train.X)) == set(np.unique(data.train.y)) == {1, 2}
    assert not data.validation.X.any() and not data.validation.y.any()
    assert data.facts.notes == ("20 % of the characters are <unk>",)
    assert data.facts.examples == len(data.train) + len(data.validation)


def test_a_cap_on_the_vocabulary_is_told_by_the_share_it_costs(poem):
    source = poem("a a a a b b b c c d " * 3, unit="words", vocabulary=3, context=3, validation=0.0)
    assert source.facts().target.classes == 3 and source.facts().vocabulary == (3,)
    assert source.facts().notes == ("30 % of the words are <unk>",)


def test_a_file_that_changes_is_read_again(poem):
    before = poem("abab" * 20, context=3).facts()
    after = poem("abcabc" * 20, context=3).facts()
    assert (before.target.classes, after.target.classes) == (3, 4)


def test_line_ends_and_byte_order_marks_are_no_characters(poem):
    assert poem("\ufeffab\r\n" * 1 + "ab\n" * 30, context=3).tokenizer().names == (UNKNOWN, "\\n", "a", "b")


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("", {}, "is empty: there is nothing to read in it"),
        ("abc" * 10, {"context": 30}, "the training part of this text has 24 characters, too few to see 30 at once: set context to at mo"),
        ("abc" * 10, {"context": 10}, "the validation part of this text has 6 characters, too few to see 10 at once: set context to at mo"),
        ("abc" * 10, {"context": 3, "scale": "minmax"}, "data.scale: text holds ids, not measured numbers: leave scale out"),
        ("abc" * 10, {"context": 3, "features": ("x",)}, "data.features: "),
    ],
)
def test_a_text_that_can_t_be_learned_is_refused_with_a_way_out(poem, text, options, sentence):
    with pytest.raises(DataError) as refused:
        poem(text, **options).facts()
    assert sentence in str(refused.value)


def test_what_isn_t_a_text_or_isn_t_there_is_refused(tmp_path):
    binary = tmp_path / "picture.png"
    binary.write_bytes(b"abc\xff\xfe")
    with pytest.raises(DataError, match=r"picture.png isn't a text \(byte 3 is not UTF-8\)"):
        Text(text=str(binary)).facts()
    with pytest.raises(DataError, match=r"there is no file .*pictures.png \(did you mean picture.png\?\)"):
        Text(text=str(tmp_path / "pictures.png")).facts()


def test_an_experiment_names_a_text_by_its_own_key_and_sees_it_from_its_folder(tmp_path):
    (tmp_path / "poem.txt").write_text("ab" * 200)
    (tmp_path / "x.toml").write_text(
        'network = [{layer="embedding", vocabulary=3, units=2}, {layer="dense", units=3}]\n'
        '[data]\ntext = "poem.txt"\ncontext = 8\n[loss]\nkind = "cross_entropy"\n[optimizer]\nkind = "adam"\n'
    )
    experiment = Experiment.from_file(tmp_path / "x.toml")
    assert experiment.check().output_shape == (8, 3)
    assert Experiment.from_toml(experiment.to_toml()) == experiment


# -- the generated language ---------------------------------------------------------------------------------------------------


def test_sentences_are_made_of_the_language_s_words():
    text = sentences(5000, stream(0, "test"))
    assert len(text) == 5000 and set(text) == set(words())


def test_a_verb_agrees_with_its_subject_across_a_clause():
    """In "these dogs that every child sees run" the last verb is the dogs', not the child's."""
    text = " ".join(sentences(100_000, stream(0, "test")))
    noun = "(?:tall |small |brave |quiet |tired |happy |young )?[a-z]+"
    clause = rf"that (?:this|every|these|many) {noun} (?:sees?|chases?|loves?|knows?)"
    pattern = rf"\. (this|every|these|many) {noun} {clause} (sleeps?|runs?|laughs?|waits?)\b"
    found = re.findall(pattern, text)
    assert len(found) > 10
    assert all(verb.endswith("s") == (subject in ("this", "every")) for subject, verb in found)


def test_facts_of_generated_sentences_need_no_generation():
    for unit in ("characters", "words"):
        source = Sentences(unit=unit, length=20_000, context=16)
        facts = source.facts()
        data = source.load(3)
        assert data.facts == facts and facts.examples == 999 + 249 and facts.notes == ()
        assert source.tokenizer().decode(data.train.X[0]) in source.tokenizer().decode(source.tokenizer().ids(source.read(3)))


def test_a_source_survives_the_way_into_a_file_and_back():
    source = Text(text="a.txt", unit="words", vocabulary=50)
    assert msgspec.convert(msgspec.to_builtins(source), AnySource) == source
