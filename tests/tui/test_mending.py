"""An impossible experiment is offered the smallest edit that makes it possible; one key makes it."""

from __future__ import annotations

from typing import Any

import pytest
from played import Played, text, until

from nntui.experiment import Experiment
from nntui.lookup import Found
from nntui.tui.app import NntuiApp
from nntui.tui.draft import judge
from nntui.tui.mending import mends


def made(network: list[dict[str, Any]], loss: str, **data: Any) -> Experiment:
    return Experiment.from_tables(
        {"network": network, "data": data or {"source": "digits"}, "loss": {"kind": loss}, "optimizer": {"kind": "adam"}}
    )


IMAGE = {"source": "digits", "image": True}


@pytest.mark.parametrize(
    ("experiment", "words"),
    [
        (made([{"layer": "conv2d", "filters": 4}, {"layer": "dense", "units": 10}], "cross_entropy", **IMAGE), "flatten"),
        (made([{"layer": "dense", "units": 7}], "cross_entropy"), "give the last layer 10 outputs"),
        (made([{"layer": "dense", "units": 10}], "binary_cross_entropy"), "use the loss cross_entropy"),
        (made([{"layer": "dense", "units": 8}, {"layer": "relu"}], "cross_entropy"), "give the last layer 10 outputs"),
        (made([{"layer": "tanh"}], "cross_entropy"), "end with dense 10"),
        (made([{"layer": "dense", "units": 3}], "cross_entropy", source="diabetes"), "use the loss mse"),
        (made([{"layer": "conv2d", "filters": 4}, {"layer": "dense", "units": 10}], "cross_entropy"), "take layer 0 out"),
    ],
)
def test_the_smallest_edit_that_helps_is_offered_first(experiment: Experiment, words: str) -> None:
    assert judge(experiment).problem is not None
    found = mends(experiment)
    assert found and words in found[0].words
    assert all(judge(mend.experiment).problem is None for mend in found)


def test_what_can_be_trained_needs_no_mending(tiny: Experiment) -> None:
    assert mends(tiny) == ()


async def test_f_mends_what_does_not_fit(target: Found, played: Played) -> None:
    broken = target.experiment.set("network[2].units=5")
    app = NntuiApp(Found("tiny", broken, target.origin, target.path), played)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "f: " in text(app, "#remark") and "fix" in text(app, "#footer"))
        await pilot.press("f")
        await pilot.pause()
        assert app.bench.draft.verdict.problem is None and not played.starts
        assert any("Mended" in notice.message for notice in app._notifications)
        await pilot.press("u")
        assert app.bench.experiment == broken
