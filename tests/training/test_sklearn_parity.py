"""scikit-learn's example "Compare Stochastic learning strategies for MLPClassifier", with the numbers its page shows.

MinMax-scaled inputs, 100 relu units, batches of 200, score and loss on the training data itself.
"""

import numpy as np
import pytest

from nntui.data.source import Data, Facts, Source, Split
from nntui.experiment import Experiment, Training
from nntui.measurements import Steps
from nntui.nn.activations import ReLU
from nntui.nn.dense import Dense
from nntui.nn.losses import CrossEntropy, Target
from nntui.optim.optimizers import SGD, Adam, Optimizer
from nntui.training.trainer import Trainer

datasets = pytest.importorskip("sklearn.datasets")

STRATEGIES: dict[str, Optimizer] = {
    "constant rate": SGD(learning_rate=0.2),
    "momentum": SGD(learning_rate=0.2, momentum=0.9),
    "nesterov": SGD(learning_rate=0.2, momentum=0.9, nesterov=True),
    "adam": Adam(learning_rate=0.01),
}
# data set, epochs, and (score, loss) per strategy
PAGE = {
    ("iris", 400): [(0.980, 0.0969), (0.980, 0.0495), (0.980, 0.0495), (0.980, 0.0453)],
    ("digits", 15): [(0.956, 0.2438), (0.993, 0.0413), (0.994, 0.0429), (0.992, 0.0459)],
}
ROWS = [
    pytest.param(name, epochs, optimizer, *expected, id=f"{name}, {strategy}")
    for (name, epochs), results in PAGE.items()
    for (strategy, optimizer), expected in zip(STRATEGIES.items(), results, strict=True)
]
SEEDS = 3
PATIENCE, TOLERANCE = 10, 1e-4
"""scikit-learn ends training after more than so many epochs without an improvement of the loss by so much."""


def loaded(name: str) -> Data:
    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    low, high = X.min(0), X.max(0)
    X = ((X - low) / np.where(high > low, high - low, 1.0)).astype(np.float32)
    classes = tuple(map(str, np.unique(y)))
    return Data(Facts(X.shape[1:], Target(len(classes)), classes, (), len(X)), Split(X, y.astype(np.int64)), None)


def trained(data: Data, epochs: int, optimizer: Optimizer, seed: int) -> tuple[float, float]:
    """Accuracy on all examples, and the mean loss of the last epoch's batches, as scikit-learn reports them."""

    class Made(Source, tag="made"):
        def facts(self) -> Facts:
            return data.facts

    layers = (Dense(100, init="glorot"), ReLU(), Dense(len(data.facts.classes or ()), init="glorot"))
    given = Experiment(
        seed=seed, network=layers, data=Made(validation=0.0), loss=CrossEntropy(), optimizer=optimizer,
        training=Training(epochs=epochs, batch_size=200),
    )  # fmt: skip
    trainer = Trainer(given, data=data)
    best, waiting, loss = np.inf, 0, np.inf
    while not trainer.finished and waiting <= PATIENCE:
        records = trainer.advance(0.0, steps=trainer.steps_per_epoch)
        loss = float(np.mean([record.loss for record in records if isinstance(record, Steps)]))
        waiting = waiting + 1 if loss > best - TOLERANCE else 0
        best = min(best, loss)
    return trainer.evaluate("train")["accuracy"], loss


@pytest.mark.parametrize(("name", "epochs", "optimizer", "score", "loss"), ROWS)
def test_learning_strategies_come_to_what_scikit_learns_page_shows(name: str, epochs: int, optimizer: Optimizer, score: float, loss: float):
    data = loaded(name)
    scores, losses = zip(*(trained(data, epochs, optimizer, seed) for seed in range(SEEDS)), strict=True)
    assert np.median(scores) == pytest.approx(score, abs=0.01)
    assert np.median(losses) == pytest.approx(loss, rel=0.15)
