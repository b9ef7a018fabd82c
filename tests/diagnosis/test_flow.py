"""Is the signal alive? Verdicts on measured layers, from thresholds that stand in one table."""

from __future__ import annotations

import math
from typing import Any

import pytest

from nntui.diagnosis.flow import (
    THRESHOLDS,
    dead,
    finite,
    health,
    layer_verdict,
    named,
    part,
    reach,
    saturated,
    signal,
    update,
    worst,
)
from nntui.measurements import Histogram, LayerMeasurement, Measurement

NaN, INF = math.nan, math.inf


def layer(path: str = "0.dense", **values: Any) -> LayerMeasurement:
    weighted = path.endswith("dense")
    usual: dict[str, Any] = {
        "mean": 0.0, "std": 0.5, "zero": 0.0, "saturated": NaN, "dead": 0.0, "histogram": Histogram(0.0, 1.0, ()), "delta": 1e-2,
        "gradient_norm": 0.1 if weighted else NaN, "weight_norm": 1.0 if weighted else NaN, "update_ratio": 1e-3 if weighted else NaN,
    }  # fmt: skip
    return LayerMeasurement(path=path, **{**usual, **values})


def measured(*layers: LayerMeasurement) -> Measurement:
    return Measurement(1, 0.1, layers, 0.0)


def deltas(*values: float) -> Measurement:
    """Dense layers with these deltas, and an output layer whose delta is large."""
    layers = [layer(f"{2 * index}.dense", delta=value) for index, value in enumerate(values)]
    return measured(*layers, layer(f"{2 * len(values)}.dense", delta=1.0))


@pytest.mark.parametrize(
    ("ratio", "severity", "word"),
    [(1.0, "healthy", "reaches"), (0.2, "healthy", "reaches"), (0.05, "note", "weakens"), (1e-3, "warning", "fades"),
     (1e-7, "error", "dies"), (5.0, "healthy", "reaches"), (50.0, "note", "swells"), (1e4, "warning", "explodes")],
)  # fmt: skip
def test_the_first_hidden_layers_delta_over_the_last_ones_is_the_verdict(ratio: float, severity: str, word: str) -> None:
    verdict = signal(deltas(1e-2 * ratio, 1e-2))
    assert verdict.severity == severity
    assert f"the signal {word}" in verdict.sentence
    assert "layer 0 (dense)" in verdict.sentence
    assert verdict.value == pytest.approx(ratio)


def test_the_output_layer_doesnt_count_because_its_delta_comes_straight_from_the_loss() -> None:
    assert signal(deltas(1e-2, 1e-2)).severity == "healthy"  # the output's delta is 1


def test_layers_without_weights_dont_count() -> None:
    found = measured(layer("0.dense"), layer("1.sigmoid", delta=1e-12), layer("2.dense"), layer("3.dense", delta=1.0))
    assert signal(found).severity == "healthy"


def test_a_signal_of_exactly_zero_is_said_to_be_lost_where_it_stops() -> None:
    verdict = signal(deltas(0.0, 0.0, 1e-2))
    assert (verdict.severity, verdict.layer) == ("error", "2.dense")
    assert verdict.sentence == "the signal dies: delta is 0 in layer 2 (dense)"
    assert signal(deltas(0.0, 0.0)).sentence == "no signal: delta is 0 in layer 2 (dense)"


def test_a_network_without_hidden_layers_has_nothing_to_lose() -> None:
    assert signal(measured(layer("0.dense"))).severity == "healthy"
    assert signal(measured()).severity == "healthy"


def test_what_isnt_a_number_any_more_comes_before_everything_else() -> None:
    found = measured(layer("0.dense", delta=1e-9), layer("2.dense", std=NaN), layer("4.dense"))
    assert signal(found).sentence == "layer 2 (dense) is no longer a number"
    assert health(found)["2.dense"].severity == "error"


@pytest.mark.parametrize("field", ["delta", "gradient_norm", "weight_norm"])
def test_infinity_is_an_error_but_what_couldnt_be_measured_is_none(field: str) -> None:
    assert finite(layer(**{field: INF})).severity == "error"
    assert finite(layer(**{field: NaN})).severity == "healthy"


@pytest.mark.parametrize(
    ("ratio", "severity", "rule"),
    [(1e-3, "healthy", "slow_update"), (3e-5, "note", "slow_update"), (0.0, "note", "slow_update"), (3e-2, "note", "hot_update"),
     (0.3, "warning", "hot_update"), (INF, "warning", "hot_update"), (NaN, "healthy", "slow_update")],
)  # fmt: skip
def test_updates_are_held_to_a_band_around_a_thousandth_of_the_weights(ratio: float, severity: str, rule: str) -> None:
    verdict = update(layer(update_ratio=ratio))
    assert (verdict.severity, verdict.rule) == (severity, rule)


@pytest.mark.parametrize(("share", "severity"), [(0.05, "healthy"), (0.3, "note"), (0.83, "warning")])
def test_only_relu_can_die(share: float, severity: str) -> None:
    assert dead(layer("1.relu", dead=share)).severity == severity
    assert dead(layer("1.dropout", dead=share)).severity == "healthy"


@pytest.mark.parametrize(("share", "severity"), [(0.02, "healthy"), (0.41, "note"), (0.6, "warning"), (NaN, "healthy")])
def test_saturation_is_graded_by_the_share_on_the_flat_part(share: float, severity: str) -> None:
    assert saturated(layer("1.tanh", saturated=share)).severity == severity


def test_the_worst_of_a_layers_verdicts_is_its_health() -> None:
    ill = layer("1.relu", dead=0.9, saturated=0.3)
    assert layer_verdict(ill).sentence == "layer 1 (relu) is 90 % dead"
    assert worst([saturated(ill), dead(ill)]).rule == "dead_units"


def test_health_names_every_layer_and_counts_the_signal_that_reaches_it() -> None:
    found = health(deltas(1.2e-5, 2e-3, 1e-2))
    assert list(found) == ["0.dense", "2.dense", "4.dense", "6.dense"]
    assert [verdict.severity for verdict in found.values()] == ["warning", "healthy", "healthy", "healthy"]
    assert found["0.dense"].sentence == "0.12 % of the signal reaches layer 0 (dense)"
    assert health(deltas(9e-6, 2e-3, 1e-2))["0.dense"].sentence.startswith("0.09 % of"), "a live number doesn't change its notation"


def test_reach_is_silent_where_there_is_no_signal_to_compare_with() -> None:
    assert reach(deltas(1.0, 0.0)) == {}
    assert reach(measured()) == {}


def test_layers_are_named_as_their_paths_number_them() -> None:
    assert named("4.tanh") == "layer 4 (tanh)"
    assert named("3.skip.0.dense") == "layer 3.0 (dense)"


@pytest.mark.parametrize("rule", THRESHOLDS)
def test_every_threshold_has_a_source_and_gets_stricter_with_severity(rule: str) -> None:
    threshold = THRESHOLDS[rule]
    assert threshold.source
    limits = [limit for limit in (threshold.note, threshold.warning, threshold.error) if limit is not None]
    assert limits == sorted(limits, reverse=threshold.falling)


def test_a_portion_is_a_percentage_or_a_power_without_filling_zeros() -> None:
    assert [part(value) for value in (0.021, 9e-4, 9.6e-9)] == ["2.1 %", "0.09 %", "1e-8"]
