"""The cells of recurrent layers on the CPU, one step at a time or, where steps don't wait for each other, all at once.

Every gate of a step is a contiguous block (H, B), batch last: whole blocks go through one call without strides.
"""

from __future__ import annotations

import numpy as np

from nntui.backends.operations import Array


def lstm_cell(Z: Array, C: Array, tanh_C: Array, H: Array, scratch: Array) -> None:
    n = len(H)
    arguments, sigmoids = Z[: 4 * n], Z[: 3 * n]
    np.tanh(arguments, arguments)
    np.multiply(sigmoids, 0.5, sigmoids)
    np.add(sigmoids, 0.5, sigmoids)
    np.multiply(Z[n : 3 * n], Z[3 * n :], scratch)  # [i, f] [g, c]
    np.add(scratch[:n], scratch[n:], C)
    np.tanh(C, tanh_C)
    np.multiply(Z[:n], tanh_C, H)


def lstm_slopes(Z: Array, tanh_C: Array, H: Array, dZ: Array, slope_C: Array) -> None:
    n = H.shape[1]
    o, i, g = Z[:, :n], Z[:, n : 2 * n], Z[:, 3 * n : 4 * n]
    do, di_df, dg = dZ[:, :n], dZ[:, n : 3 * n], dZ[:, 3 * n :]
    np.subtract(1.0, Z[:, : 3 * n], dZ[:, : 3 * n])
    np.multiply(do, H, do)
    np.multiply(di_df, Z[:, n : 3 * n], di_df)
    np.multiply(di_df, Z[:, 3 * n :], di_df)
    np.multiply(g, g, dg)
    np.subtract(1.0, dg, dg)
    np.multiply(dg, i, dg)
    np.multiply(H, tanh_C, slope_C)
    np.subtract(o, slope_C, slope_C)


def lstm_cell_backward(dH: Array, slope_C: Array, Z: Array, dC: Array, dZ: Array, scratch: Array) -> None:
    n = len(dH)
    through_H = scratch[:n]
    np.multiply(dH, slope_C, through_H)
    np.add(dC, through_H, dC)
    do, others = dZ[:n], dZ[n:].reshape(3, n, -1)
    np.multiply(do, dH, do)
    np.multiply(others, dC, others)
    np.multiply(dC, Z[2 * n : 3 * n], dC)


def gru_cell(Z: Array, H_before: Array, H: Array, scratch: Array) -> None:
    n = len(H)
    gates = Z[: 2 * n]
    np.tanh(gates, gates)
    np.multiply(gates, 0.5, gates)
    np.add(gates, 0.5, gates)
    candidate = Z[2 * n : 3 * n]
    np.multiply(Z[:n], Z[3 * n :], scratch)
    np.add(candidate, scratch, candidate)
    np.tanh(candidate, candidate)
    np.subtract(H_before, candidate, scratch)
    np.multiply(scratch, Z[n : 2 * n], scratch)
    np.add(candidate, scratch, H)


def gru_slopes(Z: Array, H_before: Array, dZ: Array) -> None:
    n = H_before.shape[1]
    r, z, candidate, q = Z[:, :n], Z[:, n : 2 * n], Z[:, 2 * n : 3 * n], Z[:, 3 * n :]
    dr, dz, dn, dq = dZ[:, :n], dZ[:, n : 2 * n], dZ[:, 2 * n : 3 * n], dZ[:, 3 * n :]
    np.subtract(1.0, z, dz)
    np.multiply(candidate, candidate, dn)
    np.subtract(1.0, dn, dn)
    np.multiply(dn, dz, dn)
    np.multiply(dz, z, dz)
    np.subtract(H_before, candidate, dq)
    np.multiply(dz, dq, dz)
    np.multiply(dn, r, dq)
    np.subtract(1.0, r, dr)
    np.multiply(dr, q, dr)
    np.multiply(dr, dq, dr)


def gru_cell_backward(dH: Array, Z: Array, dZ: Array, carry: Array) -> None:
    n = len(dH)
    slopes = dZ.reshape(4, n, -1)
    np.multiply(slopes, dH, slopes)
    np.multiply(dH, Z[n : 2 * n], carry)
