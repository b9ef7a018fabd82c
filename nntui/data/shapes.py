"""Pictures of simple shapes, drawn when asked for: to name, to outline pixel by pixel, or to find."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from nntui.data.features import input_names
from nntui.data.source import Data, Facts, Source
from nntui.nn.losses import Target


class Shapes(Source, tag="shapes"):
    """A bright disc, square or triangle on a noisy ground: (size, size, 1)."""

    ask: Annotated[
        Literal["kind", "pixels", "box", "kind_and_box"],
        Meta(
            description="kind: which of the three; pixels: ground or shape, everywhere; box: centre x, y, width, height as shares; "
            "kind_and_box: both, for a composite loss"
        ),
    ] = "kind"
    examples: Annotated[int, Meta(ge=10, le=100_000, description="how many pictures")] = 1200
    size: Annotated[int, Meta(ge=8, le=128, description="pixels along a side")] = 16
    noise: Annotated[float, Meta(ge=0.0, le=2.0, description="standard deviation of the noise; a shape is 0.5 to 1 brighter")] = 0.2

    def facts(self) -> Facts:
        input_names(self.tag, self.features, (), planar=False)  # refuses features: a picture has none
        shape = (self.size, self.size, 1)
        match self.ask:
            case "kind":
                classes: tuple[str, ...] | None = ("disc", "square", "triangle")
                target = Target(3)
            case "pixels":
                classes = ("ground", "shape")
                target = Target(2, shape=shape[:2])
            case "box":
                classes, target = None, Target(None, 4)
            case "kind_and_box":
                classes, target = None, Target.joined(Target(3), Target(None, 4))
        return Facts(shape, target, classes, (), self.examples)

    def load(self, seed: int) -> Data:
        import numpy as np

        from nntui.data.preparation import Raw, prepare
        from nntui.data.shape_drawing import pictures
        from nntui.randomness import stream

        drawn = pictures(self.examples, self.size, self.noise, stream(seed, "data"))
        both = np.concatenate([drawn.kind[:, None], drawn.box], axis=1)
        y = {"kind": drawn.kind, "pixels": drawn.inside.astype(np.int64), "box": drawn.box, "kind_and_box": both}[self.ask]
        return prepare(self, self.facts(), Raw(drawn.X, y, joint=True), seed)
