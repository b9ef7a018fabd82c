"""Reads scikit-learn's data sets; scikit-learn takes a second to import, so only loading does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nntui.data.bundled import Bundled, Diabetes, Digits
from nntui.data.preparation import Raw
from nntui.data.source import Facts

if TYPE_CHECKING:
    from nntui.backends.operations import Array


def load(source: Bundled, facts: Facts) -> Raw:
    """The data set as it was measured: nothing scaled, in its own order."""
    X, y = _arrays(source)
    if isinstance(source, Digits):
        if source.only:
            X, y = X[np.isin(y, source.only)], y[np.isin(y, source.only)]
            y = np.argmax(y[:, None] == np.array(source.only), axis=1)
        return Raw(X.reshape(-1, *facts.input_shape), y, joint=True)
    if isinstance(source, Diabetes):
        return Raw(X, y[:, None], standardize_target=source.standardize_target)
    return Raw(X, y)


def _arrays(source: Bundled) -> tuple[Array, Array]:
    from sklearn import datasets

    # scikit-learn would scale diabetes by all of its rows, held-out ones included.
    options = {"scaled": False} if isinstance(source, Diabetes) else {}
    X, y = getattr(datasets, f"load_{source.tag}")(return_X_y=True, **options)
    return np.asarray(X, dtype=np.float64), np.asarray(y)
