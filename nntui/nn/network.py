"""A network with its parameters, bound to a backend: from a plan of shapes to places with arrays.

Parameters and their gradients are two flat buffers, sorted into groups that are updated alike; a layer's W and dW are
views. So one call updates, clips or measures everything, and a checkpoint is one array.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from nntui import backends
from nntui.nn.groups import Group
from nntui.nn.ids import TakesIds
from nntui.nn.layer import Chain, Layer, Parameter, Place, Shape
from nntui.nn.plan import Plan, Site, plan
from nntui.nn.recurrent import Recurrent
from nntui.randomness import stream

if TYPE_CHECKING:
    import numpy as np

    from nntui.backends.operations import Array, Operations

class Network:
    """Layers with parameters. `forward` and `backward` serve people; training binds a `Pass` and walks it.

    `layers` is an experiment's network, `input_shape` the shape of one example; `seed` decides how weights start.
    Raises ShapeError if the layers don't fit, BackendError if the backend can't run here.
    """

    def __init__(
        self, layers: Iterable[Layer], input_shape: Shape, backend: str = "numpy", dtype: str = "float32", seed: int = 0
    ) -> None:
        self.layers = tuple(layers)
        self.plan: Plan = plan(self.layers, tuple(input_shape)).checked()
        self.ops: Operations = backends.load(backend)
        self.dtype = dtype
        self.seed = seed
        self.input_shape, self.output_shape = self.plan.input_shape, self.plan.output_shape
        self._allocate()
        self.initialize()
        self._passes: dict[int, Pass] = {}
        self._last: Pass | None = None

    # -- parameters --------------------------------------------------------------------------------------------------

    def _allocate(self) -> None:
        entries = [(f"{site.path}.{p.name}", p, site) for site in self.plan.walk() for p in site.parameters]
        # Ordinary weights first, then what doesn't decay, then what is frozen or has a rate of its own. The sort is
        # stable: within a group the order of the layers stays.
        entries.sort(key=lambda entry: (entry[2].layer.treatment != (False, 1.0), entry[2].layer.treatment, not entry[1].decays))
        size = sum(math.prod(p.shape) for _, p, _ in entries)
        self.flat = self.ops.zeros((size,), self.dtype)
        self.flat_gradient = self.ops.zeros((size,), self.dtype)
        self._parameters: dict[str, Array] = {}
        self._gradients: dict[str, Array] = {}
        self.entries: dict[str, tuple[Parameter, Site, slice]] = {}
        start = 0
        for name, parameter, site in entries:
            piece = slice(start, start + math.prod(parameter.shape))
            self._parameters[name] = self.flat[piece].reshape(parameter.shape)
            self._gradients[name] = self.flat_gradient[piece].reshape(parameter.shape)
            self.entries[name] = (parameter, site, piece)
            start = piece.stop
        self.groups: tuple[Group, ...] = tuple(_grouped(entries))
        self._allocate_statistics()
        self.streams: dict[str, np.random.Generator] = {}

    def _allocate_statistics(self) -> None:
        entries = [(f"{site.path}.{s.name}", s.shape) for site in self.plan.walk() for s in site.layer.statistics(site.x)]
        size = sum(math.prod(shape) for _, shape in entries)
        self._flat_statistics, self._kept_statistics = (self.ops.zeros((size,), self.dtype) for _ in range(2))
        self.statistics: dict[str, Array] = {}
        start = 0
        for name, shape in entries:
            stop = start + math.prod(shape)
            self.statistics[name] = self._flat_statistics[start:stop].reshape(shape)
            start = stop

    def keep_statistics(self) -> None:
        """Remember the running statistics as they are, for `restore_statistics`."""
        self.ops.copy(self._flat_statistics, self._kept_statistics)

    def restore_statistics(self) -> None:
        """Go back to what was kept: a batch that gave numbers that are none has spoilt the averages, too."""
        self.ops.copy(self._kept_statistics, self._flat_statistics)

    @property
    def input_dtype(self) -> str:
        """Of what the network reads: int64 if its first layer takes ids, else the network's own."""
        return "int64" if self.layers and self.layers[0].takes_ids else self.dtype

    def initialize(self) -> None:
        """Give every parameter and statistic its starting value, and every layer a fresh source of randomness."""
        for name, (parameter, _, _) in self.entries.items():
            init = parameter.initializer
            values = init.sample(parameter.shape, parameter.fan_in, parameter.fan_out, stream(self.seed, "init", name))
            self.ops.copy(self.ops.from_host(values, self.dtype), self._parameters[name])
        for site in self.plan.walk():
            for s in site.layer.statistics(site.x):
                self.ops.fill(self.statistics[f"{site.path}.{s.name}"], s.initial)
            fresh = stream(self.seed, "layer", site.path)
            self.streams.setdefault(site.path, fresh).bit_generator.state = fresh.bit_generator.state  # places hold on to theirs

    @property
    def params(self) -> dict[str, Array]:
        """Parameters by name, "0.dense.W", in the order of the layers: live views on NumPy, host copies on CuPy."""
        return self._named(self._parameters)

    @property
    def grads(self) -> dict[str, Array]:
        """Gradients of the last backward pass, named like `params`."""
        return self._named(self._gradients)

    def _named(self, arrays: dict[str, Array]) -> dict[str, Array]:
        names = [f"{site.path}.{p.name}" for site in self.plan.walk() for p in site.parameters]
        return {name: arrays[name] if self.ops.NAME == "numpy" else self.ops.to_host(arrays[name]) for name in names}

    def load(self, values: dict[str, Array]) -> None:
        """Set parameters, and running statistics, by name: all of them, or none if one doesn't fit.

        Raises KeyError for a name this network doesn't have, ValueError for a wrong shape.
        """
        own = {name: self._parameters[name] if name in self._parameters else self.statistics[name] for name in values}
        for name, value in values.items():
            if value.shape != own[name].shape:
                raise ValueError(f"{name} has shape {own[name].shape}, not {value.shape}")
        for name, value in values.items():
            self.ops.copy(self.ops.from_host(value, self.dtype), own[name])

    # -- computing -----------------------------------------------------------------------------------------------------

    def check_ids(self, X: Array) -> None:
        """Raise DataError for ids among host inputs that this network doesn't know."""
        first = self.layers[0] if self.layers else None
        if isinstance(first, TakesIds):
            first.check(X)

    def inputs(self, X: Array) -> Array:
        """Host inputs (n, *input_shape) on the device, as this network reads them. Raises DataError for ids it doesn't know."""
        self.check_ids(X)
        return self.ops.from_host(X, self.input_dtype)

    def forward(self, X: Array, train: bool = False) -> Array:
        """The outputs (B, *output_shape) for inputs X (B, *input_shape); a copy on the host."""
        if tuple(X.shape[1:]) != self.input_shape:
            raise ValueError(f"expected inputs of shape (batch, {', '.join(map(str, self.input_shape))}), got {X.shape}")
        bound = self._passes.get(len(X))
        if bound is None:
            self._passes.clear()  # a person who tries many batch sizes shouldn't keep the memory of all of them
            bound = self._passes[len(X)] = Pass(self, len(X), input_gradient=True)
        self._last = bound
        bound.training = train
        self.ops.copy(self.inputs(X), bound.X)
        bound.forward()
        return self.ops.to_host(bound.Y)

    def backward(self, dY: Array) -> Array:
        """Gradients of everything for dL/dY of the last forward; returns dL/dX (zeros for ids), fills `grads`."""
        bound = self._last
        if bound is None:
            raise ValueError("backward needs a forward pass before it")
        if dY.shape != bound.Y.shape:
            raise ValueError(f"expected dY of shape {bound.Y.shape}, got {dY.shape}")
        self.ops.copy(self.ops.from_host(dY, self.dtype), bound.dY)
        bound.backward()
        return self.ops.to_host(bound.dX if bound.dX is not None else self.ops.zeros(bound.X.shape, self.dtype))

    # -- looking -------------------------------------------------------------------------------------------------------

    @property
    def places(self) -> dict[str, Place]:
        """Where every layer computed in the last forward, by path: `places["1.tanh"].Y` (B, *its shape), after backward dY.

        What a layer keeps besides is there, too: `attention` (B, heads, T, T) of attention, `h0` and `h_last` (sweeps, B,
        units) of recurrent layers. The backend's own arrays: the next pass overwrites them. Raises ValueError before a forward.
        """
        if self._last is None:
            raise ValueError("there is nothing to look at before a forward pass")
        return {path: at for path, (_, at) in self._last.places.items()}

    def through_time(self, path: str) -> Array:
        """||dL/dh_t||_2 over units and batch of the recurrent layer at `path`, for every step (T,), of the last backward.

        Raises ValueError before a forward, or for another layer; KeyError for a path this network doesn't have.
        """
        at = self.places[path]
        layer = next(site.layer for site in self.plan.walk() if site.path == path)
        if not isinstance(layer, Recurrent):
            raise ValueError(f"{path} isn't recurrent: only rnn, gru and lstm have a state at every step")
        return layer.state_gradient_norms(at)


class Pass:
    """A network bound to one batch size: every layer in its place, ready to run without allocating.

    gradients: whether backward will be called. input_gradient: whether it is to produce dX. A pass that is given an
    `arena` takes its arrays from there, so that two batch sizes which never run at once share memory: bind the larger first.
    """

    def __init__(
        self, network: Network, batch: int, gradients: bool = True, input_gradient: bool = False, arena: dict[str, Array] | None = None
    ) -> None:
        self.network = network
        self.batch = batch
        self._arena: dict[str, Array] = {} if arena is None else arena
        self._gradients = gradients
        X = self.array("input.X", (batch, *network.input_shape), network.input_dtype)
        input_gradient = input_gradient and network.input_dtype == network.dtype  # ids have no gradient
        dX = self.array("input.dX", (batch, *network.input_shape), network.dtype) if input_gradient else None
        self.chain = self._chain(network.plan.sites, X, dX)
        self.X, self.dX = self.chain.X, self.chain.dX
        self.Y = self.chain.Y
        self._dY = self.chain.dY
        self.forward, self.backward = self.chain.forward, self.chain.backward
        self.places: dict[str, tuple[Layer, Place]] = dict(_places(self.chain))
        self._training = False

    @property
    def dY(self) -> Array:
        """dL/dY of the whole network, to be written before backward."""
        if self._dY is None:  # nothing learns: backward has nothing to do, but a loss may still write
            self._dY = self.array("output.dY", self.Y.shape, self.network.dtype)
        return self._dY

    @property
    def training(self) -> bool:
        """Whether dropout drops and batch norm uses the batch's own statistics."""
        return self._training

    @training.setter
    def training(self, value: bool) -> None:
        if value != self._training:
            self._training = value
            for layer, place in self.places.values():
                place.training = value and not is_frozen(layer)

    def array(self, name: str, shape: Shape, dtype: str) -> Array:
        """Memory from the arena, zero at first, whatever was there later."""
        size = math.prod(shape)
        have = self._arena.get(name)
        if have is None or have.size < size:
            have = self._arena[name] = self.network.ops.zeros((size,), dtype)
        return have[:size].reshape(shape)

    def _chain(self, sites: tuple[Site, ...], X: Array, dX: Array | None, instead: Mapping[str, Array] | None = None) -> Chain:
        places: list[tuple[Layer, Place]] = []
        x, dx = X, dX
        for site in sites:
            place = self._place(site, x, dx, {} if places or instead is None else instead)
            places.append((site.layer, place))
            x, dx = place.Y, place.dY
        return Chain(places, X, dX)

    def _place(self, site: Site, X: Array, dX: Array | None, instead: Mapping[str, Array]) -> Place:
        network = self.network
        at = Place()
        at.ops, at.path, at.dtype, at.batch = network.ops, site.path, network.dtype, self.batch
        at.x, at.y, at.training = site.x, site.y, False
        at.X, at.dX = X, dX
        at.learns = self._gradients and any(s.parameters and not is_frozen(s.layer) for s in site.walk())
        at.stream = network.streams[site.path]
        for p in site.parameters:
            for name, arrays in ((p.name, network._parameters), (f"d{p.name}", network._gradients)):
                own = arrays[f"{site.path}.{p.name}"]
                if name in instead:
                    setattr(at, f"own_{name}", own)
                setattr(at, name, instead.get(name, own))
        for s in site.layer.statistics(site.x):
            setattr(at, s.name, network.statistics[f"{site.path}.{s.name}"])

        def array(name: str, shape: Shape, dtype: str | None = None) -> Array:
            made = self.array(f"{site.path}.{name}", shape, dtype or network.dtype)
            setattr(at, name, made)
            return made

        bodies = iter(_split(site))

        def chain(body: tuple[Layer, ...], X: Array, dX: Array | None, instead: Mapping[str, Array] | None = None) -> Chain:
            return self._chain(next(bodies), X, dX, instead)

        at.array, at.chain = array, chain  # type: ignore[method-assign]
        site.layer.bind(at)
        del at.array, at.chain  # from here on a place allocates nothing, and holds no way to do so
        return at


def is_frozen(layer: Layer) -> bool:
    """Whether a layer keeps its parameters and statistics as they are."""
    return layer.treatment[0]


def _grouped(entries: list[tuple[str, Parameter, Site]]) -> Iterator[Group]:
    start = 0
    for (frozen, multiplier, decays), members in groupby(entries, lambda entry: (*entry[2].layer.treatment, entry[1].decays)):
        ends = list(accumulate((math.prod(p.shape) for _, p, _ in members), initial=start))
        yield Group(slice(start, ends[-1]), decays, frozen, multiplier, tuple(ends[1:-1]))
        start = ends[-1]


def _split(site: Site) -> Iterator[tuple[Site, ...]]:
    """The sites inside a container, body by body."""
    start = 0
    for body in site.layer.bodies():
        yield site.inside[start : start + len(body)]
        start += len(body)


def _places(chain: Chain) -> Iterator[tuple[str, tuple[Layer, Place]]]:
    for layer, place in chain.places:
        yield place.path, (layer, place)
        body = place.__dict__.get("body")
        if body is not None:
            yield from _places(body)
