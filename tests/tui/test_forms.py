"""Every row of the network's pane has a form: the data, the loss, the optimizer and the rest, edited by keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from played import Played, failures, text, until
from textual.widgets import Input, OptionList

from nntui.data.planar import Circle, Spiral
from nntui.lookup import Found, preset
from nntui.optim.optimizers import SGD, Adam
from nntui.optim.schedules import OneCycle
from nntui.tui.app import NntuiApp
from nntui.tui.parts import PARTS
from nntui.tui.screens.bench import Bench
from nntui.tui.screens.choose import Choose
from nntui.tui.screens.form import Form
from nntui.tui.screens.picker import Picker
from nntui.tui.screens.switch import Switch


@pytest.fixture
def app(target: Found, played: Played) -> NntuiApp:
    return NntuiApp(target, played)


def shown(app: NntuiApp, selector: str) -> str:
    return str(app.screen.query_one(selector).render())


async def test_j_and_k_walk_over_every_row_and_e_opens_its_form(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("g")
        seen = []
        for _ in range(9):
            seen.append(app.bench.draft.path)
            await pilot.press("e")
            assert isinstance(app.screen, Form) and app.focused is not None
            await pilot.press("escape", "j")
        assert seen == ["input", "0.dense", "1.tanh", "2.dense", "loss", "optimizer", "schedule", "penalty", "training"]
        await pilot.press("G", "k", "j")
        assert app.bench.draft.path == "setup"
        assert not failures(app)


async def test_features_are_typed_on_the_input_row_as_the_stories_say(played: Played) -> None:
    app = NntuiApp(preset("playground-spiral"), played)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("g", "e")
        field = app.screen.query_one("#field-features", Input)
        assert field.value == "x, y, x^2, y^2, xy, sin x, sin y"
        field.value = "x, y"
        await until(pilot, lambda: "500 examples, 2 inputs, 2 classes" in shown(app, "#outlook"))
        await pilot.press("enter")
        assert isinstance(app.bench.experiment.data, Spiral) and app.bench.experiment.data.features == ("x", "y")
        await pilot.press("u")
        assert len(app.bench.experiment.data.features) == 7


async def test_a_feature_that_does_not_exist_is_named_in_the_form(played: Played) -> None:
    app = NntuiApp(preset("spiral"), played)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("g", "e")
        app.screen.query_one("#field-features", Input).value = "x, z"
        await until(pilot, lambda: "z" in shown(app, "#outlook") and app.screen.query_one("#outlook").has_class("-wrong"))


async def test_another_kind_keeps_the_fields_that_both_know(played: Played) -> None:
    app = NntuiApp(preset("spiral"), played)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("g", "e")
        app.screen.query_one("#field-noise", Input).value = "0.2"
        app.screen.query_one(Picker).focus()
        await pilot.press(*"circ")
        assert isinstance(app.screen, Choose)
        assert app.screen.query_one("#filter", Input).value == "circ"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Form) and "disc" in shown(app, "#what"))
        assert app.screen.query_one("#field-noise", Input).value == "0.2"
        await pilot.press("enter")
        data = app.bench.experiment.data
        assert isinstance(data, Circle) and data.noise == 0.2 and data.validation == preset("spiral").experiment.data.validation
        assert "circle" in text(app, "#header") or app.bench.view().facts is not None


async def test_a_default_of_one_kind_is_not_carried_over_to_another(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        app.bench.draft.select_path("optimizer")
        await pilot.press("e")
        picker = app.screen.query_one(Picker)
        picker.focus()
        await pilot.press(*"sgd", "enter")
        await until(pilot, lambda: app.screen.query("#field-nesterov"))
        assert not app.screen.query("#field-beta1")
        await pilot.press("enter")
        assert app.bench.experiment.optimizer == SGD(learning_rate=0.02)


async def test_going_back_to_the_first_kind_brings_back_what_only_it_knows(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        app.bench.draft.select_path("optimizer")
        await pilot.press("e")
        app.screen.query_one("#field-beta1", Input).value = "0.5"
        app.screen.query_one(Picker).focus()
        for name in ("sgd", "adam"):
            await pilot.press("space")
            app.screen.query_one("#filter", Input).value = name
            await pilot.pause()
            await pilot.press("enter")
            await until(pilot, lambda name=name: bool(app.screen.query("#field-beta1")) == (name == "adam"))
        await pilot.press("enter")
        assert app.bench.experiment.optimizer == Adam(learning_rate=0.02, beta1=0.5)


async def test_a_schedule_is_drawn_before_the_run(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        app.bench.draft.select_path("schedule")
        await pilot.press("e")
        app.screen.query_one(Picker).focus()
        await pilot.press(*"one_c", "enter")
        await until(pilot, lambda: "█" in shown(app, "#outlook"))
        assert "at most 0.02" in shown(app, "#outlook")
        await pilot.press("enter")
        assert app.bench.experiment.schedule == OneCycle()


async def test_early_stopping_is_there_as_soon_as_its_patience_is(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        app.bench.draft.select_path("training")
        await pilot.press("e")
        assert "steps an epoch" in shown(app, "#outlook")
        field = app.screen.query_one("#field-early_stopping-patience", Input)
        field.value = "0"
        await pilot.press("enter")
        assert "integer >= 1" in shown(app, "#about-early_stopping-patience") and app.focused is field
        field.value = "5"
        await until(pilot, lambda: "validation is 0" in shown(app, "#outlook"))
        await pilot.press("enter")
        assert app.bench.experiment.training.early_stopping is not None
        assert app.bench.experiment.training.early_stopping.patience == 5
        await until(pilot, lambda: "impossible" in text(app, "#header"))


async def test_seed_and_backend_are_edited_on_the_last_row(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("G", "e", *"7", "tab", "space", "enter")
        assert app.bench.experiment.seed == 7 and app.bench.experiment.backend != "numpy"


async def test_a_rate_typed_while_it_trains_is_told_to_the_trainer(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        app.bench.draft.select_path("optimizer")
        await pilot.press("e", *"0.004", "enter")
        assert played.listen() == ["learning_rate"] and played.rates == [0.004]
        assert app.bench.live and not app.bench.edited


async def test_a_layer_becomes_another_kind_without_being_deleted(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j", "e")
        assert isinstance(app.focused, Picker)
        await pilot.press(*"leaky", "enter")
        await until(pilot, lambda: app.screen.query("#field-slope"))
        await pilot.press("enter")
        assert [layer.tag for layer in app.bench.experiment.network] == ["dense", "leaky_relu", "dense"]


async def test_a_discriminator_is_a_line_of_the_program_and_says_what_is_wrong_with_it(played: Played) -> None:
    app = NntuiApp(preset("gan-ring"), played)
    async with app.run_test(size=(120, 40)) as pilot:
        app.bench.draft.select_path("program")
        await pilot.press("e")
        field = app.screen.query_one("#field-discriminator", Input)
        field.value = '[{ layer = "dense", units = 3 }]'
        await until(pilot, lambda: "has to end with one logit" in shown(app, "#outlook"))
        field.value = '[{ layer = "dense", units = 1 }]'
        await until(pilot, lambda: "2 latent" in shown(app, "#outlook"))
        await pilot.press("enter")
        assert len(app.bench.experiment.program.discriminator) == 1  # type: ignore[attr-defined]


async def test_the_palette_edits_every_part_even_one_without_a_row(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        for part in PARTS:
            await pilot.press("ctrl+p", *f"edit the {part.name}")
            await until(pilot, lambda: app.screen.query_one(OptionList).option_count >= 1)
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, Form))
            await pilot.press("escape")
            assert isinstance(app.screen, Bench)
        assert not failures(app)


async def test_data_of_ones_own_is_named_in_the_form(app: NntuiApp, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("a,b,kind\n" + "".join(f"{i},{-i},{'x' if i % 2 else 'o'}\n" for i in range(20)))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("g", "e")
        app.screen.query_one(Picker).focus()
        await pilot.press(*"csv", "enter")
        await until(pilot, lambda: app.screen.query("#field-csv"))
        await pilot.press("enter")
        assert "missing: expected text" in shown(app, "#about-csv")
        app.screen.query_one("#field-csv", Input).value = str(tmp_path / "points.csv")
        app.screen.query_one("#field-target", Input).value = "kind"
        await until(pilot, lambda: "20 examples, 2 inputs, 2 classes" in shown(app, "#outlook"))
        await pilot.press("enter")
        assert app.bench.draft.verdict.problem is None


async def test_what_would_come_of_it_stays_in_sight_on_a_small_screen(played: Played) -> None:
    app = NntuiApp(preset("spiral"), played)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("g", "e")
        await until(pilot, lambda: "114 parameters" in shown(app, "#outlook"))
        outlook = app.screen.query_one("#outlook").region
        assert outlook.height and outlook.bottom <= app.screen.query_one("#form").region.bottom - 1
        await pilot.press("up")
        assert isinstance(app.focused, Picker), "arrows go from field to field even where the fields scroll"


async def test_typed_values_and_words_to_choose_from_begin_in_one_column(app: NntuiApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, Form) and bool(app.screen.query(Input)))
        await pilot.pause()
        typed = {widget.region.x for widget in app.screen.query("#fields Input")}
        chosen = {widget.region.x + 1 for widget in app.screen.query(Switch)}
        assert len(typed) == 1 and typed == chosen, "a word to choose has a blank before it"
