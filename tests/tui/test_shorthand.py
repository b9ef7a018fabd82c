"""A layer in a few words."""

from __future__ import annotations

import pytest

from nntui.nn.catalogue import BY_TAG
from nntui.tui.fields import FieldError
from nntui.tui.shorthand import divided, layer
from nntui.writing import plain


@pytest.mark.parametrize(
    ("typed", "name", "words"),
    [
        ("conv 16 k3", "conv", ["16", "k3"]),
        ("max pool 2", "max pool", ["2"]),
        ("conv1d 8", "conv1d", ["8"]),
        ("dense", "dense", []),
        ("dropout 0.2", "dropout", ["0.2"]),
        ("batch_norm", "batch_norm", []),
        ("nothing 3", "nothing", ["3"]),
        ("", "", []),
    ],
)
def test_the_name_ends_where_no_layer_is_called_like_that_any_more(typed: str, name: str, words: list[str]) -> None:
    assert divided(typed) == (name, words)


@pytest.mark.parametrize(
    ("tag", "words", "made"),
    [
        ("dense", "64", {"units": 64}),
        ("conv2d", "16 k5", {"filters": 16, "kernel": 5}),
        ("conv2d", "16 3x5 s2", {"filters": 16, "kernel": [3, 5], "stride": 2}),
        ("conv2d", "8 valid", {"filters": 8, "padding": "valid"}),
        ("dropout", "0.25", {"rate": 0.25}),
        ("lstm", "32 returns=last", {"units": 32, "returns": "last"}),
        ("attention", "h4 causal", {"heads": 4, "causal": True}),
        ("dense", "8 bias=false init=he", {"units": 8, "bias": False, "init": "he"}),
        ("tanh", "", {}),
    ],
)
def test_words_are_the_layer_s_options(tag: str, words: str, made: dict[str, object]) -> None:
    assert plain(layer(tag, words.split())) == plain(BY_TAG[tag](**_typed(made)))


def _typed(made: dict[str, object]) -> dict[str, object]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in made.items()}


@pytest.mark.parametrize(
    ("tag", "words", "told"),
    [
        ("dense", "", "units: missing"),
        ("dense", "0", "units: expected an integer >= 1, got 0"),
        ("dense", "8 q3", "dense has nothing that begins with 'q': units"),
        ("tanh", "3", "tanh takes no further number: 3 means nothing to it"),
        ("dense", "8 u9", "units: is there twice: 8 and 9"),
        ("conv2d", "8 padding", "padding: expected"),
        ("conv2d", "8 sideways", "conv2d has nothing that begins with 'sideways'"),
    ],
)
def test_what_means_nothing_is_said(tag: str, words: str, told: str) -> None:
    with pytest.raises(FieldError) as refused:
        layer(tag, words.split())
    assert str(refused.value).startswith(told)
