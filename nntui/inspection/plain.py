"""What was found as plain numbers, lists and texts, for JSON."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from nntui.inspection.products import Affine


def plain(value: object) -> Any:
    """Dataclasses as tables of their fields and properties, arrays as lists; NaN and infinity as null."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case np.ndarray():
            return plain(value.tolist())
        case np.generic():
            return plain(value.item())
        case list() | tuple():
            return [plain(one) for one in value]
        case Affine():
            return {"dW": plain(value.dW), "db": plain(value.db)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = [field.name for field in dataclasses.fields(value)]
        named += [name for name, found in vars(type(value)).items() if isinstance(found, property)]
        return {name: plain(getattr(value, name)) for name in named}
    raise TypeError(type(value).__name__)
