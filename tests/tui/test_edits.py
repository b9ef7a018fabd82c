"""Edits of a network: addresses, and moving through containers."""

from __future__ import annotations

import pytest

from nntui.nn.activations import ReLU, Tanh
from nntui.nn.dense import Dense
from nntui.nn.layer import Layer
from nntui.nn.skip import Skip
from nntui.tui import edits

NETWORK: tuple[Layer, ...] = (Dense(4), Skip((Dense(4), ReLU())), Tanh())


def outline(layers: tuple[Layer, ...]) -> str:
    """The network on one line: "dense skip(dense relu) tanh"."""
    return " ".join(f"{layer.tag}({outline(edits.body(layer))})" if edits.is_container(layer) else layer.tag for layer in layers)


def test_walking_gives_containers_before_what_is_in_them() -> None:
    assert [address for address, _ in edits.walk(NETWORK)] == [(0,), (1,), (1, 0), (1, 1), (2,)]


def test_a_path_names_every_container_on_the_way() -> None:
    assert edits.path(NETWORK, (1, 1)) == "1.skip.1.relu"
    assert edits.address_of(NETWORK, "1.skip.1.relu") == (1, 1)
    assert edits.address_of(NETWORK, "1.skip.9.relu") is None


def test_layers_inside_a_container_are_exchanged_added_and_removed() -> None:
    assert outline(edits.replaced(NETWORK, (1, 1), Tanh())) == "dense skip(dense tanh) tanh"
    assert outline(edits.inserted(NETWORK, (1, 0), Tanh())) == "dense skip(tanh dense relu) tanh"
    assert outline(edits.removed(NETWORK, (1, 0))) == "dense skip(relu) tanh"
    assert outline(NETWORK) == "dense skip(dense relu) tanh", "the old network is a value and stays"


def test_moving_down_goes_into_a_container_through_it_and_out_of_it() -> None:
    layers, address = NETWORK, (0,)
    seen = [outline(layers)]
    for _ in range(5):
        layers, address = edits.moved(layers, address, down=True)
        seen.append(outline(layers))
    assert seen == [
        "dense skip(dense relu) tanh",
        "skip(dense dense relu) tanh",
        "skip(dense dense relu) tanh",  # past an equal layer
        "skip(dense relu dense) tanh",
        "skip(dense relu) dense tanh",
        "skip(dense relu) tanh dense",
    ]
    assert address == (2,)


@pytest.mark.parametrize("start", [(0,), (1,), (1, 0), (1, 1), (2,)])
def test_moving_up_undoes_moving_down(start: edits.Address) -> None:
    layers, address = edits.moved(NETWORK, start, down=True)
    if address != start:
        assert edits.moved(layers, address, down=False) == (NETWORK, start)


def test_at_either_end_a_layer_stays() -> None:
    assert edits.moved(NETWORK, (0,), down=False) == (NETWORK, (0,))
    assert edits.moved(NETWORK, (2,), down=True) == (NETWORK, (2,))
