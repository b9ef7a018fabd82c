"""What holds of the CuPy backend wherever it runs: on a GPU, or on the CPU with a stand-in for the package.

A module that collects `Parity` gives it a fixture `ops`, the loaded backend; networks find the same one by its name.
"""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np
import pytest
from nn.table import TABLE, draws
from nn.table import ids as drawn_ids

from nntui.backends import numpy as host
from nntui.backends.operations import Operations
from nntui.nn.activations import ReLU, Softmax, Tanh
from nntui.nn.dense import Dense
from nntui.nn.ids import TakesIds
from nntui.nn.layer import Layer
from nntui.nn.network import Network
from nntui.nn.normalization import BatchNorm, LayerNorm
from nntui.nn.regularization import Dropout
from nntui.randomness import stream

from .cases import CASES, OTHERS, SIZES, SPOILT_BY, Arguments, Numbers

DTYPES = ("float64", "float32")


def tolerance(dtype: str, gradient: bool = False) -> float:
    return 1e-9 if dtype == "float64" else 1e-4 if gradient else 1e-5


def assert_close(got: Any, wanted: Any, within: float, what: str = "") -> None:
    """To a share of the largest number there is, so that a sum that cancels isn't held to its own size."""
    wanted = np.asarray(wanted)
    largest = max([1.0, *np.abs(wanted[np.isfinite(wanted)]).ravel()])
    np.testing.assert_allclose(got, wanted, rtol=within, atol=within * largest, err_msg=what)


def run(ops: Any, name: str, arguments: Arguments, dtype: str) -> Arguments:
    """The arguments after the operation (host arrays), and what it returned."""
    placed = {}
    for key in list(inspect.signature(getattr(Operations, name)).parameters)[1:]:
        value = arguments[key]
        if isinstance(value, np.ndarray):
            value = ops.from_host(value.copy(), dtype if value.dtype.kind == "f" else None)
        placed[key] = value
    returned = getattr(ops, name)(*placed.values())
    after = {key: ops.to_host(value) if isinstance(arguments[key], np.ndarray) else value for key, value in placed.items()}
    return {**after, "returned": returned}


# -- networks -----------------------------------------------------------------------------------------------------------

NETWORKS = {
    **{row.name: (row.layers, row.x) for row in TABLE},
    "frozen layers": ((Dense(4, frozen=True), BatchNorm(frozen=True), ReLU(), Dense(2)), (3,)),
    "more than a block takes": ((Dense(70), BatchNorm(), Tanh(), LayerNorm(), Dense(300), Softmax()), (33,)),
}


def network(layers: tuple[Layer, ...], shape: tuple[int, ...], backend: str, dtype: str) -> Network:
    """With other parameters than the zeros and ones that some start with."""
    made = Network(layers, shape, backend, dtype, seed=3)
    made.load({name: value + stream(3, name).normal(0.0, 0.3, value.shape) for name, value in made.params.items()})
    return made


class Parity:
    """Operations and networks."""

    # -- operations -------------------------------------------------------------------------------------------------------

    def test_no_operation_is_left_out(self) -> None:
        assert set(CASES) | OTHERS == {name for name in dir(Operations) if not name.startswith("_")}

    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize("name", CASES)
    def test_an_operation_gives_what_numpy_gives(self, ops: Any, name: str, dtype: str) -> None:
        case = CASES[name]
        for N, D in SIZES:
            arguments = case.arguments(Numbers(N, D))
            wanted, got = run(host, name, arguments, dtype), run(ops, name, arguments, dtype)
            for result in case.results or ("returned",):
                assert_close(got[result], wanted[result], tolerance(dtype, case.gradient), f"{name}: {result} for {N} x {D}")
                if isinstance(wanted[result], np.ndarray):
                    assert got[result].dtype == wanted[result].dtype

    @pytest.mark.parametrize("name", SPOILT_BY)
    def test_nan_and_infinity_come_through_as_in_numpy(self, ops: Any, name: str) -> None:
        arguments = {**CASES[name].arguments(Numbers(4, 4)), **SPOILT_BY[name]}
        with np.errstate(all="ignore"):
            wanted, got = run(host, name, arguments, "float32"), run(ops, name, arguments, "float32")
        for result in CASES[name].results or ("returned",):
            assert_close(got[result], wanted[result], 1e-5, f"{name}: {result}")

    def test_the_gradient_of_a_normalization_may_overwrite_what_it_reads(self, ops: Any) -> None:
        arguments = CASES["normalize_groups_backward"].arguments(Numbers(40, 5))
        wanted = run(host, "normalize_groups_backward", arguments, "float64")["out"]
        N, dN, *others = (
            ops.from_host(arguments[key], "float64") for key in ("N", "dN", "inverse_std", "group", "spread", "scratch")
        )
        ops.normalize_groups_backward(N, dN, others[0], dN, *others[1:])
        assert_close(ops.to_host(dN), wanted, 1e-9)

    def test_a_large_logit_costs_the_loss_no_digits(self, ops: Any) -> None:
        Z = np.array([[1e4, 1e4 + 1.0, 1e4 - 2.0]], np.float32)
        arguments = {**CASES["softmax_cross_entropy"].arguments(Numbers(1, 3)), "Z": Z, "index": np.array([0])}
        exact = math.log(1.0 + math.exp(1.0) + math.exp(-2.0))
        assert run(ops, "softmax_cross_entropy", arguments, "float32")["value"][0] == pytest.approx(exact, rel=1e-6)

    @pytest.mark.parametrize("N", [1, 1023, 1024, 1025, 2049, 4096, 9001])
    def test_rows_are_summed_by_id_however_many_there_are_and_always_to_the_same_bits(self, ops: Any, N: int) -> None:
        rng = np.random.default_rng(N)
        for ids in (rng.integers(0, 700, N), np.zeros(N, np.int64), np.arange(N)[::-1] % 700):
            A, wanted = rng.normal(size=(N, 2)), np.zeros((700, 2))
            np.add.at(wanted, ids, A)
            found = []
            for _ in range(2):
                out, order = ops.empty((700, 2), "float64"), ops.empty((N,), "int64")
                gathered, sums = ops.empty((N, 2), "float64"), ops.empty((min(N, 700), 2), "float64")
                ops.scatter(ops.from_host(ids, "int64"), ops.from_host(A), out, ops.count(N, 1), order, gathered, sums)
                found.append(ops.to_host(out))
            assert_close(found[0], wanted, 1e-12)
            assert np.array_equal(found[0], found[1])

    def test_what_comes_later_changes_no_bit_of_causal_attention(self, ops: Any) -> None:
        Q, K, V = (np.random.default_rng(k).normal(size=(2, 2, 9, 4)) for k in range(3))
        found = []
        for _ in range(2):
            P, out = ops.empty((2, 2, 9, 9), "float32"), ops.empty(Q.shape, "float32")
            ops.attention(*(ops.from_host(A, "float32") for A in (Q, K, V)), True, P, out)
            found.append(ops.to_host(out))
            for A in (Q, K, V):
                A[:, :, 5:] += 10.0
        assert np.array_equal(found[0][:, :, :5], found[1][:, :, :5])
        assert not np.isclose(found[0][:, :, 5:], found[1][:, :, 5:]).any()

    # -- memory and randomness ----------------------------------------------------------------------------------------------

    def test_arrays_go_to_the_device_and_come_back(self, ops: Any) -> None:
        A = np.arange(12.0).reshape(3, 4)
        assert np.array_equal(ops.to_host(ops.from_host(A.T)), A.T)
        assert ops.to_host(ops.from_host(A, "float32")).dtype == np.float32
        assert ops.to_host(ops.zeros((2, 3), "float64")).tolist() == [[0.0] * 3] * 2
        assert ops.to_host(ops.count(4, 10)).tolist() == [0, 10, 20, 30]
        out = ops.empty((3, 2), "float64")
        ops.copy(ops.from_host(A)[..., 1:3], out)
        assert np.array_equal(ops.to_host(out), A[:, 1:3])
        ops.rows(ops.from_host(A[:, :2]), 1, 3, out[:2])
        assert np.array_equal(ops.to_host(out)[:2], A[1:3, :2])
        ops.fill(out, -1.5)
        assert (ops.to_host(out) == -1.5).all()

    @pytest.mark.parametrize("dtype", DTYPES)
    def test_several_arrays_come_at_once(self, ops: Any, dtype: str) -> None:
        A = np.arange(12, dtype=dtype).reshape(3, 4)
        device, ids = ops.from_host(A), ops.from_host(np.array([5, 7], np.int64))
        sources = [device.reshape(-1)[::5], ids, device[:, 1:3], ops.zeros((0, 2), dtype)]
        found = ops.to_hosts(sources)
        for got, wanted in zip(found, (A.reshape(-1)[::5], np.array([5, 7]), A[:, 1:3], np.zeros((0, 2))), strict=True):
            assert np.array_equal(got, wanted) and got.shape == wanted.shape
        assert ops.to_hosts([]) == [] and ops.squared_norms([]) == []
        norms = ops.squared_norms([device.reshape(-1), device[1]])
        assert norms == [pytest.approx(float((A * A).sum())), pytest.approx(float((A[1] * A[1]).sum()))]

    def test_what_comes_to_the_host_stays_as_it_is(self, ops: Any) -> None:
        A = ops.zeros((3,), "float32")
        before = ops.to_host(A)
        ops.fill(A, 1.0)
        ops.synchronize()
        assert before.tolist() == [0.0, 0.0, 0.0]

    @pytest.mark.parametrize("shape", [(6,), (6, 3), (6, 2, 2, 3)])
    @pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
    def test_examples_are_gathered_by_index(self, ops: Any, shape: tuple[int, ...], dtype: str) -> None:
        source, indices = np.arange(math.prod(shape)).reshape(shape).astype(dtype), np.array([5, 0, 0, 3])
        out = ops.empty((4, *shape[1:]), dtype)
        ops.gather(ops.from_host(source), ops.from_host(indices), out)
        assert np.array_equal(ops.to_host(out), source[indices])

    def test_a_mask_drops_its_share_and_keeps_the_mean(self, ops: Any) -> None:
        for dtype in DTYPES:
            out = ops.empty((200, 500), dtype)
            ops.dropout_mask(stream(1, "mask"), 0.3, out)
            mask = ops.to_host(out)
            assert np.unique(mask).tolist() == [0.0, np.array(1.0 / 0.7, dtype).item()]
            assert abs(mask.mean() - 1.0) < 0.01  # a standard deviation is 0.002
            assert np.abs(np.corrcoef(mask[:-1].ravel(), mask[1:].ravel())[0, 1]) < 0.02

    def test_normal_numbers_are_normal(self, ops: Any) -> None:
        for dtype in DTYPES:
            out = ops.empty((200, 500), dtype)
            ops.normal(stream(1, "numbers"), out)
            X = ops.to_host(out).ravel().astype(np.float64)
            assert np.isfinite(X).all()
            # Mean, variance, skew and kurtosis of 100,000 numbers, each within five standard deviations.
            for power, wanted, within in ((1, 0.0, 0.016), (2, 1.0, 0.023), (3, 0.0, 0.062), (4, 3.0, 0.155)):
                assert abs((X**power).mean() - wanted) < within
            assert abs(np.corrcoef(X[:-1], X[1:])[0, 1]) < 0.016

    def test_random_numbers_are_a_function_of_the_stream_alone(self, ops: Any) -> None:
        def draw(generator: np.random.Generator) -> list[bytes]:
            mask, numbers = ops.empty((50,), "float32"), ops.empty((50,), "float32")
            ops.dropout_mask(generator, 0.5, mask)
            ops.normal(generator, numbers)
            return [ops.to_host(mask).tobytes(), ops.to_host(numbers).tobytes()]

        generator, state = stream(1, "a"), stream(1, "a").bit_generator.state
        first, second = draw(generator), draw(generator)
        assert first[0] != second[0] and first[1] != second[1]
        generator.bit_generator.state = state
        assert draw(generator) == first

    # -- networks -----------------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("train", [True, False], ids=["training", "evaluation"])
    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize("name", NETWORKS)
    def test_a_network_gives_what_numpy_gives_forward_and_backward(self, ops: Any, name: str, dtype: str, train: bool) -> None:
        layers, shape = NETWORKS[name]
        theirs, ours = (network(layers, shape, backend, dtype) for backend in ("numpy", "cupy"))
        train = train and not draws(site.layer for site in theirs.plan.walk())
        rng = np.random.default_rng(0)
        for batch in (6, 40):
            X = drawn_ids(layers[0], (batch, *shape), rng) if isinstance(layers[0], TakesIds) else rng.normal(size=(batch, *shape))
            wanted = theirs.forward(X, train)
            assert_close(ours.forward(X, train), wanted, tolerance(dtype), "Y")
            dY = rng.normal(size=wanted.shape)
            assert_close(ours.backward(dY), theirs.backward(dY), tolerance(dtype, gradient=True), "dX")
            gradients = ours.grads
            for key, gradient in theirs.grads.items():
                assert_close(gradients[key], gradient, tolerance(dtype, gradient=True), f"gradient of {key}")
            for key, statistic in theirs.statistics.items():
                assert_close(ops.to_host(ours.statistics[key]), statistic, tolerance(dtype), key)

    def test_dropout_drops_the_same_values_of_the_gradient(self, ops: Any) -> None:
        made = network((Dropout(0.5),), (400,), "cupy", "float32")
        Y, dX = made.forward(np.ones((3, 400)), train=True), made.backward(np.ones((3, 400)))
        assert np.array_equal(Y, dX) and set(np.unique(Y)) == {0.0, 2.0}
        assert np.array_equal(made.forward(np.ones((3, 400))), np.ones((3, 400)))
