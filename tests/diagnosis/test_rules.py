"""What each rule finds, and what it leaves alone."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest

from nntui.diagnosis.cards import cards
from nntui.diagnosis.case import Case
from nntui.diagnosis.catalogue import FIXES, look
from nntui.diagnosis.finding import Finding
from nntui.diagnosis.fixes import EDITS
from nntui.diagnosis.thresholds import CURVES, FINDINGS, FLOW
from nntui.measurements import Histogram
from nntui.nn.plan import plan

from .made import DENSE, OUTPUT, case, data, evaluation, experiment, falling, flat, found, measurement, serious, steps

INF = math.inf
SIGMOIDS = experiment(DENSE, "sigmoid", DENSE, "sigmoid", OUTPUT)


def severity(seen: Case, rule: str) -> str:
    finding = found(seen).get(rule)
    return finding.severity if finding is not None else "healthy"


# -- everything ----------------------------------------------------------------------------------------------------------


def test_a_run_that_learns_has_no_findings() -> None:
    assert found(case(losses=falling())) == {}


def test_nothing_is_said_of_an_experiment_that_is_fine_and_not_trained_yet() -> None:
    made = experiment()
    assert look(Case(made, plan(made.network, (2,)))) == ()


@pytest.mark.parametrize("rule", FIXES)
def test_every_rule_has_a_card_with_a_source_and_its_fixes_are_known(rule: str) -> None:
    assert cards()[rule].splitlines()[-1].startswith("*")
    assert set(FIXES[rule]) <= set(EDITS)


def test_there_is_no_card_without_a_rule() -> None:
    assert set(cards()) == set(FIXES)


@pytest.mark.parametrize("threshold", [*FLOW.values(), *CURVES.values(), *FINDINGS.values()])
def test_every_threshold_has_a_source_and_gets_stricter_with_severity(threshold: Any) -> None:
    assert threshold.source
    limits = [limit for limit in (threshold.note, threshold.warning, threshold.error) if limit is not None]
    assert limits == sorted(limits, reverse=threshold.falling)


def test_a_finding_is_valid_json_even_where_a_number_is_none() -> None:
    finding = Finding("vanishing_signal", "warning", "0.dense", 3, {"ratio": math.nan, "worst": INF, "least": 0.5}, "a sentence", ("clip",))
    known = json.loads(json.dumps(finding.as_json(), allow_nan=False))
    assert set(known) == {"rule", "severity", "layer", "step", "evidence", "sentence", "fixes"}
    assert known["evidence"] == {"ratio": None, "worst": None, "least": 0.5}


def test_looking_at_twenty_layers_takes_less_than_a_few_milliseconds() -> None:
    made = experiment(*[layer for _ in range(10) for layer in (DENSE, "relu")], OUTPUT)
    seen = case(made, flat(1000))
    took = []
    for _ in range(20):
        again = seen.until(999)
        started = time.perf_counter()
        look(again)
        took.append(time.perf_counter() - started)
    assert min(took) < 0.003


# -- static --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "rules"),
    [
        ((DENSE, DENSE, OUTPUT), {"linear_stack"}),
        ((DENSE, DENSE, "relu", OUTPUT), {"missing_activation"}),
        ((DENSE, "batch_norm", DENSE, "tanh", OUTPUT), set()),  # a normalization of examples is no straight line
        ((DENSE, "relu", OUTPUT), set()),
        ((OUTPUT,), set()),
        ((DENSE, {"layer": "dropout", "rate": 0.2}, DENSE, "relu", OUTPUT), {"missing_activation"}),
        ((DENSE, "relu", OUTPUT, "softmax"), {"double_softmax"}),
        ((DENSE, "relu", OUTPUT, "relu"), {"output_mismatch"}),
        ((DENSE, "relu", OUTPUT, "sigmoid"), {"output_mismatch"}),
        (({**DENSE, "init": "zeros"}, "relu", OUTPUT), {"symmetric_units"}),
        (({**DENSE, "init": "zeros"}, "tanh", OUTPUT), set()),  # the layer above tells them apart after one step
        (({**DENSE, "init": "zeros"}, "tanh", {**OUTPUT, "init": "zeros"}), {"symmetric_units"}),
        ((DENSE, "relu", {**OUTPUT, "init": "zeros"}), set()),
        ((DENSE, "relu", {"layer": "skip", "body": [DENSE, "relu", DENSE]}, OUTPUT), set()),
    ],
)
def test_descriptions_that_cancel_themselves_are_found_before_training(layers: tuple[Any, ...], rules: set[str]) -> None:
    fixed = [{"layer": "skip", "body": [DENSE, {"layer": "relu"}, DENSE]} if isinstance(x, dict) and "body" in x else x for x in layers]
    made = experiment(*fixed)
    assert serious(Case(made, plan(made.network, (2,)))) == rules


def test_a_layer_through_a_bottleneck_may_be_meant() -> None:
    made = experiment({"layer": "dense", "units": 1}, DENSE, "relu", OUTPUT)
    assert severity(Case(made, plan(made.network, (2,))), "missing_activation") == "note"


def test_the_floor_under_a_double_softmax_is_told() -> None:
    made = experiment(DENSE, "relu", OUTPUT, "softmax")
    assert found(Case(made, plan(made.network, (2,))))["double_softmax"].evidence["floor"] == pytest.approx(0.3133, abs=1e-4)


def test_sigmoid_before_a_loss_that_applies_it_itself() -> None:
    made = experiment(DENSE, "relu", {"layer": "dense", "units": 1}, "sigmoid", loss={"kind": "binary_cross_entropy"})
    assert serious(Case(made, plan(made.network, (2,)))) == {"double_sigmoid"}


@pytest.mark.parametrize(("size", "expected"), [(1, "error"), (2, "warning"), (4, "note"), (8, "healthy"), (40, "healthy")])
def test_batch_norm_needs_a_batch(size: int, expected: str) -> None:
    made = experiment(DENSE, "batch_norm", "relu", OUTPUT, training={"epochs": 10, "batch_size": size})
    assert severity(Case(made, plan(made.network, (2,))), "tiny_batch_norm") == expected


def test_dropout_before_batch_norm_and_strong_dropout_are_noted() -> None:
    made = experiment(DENSE, {"layer": "dropout", "rate": 0.6}, "batch_norm", "relu", OUTPUT)
    names = {finding.rule for finding in look(Case(made, plan(made.network, (2,))))}
    assert names == {"dropout_before_batch_norm", "strong_dropout"}


# -- data ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "rule", "expected"),
    [
        ({"largest_std": 315.0}, "unscaled_inputs", "warning"),
        ({"largest_std": 12.0}, "unscaled_inputs", "note"),
        ({"largest_std": 2.5}, "unscaled_inputs", "healthy"),
        ({"largest_std": 0.05}, "unscaled_inputs", "note"),
        ({"largest_offset": 2000.0}, "unscaled_inputs", "warning"),
        ({"constant": 3}, "constant_inputs", "note"),
        ({"leaked": 0.2}, "leaked_examples", "warning"),
        ({"leaked": 0.005}, "leaked_examples", "healthy"),
        ({"class_counts": (380, 20)}, "class_imbalance", "note"),
        ({"class_counts": (250, 150)}, "class_imbalance", "healthy"),
    ],
)
def test_a_look_at_the_data(values: dict[str, Any], rule: str, expected: str) -> None:
    assert severity(case(losses=falling(), data=data(**values)), rule) == expected


def rare(evaluations: list[Any]) -> Case:
    return case(losses=falling(), data=data(class_counts=(380, 20)), evaluations=evaluations)


def test_a_rare_class_that_is_not_found_is_a_warning() -> None:
    missing = rare([evaluation(0, 0.7), evaluation(50, 0.1, "train", 0.95, (400, 0), (380, 0))])
    assert found(missing)["class_imbalance"].severity == "warning"
    assert "c1 is rare" in found(missing)["class_imbalance"].sentence
    right = rare([evaluation(0, 0.7), evaluation(50, 0.1, "train", 1.0, (380, 20), (380, 20))])
    assert found(right)["class_imbalance"].severity == "note"


def test_an_output_without_bias_cant_start_from_the_average_answer() -> None:
    made = experiment(DENSE, "relu", {**OUTPUT, "bias": False})
    assert serious(case(made, falling(), data=data(class_counts=(390, 10)))) == {"no_output_bias"}
    assert serious(case(made, falling(), data=data(class_counts=(200, 200)))) == set()


# -- start ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "expected"), [(0.7, "healthy"), (1.2, "note"), (30.0, "warning"), (300.0, "warning")])
def test_a_first_loss_above_that_of_knowing_nothing(start: float, expected: str) -> None:
    assert severity(case(losses=flat(50, start)), "wrong_start") == expected


def test_a_wrong_start_is_forgotten_once_the_loss_has_come_down() -> None:
    assert severity(case(losses=[30.0] * 5 + [0.1] * 45), "wrong_start") == "healthy"


def test_small_activations_are_to_blame_if_the_loss_doesnt_move() -> None:
    looks = {"n2": {"std": 1e-3}}
    assert severity(case(losses=flat(), looks=looks), "small_activations") == "warning"
    assert severity(case(losses=falling(), looks=looks), "small_activations") == "healthy"
    assert severity(case(losses=flat(5), looks=looks), "small_activations") == "note"


def test_activations_that_drift_through_depth_are_noted() -> None:
    assert severity(case(losses=falling(), looks={"n2": {"std": 30.0}}), "drifting_activations") == "note"


# -- signal --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("delta", "losses", "rule", "expected"),
    [
        (1e-5, flat(), "vanishing_signal", "warning"),
        (1e-9, flat(), "vanishing_signal", "error"),
        (0.0, flat(), "vanishing_signal", "error"),
        (1e-5, falling(), "vanishing_signal", "note"),  # the loss falls all the same
        (2e-4, flat(), "vanishing_signal", "warning"),  # in between, but nothing is learned
        (6e-4, flat(), "vanishing_signal", "warning"),
        (6e-4, falling(), "vanishing_signal", "note"),
        (5e-3, flat(), "vanishing_signal", "healthy"),
        (5.0, flat(), "exploding_signal", "warning"),
    ],
)
def test_delta_through_depth_is_weighed_by_what_the_loss_does(delta: float, losses: list[float], rule: str, expected: str) -> None:
    assert severity(case(losses=losses, looks={"n0": {"delta": delta}}), rule) == expected


def test_flat_weight_gradients_that_hide_it_are_pointed_out() -> None:
    assert "flat_weight_gradients" in found(case(losses=flat(), looks={"n0": {"delta": 1e-5}}))
    assert "flat_weight_gradients" not in found(case(losses=flat(), looks={"n0": {"delta": 1e-5, "gradient_norm": 1e-5}}))


def test_adam_gets_time_to_bring_a_signal_back() -> None:
    adam = experiment(optimizer={"kind": "adam", "learning_rate": 0.001})
    early = case(adam, flat(10), looks={"n0": {"delta": 1e-6}}, data=data())
    assert severity(early.until(5), "vanishing_signal") == "note"
    rising = [measurement(s, adam, n0={"delta": 1e-13 * 10.0 ** (s / 2.5)}) for s in range(1, 21)]
    begun = [0.69] * 4 + [0.57] * 16
    assert severity(case(adam, begun, measurements=rising), "vanishing_signal") == "note"
    assert severity(case(adam, begun, looks={"n0": {"delta": 1e-6}}), "vanishing_signal") == "warning"
    assert severity(case(adam, flat(20), measurements=rising), "vanishing_signal") == "warning"  # it comes back, but too late


def test_nothing_is_said_of_the_signal_of_a_network_with_nothing_left_to_learn() -> None:
    assert serious(case(losses=[0.7 * 0.8**i for i in range(50)], looks={"n0": {"delta": 1e-9}})) == set()


# -- units ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "losses", "expected"),
    [(1.0, flat(), "error"), (0.8, flat(), "warning"), (0.6, flat(), "note"), (0.05, flat(), "healthy"), (0.95, falling(), "note")],
)
def test_dead_units_are_to_blame_if_there_are_many_and_nothing_is_learned(share: float, losses: list[float], expected: str) -> None:
    assert severity(case(losses=losses, looks={"n1": {"dead": share}}), "dead_units") == expected


def test_a_unit_that_answers_to_one_of_the_last_batches_isnt_dead() -> None:
    made = experiment()
    looks = [measurement(s, made, n1={"dead": 0.9 if s != 47 else 0.0}) for s in range(1, 51)]
    assert severity(case(made, flat(), measurements=looks[:46]), "dead_units") == "warning"
    assert severity(case(made, flat(), measurements=looks), "dead_units") == "healthy"


@pytest.mark.parametrize(("share", "losses", "expected"), [(0.8, flat(), "warning"), (0.3, flat(), "note"), (0.8, falling(), "note")])
def test_saturated_units(share: float, losses: list[float], expected: str) -> None:
    assert severity(case(SIGMOIDS, losses, looks={"n1": {"saturated": share}}), "saturated_units") == expected


def test_a_sigmoid_at_the_end_may_be_sure() -> None:
    made = experiment(DENSE, "relu", {"layer": "dense", "units": 1}, "sigmoid", loss={"kind": "mse"})
    assert severity(case(made, flat(), looks={"n3": {"saturated": 1.0}}), "saturated_units") == "healthy"


def test_activations_that_are_nearly_all_nothing() -> None:
    tiny = Histogram(-0.01, 0.01, (10,) * 10)
    assert severity(case(losses=falling(), looks={"n1": {"histogram": tiny}}), "near_zero_activations") == "note"


def test_units_with_the_weights_of_others() -> None:
    seen = case(losses=flat(), looks={"n0": {"alike": 7 / 8}})
    assert severity(seen, "symmetric_units") == "warning"
    assert severity(case(losses=flat(), looks={"n4": {"alike": 0.5}}), "symmetric_units") == "healthy"


# -- steps ---------------------------------------------------------------------------------------------------------------


def test_a_loss_that_overflowed_is_an_error_since_its_step() -> None:
    seen = case(losses=[0.7] * 10 + [INF], ended="diverged")
    assert (found(seen)["not_finite"].severity, found(seen)["not_finite"].step) == ("error", 11)
    assert severity(seen, "learning_rate_too_high") == "error"


@pytest.mark.parametrize(
    ("losses", "looks", "expected"),
    [
        ([0.7] * 25 + [5.0] * 25, {}, "warning"),
        ([0.7, 9.0, 9.0, 3.0] + [0.7] * 46, {}, "warning"),
        ([0.7, 9.0, 9.0, 3.0, *falling(46)], {}, "healthy"),  # it has recovered from its first steps
        (flat(), {"n0": {"update_ratio": 0.2}, "n2": {"update_ratio": 0.2}, "n4": {"update_ratio": 0.2}}, "warning"),
        (falling(), {"n0": {"update_ratio": 0.2}, "n2": {"update_ratio": 0.2}, "n4": {"update_ratio": 0.2}}, "note"),
        (flat(), {"n0": {"update_ratio": 0.2}}, "healthy"),
        (flat(), {}, "healthy"),
    ],
)
def test_a_rate_is_too_high_if_steps_make_it_worse(losses: list[float], looks: Any, expected: str) -> None:
    assert severity(case(losses=losses, looks=looks), "learning_rate_too_high") == expected


@pytest.mark.parametrize(
    ("ratio", "losses", "expected"),
    [(1e-6, flat(), "warning"), (9e-4, flat(), "warning"), (5e-3, flat(), "warning"), (8e-2, flat(), "healthy"),
     (1e-6, falling(), "healthy")],
)  # fmt: skip
def test_a_rate_is_too_low_if_all_steps_together_lead_nowhere(ratio: float, losses: list[float], expected: str) -> None:
    everywhere = {name: {"update_ratio": ratio} for name in ("n0", "n2", "n4")}
    assert severity(case(losses=losses, looks=everywhere), "learning_rate_too_low") == expected


def test_weights_that_dont_change_are_told_from_frozen_ones() -> None:
    looks = {"n0": {"update_ratio": 0.0, "gradient_norm": 0.0}}
    assert "their gradient is 0" in found(case(losses=flat(), looks=looks))["unchanged_weights"].sentence
    frozen = experiment({**DENSE, "frozen": True}, "relu", DENSE, "relu", OUTPUT)
    assert severity(case(frozen, flat(), looks=looks), "unchanged_weights") == "healthy"


def test_spikes_clipping_and_uneven_layers_are_notes() -> None:
    many = steps(*flat(99))
    spike = steps(0.69, gradient_norm_max=50.0)[0]
    assert severity(case(losses=flat(100), steps=[*many, spike]), "gradient_spike") == "note"
    clipping = experiment(training={"epochs": 10, "batch_size": 40, "clip_norm": 1.0})
    assert severity(case(clipping, flat(60), steps=steps(*flat(60), clipped=1)), "clipping_always_on") == "note"
    assert severity(case(losses=flat(), looks={"n0": {"update_ratio": 0.5}}), "hot_update") == "note"
    assert severity(case(losses=flat(), looks={"n0": {"update_ratio": 1e-6}}), "slow_update") == "note"


def test_weight_decay_that_pulls_harder_than_the_data() -> None:
    strong = experiment(optimizer={"kind": "sgd", "learning_rate": 0.01, "weight_decay": 0.5})
    assert severity(case(strong, flat()), "regularization_dominates") == "warning"
    weak = experiment(optimizer={"kind": "sgd", "learning_rate": 0.01, "weight_decay": 1e-4})
    assert severity(case(weak, flat()), "regularization_dominates") == "healthy"


# -- learning ------------------------------------------------------------------------------------------------------------


def test_a_loss_that_has_not_moved_by_half_time_is_a_warning() -> None:
    assert severity(case(losses=flat(60)), "loss_not_falling") == "warning"
    assert severity(case(losses=flat(30)), "loss_not_falling") == "note"
    assert severity(case(losses=falling(60)), "loss_not_falling") == "healthy"


def test_a_straight_line_that_isnt_enough_is_the_cause_of_a_loss_that_stays() -> None:
    assert severity(case(experiment(OUTPUT), flat(60)), "too_simple") == "warning"
    assert severity(case(experiment(OUTPUT), falling(60)), "too_simple") == "healthy"
    assert severity(case(losses=flat(60)), "too_simple") == "healthy"


def both(*held: float, gap: float = 0.2, count: int = 400) -> list[Any]:
    """Validation losses epoch by epoch; training falls and stays ahead in accuracy."""
    made = []
    for i, loss in enumerate(held):
        made.append(evaluation(10 * i, 0.7 / (1 + i), "train", 1.0))
        made.append(evaluation(10 * i, loss, "validation", 1.0 - gap, (count,), (0,)))
    return made


def test_validation_that_rises_while_training_falls_is_overfitting() -> None:
    assert severity(case(losses=falling(), evaluations=both(0.7, 0.3, 0.35, 0.5, 0.6, 0.7)), "overfitting") == "warning"
    assert severity(case(losses=falling(), evaluations=both(0.7, 0.3, 0.35, 0.5, 0.6, 0.7, gap=0.02)), "overfitting") == "note"
    assert severity(case(losses=falling(), evaluations=both(0.7, 0.3, 0.35, 0.5, 0.6, 0.7, count=8)), "overfitting") == "note"
    assert severity(case(losses=falling(), evaluations=both(0.7, 0.5, 0.4, 0.3, 0.3, 0.3)), "overfitting") == "healthy"


def test_ends_that_came_too_late_or_too_early_are_noted() -> None:
    late = both(0.7, *[0.3 + 0.02 * i for i in range(19)], gap=0.0)
    assert severity(case(losses=falling(190), evaluations=late, ended="finished"), "overtraining") == "note"
    early = both(*[0.7 * 0.9**i for i in range(11)], gap=0.0)
    assert severity(case(losses=falling(100), evaluations=early, ended="finished"), "too_short") == "note"


def test_underfitting_is_told_at_the_end() -> None:
    bad = [evaluation(0, 0.7), evaluation(100, 0.55, "train", 0.65), evaluation(100, 0.55, "validation", 0.64)]
    assert severity(case(losses=flat(100, 0.55), evaluations=bad, ended="finished"), "underfitting") == "note"


def test_validation_ahead_of_training_is_suspicious_unless_dropout_explains_it() -> None:
    ahead = [evaluation(50, 0.5, "train", 0.8), evaluation(50, 0.5, "validation", 0.9, (100, 100), (90, 90))]
    assert "both parts" in found(case(losses=falling(), evaluations=ahead))["suspicious_validation"].sentence
    dropping = experiment(DENSE, "relu", {"layer": "dropout", "rate": 0.2}, OUTPUT)
    assert "dropout" in found(case(dropping, falling(), evaluations=ahead))["suspicious_validation"].sentence


def test_a_loss_that_jumps_more_than_it_falls_is_noisy() -> None:
    assert severity(case(losses=[0.3, 0.9] * 50), "noisy_loss") == "note"


def test_the_same_answer_for_everyone() -> None:
    one = [evaluation(0, 0.7), evaluation(60, 0.69, "train", 0.5, (400, 0), (200, 0))]
    assert severity(case(losses=flat(60), evaluations=one), "one_class_predicted") == "warning"
    assert severity(case(losses=flat(60), evaluations=one), "at_chance") == "note"
    rare = case(losses=flat(60), evaluations=one, data=data(class_counts=(390, 10)))
    assert severity(rare, "one_class_predicted") == "healthy"  # it is nearly always right
