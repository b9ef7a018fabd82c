"""The cells of recurrent layers on a GPU: all gates of a step, or of all steps, in one launch.

Gates are blocks of m = H B values behind each other in Z, four of them to a step (and in an LSTM the state before);
element i of a block of step i / m finds its gates from `gate` on, m apart.
"""

from __future__ import annotations

from nntui.backends.cupy_device import elementwise
from nntui.backends.operations import Array

_GATE = "long long gate = i / m * 4 * m + i % m;"
_SIGMOID_OF_TWICE = "__device__ T nntui_sigmoid_of_twice(T z) { return T(0.5) * tanh(z) + T(0.5); }"

_lstm_cell = elementwise(
    "lstm_cell", "int64 m", "raw T Z, T C, T tanh_C, T H",
    """
    T out = nntui_sigmoid_of_twice(Z[i]), in = nntui_sigmoid_of_twice(Z[i + m]);
    T forget = nntui_sigmoid_of_twice(Z[i + 2 * m]), g = tanh(Z[i + 3 * m]);
    T c = forget * Z[i + 4 * m] + in * g, squashed = tanh(c);
    Z[i] = out; Z[i + m] = in; Z[i + 2 * m] = forget; Z[i + 3 * m] = g;
    C = c; tanh_C = squashed; H = out * squashed;
    """,
    preamble=_SIGMOID_OF_TWICE,
)  # fmt: skip
_lstm_slopes = elementwise(
    "lstm_slopes", "raw T Z, T tanh_C, int64 m", "raw T dZ, T slope_C",
    f"""
    {_GATE}
    long long five = i / m * 5 * m + i % m;
    T out = Z[five], in = Z[five + m], forget = Z[five + 2 * m], g = Z[five + 3 * m], before = Z[five + 4 * m];
    dZ[gate] = tanh_C * out * (T(1) - out);
    dZ[gate + m] = g * in * (T(1) - in);
    dZ[gate + 2 * m] = before * forget * (T(1) - forget);
    dZ[gate + 3 * m] = in * (T(1) - g * g);
    slope_C = out * (T(1) - tanh_C * tanh_C);
    """,
)  # fmt: skip
_lstm_cell_backward = elementwise(
    "lstm_cell_backward", "T dH, T slope_C, raw T Z, int64 m", "T dC, raw T dZ",
    """
    T d = dC + dH * slope_C;
    dZ[i] *= dH;
    dZ[i + m] *= d;
    dZ[i + 2 * m] *= d;
    dZ[i + 3 * m] *= d;
    dC = d * Z[i + 2 * m];
    """,
)  # fmt: skip
_gru_cell = elementwise(
    "gru_cell", "T H_before, int64 m", "raw T Z, T H",
    f"""
    {_GATE}
    T r = nntui_sigmoid_of_twice(Z[gate]), z = nntui_sigmoid_of_twice(Z[gate + m]);
    T n = tanh(Z[gate + 2 * m] + r * Z[gate + 3 * m]);
    Z[gate] = r; Z[gate + m] = z; Z[gate + 2 * m] = n;
    H = n + z * (H_before - n);
    """,
    preamble=_SIGMOID_OF_TWICE,
)  # fmt: skip
_gru_slopes = elementwise(
    "gru_slopes", "raw T Z, T H_before, int64 m", "raw T dZ",
    f"""
    {_GATE}
    T r = Z[gate], z = Z[gate + m], n = Z[gate + 2 * m], q = Z[gate + 3 * m], s = (T(1) - z) * (T(1) - n * n);
    dZ[gate] = s * q * r * (T(1) - r);
    dZ[gate + m] = (H_before - n) * z * (T(1) - z);
    dZ[gate + 2 * m] = s;
    dZ[gate + 3 * m] = s * r;
    """,
)  # fmt: skip
_gru_cell_backward = elementwise(
    "gru_cell_backward", "T dH, raw T Z, int64 m", "raw T dZ, T carry",
    f"""
    {_GATE}
    T d = dH;
    dZ[gate] *= d;
    dZ[gate + m] *= d;
    dZ[gate + 2 * m] *= d;
    dZ[gate + 3 * m] *= d;
    carry = d * Z[gate + m];
    """,
)  # fmt: skip


def lstm_cell(Z: Array, C: Array, tanh_C: Array, H: Array, scratch: Array) -> None:
    _lstm_cell(H.size, Z, C, tanh_C, H)


def lstm_slopes(Z: Array, tanh_C: Array, H: Array, dZ: Array, slope_C: Array) -> None:
    _lstm_slopes(Z, tanh_C, slope_C.size // len(slope_C), dZ, slope_C)


def lstm_cell_backward(dH: Array, slope_C: Array, Z: Array, dC: Array, dZ: Array, scratch: Array) -> None:
    _lstm_cell_backward(dH, slope_C, Z, dH.size, dC, dZ)


def gru_cell(Z: Array, H_before: Array, H: Array, scratch: Array) -> None:
    _gru_cell(H_before, H.size, Z, H)


def gru_slopes(Z: Array, H_before: Array, dZ: Array) -> None:
    _gru_slopes(Z, H_before, H_before.size // len(H_before), dZ)


def gru_cell_backward(dH: Array, Z: Array, dZ: Array, carry: Array) -> None:
    _gru_cell_backward(dH, Z, dH.size, dZ, carry)
