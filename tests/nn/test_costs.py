"""What a network costs and how far it sees, held to numbers counted by hand and to those of the papers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from nn.table import TABLE, Row
from nntui.nn.activations import ReLU, Tanh
from nntui.nn.attention import Attention
from nntui.nn.convolution import Conv1D, Conv2D
from nntui.nn.costs import Cost, costs, training_bytes
from nntui.nn.dense import Dense
from nntui.nn.gru import GRU
from nntui.nn.layer import Layer
from nntui.nn.network import Network
from nntui.nn.plan import plan
from nntui.nn.pooling import AvgPool2D, GlobalAvgPool, MaxPool1D, MaxPool2D
from nntui.nn.resampling import Pad, Upsample
from nntui.nn.rnn import RNN
from nntui.nn.shaping import Flatten, Reshape
from nntui.nn.skip import Skip
from nntui.nn.transposed import Conv2DTranspose


def listed(layers: list[Layer], x: tuple[int, ...]) -> list[Cost]:
    return list(costs(plan(tuple(layers), x).checked()).values())


def sizes(layers: list[Layer], x: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [tuple(field.size for field in cost.field) for cost in listed(layers, x)]


LENET = [
    Conv2D(6, 5, padding=2), Tanh(), AvgPool2D(), Conv2D(16, 5, padding="valid"), Tanh(), AvgPool2D(), Flatten(),
    Dense(120), Tanh(), Dense(84), Tanh(), Dense(10),
]  # fmt: skip


def test_lenet_5() -> None:
    """LeCun et al. 1998, with every map of the third layer connected to all before it: 61,706 parameters."""
    found = listed(LENET, (28, 28, 1))
    products = [cost.multiply_adds for cost in found if cost.parameters]
    assert products == [28 * 28 * 25 * 6, 10 * 10 * 150 * 16, 400 * 120, 120 * 84, 84 * 10] == [117_600, 240_000, 48_000, 10_080, 840]
    assert [cost.parameters for cost in found if cost.parameters] == [156, 2_416, 48_120, 10_164, 850]
    assert sum(cost.parameters for cost in found) == 61_706
    assert [cost.activations for cost in found] == [4704, 4704, 1176, 1600, 1600, 400, 0, 120, 120, 84, 84, 10]
    assert [cost.field[0].size for cost in found] == [5, 5, 6, 14, 14, 16, 16, 28, 28, 28, 28, 28]
    assert [cost.field[1].jump for cost in found[:6]] == [1, 1, 2, 2, 2, 4]


def test_vgg_16() -> None:
    """Simonyan & Zisserman 2015, configuration D: 138 million parameters, 15.5 billion multiply-adds, a field of 212 cells."""
    layers: list[Layer] = []
    for filters, deep in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        layers += [layer for _ in range(deep) for layer in (Conv2D(filters), ReLU())] + [MaxPool2D()]
    layers += [Flatten(), Dense(4096), ReLU(), Dense(4096), ReLU(), Dense(1000)]
    site_costs = costs(plan(tuple(layers), (224, 224, 3)).checked())
    assert sum(cost.parameters for cost in site_costs.values()) == 138_357_544
    assert sum(cost.multiply_adds for cost in site_costs.values()) == 15_470_264_320
    fields = {path: cost.field[0] for path, cost in site_costs.items()}
    pools = [field for path, field in fields.items() if "pool" in path]
    assert [field.size for field in pools] == [6, 16, 44, 100, 212]
    assert [field.jump for field in pools] == [2, 4, 8, 16, 32]


def test_holes_and_strides_widen_what_is_seen() -> None:
    # WaveNet's stack (van den Oord et al. 2016): kernel 2, holes doubling, 1024 steps after ten layers.
    wave = [Conv1D(4, 2, dilation=2**k) for k in range(10)]
    assert sizes(wave, (2000, 1))[-1] == (1024,)
    assert sizes([Conv2D(1, (3, 5), (2, 1)), Conv2D(1, 3)], (20, 20, 1)) == [(3, 5), (7, 7)]
    assert sizes([Conv1D(1, 3), MaxPool1D(4), Conv1D(1, 3)], (20, 1)) == [(3,), (6,), (14,)]


def test_what_is_made_larger_takes_smaller_steps() -> None:
    found = listed([Upsample(), Conv2D(1, 3), Conv2DTranspose(1, 4, 2), Conv2DTranspose(1, 3, 3)], (5, 5, 2))
    assert [cost.field[0] for cost in found] == [(1, Fraction(1, 2)), (2, Fraction(1, 2)), (3, Fraction(1, 4)), (3, Fraction(1, 12))]
    assert found[2].multiply_adds == 10 * 10 * 4 * 4  # every input cell lays its kernel once
    assert listed([Upsample(2, "linear")], (5, 5, 2))[0].field[0].size == 2


def test_the_way_through_a_skip_sees_more_than_the_way_around() -> None:
    found = costs(plan((Skip((Conv2D(2), ReLU(), Conv2D(2))), Conv2D(1)), (9, 9, 2)).checked())
    assert {path: cost.field[0].size for path, cost in found.items()} == {
        "0.skip.0.conv2d": 3, "0.skip.1.relu": 3, "0.skip.2.conv2d": 5, "0.skip": 5, "1.conv2d": 7,
    }  # fmt: skip
    assert sizes([Skip(())], (4, 4, 1)) == [(1, 1)]


def test_dense_recurrent_and_attention_layers_see_everything() -> None:
    assert sizes([Conv2D(2), Flatten(), ReLU(), Dense(3), ReLU()], (9, 8, 1)) == [(3, 3), (3, 3), (3, 3), (9, 8), (9, 8)]
    assert sizes([Dense(4), GRU(3), Dense(2)], (11, 2)) == [(1,), (11,), (11,)]
    assert sizes([Attention(2)], (7, 4)) == [(7,)]
    assert sizes([Conv2D(2), GlobalAvgPool(), Dense(3)], (6, 6, 1)) == [(3, 3), (8, 8), (6, 6)]


def test_a_flat_input_has_no_field_until_it_becomes_an_image() -> None:
    assert sizes([Dense(64), Reshape((8, 8, 1)), Conv2D(2)], (5,)) == [(), (1, 1), (3, 3)]
    assert sizes([Dense(4)], (5,)) == [()]


def test_products_of_sequences_are_counted_at_every_step() -> None:
    (rnn,), (attention,) = listed([RNN(5)], (7, 3)), listed([Attention(2)], (7, 4))
    assert rnn.multiply_adds == 7 * (3 * 5 + 5 * 5)
    assert attention.multiply_adds == 7 * 4 * (3 * 4 + 4) + 2 * 7 * 7 * 4
    assert listed([Dense(6)], (7, 4))[0].multiply_adds == 7 * 4 * 6


def test_groups_divide_the_work() -> None:
    whole, divided = listed([Conv2D(8)], (6, 6, 4))[0], listed([Conv2D(8, groups=4)], (6, 6, 4))[0]
    assert whole.multiply_adds == 4 * divided.multiply_adds == 36 * 9 * 4 * 8


def test_memory_is_parameters_with_what_belongs_to_them_and_outputs_with_their_gradients() -> None:
    found = plan((Dense(4), Flatten(), ReLU(), Dense(2)), (3,)).checked()
    assert training_bytes(found, batch=10, slots=2) == 4 * ((16 + 10) * 4 + 2 * 10 * (4 + 4 + 2))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_layer_has_costs(row: Row) -> None:
    found = costs(plan(row.layers, row.x).checked())
    assert set(found) == {site.path for site in plan(row.layers, row.x).walk()}
    assert all(cost.multiply_adds >= 0 and all(field.size >= 1 for field in cost.field) for cost in found.values())


@pytest.mark.parametrize(
    ("layers", "x"),
    [
        ([Conv2D(2, 3, 2), Tanh(), Conv2D(2, 3, dilation=2)], (15, 15, 1)),
        ([AvgPool2D(), Conv2D(2), Upsample(), Conv2D(1, 2)], (16, 16, 1)),
        ([Conv2DTranspose(2, 4), Conv2D(1, 3)], (9, 9, 1)),
        ([Conv1D(2, 3), Skip((Conv1D(2, 5),)), MaxPool1D(3, 1, 1)], (20, 1)),
        ([Pad(1), Conv2D(1, 3, padding="valid"), Upsample(3, "linear")], (9, 9, 1)),
    ],
)
def test_a_cell_in_the_middle_depends_on_just_its_field(layers: list[Layer], x: tuple[int, ...]) -> None:
    network = Network(layers, x, dtype="float64", seed=1)
    network.flat[:] = np.random.default_rng(0).uniform(0.5, 1.0, network.flat.shape)  # nothing cancels
    network.forward(np.random.default_rng(0).uniform(0.0, 0.1, (1, *x)))
    dY = np.zeros((1, *network.output_shape))
    middle = tuple(n // 2 for n in network.output_shape[:-1])
    dY[(0, *middle)] = 1.0
    touched = np.nonzero(network.backward(dY)[0].any(-1))
    seen = [int(cells.max() - cells.min()) + 1 for cells in touched]
    field = list(costs(network.plan).values())[-1].field
    assert all(cells <= along.size for cells, along in zip(seen, field, strict=True))
    if not any(isinstance(layer, MaxPool1D) for layer in layers):
        assert all(cells >= along.size - 1 for cells, along in zip(seen, field, strict=True))  # where steps are parts of cells, one less
