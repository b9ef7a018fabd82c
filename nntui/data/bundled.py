"""Real data that comes with scikit-learn, and one classic generated table. What they hold is known without loading them."""

from __future__ import annotations

import dataclasses
from typing import Annotated, ClassVar

from msgspec import Meta

from nntui.data.features import input_names
from nntui.data.source import Data, Facts, Source
from nntui.errors import DataError
from nntui.nn.losses import Target

_DIGITS = (178, 182, 177, 183, 181, 182, 181, 179, 174, 180)
"""How many there are of each digit."""

_MEASURES = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points", "symmetry", "fractal dimension",
)  # fmt: skip


class Bundled(Source):
    """Base of scikit-learn's data sets."""

    inputs: ClassVar[tuple[str, ...]]
    classes: ClassVar[tuple[str, ...] | None] = None
    size: ClassVar[int]

    def facts(self) -> Facts:
        names = input_names(self.tag, self.features, self.inputs, planar=False)
        target = Target(len(self.classes)) if self.classes else Target(None)
        return Facts((len(names),), target, self.classes, names, self.size)

    def load(self, seed: int) -> Data:
        from nntui.data.bundled_loading import load
        from nntui.data.preparation import prepare

        facts = self.facts()
        return prepare(self, facts, load(self, facts), seed)


class Iris(Bundled, tag="iris"):
    """150 flowers of three species of iris, four lengths each (Fisher 1936)."""

    inputs = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")
    classes = ("setosa", "versicolor", "virginica")
    size = 150


class Wine(Bundled, tag="wine"):
    """178 wines from three growers, thirteen chemical measurements on very different scales."""

    inputs = (
        "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids", "nonflavanoid_phenols",
        "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines", "proline",
    )  # fmt: skip
    classes = ("class_0", "class_1", "class_2")
    size = 178


class BreastCancer(Bundled, tag="breast_cancer"):
    """569 tumours, malignant or benign, by thirty measurements of their cell nuclei (Wisconsin)."""

    inputs = (
        *(f"mean {measure}" for measure in _MEASURES),
        *(f"{measure} error" for measure in _MEASURES),
        *(f"worst {measure}" for measure in _MEASURES),
    )
    classes = ("malignant", "benign")
    size = 569


class Digits(Bundled, tag="digits"):
    """1797 handwritten digits, 8 x 8 pixels from 0 to 16. Pixels share one unit, so they are scaled all together."""

    inputs = tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8))
    classes = tuple("0123456789")
    size = 1797
    image: Annotated[bool, Meta(description="shape (8, 8, 1), for convolutions, instead of 64 numbers in a row")] = False

    only: Annotated[
        tuple[Annotated[int, Meta(ge=0, le=9)], ...], Meta(description="learn these digits alone, e.g. [0, 1, 2, 3, 4]; empty: all ten")
    ] = ()

    def facts(self) -> Facts:
        facts = super().facts()
        if self.only:
            if len(set(self.only)) != len(self.only) or len(self.only) < 2:
                raise DataError(f"data.only: expected at least two different digits, got {list(self.only)}")
            names = tuple(str(digit) for digit in self.only)
            facts = Facts(facts.input_shape, Target(len(names)), names, facts.features, sum(_DIGITS[digit] for digit in self.only))
        return Facts((8, 8, 1), facts.target, facts.classes, (), facts.examples) if self.image else facts


class Diabetes(Bundled, tag="diabetes"):
    """Regression: 442 patients, how far their diabetes has gone a year later (25 to 346) by ten plain measurements."""

    inputs = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
    size = 442
    standardize_target: Annotated[
        bool, Meta(description="learn the target with mean 0 and standard deviation 1 of the training part; r2 stays the same")
    ] = True

    def facts(self) -> Facts:
        target = Target(None, bounds=(25.0, 346.0), standardized=self.standardize_target)
        return dataclasses.replace(super().facts(), target=target)


class Hastie(Source, tag="hastie"):
    """Ten independent normal inputs; +1 outside the sphere that holds half of them (Hastie et al., Elements, eq. 10.2)."""

    classes: ClassVar[tuple[str, ...]] = ("-1", "+1")
    examples: Annotated[int, Meta(ge=10, le=1_000_000, description="how many rows")] = 2000

    def facts(self) -> Facts:
        names = input_names(self.tag, self.features, tuple(f"x{i}" for i in range(1, 11)), planar=False)
        return Facts((10,), Target(2), self.classes, names, self.examples)

    def load(self, seed: int) -> Data:
        from nntui.data.generators import hastie
        from nntui.data.preparation import Raw, prepare
        from nntui.randomness import stream

        facts = self.facts()
        return prepare(self, facts, Raw(*hastie(self.examples, stream(seed, "data"))), seed)
