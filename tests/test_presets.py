"""Every preset keeps what it promises: it loads, explains itself, and reaches the result it states."""

from __future__ import annotations

import pytest

import nntui
from nntui.experiment import Experiment
from nntui.lookup import preset_names
from nntui.training.trainer import Trainer

PROMISED = (
    "xor", "one-neuron-xor", "spiral", "playground-circle", "playground-spiral", "cs231n-spiral", "vanishing-sigmoid",
    "vanishing-fixed", "digits-mlp", "iris", "wine-raw", "wine-standardized", "diabetes", "pytorch-example",
)  # fmt: skip


def trained(experiment: Experiment) -> dict[str, float]:
    """The results of a finished run, named as in a preset's reference."""
    trainer = Trainer(experiment)
    while not trainer.finished:
        trainer.advance(10.0)
    results = trainer.evaluate("train")
    if trainer.data.validation is not None:
        results |= {f"val_{name}": value for name, value in trainer.evaluate("validation").items()}
    return results


def test_all_promised_presets_are_there() -> None:
    assert set(PROMISED) <= set(preset_names())


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_says_what_to_watch_and_what_to_try(name: str) -> None:
    experiment = nntui.load(name)
    experiment.check()
    assert experiment.title
    assert "Watch" in experiment.story and "Try" in experiment.story
    assert all(len(line) <= 140 for line in experiment.story.splitlines())


@pytest.mark.parametrize("name", preset_names())
def test_the_pair_of_a_preset_names_it_back(name: str) -> None:
    pair = nntui.load(name).pair
    if pair is not None:
        assert nntui.load(pair).pair == name


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_reaches_its_reference(name: str) -> None:
    experiment = nntui.load(name)
    assert experiment.reference, "a preset states what it is held to"
    results = trained(experiment)
    for metric, bound in experiment.reference.items():
        value = results[metric]
        assert bound.at_least is None or value >= bound.at_least, f"{metric} {value} < {bound.at_least}"
        assert bound.at_most is None or value <= bound.at_most, f"{metric} {value} > {bound.at_most}"


def test_xor_is_solved_by_every_one_of_a_hundred_seeds() -> None:
    experiment = nntui.load("xor")
    assert [layer.tag for layer in experiment.network] == ["dense", "tanh", "dense"]
    unsolved = [seed for seed in range(100) if trained(experiment.replace(seed=seed))["accuracy"] < 1.0]
    assert unsolved == []


@pytest.mark.parametrize("seed", range(5))
def test_the_playground_spiral_is_unwound_by_every_seed(seed: int) -> None:
    assert trained(nntui.load("playground-spiral").replace(seed=seed))["val_accuracy"] >= 0.92
