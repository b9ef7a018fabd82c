"""Layers that read ids: rows of tables, sums of their gradients, and ids that aren't there."""

import msgspec
import numpy as np
import pytest

from nntui.errors import DataError, ExperimentError, ShapeError
from nntui.nn.catalogue import AnyLayer
from nntui.nn.dense import Dense
from nntui.nn.embedding import Embedding, PositionalEmbedding
from nntui.nn.factorization import Factorization
from nntui.nn.ids import check_ids
from nntui.nn.network import Network
from nntui.nn.plan import plan

rng = np.random.default_rng(0)


def test_every_id_is_a_row_of_the_table():
    network = Network([Embedding(5, 3)], (4,), dtype="float64")
    X = np.array([[0, 4, 4, 2], [1, 1, 1, 1]])
    np.testing.assert_array_equal(network.forward(X), network.params["0.embedding.W"][X])
    assert network.input_dtype == "int64"


def test_columns_have_tables_of_their_own_below_each_other():
    network = Network([Embedding((3, 4), 2)], (2,), dtype="float64")
    W = network.params["0.embedding.W"]
    assert W.shape == (7, 2)
    X = np.array([[0, 0], [2, 3]])
    np.testing.assert_array_equal(network.forward(X), np.stack([W[X[:, 0]], W[3 + X[:, 1]]], axis=1))


@pytest.mark.parametrize(("count", "vocabulary", "units"), [(1, 1, 1), (40, 5, 3), (7, 1000, 2), (500, 2, 4)])
def test_the_gradient_of_a_row_is_the_sum_over_its_uses_and_0_if_there_are_none(count, vocabulary, units):
    network = Network([Embedding(vocabulary, units)], (), dtype="float64")
    X, dY = rng.integers(0, vocabulary, count), rng.standard_normal((count, units))
    network.forward(X, train=True)
    assert not network.backward(dY).any()  # ids have no gradient
    wanted = np.zeros((vocabulary, units))
    np.add.at(wanted, X, dY)
    np.testing.assert_allclose(network.grads["0.embedding.W"], wanted, rtol=1e-12, atol=1e-14)


def test_sums_of_a_row_are_made_in_the_order_of_its_uses():
    network = Network([Embedding(3, 1)], ())
    dY = rng.standard_normal((300, 1)).astype(np.float32)
    network.forward(np.ones(300, int), train=True)
    network.backward(dY)
    again = network.grads["0.embedding.W"].copy()
    network.forward(np.ones(300, int), train=True)
    network.backward(dY)
    np.testing.assert_array_equal(network.grads["0.embedding.W"], again)


def test_vectors_start_normal_with_standard_deviation_1():
    W = Network([Embedding(1000, 30)], ()).params["0.embedding.W"]
    assert W.std() == pytest.approx(1.0, rel=0.02)
    assert abs(Network([Embedding(1000, 30, init="zeros")], ()).params["0.embedding.W"]).max() == 0.0


# -- places in a sequence -------------------------------------------------------------------------------------------------


def test_waves_are_those_of_the_paper():
    network = Network([PositionalEmbedding(kind="sinusoidal")], (50, 6), dtype="float64")
    P = network.forward(np.zeros((1, 50, 6)))[0]
    t = np.arange(50)
    for i in range(3):
        np.testing.assert_allclose(P[:, 2 * i], np.sin(t / 10000 ** (2 * i / 6)))
        np.testing.assert_allclose(P[:, 2 * i + 1], np.cos(t / 10000 ** (2 * i / 6)))
    assert not network.params


def test_a_learned_position_is_added_to_every_example_and_its_gradient_is_their_sum():
    network = Network([PositionalEmbedding()], (4, 3), dtype="float64")
    X, dY = rng.standard_normal((5, 4, 3)), rng.standard_normal((5, 4, 3))
    np.testing.assert_allclose(network.forward(X), X + network.params["0.positional_embedding.W"])
    np.testing.assert_array_equal(network.backward(dY), dY)
    np.testing.assert_allclose(network.grads["0.positional_embedding.W"], dY.sum(0))


# -- users and items --------------------------------------------------------------------------------------------------------


def test_a_rating_is_a_mean_two_biases_and_a_product_of_factors():
    network = Network([Factorization(users=4, items=3, units=2)], (2,), dtype="float64")
    network.load({name: rng.standard_normal(value.shape) for name, value in network.params.items()})
    W, b, mu = (network.params[f"0.factorization.{name}"] for name in ("W", "b", "mu"))
    for u in range(4):
        for i in range(3):
            wanted = mu + b[u] + b[4 + i] + W[u] @ W[4 + i]
            np.testing.assert_allclose(network.forward(np.array([[u, i]]))[0], wanted)


# -- what doesn't fit -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "x", "X", "sentence"),
    [
        (Embedding(5, 2), (2,), [[0, 5]], "embedding knows the ids 0 to 4, but the data has 5"),
        (Embedding(5, 2), (2,), [[0, -1]], "embedding knows the ids 0 to 4, but the data has -1"),
        (Embedding((5, 3), 2), (2,), [[4, 3]], "embedding knows the ids 0 to 2 in column 1, but the data has 3"),
        (
            Embedding(5, 2), (2,), [[0.0, 1.5]],
            "embedding reads ids, but the data holds other numbers than whole ones: don't scale it, or use another layer",
        ),
        (Factorization(5, 3, 2), (2,), [[5, 0]], "factorization knows the ids 0 to 4 in column 0, but the data has 5"),
    ],
    ids=lambda value: getattr(value, "tag", None),
)  # fmt: skip
def test_an_id_that_has_no_row_is_refused(layer, x, X, sentence):
    with pytest.raises(DataError) as refused:
        Network([layer], x).forward(np.array(X))
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("layer", "known", "sentence"),
    [
        (Embedding(5, 2), (9,), "network[0]: embedding knows 5 ids, but the data has 9: set vocabulary = 9"),
        (Embedding((5, 7), 2), (6, 7), "network[0]: embedding knows 5 and 7 ids, but the data has 6 and 7: set vocabulary = [6, 7]"),
        (Embedding((5, 7), 2), (6,), "network[0]: embedding knows 5 and 7 ids, but the data has 6: set vocabulary = 6"),
        (Factorization(5, 7, 2), (6, 9), "network[0]: factorization knows 5 and 7 ids, but the data has 6 and 9: set users = 6, items = 9"),
        (
            Dense(3), (57,),
            "network[0]: the data holds ids, 57 different ones, and no measured numbers: begin with "
            '{ layer = "embedding", vocabulary = 57, units = 16 }',
        ),
    ],
    ids=lambda value: getattr(value, "tag", None),
)  # fmt: skip
def test_a_network_that_can_t_read_the_ids_of_its_data_is_refused_with_what_would_be_right(layer, known, sentence):
    with pytest.raises(ExperimentError) as refused:
        check_ids((layer,), known)
    assert str(refused.value) == sentence


def test_enough_ids_are_enough():
    check_ids((Embedding(9, 2),), (9,))
    check_ids((Embedding(12, 2),), (6, 9))  # one table for two columns
    check_ids((Embedding((6, 10), 2),), (6, 9))
    check_ids((Dense(3),), None)


def test_only_a_first_layer_reads_ids():
    problem = plan((Dense(3), Embedding(5, 2)), (3,)).problem
    assert str(problem) == "layer 1.embedding: embedding reads ids, so it can only be the first layer"


@pytest.mark.parametrize(
    ("layer", "x"), [(Embedding((3, 4), 2), (3,)), (Factorization(3, 4, 2), (3,)), (PositionalEmbedding(), (3,))], ids=repr
)
def test_shapes_that_don_t_fit_are_refused(layer, x):
    with pytest.raises(ShapeError):
        layer.output_shape(x)


def test_a_vocabulary_is_a_number_or_a_list_in_files():
    assert msgspec.convert({"layer": "embedding", "vocabulary": 5, "units": 2}, AnyLayer) == Embedding(5, 2)
    assert msgspec.convert({"layer": "embedding", "vocabulary": [5, 6], "units": 2}, AnyLayer) == Embedding((5, 6), 2)
    for wrong in (0, [], [3, 0]):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"layer": "embedding", "vocabulary": wrong, "units": 2}, AnyLayer)


@pytest.mark.torch
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_embedding_and_factorization_compute_what_pytorch_computes(dtype: str):
    torch = pytest.importorskip("torch")
    within = {"rtol": 1e-9, "atol": 1e-12} if dtype == "float64" else {"rtol": 1e-4, "atol": 1e-6}
    X, dY = rng.integers(0, 11, (8, 6)), rng.standard_normal((8, 6, 4)).astype(dtype)
    ours = Network([Embedding(11, 4)], (6,), dtype=dtype)
    theirs = torch.nn.Embedding.from_pretrained(torch.tensor(ours.params["0.embedding.W"].copy()), freeze=False)
    y = theirs(torch.tensor(X))
    y.backward(torch.tensor(dY))
    np.testing.assert_allclose(ours.forward(X, train=True), y.detach().numpy(), **within)
    ours.backward(dY)
    np.testing.assert_allclose(ours.grads["0.embedding.W"], theirs.weight.grad.numpy(), **within)

    X, dY = rng.integers(0, 7, (50, 2)), rng.standard_normal((50, 1)).astype(dtype)
    ours = Network([Factorization(7, 7, 4)], (2,), dtype=dtype)
    ours.load({name: rng.standard_normal(value.shape) for name, value in ours.params.items()})
    W, b, mu = (torch.tensor(value.copy(), requires_grad=True) for value in ours.params.values())
    u, i = torch.tensor(X[:, 0]), torch.tensor(X[:, 1] + 7)
    y = mu + b[u] + b[i] + (W[u] * W[i]).sum(1, keepdim=True)
    y.backward(torch.tensor(dY))
    np.testing.assert_allclose(ours.forward(X, train=True), y.detach().numpy(), **within)
    ours.backward(dY)
    for got, wanted in zip(ours.grads.values(), (W, b, mu), strict=True):
        np.testing.assert_allclose(got, wanted.grad.numpy(), **within)
