"""Findings in the workbench: seen before and while it trains, explained, fixed with one key, taken back; the test plays the trainer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from played import Played, bench, failures, steps, text, until

from nntui.experiment import Experiment
from nntui.lookup import Found, preset
from nntui.measurements import DataQuality, DataSummary, Evaluation, Histogram, LayerMeasurement, Measurement, Steps
from nntui.training.checkpoint import Checkpoints
from nntui.training.trainer import Trainer
from nntui.tui.app import NntuiApp
from nntui.tui.look import Look
from nntui.tui.panes import findings as pane
from nntui.tui.screens.card import Card, page

DATA = DataSummary((2,), ("0", "1"), ("x", "y"), 400, 0, (), DataQuality(1.0, 0.0, 0, 2, (200, 200)))


def looked(step: int, dead: float = 0.0) -> Measurement:
    """Three layers of which the middle one may be dead."""
    return Measurement(
        step, step / 10,
        tuple(
            LayerMeasurement(
                path, 0.0, 0.5, dead, float("nan"), dead if path == "1.relu" else 0.0, Histogram(-1.0, 1.0, (1, 2, 1)), 1e-2,
                *((0.1, 1.0, 1e-3, 0.0) if "dense" in path else ()),
            )
            for path in ("0.dense", "1.relu", "2.dense")
        ),
        0.0,
    )  # fmt: skip


def flat(first: int, last: int) -> list[Steps]:
    return [steps(step, step, 0.693) for step in range(first, last + 1)]


def evaluated(step: int, loss: float, accuracy: float) -> Evaluation:
    return Evaluation(step, float(step), "train", loss, {"accuracy": accuracy})


@pytest.fixture
def ill(tiny: Experiment) -> Found:
    """Rectified, so that units can die; at a rate that the rules can't mind."""
    return Found("tiny", tiny.set("network[1].layer=relu", "optimizer.kind=sgd", "optimizer.learning_rate=0.02"), "file", Path("tiny.toml"))


@pytest.fixture
def app(ill: Found, played: Played) -> NntuiApp:
    return NntuiApp(ill, played)


def shown(app: NntuiApp) -> str:
    view = app.bench.view()
    return "\n".join(strip.text for strip in pane.lines(view, 70, 30, Look.plain()))


def rules(app: NntuiApp) -> list[str]:
    return [finding.rule for finding in app.bench.findings.diagnosis.open]


async def dying(app: NntuiApp, pilot: Any, played: Played) -> None:
    """Train until a dead layer is found."""
    await pilot.press("space")
    await until(pilot, lambda: app.bench.condition == "training")
    played.tell("training", 2, DATA, evaluated(0, 0.7, 0.5), *flat(1, 2), looked(1, dead=0.9), looked(2, dead=0.9))
    await until(pilot, lambda: "dead_units" in rules(app))


async def test_what_stands_in_the_description_is_found_before_anything_is_trained(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("7")
        await until(pilot, lambda: "Nothing is wrong" in shown(app))
        await pilot.press("1", "j", "d")  # without its activation
        await until(pilot, lambda: rules(app) == ["linear_stack"])
        assert "0.dense" in shown(app) or "linear" in shown(app)
        await until(pilot, lambda: "f: " in text(app, "#remark"))
        await pilot.press("f")
        assert [layer.tag for layer in app.bench.experiment.network] == ["dense", "relu", "dense"], "an edit; nothing was trained before"
        assert not app.bench.starting and app.bench.run is None
        await until(pilot, lambda: rules(app) == [])
        await pilot.press("u")
        await until(pilot, lambda: rules(app) == ["linear_stack"])
        assert not failures(app)


async def test_a_finding_of_the_run_is_said_in_the_line_that_is_always_seen_and_in_its_pane(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await dying(app, pilot, played)
        assert not app.bench.findings.diagnosis.serious, "the first steps may throw much about"
        played.tell("training", 200, *flat(3, 200), looked(190, dead=0.9), looked(200, dead=0.9))
        await until(pilot, lambda: "layer 1 (relu)" in text(app, "#remark").lower() and "f fix" in text(app, "#footer"))
        await pilot.press("7")
        await until(pilot, lambda: "dead units" in shown(app) and "since step 1" in shown(app))
        assert "7 findings  1 " in str(bench(app).query_one("#findings").border_title)
        assert not failures(app)


async def test_f_changes_one_thing_and_trains_it_beside_the_old_run_and_says_whether_it_helped(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await dying(app, pilot, played)
        old, before = app.bench.run, app.bench.experiment
        played.tell("training", 10, *flat(3, 10), evaluated(10, 0.69, 0.5), looked(10, dead=0.9))
        played.end("finished")
        await until(pilot, lambda: app.bench.condition == "finished" and app.bench.findings.remedies)
        remedy = app.bench.findings.remedies[0]
        await pilot.press("f")
        assert app.bench.experiment == remedy.experiment != before
        await until(pilot, lambda: len(played.starts) == 2 and app.bench.condition == "training")
        assert played.starts[1].path is None and played.starts[1].experiment == remedy.experiment
        await until(pilot, lambda: "before" in bench_lines(app), 5)
        assert f"tried: {remedy.words}"[:40] in shown(app)
        played.tell("training", 5, DATA, evaluated(0, 0.7, 0.5), *[steps(n, n, 0.2) for n in range(1, 6)], evaluated(10, 0.1, 0.97))
        await until(pilot, lambda: "It helped so far: training accuracy 0.5 → 0.97" in " ".join(shown(app).split()))
        played.end("finished")
        await until(pilot, lambda: "It helped: training accuracy 0.5 → 0.97, loss 0.69 → 0.1 at step 10" in text(app, "#remark"))
        await until(pilot, lambda: "dead units is gone" in " ".join(text(app, "#remark").split()))
        await pilot.press("u")
        assert app.bench.experiment == before
        await until(pilot, lambda: app.bench.run is not None and old is not None and app.bench.run.path == old.path)
        await until(pilot, lambda: "dead_units" in rules(app))
        await pilot.press("U")
        await until(pilot, lambda: app.bench.run is not None and old is not None and app.bench.run.path != old.path)
        assert not failures(app)


def bench_lines(app: NntuiApp) -> str:
    """The loss pane's legend."""
    from nntui.tui.panes import loss

    return "\n".join(strip.text for strip in loss.lines(app.bench.view(), 70, 16, Look.plain()))


async def test_f_stops_a_run_that_trains_and_a_fix_that_was_tried_is_not_offered_first_again(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await dying(app, pilot, played)
        first = app.bench.findings.remedies[0]
        assert len(app.bench.findings.remedies) > 1
        await pilot.press("f")
        await until(pilot, lambda: len(played.starts) == 2)
        assert "stop" in played.heard
        await until(pilot, lambda: app.bench.condition == "training")
        await pilot.press("u")
        await until(pilot, lambda: "dead_units" in rules(app))
        assert app.bench.findings.remedies[0] != first == app.bench.findings.remedies[-1]


async def test_enter_explains_the_selected_finding_and_a_digit_does_something_about_it(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await dying(app, pilot, played)
        await pilot.press("7", "g", "enter")
        await until(pilot, lambda: isinstance(app.screen, Card))
        card = app.screen
        assert isinstance(card, Card) and len(card.remedies) > 1
        await pilot.press("2")
        await until(pilot, lambda: len(played.starts) == 2)
        assert played.starts[1].experiment == card.remedies[1].experiment
        assert not failures(app)


async def test_j_and_k_select_findings_in_their_pane_and_rows_elsewhere(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.condition == "training")
        rare = msgspec.structs.replace(DATA, quality=DataQuality(1.0, 0.0, 0, 2, (390, 10)))
        played.tell("training", 2, rare, evaluated(0, 0.7, 0.5), *flat(1, 2), looked(1, dead=0.9), looked(2, dead=0.9))
        await until(pilot, lambda: len(rules(app)) > 1)
        row = app.bench.draft.selected
        await pilot.press("7", "j")
        assert app.bench.findings.selected == 1 and app.bench.draft.selected == row
        await pilot.press("k", "1", "j")
        assert app.bench.findings.selected == 0 and app.bench.draft.selected != row


async def test_where_nothing_is_wrong_f_says_so(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: any("nothing to be fixed" in note.message for note in app._notifications))


async def test_a_past_run_is_opened_with_its_findings(app: NntuiApp, played: Played, ill: Found) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await dying(app, pilot, played)
        played.end("finished")
        path = app.bench.run.path if app.bench.run is not None else Path()
    again = NntuiApp(Found("tiny", ill.experiment, "run", path), played)
    async with again.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "dead_units" in rules(again))


def test_a_card_has_the_numbers_the_changes_and_the_theory(ill: Found) -> None:
    from nntui.diagnosis.finding import Finding
    from nntui.tui.remedies import remedies

    found = Finding("learning_rate_too_high", "warning", None, 40, {"rise": 3.5}, "learning rate 0.02 is too high", ("lower_rate", "adam"))
    text = page(found, remedies(found, ill.experiment))
    assert "since step 40" in text and "Measured: rise 3.5" in text
    assert "1. learning rate 0.02 → 0.002\n" in text and "2. optimizer sgd" in text
    assert "CS231n" in text or "*" in text.split("### Why")[1]


async def test_after_a_divergence_f_goes_back_to_the_last_good_checkpoint_with_shorter_steps(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.condition == "training")
        run = app.bench.run
        assert run is not None
        trainer = Trainer(app.bench.experiment)
        grown = [*[steps(n, n, 0.6) for n in range(1, 9)], *[steps(n, n, 50.0) for n in range(9, 14)], steps(14, 14, float("nan"))]
        for step, loss in ((4, 0.5), (8, 0.4), (13, 1e6)):
            trainer.step(4)
            Checkpoints(run.path / "checkpoints").save(step, trainer.state(), 0, loss, {"backend": "numpy", "untold": []})
        played.tell("training", 14, DATA, evaluated(0, 0.7, 0.5), *grown)
        played.end("diverged", "the loss became NaN at step 14 with learning rate 0.02: layer 2 (dense) gave infinity first")
        await until(pilot, lambda: [one.name for one in app.bench.findings.remedies][:2] == ["rewind, lower_rate", "rewind, clip"])
        assert "layer 2 (dense) gave infinity first" in text(app, "#remark")
        await until(pilot, lambda: "f: back to step 8, learning rate 0.02 → 0.002" in " ".join(text(app, "#remark").split()))
        await pilot.press("f")
        await until(pilot, lambda: len(played.starts) == 2)
        begun = played.starts[1].experiment
        assert begun.optimizer.learning_rate == 0.002
        assert begun.start is not None and begun.start.source == str(run.path) and begun.start.step == 8
        again = Trainer(begun)
        again.begin()
        saved = Checkpoints(run.path / "checkpoints").load(8).state.arrays["parameters"]
        assert (again.network.flat == saved).all()
        assert not failures(app)


async def test_data_that_takes_longer_is_looked_at_elsewhere_and_its_faults_are_said_before_it_is_trained_on(played: Played) -> None:
    app = NntuiApp(preset("wine-raw"), played)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: rules(app) == ["unscaled_inputs"], 60)
        assert "standard deviation of 316" in text(app, "#remark")
        await pilot.press("f")
        assert app.bench.experiment.data.scale == "standardize"
        await until(pilot, lambda: "unscaled_inputs" not in rules(app))
        assert not failures(app)
