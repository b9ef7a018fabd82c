"""Convolutions: what a naive loop gives, whatever way they are computed; adjoints; shapes; and errors with a way out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.backends import numpy_columns, numpy_convolution, numpy_products, numpy_workers
from nntui.backends.numpy_convolution import convolution, convolution_input_gradient, convolution_weight_gradient
from nntui.backends.windows import Axis, Window
from nntui.errors import ShapeError
from nntui.nn.activations import ReLU
from nntui.nn.convolution import Conv1D, Conv2D
from nntui.nn.initializers import Glorot, He
from nntui.nn.layer import Layer
from nntui.nn.network import Network, Pass
from nntui.nn.plan import plan
from nntui.nn.resampling import Pad
from nntui.nn.shaping import Flatten
from nntui.nn.transposed import Conv2DTranspose


def naive(X: np.ndarray, W: np.ndarray, b: np.ndarray, window: Window, groups: int) -> np.ndarray:
    """The sum as it is written down, one output cell, one tap and one group at a time."""
    (rows, columns), (_, _, C, F) = window, W.shape
    Y = np.zeros((len(X), *window.output, F)) + b
    G = F // groups
    for i, j, h, w in itertools.product(range(rows.output), range(columns.output), range(rows.kernel), range(columns.kernel)):
        r, c = i * rows.stride + h * rows.dilation - rows.before, j * columns.stride + w * columns.dilation - columns.before
        if 0 <= r < rows.size and 0 <= c < columns.size:
            for g in range(groups):
                Y[:, i, j, g * G : (g + 1) * G] += X[:, r, c, g * C : (g + 1) * C] @ W[h, w, :, g * G : (g + 1) * G]
    return Y


axes = st.builds(
    Axis, st.integers(1, 7), st.integers(1, 4), st.integers(1, 3), st.integers(1, 2), st.integers(0, 3), st.integers(0, 3)
).filter(lambda axis: axis.output > 0)
few = st.integers(1, 3)
cases = st.tuples(st.builds(Window, axes, axes), st.sampled_from([1, 1, 2, 3]), few, few, st.integers(1, 4), st.integers(0, 99))

WAYS = list(itertools.product([1, 3000, 10**6], [1, 10**9], [0, 1000], [0, 1000], [0, 60]))
"""Bytes of a block, work of a portion, channels from which gradients are gathered, depth from which they are made by cell,
multiplications of a small product."""


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every path through the code, whatever the sizes would choose."""
    monkeypatch.setattr(numpy_columns, "BLOCK", request.param[0])
    monkeypatch.setattr(numpy_workers, "WORTH", request.param[1])
    monkeypatch.setattr(numpy_convolution, "FEW", request.param[2])
    monkeypatch.setattr(numpy_convolution, "WIDE", request.param[2])
    monkeypatch.setattr(numpy_convolution, "WORTH", request.param[2])  # gathers, or not, whatever the stride
    monkeypatch.setattr(numpy_convolution, "SHALLOW", request.param[3])
    monkeypatch.setattr(numpy_products, "SMALL", request.param[4])
    monkeypatch.setattr(numpy_products, "small_kernels", lambda: request.param[4] > 0)
    numpy_columns._portions.cache_clear()
    numpy_convolution._layout.cache_clear()
    yield
    numpy_columns._portions.cache_clear()
    numpy_convolution._layout.cache_clear()


@settings(max_examples=15, deadline=None, derandomize=True)
@given(cases)
@pytest.mark.usefixtures("way")
def test_every_way_of_computing_gives_what_a_naive_loop_gives_and_its_adjoints(case: tuple[Window, int, int, int, int, int]) -> None:
    window, groups, C, F, B, seed = case
    rng = np.random.default_rng(seed)
    X, b = rng.standard_normal((B, *window.input, groups * C)), rng.standard_normal(groups * F)
    W = rng.standard_normal((window.rows.kernel, window.columns.kernel, C, groups * F))
    Y, dY = np.full((B, *window.output, groups * F), np.nan), rng.standard_normal((B, *window.output, groups * F))
    convolution(X, W, b, Y, window, groups)
    np.testing.assert_allclose(Y, naive(X, W, b, window, groups), rtol=1e-11, atol=1e-11)

    dX, dW, db = np.full_like(X, np.nan), np.full_like(W, np.nan), np.full_like(b, np.nan)
    convolution_input_gradient(dY, W, dX, window, groups)
    convolution_weight_gradient(X, dY, dW, db, window, groups)
    # Y is linear in X and in W: <Y(V), dY> = <V, gradient> for every V.
    V, U = rng.standard_normal(X.shape), rng.standard_normal(W.shape)
    assert np.vdot(naive(V, W, 0.0 * b, window, groups), dY) == pytest.approx(np.vdot(V, dX), rel=1e-9, abs=1e-9)
    assert np.vdot(naive(X, U, 0.0 * b, window, groups), dY) == pytest.approx(np.vdot(U, dW), rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(db, dY.sum((0, 1, 2)), rtol=1e-11, atol=1e-11)


def test_a_large_image_is_cut_into_blocks_of_rows() -> None:
    window = Window(Axis(600, 3, 2, 1, 1, 1), Axis(400, 3, 1, 1, 1, 1))
    columns = numpy_columns.Columns(window, 8, 16, 1)
    portions = columns.portions(2, 4)
    blocks = [block for portion in portions for block in portion]
    assert len(blocks) > len(portions) > 2  # portions are parts of images, too
    covered = sorted((image, row) for b in blocks for image in range(b.first, b.last) for row in range(b.top, b.bottom))
    assert covered == [(image, row) for image in range(2) for row in range(300)]
    assert max(b.rows for b in blocks) * columns.pitch * columns.depth * 4 <= numpy_columns.BLOCK
    rng = np.random.default_rng(0)
    X, W = rng.standard_normal((2, 600, 400, 8), "f4"), rng.standard_normal((3, 3, 8, 16), "f4")
    Y = np.empty((2, 300, 400, 16), "f4")
    convolution(X, W, None, Y, window, 1)
    padded = np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)))
    expected = sum(padded[:, h : h + 600 : 2, w : w + 400] @ W[h, w] for h in range(3) for w in range(3))
    np.testing.assert_allclose(Y, expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_numbers_are_the_same_to_the_bit_for_any_number_of_threads(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    window = Window(Axis(16, 3, 1, 1, 1, 1), Axis(16, 3, 1, 1, 1, 1))
    X, W, b = (rng.standard_normal(shape, "f4") for shape in ((33, 16, 16, 8), (3, 3, 8, 24), (24,)))
    dY = rng.standard_normal((33, 16, 16, 24), "f4")

    def results() -> list[bytes]:
        Y, dX, dW, db = np.empty_like(dY), np.empty_like(X), np.empty_like(W), np.empty_like(b)
        convolution(X, W, b, Y, window, 1)
        convolution_input_gradient(dY, W, dX, window, 1)
        convolution_weight_gradient(X, dY, dW, db, window, 1)
        return [A.tobytes() for A in (Y, dX, dW, db)]

    expected = results()
    real = numpy_workers.blas()
    if real is not None:
        before = real.num_threads
        real.set_num_threads(threads)
        try:
            assert all(results() == expected for _ in range(3))
        finally:
            real.set_num_threads(before)


def test_what_one_batch_left_behind_is_not_in_the_next() -> None:
    """Scratch is shared by all sizes: a batch that overflowed must not reach one that comes later."""
    rng = np.random.default_rng(0)
    for layers, x in (([Conv2D(3)], (6, 5, 2)), ([Conv2D(3, 3, 2, "valid")], (7, 7, 2)), ([Conv2DTranspose(3)], (3, 4, 2))):
        network = Network(layers, x)
        X = rng.standard_normal((9, *x))
        for batch in (9, 4):
            good = network.forward(X[:batch]), network.backward(np.ones((batch, *network.output_shape))), *network.grads.values()
            good = [np.array(A) for A in good]
            network.forward(np.full((9, *x), np.nan))
            network.backward(np.full((9, *network.output_shape), np.nan))
            again = network.forward(X[:batch]), network.backward(np.ones((batch, *network.output_shape))), *network.grads.values()
            for a, b in zip(good, again, strict=True):
                np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "twins",
    [
        (Conv2D(3, 3, 2, bias=False), Conv2DTranspose(2, 3, 2, bias=False), (6, 8, 2)),
        (Conv2D(4, 4, 2, 1, bias=False), Conv2DTranspose(2, 4, 2, 1, bias=False), (8, 6, 2)),
        (Conv2D(4, (2, 3), padding="valid", bias=False), Conv2DTranspose(6, (2, 3), 1, "valid", bias=False), (5, 6, 6)),
        (Conv2D(6, 3, dilation=2, groups=2, bias=False), Conv2DTranspose(4, 3, 1, dilation=2, groups=2, bias=False), (6, 5, 4)),
    ],
)
def test_the_transposed_twin_is_the_adjoint(twins: tuple[Layer, Layer, tuple[int, ...]]) -> None:
    """<conv(x), y> = <x, conv_T(y)> with the same W."""
    there, back, x = twins
    rng = np.random.default_rng(0)
    conv = Network([there], x, dtype="float64")
    conv_T = Network([back], conv.output_shape, dtype="float64")
    assert conv_T.output_shape == x
    (W,), (W_T,) = conv.params.values(), conv_T.params.values()
    assert W.shape == W_T.shape
    W[:] = W_T[:] = rng.standard_normal(W.shape)
    X, Y = rng.standard_normal((3, *x)), rng.standard_normal((3, *conv.output_shape))
    assert np.vdot(conv.forward(X), Y) == pytest.approx(np.vdot(X, conv_T.forward(Y)))


def test_a_convolution_of_one_cell_is_a_dense_layer_at_every_place() -> None:
    rng = np.random.default_rng(0)
    network = Network([Conv2D(4, 1)], (5, 6, 3), dtype="float64")
    W, b = network.params.values()
    b[:] = rng.standard_normal(4)
    X = rng.standard_normal((2, 5, 6, 3))
    np.testing.assert_allclose(network.forward(X), X @ W[0, 0] + b)


def test_a_kernel_as_large_as_the_image_is_a_dense_layer() -> None:
    network = Network([Conv2D(4, (5, 6), padding="valid"), Flatten()], (5, 6, 3), dtype="float64")
    W, _ = network.params.values()
    X = np.random.default_rng(0).standard_normal((2, 5, 6, 3))
    np.testing.assert_allclose(network.forward(X), X.reshape(2, -1) @ W.reshape(-1, 4))


def test_a_causal_convolution_sees_nothing_of_the_future() -> None:
    network = Network([Pad((4, 0)), Conv1D(3, 3, padding="valid", dilation=2)], (10, 2))
    X = np.random.default_rng(0).standard_normal((1, 10, 2))
    before = network.forward(X)
    X[:, 6:] += 1.0
    after = network.forward(X)
    np.testing.assert_array_equal(after[:, :6], before[:, :6])
    assert (after[:, 6:] != before[:, 6:]).all()


def test_a_shift_of_the_image_is_a_shift_of_the_answer() -> None:
    network = Network([Conv2D(3, padding="valid")], (8, 9, 2), dtype="float64")
    X = np.random.default_rng(0).standard_normal((1, 8, 9, 2))
    shifted = np.roll(X, (1, 2), (1, 2))
    np.testing.assert_allclose(network.forward(shifted)[:, 1:, 2:], network.forward(X)[:, :-1, :-2])


def test_the_first_layer_computes_no_input_gradient() -> None:
    network = Network([Conv2D(3), ReLU(), Conv2D(2)], (6, 6, 1))
    bound = Pass(network, 2)
    calls = []
    for _, at in bound.places.values():
        at.ops = _Watched(at.ops, calls)
    bound.forward()
    bound.dY[:] = 1.0
    bound.backward()
    assert calls.count("convolution_weight_gradient") == 2 and calls.count("convolution_input_gradient") == 1


class _Watched:
    """Operations that tell which of them are called."""

    def __init__(self, ops: object, calls: list[str]) -> None:
        self._ops, self._calls = ops, calls

    def __getattr__(self, name: str) -> object:
        self._calls.append(name)
        return getattr(self._ops, name)


# -- shapes and starts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 5, 8, 9])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_same_padding_leaves_size_over_stride_and_the_transposed_gives_size_times_stride(size: int, kernel: int, stride: int) -> None:
    conv, back = Conv2D(1, kernel, stride), Conv2DTranspose(1, kernel, stride)
    assert conv.output_shape((size, size, 1)) == (-(-size // stride), -(-size // stride), 1)
    assert back.output_shape((size, size, 1)) == (size * stride, size * stride, 1)
    assert back.window((size, size, 1)).output == (size, size)


def test_weights_have_the_layout_and_the_fans_they_say() -> None:
    W, b = Conv2D(12, (3, 5), groups=2).parameters((9, 9, 8))
    assert (W.shape, b.shape) == ((3, 5, 4, 12), (12,))
    assert (W.fan_in, W.fan_out) == (3 * 5 * 4, 3 * 5 * 6)
    (W,) = Conv1D(6, 4, bias=False).parameters((9, 8))
    assert (W.shape, W.fan_in, W.fan_out) == ((4, 8, 6), 32, 24)
    W, b = Conv2DTranspose(6, 4).parameters((9, 9, 8))
    assert (W.shape, W.fan_in, W.fan_out) == ((4, 4, 6, 8), 4 * 4 * 8 // 4, 4 * 4 * 6)


def test_they_start_as_the_activation_behind_them_likes_it() -> None:
    before_relu, last = (site.parameters[0] for site in plan((Conv2D(3), ReLU(), Conv2D(2)), (6, 6, 1)).sites[::2])
    assert isinstance(before_relu.initializer, He) and isinstance(last.initializer, Glorot)


@pytest.mark.parametrize("layers", [[Conv2D(32), ReLU()], [Conv2DTranspose(32), ReLU()], [Conv2DTranspose(32, 3, 3), ReLU()]])
def test_a_signal_keeps_its_size_at_the_start(layers: list[Layer]) -> None:
    network = Network(layers, (16, 16, 16), seed=1)
    X = np.random.default_rng(0).standard_normal((4, 16, 16, 16))
    inside = network.forward(X)[:, 2:-2, 2:-2]
    assert np.square(inside).mean() == pytest.approx(1.0, rel=0.15)


@pytest.mark.parametrize(
    ("layer", "x", "sentence"),
    [
        (Conv2D(4), (64,), "conv2d needs images (height, width, channels), got (64,): add reshape before it, e.g. [8, 8, 1]"),
        (Conv2D(4), (7,), "conv2d needs images (height, width, channels), got (7,): add reshape before it, e.g. [height, width, channels]"),
        (
            Conv2D(4), (30, 3),
            "conv2d needs images (height, width, channels), got (30, 3): use conv1d, or add reshape before it, e.g. [30, 3, 1]",
        ),
        (Conv1D(4), (30,), "conv1d needs sequences (time, channels), got (30,): add reshape before it, e.g. [30, 1]"),
        (Conv1D(4), (8, 8, 1), "conv1d needs sequences (time, channels), got (8, 8, 1): use conv2d for images"),
        (
            Conv2D(4, 5, padding="valid"), (9, 3, 1),
            "conv2d's kernel spans 5 columns, its input has 3: use padding = \"same\" or a smaller kernel",
        ),
        (
            Conv2D(4, 3, padding=1, dilation=3), (4, 9, 1),
            "conv2d's kernel spans 7 rows, its input with its padding has 6: use padding = \"same\" or a smaller kernel",
        ),
        (
            Conv1D(4, 9, padding="valid"), (4, 1),
            "conv1d's kernel spans 9 steps, its input has 4: use padding = \"same\" or a smaller kernel",
        ),
        (
            Conv2D(4, groups=2), (8, 8, 3),
            "conv2d can't divide 3 input channels into 2 groups: use a number that 3 is a multiple of",
        ),
        (Conv2D(5, groups=3), (8, 8, 3), "conv2d can't divide 5 filters into 3 groups: use a number that 5 is a multiple of"),
        (
            Conv2DTranspose(4), (12,),
            "conv2d_transpose needs images (height, width, channels), got (12,): add reshape before it, e.g. [height, width, channels]",
        ),
        (
            Conv2DTranspose(4, 2, padding=3), (2, 2, 1),
            "conv2d_transpose lays its kernel on (2, 2, 1), but its padding cuts all of it off: use a smaller padding",
        ),
    ],
)  # fmt: skip
def test_what_doesn_t_fit_says_what_would(layer: Layer, x: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(ShapeError) as error:
        plan((layer,), x).checked()
    assert error.value.message == sentence
