"""Small networks to look at."""

from __future__ import annotations

from functools import cache

from nntui.experiment import Experiment
from nntui.inspection.subject import Subject

_REST = """
[loss]
kind = "{loss}"
[optimizer]
kind = "adam"
learning_rate = 0.02
[training]
epochs = {epochs}
batch_size = 20
"""

PLANE = """
title = "Two arms"
network = [ { layer = "dense", units = 6 }, { layer = "tanh" }, { layer = "dense", units = 2 } ]
[data]
source = "spiral"
examples = 120
noise = 0.1
"""

IMAGES = """
title = "Shapes"
network = [
  { layer = "conv2d", filters = 3, stride = 2 }, { layer = "relu" }, { layer = "batch_norm" }, { layer = "max_pool2d" },
  { layer = "skip", body = [ { layer = "conv2d", filters = 3, kernel = 3 }, { layer = "tanh" } ] },
  { layer = "flatten" }, { layer = "dropout", rate = 0.5 }, { layer = "dense", units = 3 },
]
[data]
source = "shapes"
size = 8
examples = 60
"""

TEXT = """
title = "Words"
network = [
  { layer = "embedding", vocabulary = 25, units = 8 }, { layer = "positional_embedding" },
  { layer = "skip", body = [ { layer = "layer_norm" }, { layer = "attention", heads = 2, causal = true } ] },
  { layer = "dense", units = 25 },
]
[data]
source = "sentences"
length = 2000
context = 12
"""

MEMORY = """
title = "Sums"
network = [ { layer = "lstm", units = 5, returns = "last" }, { layer = "dense", units = 1 } ]
[data]
source = "adding"
length = 9
examples = 80
"""


def experiment(text: str, loss: str = "cross_entropy", epochs: int = 5) -> Experiment:
    return Experiment.from_toml(text + _REST.format(loss=loss, epochs=epochs))


@cache
def plane() -> Subject:
    return Subject(experiment(PLANE)).at(0)


@cache
def images() -> Subject:
    return Subject(experiment(IMAGES)).at(0)


@cache
def text() -> Subject:
    return Subject(experiment(TEXT)).at(0)


@cache
def memory() -> Subject:
    return Subject(experiment(MEMORY, "mse")).at(0)


CODES = """
title = "Codes"
network = [ { layer = "flatten" }, { layer = "dense", units = 2 }, { layer = "dense", units = 64 } ]
[program]
kind = "autoencoder"
[data]
source = "shapes"
size = 8
examples = 60
"""

PIXELS = """
title = "Outlines"
network = [ { layer = "conv2d", filters = 2 } ]
[data]
source = "shapes"
ask = "pixels"
size = 8
examples = 60
"""


@cache
def codes() -> Subject:
    return Subject(experiment(CODES, "mse")).at(0)


@cache
def pixels() -> Subject:
    return Subject(experiment(PIXELS)).at(0)
