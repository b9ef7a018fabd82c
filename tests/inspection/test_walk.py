"""The chain rule on screen: every number the walk shows is the engine's, and the engine's is the derivative."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from inspection.subjects import images, memory, plane, text
from nntui.errors import NntuiError
from nntui.inspection.request import Request
from nntui.inspection.subject import Subject
from nntui.inspection.walk import Stage, passing, walk
from nntui.nn.network import Network

SUBJECTS = {"a plane": plane, "images": images, "text": text, "memory": memory}


def loss_of(subject: Subject, network: Network, example: int) -> float:
    """The loss of one example, from a forward pass alone."""
    part = subject.part("validation")
    Z = network.forward(part.X[example : example + 1])
    y = part.y[example : example + 1]
    if subject.target.classes is None:
        return float(np.square(Z.reshape(1, -1) - y.reshape(1, -1)).mean())
    Z = Z.reshape(-1, Z.shape[-1])
    E = np.exp(Z - Z.max(1, keepdims=True))
    P = E / E.sum(1, keepdims=True)
    return float(-np.log(P[np.arange(len(Z)), y.ravel()]).mean())


def in_double(subject: Subject) -> Network:
    network = Network(subject.experiment.network, subject.facts.input_shape, dtype="float64")
    network.flat[:] = subject.network.flat
    for name, statistic in network.statistics.items():
        statistic[...] = subject.network.statistics[name]
    return network


def stages(subject: Subject, way: str, example: int = 3) -> list[Stage]:
    return [stage for stage in walk(subject, Request(example=example)).stages if stage.way == way]


@pytest.mark.parametrize("make", SUBJECTS.values(), ids=SUBJECTS)
def test_the_walk_ends_at_the_loss_that_a_forward_pass_has(make: Callable[[], Subject]) -> None:
    subject = make()
    assert walk(subject, Request(example=3)).loss == pytest.approx(loss_of(subject, in_double(subject), 3), rel=1e-9)


@pytest.mark.parametrize("make", SUBJECTS.values(), ids=SUBJECTS)
def test_every_shown_gradient_of_a_weight_is_a_central_difference_of_the_loss(make: Callable[[], Subject]) -> None:
    subject, checked = make(), 0
    network = in_double(subject)
    for stage in stages(subject, "backward"):
        if stage.affine is None:
            continue
        W = network.params[f"{stage.path}.W"]
        for k, u in [(0, 0), (len(stage.affine.W) - 1, stage.affine.units - 1), (len(stage.affine.W) // 2, stage.affine.units // 2)]:
            index = np.unravel_index(k * stage.affine.units + u, W.shape)
            before, h = W[index], 1e-5
            W[index] = before + h
            up = loss_of(subject, network, 3)
            W[index] = before - h
            down = loss_of(subject, network, 3)
            W[index] = before
            found = stage.affine.weight(k, u)
            assert found is not None
            assert found.total == pytest.approx((up - down) / (2 * h), rel=1e-5, abs=1e-9)
            checked += 1
    assert checked >= 3


@pytest.mark.parametrize("make", SUBJECTS.values(), ids=SUBJECTS)
def test_the_products_add_up_to_what_the_engine_has(make: Callable[[], Subject]) -> None:
    for stage in walk(make(), Request(example=1)).stages:
        if stage.affine is None:
            continue
        affine = stage.affine
        sums = [affine.output(flat) for flat in range(0, len(stage.y), 7)] if stage.way == "forward" else [
            *(affine.weight(k, u) for k in range(0, len(affine.W), 3) for u in range(affine.units)),
            *(affine.bias(u) for u in range(affine.units)),
            *(affine.input(flat) for flat in range(0, len(stage.x), 5)),
        ]  # fmt: skip
        found = [one for one in sums if one is not None]
        assert found
        for one in found:
            assert one.total == pytest.approx(one.engine, rel=1e-9, abs=1e-12), one.name


def test_a_weight_of_a_dense_layer_has_one_single_product_delta_times_input() -> None:
    stage = next(stage for stage in stages(plane(), "backward") if stage.path == "2.dense")
    assert stage.affine is not None and stage.delta is not None
    found = stage.affine.weight(4, 1)
    assert found is not None and found.name == "dL/dw[4,1]"
    (term,) = found.terms
    assert (term.left_name, term.right_name) == ("x[4]", "δ[1]")
    assert term.left == stage.x[4] and term.right == stage.delta[1]
    assert term.product == pytest.approx(found.engine, rel=1e-12)


def test_an_activation_passes_on_its_slope_times_delta() -> None:
    stage = next(stage for stage in stages(plane(), "backward") if stage.path == "1.tanh")
    assert stage.slopes is not None
    np.testing.assert_allclose(stage.slopes, 1.0 - np.tanh(stage.x) ** 2, rtol=1e-8)
    for flat in range(len(stage.x)):
        found = passing(stage, flat)
        assert found is not None and found.total == pytest.approx(found.engine, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("make", SUBJECTS.values(), ids=SUBJECTS)
def test_the_gradient_of_the_loss_is_written_out_for_every_output(make: Callable[[], Subject]) -> None:
    found = walk(make(), Request(example=2))
    (ending,) = [stage for stage in found.stages if stage.way == "loss"]
    assert len(found.loss_terms) == len(ending.x)
    for one in found.loss_terms:
        assert one.total == pytest.approx(one.engine, rel=1e-9, abs=1e-12)


def test_the_way_back_is_the_way_there_reversed() -> None:
    found = walk(images(), Request())
    there = [stage.path for stage in found.stages if stage.way == "forward"]
    assert [stage.path for stage in found.stages if stage.way == "backward"] == there[::-1]
    assert there.index("4.skip.1.tanh") < there.index("4.skip"), "a container's output needs what is in it"


def test_padding_is_a_product_with_nothing() -> None:
    stage = next(stage for stage in stages(images(), "forward") if stage.path == "0.conv2d")
    assert stage.affine is not None
    last = stage.affine.output(len(stage.y) - 1)
    assert any(term.left_name == "padding" and term.left == 0.0 for term in last.terms)


def test_a_generator_has_no_way_back() -> None:
    import nntui

    with pytest.raises(NntuiError, match="generator isn't asked"):
        walk(Subject(nntui.load("gan-ring")).at(0), Request())
