"""What a look at the data finds beside its scale: two answers to one question; and layers whose outputs have grown."""

from __future__ import annotations

import pytest

from .made import case, data, falling, found


@pytest.mark.parametrize(("share", "severity"), [(0.0, None), (0.005, None), (0.2, "note")])
def test_examples_that_contradict_each_other_are_noted(share: float, severity: str | None) -> None:
    finding = found(case(losses=falling(), data=data(contradicted=share))).get("contradicted_examples")
    assert (finding.severity if finding is not None else None) == severity
    if finding is not None:
        assert finding.sentence.startswith("20 % of the examples")


@pytest.mark.parametrize(("std", "path"), [(2.0, None), (30.0, "2.dense")])
def test_a_hidden_layer_that_gives_large_numbers_is_noted(std: float, path: str | None) -> None:
    finding = found(case(losses=falling(), looks={"n2": {"std": std}})).get("large_activations")
    assert (finding.layer if finding is not None else None) == path


def test_inputs_that_are_large_themselves_are_the_finding_then() -> None:
    raw = found(case(losses=falling(), looks={"n0": {"std": 30.0}}, data=data(largest_std=50.0)))
    assert "large_activations" not in raw and "unscaled_inputs" in raw
