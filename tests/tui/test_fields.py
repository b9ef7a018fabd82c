"""Forms made from types: what a text means, and the sentence where it means nothing."""

from __future__ import annotations

from typing import get_args

import pytest

from nntui.experiment import (
    AnyLoss,
    AnyOptimizer,
    AnyProgram,
    AnySchedule,
    AnySource,
    EarlyStopping,
    Experiment,
    Penalty,
    Start,
    Training,
)
from nntui.nn.activations import LeakyReLU, ReLU
from nntui.nn.catalogue import LAYERS
from nntui.nn.dense import Dense
from nntui.nn.initializers import Normal
from nntui.nn.layer import Layer
from nntui.nn.regularization import Dropout
from nntui.nn.shaping import Reshape
from nntui.nn.skip import Skip
from nntui.tui.fields import FieldError, fields, texts, value
from nntui.tui.parts import SETUP


def refusal(kind: type[Layer], **given: str) -> str:
    with pytest.raises(FieldError) as caught:
        value(kind, given)
    return str(caught.value)


def test_every_layer_has_a_form_and_every_line_says_what_it_wants() -> None:
    for kind in LAYERS:
        for field in fields(kind):
            assert field.wanted, f"{kind.__name__}.{field.name}"


def test_every_line_of_every_form_is_explained() -> None:
    families = (AnySource, AnyLoss, AnyOptimizer, AnySchedule, AnyProgram)
    kinds = [*LAYERS, *(kind for family in families for kind in get_args(family)), Penalty, Training, Start, EarlyStopping]
    lines = [(kind, field) for kind in kinds for field in fields(kind)]
    lines += [(Experiment, field) for field in fields(Experiment, SETUP.only)]
    assert not [f"{kind.__name__}.{field.name}" for kind, field in lines if not field.description]


def test_a_form_filled_in_with_a_layer_means_that_layer() -> None:
    for layer in (Dense(8, bias=False, init="he"), Dense(3, init=Normal(std=0.01)), Reshape((8, 8, 1)), Dropout(0.2), ReLU()):
        assert value(type(layer), texts(layer)) == layer


def test_what_is_left_empty_has_its_default_and_what_has_none_is_asked_for() -> None:
    assert value(Dense, {"units": "8", "bias": "", "init": ""}) == Dense(8)
    assert refusal(Dense, units="") == "units: missing: expected an integer >= 1"


def test_numbers_out_of_range_and_words_are_refused_with_what_was_expected() -> None:
    assert refusal(Dense, units="0") == "units: expected an integer >= 1, got 0"
    assert "expected an integer >= 1" in refusal(Dense, units="many")
    assert refusal(Dense, units="2.5") == "units: expected an integer >= 1, got 2.5"
    assert "< 1" in refusal(Dropout, rate="1")
    assert "finite" in refusal(LeakyReLU, slope="nan")


def test_an_initializer_is_a_name_or_an_inline_table() -> None:
    assert value(Dense, {"units": "2", "init": "glorot"}) == Dense(2, init="glorot")
    assert value(Dense, {"units": "2", "init": '{ kind = "normal", std = 0.5 }'}) == Dense(2, init=Normal(std=0.5))
    assert "did you mean" in refusal(Dense, units="2", init="glorrot")
    assert "std" in refusal(Dense, units="2", init='{ kind = "normal", std = -1 }')


def test_a_shape_needs_no_brackets() -> None:
    assert value(Reshape, {"shape": "8, 8, 1"}) == Reshape((8, 8, 1))
    assert value(Reshape, {"shape": "[64]"}) == Reshape((64,))
    assert "shape" in refusal(Reshape, shape="8, x")


def test_choices_are_words_to_choose_from() -> None:
    by_name = {field.name: field for field in fields(Dense)}
    assert by_name["bias"].choices == ("true", "false") and by_name["bias"].closed
    assert "he" in by_name["init"].choices and not by_name["init"].closed
    assert by_name["units"].choices == ()


def test_the_layers_inside_a_container_are_no_line_of_its_form_and_stay() -> None:
    skip = Skip((Dense(4), ReLU()))
    names = [field.name for field in fields(Skip)]
    assert "join" in names and "body" not in names
    assert value(Skip, {"join": "concatenate"}, skip) == Skip((Dense(4), ReLU()), join="concatenate")
    assert value(Skip, {}) == Skip(())


def test_a_text_that_tries_to_be_more_than_a_value_is_refused() -> None:
    assert "units" in refusal(Dense, units="1\nbias = false")
