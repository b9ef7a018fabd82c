"""How weights start. Each initializer is a value with a formula; the right spread keeps signals alive through depth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, TypeAlias, Union, dataclass_transform

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    import numpy as np

    from nntui.backends.operations import Array

Distribution: TypeAlias = Literal["normal", "uniform"]


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Initializer(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True, omit_defaults=True):
    """Base of all initializers."""

    def sample(self, shape: tuple[int, ...], fan_in: int, fan_out: int, stream: np.random.Generator) -> Array:
        """Draw an array (float64) for a weight with fan_in inputs and fan_out outputs per unit."""
        raise NotImplementedError

    def suiting(self, suited: str) -> Initializer:
        """This initializer, with `auto` inside it replaced."""
        return self


class Zeros(Initializer, tag="zeros"):
    """W = 0. Right for biases; for weights every unit of a layer then stays the same as the others for ever."""

    def sample(self, shape: tuple[int, ...], fan_in: int, fan_out: int, stream: np.random.Generator) -> Array:
        import numpy as np

        return np.zeros(shape)


class Constant(Initializer, tag="constant"):
    """W = value."""

    value: float = 0.1

    def sample(self, shape: tuple[int, ...], fan_in: int, fan_out: int, stream: np.random.Generator) -> Array:
        import numpy as np

        return np.full(shape, self.value)


class Normal(Initializer, tag="normal"):
    """W ~ N(mean, std^2), whatever the fan: std = 1 is the classic way to make a deep network explode."""

    std: Annotated[float, Meta(ge=0.0, description="standard deviation")] = 1.0
    mean: float = 0.0

    def sample(self, shape: tuple[int, ...], fan_in: int, fan_out: int, stream: np.random.Generator) -> Array:
        return stream.normal(self.mean, self.std, shape)


class TruncatedNormal(Initializer, tag="truncated_normal"):
    """W ~ N(mean, std^2), drawn again where it would lie more than limit std from the mean: no weight starts far out.

    As in Transformers and PyTorch's trunc_normal_. std is that before cutting: at 2 std, 0.88 of it is left.
    """

    std: Annotated[float, Meta(gt=0.0, description="standard deviation before cutting")] = 0.02
    mean: float = 0.0
    limit: Annotated[float, Meta(gt=0.0, description="how many standard deviations from the mean are allowed")] = 2.0

    def sample(self, shape: tuple[int, ...], fan_in: int, fan_out: int, stream: np.random.Generator) -> Array:
        from scipy.special import ndtr, ndtri

        cut = ndtr(-self.limit)
        W: Array = self.mean + self.std * ndtri(stream.uniform(cut, 1.0 - cut, shape))
        return W


class Uniform(Initializer, tag="uniform"):
    """W ~ U(low, high). TensorFlow Playground uses (-0.5, 0.5)."""

    low: float = -0.5
    high: float = 0.5

    def sample(self, shape: tuple[int, ...], fan_in: int, fan_out: int, stream: np.random.Generator) -> Array:
        return stream.uniform(self.low, self.high, shape)


class _VarianceScaling(Initializer):
    """W with variance `gain / fan`, normal or uniform."""

    gain: ClassVar[float] = 1.0

    distribution: Distribution = "normal"

    def fan(self, fan_in: int, fan_out: int) -> float:
        return fan_in

    def sample(self, shape: tuple[int, ...], fan_in: int, fan_out: int, stream: np.random.Generator) -> Array:
        std = math.sqrt(self.gain / max(self.fan(fan_in, fan_out), 1e-12))
        if self.distribution == "normal":
            return stream.normal(0.0, std, shape)
        limit = math.sqrt(3.0) * std  # a uniform on (-a, a) has variance a^2 / 3
        return stream.uniform(-limit, limit, shape)


class LeCun(_VarianceScaling, tag="lecun"):
    """Var W = 1 / fan_in (LeCun et al. 1998): keeps the variance of a linear or SELU layer."""


class Glorot(_VarianceScaling, tag="glorot"):
    """Var W = 2 / (fan_in + fan_out) (Glorot & Bengio 2010, eq. 12): for tanh, sigmoid and linear outputs."""

    gain: ClassVar[float] = 2.0

    distribution: Distribution = "uniform"

    def fan(self, fan_in: int, fan_out: int) -> float:
        return fan_in + fan_out


class He(_VarianceScaling, tag="he"):
    """Var W = 2 / fan_in (He et al. 2015, eq. 10): makes up for the half that a ReLU cuts away."""

    gain: ClassVar[float] = 2.0


class Orthogonal(Initializer, tag="orthogonal"):
    """Rows or columns orthonormal, times gain (Saxe et al. 2014): lengths are kept through linear layers."""

    gain: float = 1.0

    def sample(self, shape: tuple[int, ...], fan_in: int, fan_out: int, stream: np.random.Generator) -> Array:
        import numpy as np

        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(stream.standard_normal((max(rows, columns), min(rows, columns))))
        q *= np.sign(np.diagonal(r))  # makes the distribution uniform over orthogonal matrices (Mezzadri 2007)
        return (self.gain * (q if rows >= columns else q.T)).reshape(shape)


class LSUV(Initializer, tag="lsuv"):
    """Orthogonal, then scaled on some examples until what comes out of the layer has variance 1 (Mishkin & Matas 2016).

    Layer by layer when training begins, for dense and convolutional layers; elsewhere it is orthogonal and nothing more.
    """

    def sample(self, shape: tuple[int, ...], fan_in: int, fan_out: int, stream: np.random.Generator) -> Array:
        return Orthogonal().sample(shape, fan_in, fan_out, stream)


class Identity(Initializer, tag="identity"):
    """W = gain I, blocks of it side by side for several gates: a state that is kept as it is (Le et al. 2015)."""

    gain: float = 1.0

    def sample(self, shape: tuple[int, ...], fan_in: int, fan_out: int, stream: np.random.Generator) -> Array:
        import numpy as np

        rows, columns = math.prod(shape[:-1]), shape[-1]
        return (self.gain * np.tile(np.eye(rows), -(-columns // rows))[:, :columns]).reshape(shape)


KINDS: dict[str, type[Initializer]] = {
    "zeros": Zeros, "constant": Constant, "normal": Normal, "truncated_normal": TruncatedNormal, "uniform": Uniform,
    "lecun": LeCun, "glorot": Glorot, "he": He, "orthogonal": Orthogonal, "lsuv": LSUV, "identity": Identity,
}  # fmt: skip

InitName: TypeAlias = Literal[
    "auto", "zeros", "constant", "normal", "truncated_normal", "uniform", "lecun", "glorot", "he", "orthogonal", "lsuv", "identity"
]
Init: TypeAlias = Union[  # noqa: UP007
    InitName, Zeros, Constant, Normal, TruncatedNormal, Uniform, LeCun, Glorot, He, Orthogonal, LSUV, Identity
]
"""In files: a name (`init = "he"`), or a table (`init = { kind = "normal", std = 0.01 }`)."""


def resolve(init: Init | Initializer, suited: str) -> Initializer:
    """The initializer a field means; `auto` becomes the one that suits the activation that follows."""
    if isinstance(init, Initializer):
        return init.suiting(suited)
    return KINDS[suited if init == "auto" else init]()
