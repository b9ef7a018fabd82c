"""Small experiments for tests of the trainer, and data that a test has made itself."""

from dataclasses import dataclass

import numpy as np
import pytest

from nntui.data.planar import Spiral
from nntui.data.source import Data, Facts, Source, Split
from nntui.data.texts import Sentences
from nntui.experiment import EarlyStopping, Experiment, Training
from nntui.nn.activations import PReLU, ReLU, Tanh
from nntui.nn.dense import Dense
from nntui.nn.embedding import Embedding
from nntui.nn.losses import BinaryCrossEntropy, CrossEntropy, MeanSquaredError, Target
from nntui.nn.lstm import LSTM
from nntui.nn.maxout import Maxout
from nntui.nn.normalization import BatchNorm
from nntui.nn.regularization import Dropout, Noise
from nntui.nn.skip import Skip
from nntui.optim.optimizers import LAMB, SGD, Adam, AdamW, NAdam
from nntui.optim.penalty import Penalty
from nntui.optim.schedules import Cosine, CosineRestarts, OneCycle, Plateau
from nntui.program import GAN, Autoencoder, LanguageModel
from nntui.training.trainer import Trainer

SMALL = (Dense(8), Tanh(), Dense(2))
EVERYTHING = (Dense(8), BatchNorm(), ReLU(), Dropout(0.3), Skip((Dense(8), Tanh())), Dense(2))


def experiment(**changes: object) -> Experiment:
    """45 examples to learn, 15 to validate with."""
    training = changes.pop("training", None) or Training(epochs=4, batch_size=10)
    given = {"network": SMALL, "data": Spiral(examples=60, noise=0.1, validation=0.25), "loss": CrossEntropy(), "optimizer": Adam()}
    return Experiment(**{**given, "training": training, **changes})  # type: ignore[arg-type]


CASES = {
    "adam": experiment(optimizer=Adam(learning_rate=0.01)),
    "momentum, one cycle": experiment(optimizer=SGD(learning_rate=0.1, momentum=0.9), schedule=OneCycle()),
    "dropout and batch norm": experiment(network=EVERYTHING, optimizer=AdamW(learning_rate=0.01)),
    "early stopping": experiment(network=EVERYTHING, training=Training(epochs=5, batch_size=8, early_stopping=EarlyStopping(patience=2))),
    "a remainder of one, clipped": experiment(network=EVERYTHING, training=Training(epochs=3, batch_size=11, clip_norm=0.1)),
    "the whole data at once": experiment(training=Training(epochs=12, batch_size=1000), schedule=Cosine()),
    "an autoencoder": experiment(network=(Dense(3), Tanh(), Dense(2)), loss=MeanSquaredError(), program=Autoencoder()),
    "a gan": experiment(
        network=(Dense(6), Tanh(), Dense(2)),
        loss=BinaryCrossEntropy(),
        optimizer=Adam(learning_rate=0.01),
        program=GAN(discriminator=(Dense(6), Dropout(0.2), ReLU(), Dense(1)), latent=3, discriminator_steps=2),
    ),
    "plateau": experiment(
        network=EVERYTHING, schedule=Plateau(patience=1, gamma=0.5, warmup=0.3), training=Training(epochs=8, batch_size=10)
    ),
    "lsuv and noise, lamb, a penalty": experiment(
        network=(Noise(0.2), Dense(8, init="lsuv"), PReLU(), Maxout(5), Dense(2, init="lsuv")),
        optimizer=LAMB(learning_rate=0.05), penalty=Penalty(l1=0.001), schedule=CosineRestarts(),
    ),
    "a language model that reads on": experiment(
        network=(Embedding(25, 4), LSTM(5, layers=2), Dropout(0.2), Dense(25)),
        data=Sentences(length=1000, context=7), program=LanguageModel(carry=True, length=5), training=Training(epochs=3, batch_size=9),
    ),
    "nadam": experiment(optimizer=NAdam(), schedule=OneCycle()),
    "in portions": experiment(training=Training(epochs=3, batch_size=20, accumulate=3)),
}
every_case = pytest.mark.parametrize("given", CASES.values(), ids=CASES)


def everything(trainer: Trainer) -> dict[str, object]:
    """All that training has changed, to the bit."""
    state = trainer.state()
    extra = {key: value for key, value in state.extra.items() if key not in ("seconds", "message")}
    return {"arrays": {name: (a.dtype.name, a.tobytes()) for name, a in state.arrays.items()}, "loss": trainer.last_loss, **extra}


@dataclass(frozen=True)
class Held:
    """Data that a test has made itself."""

    data: Data

    @classmethod
    def of(
        cls, X: np.ndarray, y: np.ndarray, classes: int | None = None, validation: tuple[np.ndarray, np.ndarray] | None = None
    ) -> "Held":
        names = tuple(map(str, range(classes))) if classes else None
        facts = Facts(X.shape[1:], Target(classes), names, (), len(X))
        return cls(Data(facts, Split(X.astype(np.float32), y), Split(*validation) if validation else None))

    def trainer(self, dtype: str = "float32", **changes: object) -> Trainer:
        data = self.data

        class Made(Source, tag="made"):
            def facts(self) -> Facts:
                return data.facts

            def load(self, seed: int) -> Data:
                return data

        return Trainer(experiment(data=Made(validation=0.5), **changes), dtype=dtype)


_rng = np.random.default_rng(0)
LINE = Held.of(_rng.standard_normal((40, 3)), _rng.standard_normal((40, 1)))
