"""Beginning with the weights of layers that have another place in the source."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

import nntui
from nntui.errors import ExperimentError
from nntui.experiment import Experiment, Start
from nntui.nn.dense import Dense
from nntui.nn.normalization import BatchNorm
from nntui.nn.regularization import Dropout
from nntui.training.running import train
from nntui.training.saved import as_saved
from nntui.training.trainer import Trainer

XOR = nntui.load("xor").set("training.epochs=40")


@pytest.fixture
def normed() -> Experiment:
    """Dense, batch norm, then the layers that xor has behind its first."""
    return XOR.replace(network=(XOR.network[0], BatchNorm(), *XOR.network[1:]))


def test_layers_begin_with_those_that_they_are_said_to_be_and_others_anew(normed: Experiment, tmp_path: Path) -> None:
    run = train(normed, home=tmp_path)
    taught = as_saved(run.path).network
    # dense, dropout, batch_norm, new dense, ...: nothing but the first has kept its name.
    first, norm, *rest = normed.network
    units = taught.params["0.dense.b"].shape[0]
    edited = normed.replace(network=(first, Dropout(), norm, Dense(units), *rest))
    last = len(rest) + 1
    layers = ("0.dense = 0.dense", "2.batch_norm = 1.batch_norm", f"{last + 2}.dense = {last}.dense")
    start = Start(source=str(run.path), layers=layers)
    trainer, fresh = Trainer(edited.replace(start=start), "numpy"), Trainer(edited, "numpy")
    (told,) = trainer.begin()
    for here, there in (pair.split(" = ") for pair in layers):
        for name, values in taught.params.items():
            if name.startswith(f"{there}."):
                np.testing.assert_array_equal(trainer.network.params[here + name.removeprefix(there)], values)
    assert taught.statistics
    for name, values in taught.statistics.items():
        here = name.replace("1.batch_norm", "2.batch_norm")
        np.testing.assert_array_equal(trainer.network.statistics[here], values)
        assert not np.array_equal(fresh.network.statistics[here], values)
    np.testing.assert_array_equal(trainer.network.params["3.dense.W"], fresh.network.params["3.dense.W"])
    text = told.text  # type: ignore[union-attr]
    assert f"began with 0.dense, 2.batch_norm (there 1.batch_norm), {last + 2}.dense (there {last}.dense) of" in text
    assert "new: 3.dense" in text


def test_only_the_layers_that_are_named_are_taken_whatever_the_names_of_others(tmp_path: Path) -> None:
    run = train(XOR, home=tmp_path)
    trainer = Trainer(XOR.replace(start=Start(source=str(run.path), layers=("0.dense = 0.dense",))), "numpy")
    trainer.begin()
    fresh, taught = Trainer(XOR, "numpy").network.params, as_saved(run.path).network.params
    for name, values in trainer.network.params.items():
        np.testing.assert_array_equal(values, (taught if name.startswith("0.dense.") else fresh)[name])


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        ("0.dense = 7.dense", "start.layers: 0.dense = 7.dense: .* has no layer 7.dense that learns; it has 0.dense"),
        ("2.dense = 0.dense", r"start.layers: 2.dense = 0.dense: 2.dense has W \(\d+, \d+\).*, 0.dense of .* has W \(2, \d+\)"),
    ],
)
def test_a_layer_that_the_source_has_not_or_has_otherwise_is_refused(layers: str, sentence: str, tmp_path: Path) -> None:
    run = train(XOR.set("training.epochs=1"), home=tmp_path)
    with pytest.raises(ExperimentError, match=sentence):
        Trainer(XOR.replace(start=Start(source=str(run.path), layers=(layers,))), "numpy").begin()


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (Start(layers=("0.dense = 0.dense",)), "start.layers: are taken from start.source, which isn't given"),
        (Start(source="xor", layers=("9.dense = 0.dense",)), "start.layers: 9.dense = 0.dense: there is no layer 9.dense that learns"),
        (Start(source="xor", layers=("0.dense",)), "start.layers: expected this network's layer and the source's"),
        (Start(source="xor", fresh=1, layers=("0.dense = 0.dense",)), "start.fresh: start.layers says already"),
    ],
)
def test_a_start_that_means_nothing_is_refused_before_a_run_is_made(start: Start, sentence: str) -> None:
    with pytest.raises(ExperimentError, match=sentence):
        XOR.replace(start=start).check()


def test_layers_of_a_start_belong_to_the_network_they_name() -> None:
    warm = XOR.replace(start=Start(source="xor", layers=("0.dense = 0.dense",)))
    assert Experiment.from_toml(warm.to_toml()) == warm
    assert warm.replace(network=warm.network[1:]).start is None
    assert warm.replace(data=nntui.load("spiral").data).start is None
    assert warm.replace(seed=3).start == warm.start and warm.replace(network=warm.network).start == warm.start
    by_name = XOR.replace(start=Start(source="xor"))
    assert by_name.replace(network=by_name.network[1:]).start == by_name.start
    dropping = warm.replace(network=(*warm.network[:1], Dropout(), *warm.network[1:]), start=warm.start)
    weaker = (warm.network[0], msgspec.structs.replace(dropping.network[1], rate=0.1), *warm.network[1:])
    assert dropping.replace(network=weaker).start == warm.start, "what a live run is told is no other network"
