"""Arguments for convolutions, pooling and resampling: windows of all kinds, told by the size."""

from __future__ import annotations

import numpy as np

from nntui.backends.windows import Axis, Window

from .case import Arguments, Case, Numbers


def window(n: Numbers, dilated: bool = True) -> Window:
    """Odd and even kernels, strides, holes, and padding that is one-sided, on images of 4 to 11 by 5 to 11 cells."""
    holes = 1 + n.N % 2 if dilated else 1
    rows = Axis(4 + n.N % 8, 1 + n.N % 3, 1 + n.D % 2, holes, n.N % 2, n.D % 3)
    return Window(rows, Axis(5 + n.D % 7, 2 + n.D % 2, 1 + n.N % 2, 1, 1, n.N % 2))


def _sizes(n: Numbers) -> tuple[int, int, int, int]:
    """Batch, groups, channels and filters of each group."""
    return 2 + n.N % 3, 1 + n.D % 2, 1 + n.N % 4, 1 + n.D % 5


def _images(n: Numbers, dilated: bool = True) -> tuple[int, ...]:
    B, groups, C, _ = _sizes(n)
    return (B, *window(n, dilated).input, groups * C)


def _answers(n: Numbers) -> tuple[int, ...]:
    B, groups, _, F = _sizes(n)
    return (B, *window(n).output, groups * F)


def _weights(n: Numbers) -> tuple[int, ...]:
    _, groups, C, F = _sizes(n)
    rows, columns = window(n)
    return (rows.kernel, columns.kernel, C, groups * F)


def _convolution(n: Numbers, bias: bool) -> Arguments:
    _, groups, _, F = _sizes(n)
    b = n.any(groups * F) if bias else None
    return {"X": n.any(*_images(n)), "W": n.any(*_weights(n)), "b": b, "out": n.out(*_answers(n)), "window": window(n), "groups": groups}


def _pool(n: Numbers, values: np.ndarray) -> Arguments:
    lies = window(n, dilated=False)
    return {"X": values, "out": n.out(len(values), *lies.output, values.shape[3]), "window": lies}


def _pool_backward(n: Numbers) -> Arguments:
    from nntui.backends import numpy

    X = np.round(n.any(*_images(n, dilated=False)))  # equal values meet, and the first has to win
    pooled = _pool(n, X)
    Y = pooled["out"]
    numpy.max_pool(X, Y, pooled["window"])
    return {"X": X, "Y": Y, "dY": n.any(*Y.shape), "out": n.out(*X.shape), "window": pooled["window"]}


def _average_backward(n: Numbers) -> Arguments:
    lies, images = window(n, dilated=False), _images(n, dilated=False)
    return {"dY": n.any(images[0], *lies.output, images[3]), "out": n.out(*images), "window": lies}


def _resample(n: Numbers, smooth: bool, back: bool) -> Arguments:
    B, H, W, C = _images(n)
    rows, columns = 1 + n.N % 3, 1 + n.D % 4
    small, large = (B, H, W, C), (B, H * rows, W * columns, C)
    given = {"dY": n.any(*large)} if back else {"X": n.any(*small)}
    return {**given, "out": n.out(*(small if back else large)), "rows": rows, "columns": columns, "smooth": smooth}


CASES: dict[str, Case] = {
    "convolution": Case(lambda n: _convolution(n, bias=n.N % 2 == 1)),
    "convolution_input_gradient": Case(
        lambda n: {
            "dY": n.any(*_answers(n)), "W": n.any(*_weights(n)), "out": n.out(*_images(n)), "window": window(n), "groups": _sizes(n)[1],
        },
        gradient=True,
    ),
    "convolution_weight_gradient": Case(
        lambda n: {
            "X": n.any(*_images(n)), "dY": n.any(*_answers(n)), "out": n.out(*_weights(n)), "db": n.out(_weights(n)[3]),
            "window": window(n), "groups": _sizes(n)[1],
        },
        ("out", "db"),
        gradient=True,
    ),
    "max_pool": Case(lambda n: _pool(n, n.any(*_images(n, dilated=False)))),
    "max_pool_backward": Case(_pool_backward, gradient=True),
    "average_pool": Case(lambda n: _pool(n, n.any(*_images(n, dilated=False)))),
    "average_pool_backward": Case(_average_backward, gradient=True),
    "upsample": Case(lambda n: _resample(n, smooth=n.N % 2 == 0, back=False)),
    "upsample_backward": Case(lambda n: _resample(n, smooth=n.N % 2 == 0, back=True), gradient=True),
}  # fmt: skip

_STRANGE_IMAGE = np.arange(48.0).reshape(1, 4, 4, 3)
_STRANGE_IMAGE[0, 0, 0, 0], _STRANGE_IMAGE[0, 3, 2, 1], _STRANGE_IMAGE[0, 1, :2, 2] = np.nan, -np.inf, np.inf

SPOILT_BY: dict[str, Arguments] = {
    "max_pool": {"X": _STRANGE_IMAGE, "out": np.full((1, 2, 2, 3), np.nan), "window": Window(Axis(4, 2, 2), Axis(4, 2, 2))},
    "average_pool": {"X": _STRANGE_IMAGE, "out": np.full((1, 2, 2, 3), np.nan), "window": Window(Axis(4, 2, 2), Axis(4, 2, 2))},
}
