"""Every data source there is, by name. A new source is one class and one row here; files, forms and docs follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, Union

from nntui.data.bundled import BreastCancer, Diabetes, Digits, Hastie, Iris, Wine
from nntui.data.files import Csv, Npz
from nntui.data.planar import Circle, Circles, CS231nSpiral, Gauss, Moons, Rare, RegressGauss, RegressPlane, Ring, Spiral, Xor, XorTable
from nntui.data.sequences import Adding, CopyMemory, Ratings
from nntui.data.shapes import Shapes
from nntui.data.source import Source
from nntui.data.texts import Sentences, Text

SOURCES: tuple[type[Source], ...] = (
    Circle, Xor, Gauss, Spiral, RegressPlane, RegressGauss,
    CS231nSpiral, Moons, Circles, Ring, Rare, XorTable,
    Iris, Wine, BreastCancer, Digits, Diabetes, Hastie,
    Shapes,
    Adding, CopyMemory, Sentences, Ratings,
    Csv, Npz, Text,
)  # fmt: skip

BY_TAG: dict[str, type[Source]] = {str(kind.__struct_config__.tag): kind for kind in SOURCES}

if TYPE_CHECKING:
    AnySource: TypeAlias = Source
else:
    AnySource = Union[SOURCES]
