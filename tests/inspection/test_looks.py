"""Weights, units, pictures, vectors, gradients in time, landscapes and predictions against what NumPy says directly."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import PCA

import nntui
from inspection.subjects import PLANE, codes, experiment, images, memory, pixels, plane, text
from nntui.errors import NntuiError, RunError
from nntui.inspection.aspects import ASPECTS, BY_NAME, look
from nntui.inspection.attention import attention
from nntui.inspection.embedding import vectors
from nntui.inspection.hidden import hidden
from nntui.inspection.landscape import POINTS, direction, landscape
from nntui.inspection.memory import state_gradients
from nntui.inspection.neuron import neuron
from nntui.inspection.pictures import kernels, maps
from nntui.inspection.prediction import prediction, wanted
from nntui.inspection.projection import project
from nntui.inspection.request import Cancelled, Request
from nntui.inspection.subject import Subject
from nntui.inspection.weights import weights
from nntui.training.checkpoint import Checkpoints
from nntui.training.running import train


def test_the_matrix_of_a_layer_and_its_statistics() -> None:
    subject = plane()
    W = subject.network.params["0.dense.W"]
    found = weights(subject, Request(layer="0.dense"))
    assert found.names == ("W", "b") and (found.matrix == W).all()
    assert (found.mean, found.std) == pytest.approx((W.mean(), W.std()), rel=1e-5)
    assert found.norm == pytest.approx(np.linalg.norm(W), rel=1e-5) and found.counts.sum() == W.size
    assert str(found.entry(1, 4)) == "0.dense.W[1][4]"


def test_a_kernel_is_a_matrix_whose_entries_have_all_their_indices() -> None:
    subject = images()
    found = weights(subject, Request(layer="4.skip.0.conv2d"))
    W = subject.network.params["4.skip.0.conv2d.W"]
    entry = found.entry(7, 2)
    assert len(entry.index) == 4 and W[entry.index] == found.matrix[7, 2]


def test_running_statistics_are_seen_too_and_layers_without_numbers_say_so() -> None:
    subject = images()
    found = weights(subject, Request(layer="2.batch_norm", tensor=2))
    assert not found.learned and found.name in ("mean", "running_mean")
    with pytest.raises(NntuiError, match=r"layer 1\.relu has no weights"):
        weights(subject, Request(layer="1.relu"))


def test_one_unit_over_the_plane_and_its_weights() -> None:
    subject = plane()
    found = neuron(subject, Request(layer="1.tanh", unit=2))
    assert found.weights_of == "0.dense" and found.inputs == ("x", "y")
    np.testing.assert_array_equal(found.incoming, subject.network.params["0.dense.W"][:, 2])
    assert found.plane is not None and found.bias is not None
    corner = np.array([[found.low[0], found.high[1]]])
    z = subject.data.plane.inputs(corner) @ subject.network.params["0.dense.W"][:, 2] + found.bias  # type: ignore[union-attr]
    assert found.plane[0, 0] == pytest.approx(np.tanh(z[0]), abs=1e-6)


def test_the_top_examples_are_those_with_the_largest_response() -> None:
    subject = images()
    found = neuron(subject, Request(layer="1.relu", unit=1, split="train"))
    Y = subject.outputs(subject.part("train").X, "1.relu")[..., 1].reshape(48, -1).max(1)
    assert [top.response for top in found.top] == pytest.approx(sorted(Y.tolist(), reverse=True)[:8])
    assert found.top[0].picture is not None and found.incoming is not None and found.incoming.shape == (3, 3, 1)
    assert sum(many for *_, many in found.by_class) == 48


def test_kernels_and_maps_are_the_weights_and_outputs_turned_to_pictures() -> None:
    subject = images()
    found = kernels(subject, Request(layer="4.skip.0.conv2d", unit=1))
    W = subject.network.params["4.skip.0.conv2d.W"]
    assert found.pictures.shape == (3, 3, 3) and found.channels == 3
    np.testing.assert_array_equal(found.pictures[2], W[:, :, 1, 2])
    drawn = maps(subject, Request(layer="0.conv2d", example=5))
    Y = subject.outputs(subject.part("validation").X[5:6], "0.conv2d")[0]
    np.testing.assert_array_equal(drawn.maps[1], Y[..., 1])
    assert drawn.truth in ("disc", "square", "triangle") and drawn.input is not None
    with pytest.raises(NntuiError, match="has no kernels"):
        kernels(subject, Request(layer="1.relu"))


def test_attention_rows_sum_to_one_and_a_causal_one_never_looks_ahead() -> None:
    subject = text()
    found = attention(subject, Request(layer="2.skip.1.attention", example=1))
    assert found.maps.shape == (2, 12, 12) and len(found.tokens) == 12
    np.testing.assert_allclose(found.maps.sum(-1), 1.0, rtol=1e-5)
    assert np.abs(np.triu(found.maps[0], 1)).max() == 0.0
    assert 0.0 < found.entropy(0) < np.log2(12)


def test_two_dimensions_are_scikit_learns_principal_components() -> None:
    X = np.random.default_rng(0).standard_normal((50, 7)) * np.arange(1, 8)
    found, pca = project(X), PCA(2).fit(X)
    np.testing.assert_allclose(np.abs(found.points), np.abs(pca.transform(X)), rtol=1e-6, atol=1e-9)
    assert found.shares == pytest.approx(tuple(pca.explained_variance_ratio_))
    own = project(X[:, :2])
    assert not own.rotated and (own.points == X[:, :2]).all() and sum(own.shares) == pytest.approx(1.0)
    assert project(np.ones((4, 5))).shares == (0.0, 0.0), "points that don't differ"


def test_vectors_have_names_and_neighbours() -> None:
    subject = text()
    found = vectors(subject, Request(layer="0.embedding"))
    assert "space" in found.names and len(found.names) == len(found.table)
    near = found.nearest(0)
    W = found.table.astype(float)
    cosines = W @ W[0] / np.linalg.norm(W, axis=1) / np.linalg.norm(W[0])
    assert near[0] == (int(np.argsort(-cosines)[1]), pytest.approx(np.sort(cosines)[-2]))
    pairs = Subject(nntui.load("matrix-factorization")).at(0)
    both = vectors(pairs, Request(layer="0.factorization"))
    assert both.names[0] == "user 0" and both.names[-1] == "item 149"
    assert all(both.groups[i] == 1 for i, _ in both.nearest(len(both.table) - 1)), "items are compared with items"


def test_hidden_points_are_examples_or_positions_with_their_classes() -> None:
    subject = plane()
    found = hidden(subject, Request(layer="1.tanh", split="train"))
    assert (found.labels == subject.part("train").y).all() and found.width == 6 and not found.positions
    tokens = hidden(text(), Request(layer="1.positional_embedding"))
    assert tokens.positions and len(tokens.labels) == len(tokens.projection.points)


def test_codes_of_an_autoencoder_are_coloured_by_the_classes_that_it_is_never_told() -> None:
    subject = codes()
    found = hidden(subject, Request(layer="1.dense", split="train"))
    assert found.classes == ("disc", "square", "triangle") and not found.projection.rotated
    assert (found.labels == subject.experiment.data.load(0).train.y).all()
    assert [name for name, *_ in neuron(subject, Request(layer="1.dense")).by_class] == ["disc", "square", "triangle"]


def test_answers_that_are_pictures_are_shown_as_such() -> None:
    subject = codes()
    ((what, picture),) = prediction(subject, Request(example=2)).answers
    X = subject.part("validation").X[2:3]
    assert what == "what comes out" and prediction(subject, Request()).numbers == ()
    np.testing.assert_allclose(picture, subject.network.forward(X).reshape(8, 8), rtol=1e-5)
    outlines = pixels()
    (_, said), (_, right) = prediction(outlines, Request(example=2)).answers
    part = outlines.part("validation")
    np.testing.assert_array_equal(said, outlines.network.forward(part.X[2:3])[0].argmax(-1))
    np.testing.assert_array_equal(right, part.y[2])


def test_gradients_of_states_are_central_differences() -> None:
    """dL/dh_0 is what the loss answers to a nudge of the state that the sequence begins with."""
    subject = memory()
    found = state_gradients(subject, Request(layer="0.lstm"))
    assert found.norms.shape == (9,) and found.examples == 16 and (found.norms > 0).all()
    part = subject.part("validation")
    objective = subject.gradients(part.X[:16], part.y[:16])
    # The last state is what the dense layer reads: dL/dh_T = dL/dy W^T.
    dy = 2.0 * (objective.Z - part.y[:16]) / 16
    expected = np.linalg.norm(dy @ subject.network.params["1.dense.W"].T)
    assert found.norms[-1] == pytest.approx(expected, rel=1e-4)
    with pytest.raises(NntuiError, match="keeps no state"):
        state_gradients(subject, Request(layer="1.dense"))


def test_the_landscape_has_the_loss_in_its_middle_and_puts_the_weights_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntui.inspection.landscape.POINTS", 5)
    subject = plane()
    before, shares = subject.network.flat.copy(), []
    found = landscape(subject, Request(), shares.append)
    part = subject.part("train")
    Z = subject.network.forward(part.X).astype(float)
    expected = float((np.log(np.exp(Z).sum(1)) - Z[np.arange(len(Z)), part.y]).mean())
    assert found.losses.shape == (5, 5) and found.centre == pytest.approx(expected, rel=1e-5)
    assert (subject.network.flat == before).all() and shares[-1] == 1.0 and shares == sorted(shares)
    subject.network.flat[:] = before + direction(subject, "0.d")
    Z = subject.network.forward(part.X).astype(float)
    subject.network.flat[:] = before
    beside = float((np.log(np.exp(Z).sum(1)) - Z[np.arange(len(Z)), part.y]).mean())
    assert found.losses[2, 4] == pytest.approx(beside, rel=1e-4), "a = 1, b = 0 is one direction's length away"
    assert POINTS % 2 == 1


def test_directions_are_as_long_as_the_weights_filter_by_filter() -> None:
    subject = images()
    d = direction(subject, "0.d")
    for path, (parameter, _, piece) in subject.network.entries.items():
        own, random = (flat[piece].reshape(parameter.shape) for flat in (subject.network.flat, d))
        if len(parameter.shape) < 2:
            assert not random.any(), path
            continue
        axes = tuple(range(own.ndim - 1))
        np.testing.assert_allclose(np.sqrt((random**2).sum(axes)), np.sqrt((own**2).sum(axes)), rtol=1e-5)


def test_a_landscape_that_nobody_waits_for_ends_and_leaves_the_weights_as_they_were() -> None:
    subject = plane()
    before = subject.network.flat.copy()

    def enough(share: float) -> None:
        if share > 0.1:
            raise Cancelled

    with pytest.raises(Cancelled):
        landscape(subject, Request(), enough)
    assert (subject.network.flat == before).all()


def test_a_typed_point_is_asked_as_the_training_data_was() -> None:
    subject = plane()
    picked = prediction(subject, Request(example=4))
    typed = prediction(subject, Request(example=4, typed=f"x = {picked.inputs[0][1]}, y = {picked.inputs[1][1]}"))
    assert dict(typed.likeliest) == pytest.approx(dict(picked.likeliest), abs=1e-5)
    assert picked.truth and typed.truth == "" and typed.loss is None
    assert sum(share for _, share in picked.likeliest) == pytest.approx(1.0)
    other = prediction(subject, Request(example=4, typed="0.5, -0.5"))
    Z = subject.network.forward(subject.data.plane.inputs(np.array([[0.5, -0.5]])))[0]  # type: ignore[union-attr]
    assert other.likeliest[0][0] == subject.facts.classes[int(Z.argmax())]  # type: ignore[index]


def test_typed_features_are_scaled_like_the_data() -> None:
    subject = Subject(nntui.load("wine-standardized")).at(0)
    shown = prediction(subject, Request(example=0))
    values = dict(shown.inputs)
    assert values["alcohol"] > 10.0, "in percent, not in standard deviations"
    again = prediction(subject, Request(example=0, typed=f"alcohol = {values['alcohol']}"))
    assert dict(again.likeliest) == pytest.approx(dict(shown.likeliest), abs=1e-4)
    with pytest.raises(NntuiError, match="did you mean alcohol"):
        prediction(subject, Request(typed="alcohl = 3"))
    with pytest.raises(NntuiError, match="expected 13 numbers"):
        prediction(subject, Request(typed="3 4"))
    with pytest.raises(NntuiError, match="expected a number, got 'strong'"):
        prediction(subject, Request(typed="alcohol = strong"))
    assert "alcohol" in wanted(subject)


def test_a_typed_text_is_asked_what_comes_next_and_sees_nothing_behind_its_end() -> None:
    subject = text()
    found = prediction(subject, Request(typed="the"))
    assert found.tokens == ("t", "h", "e") and found.asked_at == "after 'e'"
    ids = subject.experiment.data.tokenizer().encode("the")  # type: ignore[attr-defined]
    X = np.zeros((1, 12), np.int64)
    X[0, :3] = ids
    Z = subject.network.forward(X)[0, 2].astype(float)
    P = np.exp(Z) / np.exp(Z).sum()
    assert found.likeliest[0][1] == pytest.approx(P.max(), rel=1e-4)


def test_images_can_be_picked_but_not_typed() -> None:
    subject = images()
    assert wanted(subject) == "" and prediction(subject, Request(example=1)).picture is not None
    with pytest.raises(NntuiError, match="can't be typed"):
        prediction(subject, Request(typed="1 2 3"))


def test_numbers_are_told_in_the_units_of_the_data() -> None:
    subject = Subject(nntui.load("diabetes")).at(0)
    found = prediction(subject, Request(example=0))
    ((said, right),) = found.numbers
    assert right is not None and 25.0 <= right <= 346.0 and -200.0 < said < 500.0


# -- checkpoints -------------------------------------------------------------------------------------------------------


def test_checkpoints_of_a_run_are_looked_at_one_by_one(tmp_path: Path) -> None:
    run = train(experiment(PLANE), home=tmp_path)
    subject = Subject(run.experiment, run.path)
    first, *_, last = subject.steps()
    assert first == 0 and last == run.status.step
    trained = weights(subject.at(last), Request(layer="0.dense")).matrix
    assert (trained != weights(subject.at(0), Request(layer="0.dense")).matrix).any()
    assert (weights(subject.at(last), Request(layer="0.dense")).matrix == trained).all()
    fresh = nntui.Trainer(run.experiment, "numpy")
    fresh.step(last)
    np.testing.assert_array_equal(trained, fresh.network.params["0.dense.W"])
    with pytest.raises(RunError, match=f"no checkpoint of step 7; kept are .*{last}"):
        subject.at(7)


def test_before_the_first_checkpoint_there_is_the_start() -> None:
    subject = plane()
    assert subject.steps() == [0]
    with pytest.raises(RunError, match="no checkpoint yet"):
        Subject(subject.experiment).at(3)


def test_every_aspect_has_a_function_and_refuses_a_layer_that_does_not_exist() -> None:
    subject = plane()
    for aspect in ASPECTS:
        module, _, name = aspect.function.partition(":")
        assert callable(getattr(__import__(f"nntui.inspection.{module}", fromlist=[name]), name))
    with pytest.raises(NntuiError, match="there is no layer '9.dense'"):
        look(subject, Request("weights", 0, "9.dense"))
    sites = tuple(subject.sites.values())
    assert BY_NAME["weights"].of_experiment(subject.experiment, sites, subject.target)
    assert not BY_NAME["attention"].of_experiment(subject.experiment, sites, subject.target)
    assert not BY_NAME["confusion"].of_experiment(memory().experiment, tuple(memory().sites.values()), memory().target)


def test_a_checkpoint_that_is_written_anew_is_read_anew(tmp_path: Path) -> None:
    run = train(experiment(PLANE), home=tmp_path)
    step = run.status.step
    subject = Subject(run.experiment, run.path).at(step)
    before = subject.network.flat.copy()
    checkpoints = Checkpoints(run.path / "checkpoints")
    saved = checkpoints.load(step)
    saved.state.arrays["parameters"] = saved.state.arrays["parameters"] + 1.0
    checkpoints.save(step, saved.state, saved.cursor, 0.1)
    os.utime(checkpoints.path(step), ns=(1, 1))
    np.testing.assert_allclose(subject.at(step).network.flat, before + 1.0)


def test_of_wide_outputs_fewer_examples_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntui.inspection.subject.NUMBERS", 3000)
    subject = Subject(text().experiment).at(0)
    assert len(subject.first("train", 600)) == 3000 // (12 * 25)
    assert subject.batch < 10
    whole = text().outputs(text().part("train").X[:10])
    np.testing.assert_allclose(subject.outputs(subject.part("train").X[:10]), whole, rtol=1e-4, atol=1e-6)
