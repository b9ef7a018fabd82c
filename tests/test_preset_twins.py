"""What two presets show beside each other: nothing differs but what the lesson is about, and the difference isn't chance."""

from __future__ import annotations

from typing import Any

import pytest

import nntui
from nntui.experiment import Experiment
from nntui.training.trainer import Trainer

WORDS = {"title", "story", "pair", "pace", "reference"}


def rest(name: str, *without: str) -> dict[str, Any]:
    """A preset without its words, and without what is to differ."""
    tables = nntui.load(name).to_tables()
    for key in (*WORDS, *without):
        table, _, field = key.partition(".")
        (tables.get(table, {}) if field else tables).pop(field or table, None)
    return tables


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ("one-cycle", "constant-rate", "schedule"),
        ("batch-norm-2", "batch-norm-32", "training.batch_size"),
        ("transfer-5-9", "scratch-5-9", "start"),
        ("adding-lstm", "adding-rnn", "network"),
        ("residual-100", "plain-100", "network"),
        ("layer-norm", "layer-norm-missing", "network"),
        ("thirty-layers-he", "thirty-layers-xavier", "network"),
    ],
)
def test_twins_differ_in_one_thing(one: str, other: str, difference: str) -> None:
    assert rest(one, difference) == rest(other, difference)
    assert rest(one) != rest(other)


def depth(experiment: Experiment) -> list[tuple[str, int]]:
    """Every layer that learns W, with its units, containers opened."""
    return [
        (site.layer.tag, site.y[-1])
        for site in experiment.check().walk()
        if site.layer.family in ("affine", "sequence") and any(p.name == "W" for p in site.parameters)
    ]


@pytest.mark.parametrize(("one", "other"), [("residual-100", "plain-100"), ("layer-norm", "layer-norm-missing")])
def test_ways_around_and_normalizations_are_all_that_differs_between_two_networks(one: str, other: str) -> None:
    assert depth(nntui.load(one)) == depth(nntui.load(other))


def test_a_hundred_layers_are_a_hundred_layers() -> None:
    assert len(depth(nntui.load("residual-100"))) >= 100


def test_one_cycle_comes_further_in_five_epochs_than_a_constant_rate_whatever_the_seed() -> None:
    def accuracy(name: str, seed: int) -> float:
        trainer = Trainer(nntui.load(name).replace(seed=seed))
        trainer.step(trainer.total_steps)
        return trainer.evaluate()["accuracy"]

    gain = [accuracy("one-cycle", seed) - accuracy("constant-rate", seed) for seed in range(4)]
    assert min(gain) >= 0.0 and sum(gain) / len(gain) > 0.01, gain


def test_the_autoencoder_is_held_to_more_than_eight_principal_components_bring_back() -> None:
    import numpy as np

    experiment = nntui.load("denoising-autoencoder")
    data = experiment.data.load(experiment.seed)
    assert data.validation is not None
    X, held = (part.X.reshape(len(part), -1).astype(np.float64) for part in (data.train, data.validation))
    mean = X.mean(0)
    directions = np.linalg.svd(X - mean, full_matrices=False)[2][:8]
    left = (held - mean) - (held - mean) @ directions.T @ directions
    linear = 1.0 - np.square(left).sum() / np.square(held - held.mean(0)).sum()
    bound = experiment.reference["val_r2"].at_least
    assert 0.64 < linear < 0.68 and bound is not None and bound > linear
    assert next(layer.units for layer in experiment.network if layer.tag == "dense") == 8  # type: ignore[attr-defined]


def test_every_program_has_a_preset() -> None:
    from nntui.lookup import presets
    from nntui.program import PROGRAMS

    assert {type(found.experiment.program) for found in presets()} == set(PROGRAMS)
