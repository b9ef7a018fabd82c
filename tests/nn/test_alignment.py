"""Which layers are still there after an edit, and where they were before it."""

from __future__ import annotations

import pytest

from nntui.errors import ExperimentError
from nntui.nn.activations import ReLU, Tanh
from nntui.nn.alignment import check, read, same_layers, written
from nntui.nn.dense import Dense
from nntui.nn.layer import Layer
from nntui.nn.normalization import BatchNorm
from nntui.nn.plan import plan
from nntui.nn.skip import Skip
from nntui.nn.weight_norm import WeightNorm

BEFORE: tuple[Layer, ...] = (Dense(4), Tanh(), Dense(4), Tanh(), Dense(2))


def same(after: tuple[Layer, ...], before: tuple[Layer, ...] = BEFORE) -> dict[str, str]:
    return same_layers(plan(before, (2,)), plan(after, (2,)))


def test_a_network_that_was_not_edited_is_the_same_from_layer_to_layer() -> None:
    assert same((Dense(4), Tanh(), Dense(4), Tanh(), Dense(2))) == {path: path for path in ("0.dense", "2.dense", "4.dense")}


def test_layers_behind_a_new_one_are_known_again_though_their_places_have_changed() -> None:
    after = (*BEFORE[:2], Dense(4), ReLU(), *BEFORE[2:])
    assert same(after) == {"0.dense": "0.dense", "4.dense": "2.dense", "6.dense": "4.dense"}


def test_layers_behind_one_that_is_gone_are_known_again() -> None:
    assert same((*BEFORE[:2], BEFORE[4])) == {"0.dense": "0.dense", "2.dense": "4.dense"}


def test_a_layer_of_another_size_is_new_and_so_is_the_one_that_reads_it() -> None:
    assert same((*BEFORE[:2], Dense(5), *BEFORE[3:])) == {"0.dense": "0.dense"}


def test_a_layer_with_another_activation_behind_it_keeps_its_weights() -> None:
    assert len(same((BEFORE[0], ReLU(), BEFORE[2], ReLU(), BEFORE[4]))) == 3


def test_of_many_equal_layers_it_is_the_one_that_was_deleted_that_is_missing() -> None:
    deep: tuple[Layer, ...] = (Dense(4), *(Dense(4) for _ in range(6)), Dense(2))
    found = same((*deep[:3], *deep[4:]), deep)
    assert list(found.values()) == ["0.dense", "1.dense", "2.dense", "4.dense", "5.dense", "6.dense", "7.dense"]
    read_again = tuple(Dense(layer.units) for layer in deep if isinstance(layer, Dense))
    assert len(same((*read_again[:3], *read_again[4:]), deep)) == 7, "equal ones will do, where it can't be known"


def test_a_layer_is_known_again_inside_a_skip_and_out_of_it() -> None:
    wrapped = (*BEFORE[:2], Skip((BEFORE[2],)), *BEFORE[3:])
    assert same(wrapped) == {"0.dense": "0.dense", "2.skip.0.dense": "2.dense", "4.dense": "4.dense"}
    assert same(BEFORE, wrapped)["2.dense"] == "2.skip.0.dense"
    more = (*BEFORE[:2], Skip((Tanh(), BEFORE[2])), *BEFORE[3:])
    assert same(more, wrapped)["2.skip.1.dense"] == "2.skip.0.dense"


def test_weights_that_are_a_direction_are_no_weights_of_a_plain_layer() -> None:
    inner = Dense(4)
    assert same((WeightNorm((inner,)), Tanh(), Dense(2)), (inner, Tanh(), Dense(2))) == {"2.dense": "2.dense"}


def test_what_is_kept_without_being_learned_comes_along() -> None:
    after = (Dense(4), Tanh(), BatchNorm(), Dense(2))
    assert same(after, (Dense(4), BatchNorm(), Dense(2)))["2.batch_norm"] == "1.batch_norm"


def test_a_network_of_other_layers_has_none_in_common() -> None:
    assert same((Dense(7), Dense(3))) == {}


def test_pairs_are_written_and_read() -> None:
    pairs = {"3.skip.0.dense": "2.dense", "0.dense": "0.dense"}
    assert written(pairs) == ("3.skip.0.dense = 2.dense", "0.dense = 0.dense") and read(written(pairs)) == pairs
    with pytest.raises(ExperimentError, match="like 3.dense = 2.dense, got '3.dense'"):
        read(("3.dense",))
    with pytest.raises(ExperimentError, match="2.dense = 0.dense: 2.dense begins with 1.dense already"):
        read(("2.dense = 1.dense", "2.dense = 0.dense"))
    with pytest.raises(ExperimentError, match="there is no layer 1.tanh that learns; there are 0.dense, 2.dense, 4.dense"):
        check({"1.tanh": "0.dense"}, plan(BEFORE, (2,)))
