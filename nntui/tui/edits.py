"""Edits of a network as pure functions: a sequence of layers goes in, a new one comes out.

A layer is named by its address: (3,) is layer 3, (3, 0) the first layer in the body of layer 3. `Site.path` says the
same for people, "3.skip.0.dense", but only for layers whose shapes fit; an address is there for every layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from nntui.nn.layer import Layer
from nntui.nn.skip import Skip

Address: TypeAlias = tuple[int, ...]
Layers: TypeAlias = tuple[Layer, ...]


def walk(layers: Layers, above: Address = ()) -> Iterator[tuple[Address, Layer]]:
    """Every layer with its address, containers before what is in them."""
    for index, layer in enumerate(layers):
        yield (*above, index), layer
        if is_container(layer):
            yield from walk(body(layer), (*above, index))


def is_container(layer: Layer) -> bool:
    return layer.family == "container"


def body(layer: Layer) -> Layers:
    """The layers inside a container."""
    return layer.bodies()[0]


def siblings(layers: Layers, above: Address) -> Layers:
    """The sequence inside the container at `above`; the whole network for ()."""
    for index in above:
        layers = body(layers[index])
    return layers


def at(layers: Layers, address: Address) -> Layer:
    """The layer at an address."""
    return siblings(layers, address[:-1])[address[-1]]


def path(layers: Layers, address: Address) -> str:
    """The address as people and measurements have it: "3.skip.0.dense"."""
    parts: list[str] = []
    for end in range(1, len(address) + 1):
        parts += [str(address[end - 1]), at(layers, address[:end]).tag]
    return ".".join(parts)


def address_of(layers: Layers, wanted: str) -> Address | None:
    """The address of the layer that has this path, if there is one."""
    return next((address for address, _ in walk(layers) if path(layers, address) == wanted), None)


def replaced(layers: Layers, address: Address, layer: Layer) -> Layers:
    """With another layer at the address."""
    *above, index = address
    old = siblings(layers, tuple(above))
    return _with_siblings(layers, tuple(above), (*old[:index], layer, *old[index + 1 :]))


def inserted(layers: Layers, address: Address, layer: Layer) -> Layers:
    """With a layer more, which then has this address; those after it move on."""
    *above, index = address
    old = siblings(layers, tuple(above))
    return _with_siblings(layers, tuple(above), (*old[:index], layer, *old[index:]))


def removed(layers: Layers, address: Address) -> Layers:
    """Without the layer at the address (and what is in it)."""
    *above, index = address
    old = siblings(layers, tuple(above))
    return _with_siblings(layers, tuple(above), (*old[:index], *old[index + 1 :]))


def wrapped(layers: Layers, address: Address) -> Layers:
    """With the layer at the address inside a skip of its own."""
    return replaced(layers, address, Skip((at(layers, address),)))


def unwrapped(layers: Layers, address: Address) -> Layers:
    """With the layers inside the container at the address in its place."""
    *above, index = address
    old = siblings(layers, tuple(above))
    return _with_siblings(layers, tuple(above), (*old[:index], *body(old[index]), *old[index + 1 :]))


def moved(layers: Layers, address: Address, down: bool) -> tuple[Layers, Address]:
    """One line down or up, into a container that lies in the way and out of the one it is in. At the end it stays."""
    target = _below(layers, address) if down else _above(layers, address)
    if target is None:
        return layers, address
    return inserted(removed(layers, address), target, at(layers, address)), target


def _below(layers: Layers, address: Address) -> Address | None:
    *above, index = address
    neighbours = siblings(layers, tuple(above))
    if index + 1 < len(neighbours):
        # The neighbour has taken this layer's index by the time the layer is put back.
        return (*above, index, 0) if is_container(neighbours[index + 1]) else (*above, index + 1)
    return (*above[:-1], above[-1] + 1) if above else None


def _above(layers: Layers, address: Address) -> Address | None:
    *above, index = address
    if index > 0:
        neighbour = siblings(layers, tuple(above))[index - 1]
        return (*above, index - 1, len(body(neighbour))) if is_container(neighbour) else (*above, index - 1)
    return tuple(above) if above else None


def _with_siblings(layers: Layers, above: Address, new: Layers) -> Layers:
    """The network with the sequence inside the container at `above` exchanged for another."""
    if not above:
        return new
    container = at(layers, above)
    return replaced(layers, above, msgspec.structs.replace(container, body=new))
