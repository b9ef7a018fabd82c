"""A row of the layers' table in both engines, and how closely they have to agree."""

from __future__ import annotations

import numpy as np
import pytest
from nn.table import Bound, Row

from parity.modules import Twin

torch = pytest.importorskip("torch")

RTOL = {"float32": 1e-4, "float64": 1e-9}
ATOL = {"float32": 1e-5, "float64": 1e-11}


def close(ours: np.ndarray, theirs: np.ndarray, dtype: str, what: str = "") -> None:
    np.testing.assert_allclose(ours, theirs, rtol=RTOL[dtype], atol=ATOL[dtype], err_msg=what)


class Pair:
    """A row of the table, bound, beside the same network in PyTorch."""

    def __init__(self, row: Row, dtype: str) -> None:
        self.ours, self.dtype = Bound(row, dtype=dtype), dtype
        for state in self.ours.states:
            state[:] = 0.0  # as PyTorch's modules begin
        self.theirs = Twin(self.ours.network, row.train)
        self.X = torch.from_numpy(self.ours.bound.X.copy()).requires_grad_(not row.ids)
