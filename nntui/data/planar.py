"""Points in a plane, generated: what a person can look at, with the network's answer behind it.

The first six are TensorFlow Playground's, formula by formula (tensorflow/playground, src/dataset.ts); labels -1 and +1
are classes 0 and 1. Coordinates are fed as they are, as Playground does, unless `scale` says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from nntui.data.features import input_names
from nntui.data.source import Data, Facts, Source
from nntui.nn.losses import Target

if TYPE_CHECKING:
    import numpy as np

    from nntui.backends.operations import Array

_Examples = Annotated[int, Meta(ge=10, le=1_000_000, description="how many points")]
_Spread = Annotated[float, Meta(ge=0.0, le=2.0, description="standard deviation by which points are moved")]

Limits = tuple[float, float]


class Planar(Source):
    """Base of the sources that generate points in a plane."""

    classes: ClassVar[tuple[str, ...] | None] = None
    """Names of the classes; None: a number is asked for."""
    limits: ClassVar[Limits | None] = None
    """What to draw, on both axes; None: what the points need, and a margin."""

    @property
    def size(self) -> int:
        """How many points it generates."""
        raise NotImplementedError

    def generate(self, rng: np.random.Generator) -> tuple[Array, Array]:
        """Points float64 (n, 2), and labels int64 (n,) or numbers float64 (n, 1)."""
        raise NotImplementedError

    def facts(self) -> Facts:
        names = input_names(self.tag, self.features, ("x", "y"), planar=True)
        target = Target(len(self.classes)) if self.classes else Target(None)
        return Facts((len(names),), target, self.classes, names, self.size)

    def load(self, seed: int) -> Data:
        from nntui.data.preparation import Raw, prepare
        from nntui.randomness import stream

        facts = self.facts()
        points, y = self.generate(stream(seed, "data"))
        return prepare(self, facts, Raw(points, y, limits=self.limits), seed)


class Sampled(Planar):
    """Base of the sources that make as many points as asked for."""

    examples: _Examples = 500

    @property
    def size(self) -> int:
        return self.examples


class Playground(Sampled):
    """Base of TensorFlow Playground's own sources, classification if not said otherwise."""

    classes: ClassVar[tuple[str, ...] | None] = ("-1", "+1")
    limits = (-6.0, 6.0)
    noise: Annotated[float, Meta(ge=0.0, le=0.5, description="Playground's noise slider / 100")] = 0.0


class Circle(Playground, tag="circle"):
    """A disc (+1) inside a ring (-1). Noise flips labels near the gap."""

    def generate(self, rng: np.random.Generator) -> tuple[Array, Array]:
        from nntui.data.generators import circle

        return circle(self.examples, self.noise, rng)


class Xor(Playground, tag="xor"):
    """Four quadrants, +1 where x and y have the same sign. Noise flips labels near the axes."""

    def generate(self, rng: np.random.Generator) -> tuple[Array, Array]:
        from nntui.data.generators import xor

        return xor(self.examples, self.noise, rng)


class Gauss(Playground, tag="gauss"):
    """Two normal clouds around (2, 2) and (-2, -2). Noise makes them wider until they meet."""

    def generate(self, rng: np.random.Generator) -> tuple[Array, Array]:
        from nntui.data.generators import gauss

        return gauss(self.examples, self.noise, rng)


class Spiral(Playground, tag="spiral"):
    """Two arms wound one and three quarter times around each other. Noise moves the points."""

    def generate(self, rng: np.random.Generator) -> tuple[Array, Array]:
        from nntui.data.generators import spiral

        return spiral(self.examples, self.noise, rng)


class RegressPlane(Playground, tag="reg_plane"):
    """Regression: (x + y) / 10. Noise moves the point that the number is taken at."""

    classes = None
    examples: _Examples = 1200

    def generate(self, rng: np.random.Generator) -> tuple[Array, Array]:
        from nntui.data.generators import regress_plane

        return regress_plane(self.examples, self.noise, rng)


class RegressGauss(Playground, tag="reg_gauss"):
    """Regression: six cones, alternately up and down. Noise moves the point that the number is taken at."""

    classes = None
    examples: _Examples = 1200

    def generate(self, rng: np.random.Generator) -> tuple[Array, Array]:
        from nntui.data.generators import regress_gauss

        return regress_gauss(self.examples, self.noise, rng)


class CS231nSpiral(Sampled, tag="cs231n_spiral"):
    """Three arms within the unit circle, from Stanford's CS231n course ("Putting it together")."""

    classes = ("arm 0", "arm 1", "arm 2")
    examples: _Examples = 300
    noise: Annotated[float, Meta(ge=0.0, le=2.0, description="standard deviation of the angle, in radians")] = 0.2

    def generate(self, rng: np.random.Generator) -> tuple[Array, Array]:
        from nntui.data.generators import cs231n_spiral

        return cs231n_spiral(self.examples, self.noise, rng)


class Moons(Sampled, tag="moons"):
    """Two half circles that reach into each other, as scikit-learn's make_moons defines them."""

    classes = ("upper", "lower")
    noise: _Spread = 0.1

    def generate(self, rng: np.random.Generator) -> tuple[Array, Array]:
        from nntui.data.generators import moons

        return moons(self.examples, self.noise, rng)


class Circles(Sampled, tag="circles"):
    """A circle around a smaller one, as scikit-learn's make_circles defines them."""

    classes = ("outer", "inner")
    noise: _Spread = 0.1
    factor: Annotated[float, Meta(ge=0.0, lt=1.0, description="radius of the inner circle; the outer one's is 1")] = 0.5

    def generate(self, rng: np.random.Generator) -> tuple[Array, Array]:
        from nntui.data.generators import circles

        return circles(self.examples, self.noise, self.factor, rng)


class Ring(Sampled, tag="ring"):
    """Normal clouds around points on a circle: what a GAN has to find all of, not just one."""

    examples: _Examples = 2000
    clouds: Annotated[int, Meta(ge=2, le=64, description="how many clouds, each a class")] = 8
    radius: Annotated[float, Meta(gt=0.0, le=100.0, description="of the circle")] = 2.0
    noise: _Spread = 0.1

    def facts(self) -> Facts:
        names = input_names(self.tag, self.features, ("x", "y"), planar=True)
        classes = tuple(str(cloud) for cloud in range(self.clouds))
        return Facts((len(names),), Target(self.clouds), classes, names, self.size)

    def generate(self, rng: np.random.Generator) -> tuple[Array, Array]:
        from nntui.data.generators import ring

        return ring(self.examples, self.clouds, self.radius, self.noise, rng)


class Rare(Sampled, tag="rare"):
    """A large cloud, and at its edge a small one that is easily overlooked: classes of very different size."""

    classes = ("common", "rare")
    examples: _Examples = 1000
    share: Annotated[float, Meta(gt=0.0, lt=1.0, description="of the examples that are rare")] = 0.03
    noise: Annotated[float, Meta(ge=0.0, le=2.0, description="standard deviation of the rare cloud; the common one's is 1")] = 0.3

    def generate(self, rng: np.random.Generator) -> tuple[Array, Array]:
        from nntui.data.generators import rare

        return rare(self.examples, self.share, self.noise, rng)


class XorTable(Planar, tag="xor_table"):
    """The truth table of exclusive or: four rows, all of them for training unless `validation` says otherwise."""

    classes = ("0", "1")
    limits = (-0.5, 1.5)
    validation: Annotated[float, Meta(ge=0.0, lt=1.0, description="share of the examples held out; 0: none")] = 0.0

    @property
    def size(self) -> int:
        return 4

    def generate(self, rng: np.random.Generator) -> tuple[Array, Array]:
        from nntui.data.generators import xor_table

        return xor_table()
