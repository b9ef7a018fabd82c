"""Addresses of TensorFlow Playground become experiments, and what can't be read in one is named."""

from __future__ import annotations

import pytest

from nntui.errors import ExperimentError
from nntui.lookup import find
from nntui.playground import from_address, means_playground
from nntui.training.trainer import Trainer

SPIRAL = (
    "https://playground.tensorflow.org/#activation=relu&regularization=L2&batchSize=25&dataset=spiral&regDataset=reg-plane"
    "&learningRate=0.1&regularizationRate=0.003&noise=15&networkShape=8,6,4&seed=0.46789&showTestData=false&discretize=false"
    "&percTrainData=70&x=true&y=true&xTimesY=true&xSquared=false&ySquared=false&cosX=false&sinX=true&cosY=false&sinY=false"
    "&collectStats=false&problem=classification&initZero=false&hideText=false"
)


def test_everything_that_trains_is_taken_over() -> None:
    experiment = from_address(SPIRAL)
    tables = experiment.to_tables()
    assert [layer.get("units", layer["layer"]) for layer in tables["network"]] == [8, "relu", 6, "relu", 4, "relu", 2]
    assert tables["data"] == {
        "source": "spiral", "noise": 0.15, "features": ["x", "y", "xy", "sin x"], "validation": 0.3,
    }  # fmt: skip
    assert tables["optimizer"] == {"kind": "sgd", "learning_rate": 0.1}
    assert tables["penalty"] == {"l2": 0.003} and tables["training"]["batch_size"] == 25
    assert Trainer(experiment).step(3) > 0.0


def test_the_page_s_own_defaults_fill_in_what_an_address_leaves_out() -> None:
    tables = from_address("https://playground.tensorflow.org/").to_tables()
    assert [layer.get("units", layer["layer"]) for layer in tables["network"]] == [4, "tanh", 2, "tanh", 2]
    assert tables["data"]["source"] == "circle" and tables["data"]["features"] == ["x", "y"]


def test_a_regression_has_one_output_and_a_linear_network_no_activations() -> None:
    tables = from_address("#problem=regression&regDataset=reg-gauss&activation=linear&networkShape=&initZero=true").to_tables()
    assert tables["network"] == [{"layer": "dense", "units": 1, "init": "zeros"}]
    assert tables["data"]["source"] == "reg_gauss" and tables["loss"] == {"kind": "mse"}


def test_an_address_is_understood_wherever_an_experiment_is_wanted() -> None:
    found = find(SPIRAL)
    assert found.name == "playground" and found.experiment == from_address(SPIRAL)
    found.check()
    assert not means_playground("spiral") and not means_playground("runs/#1")


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("activation=swish", r"activation: there is no \"swish\""),
        ("networkShape=8,-1", r"networkShape: expected numbers of units like 8,8, got \"8,-1\""),
        ("learningRate=fast", r"learningRate: expected a number from 0 to 1e\+06, got \"fast\""),
        ("noise=80", r"noise: expected a number from 0 to 50, got \"80\""),
        ("dataset=moons", r"dataset: there is no \"moons\""),
        ("problem=chess", r"problem: there is no \"chess\""),
        ("x=false&y=false", r"no input is chosen"),
        ("regularization=L3", r"regularization: there is no \"L3\""),
    ],
)
def test_what_can_t_be_read_is_named(part: str, told: str) -> None:
    with pytest.raises(ExperimentError, match=f"^playground.tensorflow.org: {told}"):
        from_address(f"https://playground.tensorflow.org/#{part}")
