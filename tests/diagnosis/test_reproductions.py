"""What papers and books report of signals through depth, measured by this engine: the ground that the rules stand on."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import nntui
from nntui.diagnosis.case import Case
from nntui.diagnosis.catalogue import look
from nntui.doctor.examination import examine
from nntui.experiment import Experiment
from nntui.measurements import LayerMeasurement

WIDE = 300


def five_layers(init: object, activation: str = "tanh") -> Experiment:
    """Glorot & Bengio's network, somewhat narrower, on ten normal inputs."""
    hidden = [layer for _ in range(5) for layer in ({"layer": "dense", "units": WIDE, "init": init}, {"layer": activation})]
    # The first layer brings the inputs to the width at which the five are alike, keeping their variance.
    first = {"layer": "dense", "units": WIDE, "init": "lecun", "frozen": True}
    return Experiment.from_tables({
        "network": [first, *hidden, {"layer": "dense", "units": 2, "init": init}],
        "data": {"source": "hastie"}, "loss": {"kind": "cross_entropy"}, "optimizer": {"kind": "sgd", "learning_rate": 1e-3},
        "training": {"epochs": 1, "batch_size": 500},
    })  # fmt: skip


def at_start(experiment: Experiment) -> list[LayerMeasurement]:
    """The five hidden layers at the first step."""
    measurement = examine(experiment, steps=1).history.measurements[0]
    return [layer for layer in measurement.layers if layer.path.endswith(".dense")][1:6]


STANDARD = {"kind": "uniform", "low": -(WIDE**-0.5), "high": WIDE**-0.5}
"""W ~ U(-1/sqrt(n), 1/sqrt(n)), Glorot & Bengio's equation 1."""


def test_glorot_and_bengio_weight_gradients_stay_flat_while_delta_shrinks_twelvefold() -> None:
    """Figure 7 and the text below it; measured for five layers of 1000: delta x12, |dW| .080 .079 .080 .079 .079."""
    layers = at_start(five_layers(STANDARD))
    norms = [layer.gradient_norm for layer in layers]
    assert max(norms) / min(norms) < 1.25
    assert 6.0 < layers[-1].delta / layers[0].delta < 20.0


def test_glorot_and_bengio_the_normalized_initialization_keeps_more_of_it() -> None:
    """Equation 16: delta 5.1e-5 to 1.3e-4 over five layers of 1000, a factor of 2.5."""
    layers = at_start(five_layers("glorot"))
    assert 1.3 < layers[-1].delta / layers[0].delta < 4.5


def test_the_activations_shrink_by_the_factors_that_were_published() -> None:
    """Figure 6: with equation 1 the standard deviation after tanh falls .46 .25 .14 .081 .047 over the five layers."""
    measurement = examine(five_layers(STANDARD), steps=1).history.measurements[0]
    spread = [layer.std for layer in measurement.layers if layer.path.endswith(".tanh")]
    np.testing.assert_allclose(spread, [0.46, 0.25, 0.14, 0.081, 0.047], rtol=0.2)


def test_he_and_others_relus_keep_delta_level() -> None:
    layers = at_start(five_layers("he", "relu"))
    assert 0.5 < layers[-1].delta / layers[0].delta < 2.0


def test_the_rules_tell_what_weight_gradients_hide() -> None:
    experiment = Experiment.from_tables({
        **five_layers(STANDARD).to_tables(),
        "network": [layer for _ in range(10) for layer in ({"layer": "dense", "units": WIDE, "init": STANDARD}, {"layer": "tanh"})]
        + [{"layer": "dense", "units": 2}],
    })  # fmt: skip
    case = Case.of(experiment, experiment.check(), examine(experiment, steps=1).history)
    names = {finding.rule for finding in look(case)}
    assert {"vanishing_signal", "flat_weight_gradients"} <= names


def test_nielsen_each_of_four_sigmoid_layers_learns_several_times_slower_than_the_next() -> None:
    """Chapter 5: ||mean dC/db|| of .00298 .0171 .0695 .285 for four layers of 30 at the start, on digits."""
    from nntui.nn.losses import CrossEntropy, Target
    from nntui.training.objective import Objective
    from nntui.training.trainer import Trainer

    normal = {"kind": "lecun"}
    hidden = [layer for _ in range(4) for layer in ({"layer": "dense", "units": 30, "init": normal}, {"layer": "sigmoid"})]
    experiment = Experiment.from_tables({
        "network": [*hidden, {"layer": "dense", "units": 10, "init": normal}], "data": {"source": "digits", "scale": "minmax"},
        "loss": {"kind": "cross_entropy"}, "optimizer": {"kind": "sgd"},
    })  # fmt: skip
    ratios = []
    for seed in range(5):
        trainer = Trainer(experiment.replace(seed=seed))
        X, y = trainer.data.train.X[:1000], trainer.data.train.y[:1000]
        objective = Objective(trainer.network, CrossEntropy(), len(X), CrossEntropy().encode(y, (10,), Target(10)))
        objective.X[:], objective.T[:] = X, y
        objective.forward()
        objective.backward()
        norms = [float(np.linalg.norm(trainer.network.grads[f"{2 * index}.dense.b"])) for index in range(4)]
        ratios.append([below / above for below, above in pairwise(norms)])
    published = np.array([0.00298 / 0.0171, 0.0171 / 0.0695, 0.0695 / 0.285])
    np.testing.assert_allclose(np.median(ratios, axis=0), published, rtol=0.5)


@pytest.mark.parametrize(("name", "learns"), [("thirty-layers-he", True), ("thirty-layers-xavier", False)])
def test_he_and_others_thirty_layers_learn_with_their_initialization_and_not_with_xaviers(name: str, learns: bool) -> None:
    """He et al. 2015, figure 3: the one with variance 2 / n converges, the one with variance 1 / n stalls."""
    seen = examine(nntui.load(name))
    accuracy = seen.history.evaluations[-1].metrics["accuracy"]
    assert accuracy > 0.6 if learns else accuracy < 0.25
