"""Every key of the bench, pressed in the app; the test plays the trainer."""

from __future__ import annotations

import pytest
from played import Played, bench, text, until
from textual.widgets import Input, OptionList

from nntui.lookup import Found
from nntui.tui.actions import ACTIONS
from nntui.tui.app import NntuiApp
from nntui.tui.arrangement import AT_WISH
from nntui.tui.commands import Commands
from nntui.tui.screens.bench import Bench
from nntui.tui.screens.choose import Choose
from nntui.tui.screens.form import Form
from nntui.tui.screens.help import Help


@pytest.fixture
def app(target: Found, played: Played) -> NntuiApp:
    return NntuiApp(target, played)


def tags(app: NntuiApp) -> list[str]:
    return [layer.tag for layer in app.bench.experiment.network]


def test_every_action_can_be_done_and_no_key_means_two_things() -> None:
    keys = [key for action in ACTIONS for key in action.keys.split(",")]
    assert len(keys) == len(set(keys))
    assert all(callable(getattr(Commands, action.id)) for action in ACTIONS)
    assert all(action.description and action.label for action in ACTIONS)


def test_no_key_is_one_that_terminals_and_multiplexers_eat() -> None:
    eaten = {f"ctrl+{letter}" for letter in "ahijmosz"}
    assert not eaten.intersection(key for action in ACTIONS for key in action.keys.split(","))


async def test_space_trains_pauses_and_goes_on(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "untrained" in text(app, "#header"))
        await pilot.press("space")
        await until(pilot, lambda: app.bench.condition == "training")
        await until(pilot, lambda: "● training" in text(app, "#header"))
        await pilot.press("space")
        assert played.listen() == ["pause"]
        played.tell("paused", 3)
        await until(pilot, lambda: "paused" in text(app, "#header"))
        await pilot.press("space")
        assert played.listen() == ["pause", "resume"]


async def test_s_and_capital_s_train_a_batch_and_an_epoch(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: app.bench.live)
        assert [command.kind for command in played.starts[0].first] == ["step"]
        await pilot.press("S")
        assert played.listen()[-1] == "epoch"


async def test_r_goes_back_to_an_untrained_network(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        await pilot.press("r")
        assert played.listen() == ["stop"] and app.bench.condition == "untrained"


async def test_brackets_change_the_learning_rate_live_and_as_an_edit(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("]")
        assert app.bench.experiment.optimizer.learning_rate == 0.03
        await pilot.press("[", "[")
        assert app.bench.experiment.optimizer.learning_rate == pytest.approx(0.02 / 1.5)
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        await pilot.press("]")
        played.listen()
        assert played.rates == [0.02]


async def test_v_trains_at_full_speed_or_at_a_pace_to_follow(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("v", "space")
        await until(pilot, lambda: app.bench.live)
        assert [(command.kind, command.value) for command in played.starts[0].first] == [("pace", 100.0)]
        played.listen()
        await pilot.press("v")
        assert played.listen() == ["pace", "pace"]


async def test_a_adds_a_layer_by_a_part_of_its_name(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a")
        assert isinstance(app.screen, Choose)
        await pilot.press(*"tan", "enter")
        assert tags(app) == ["dense", "tanh", "tanh", "dense"], "a layer without fields needs no form"
        await pilot.press("a", *"drop", "enter")
        assert isinstance(app.screen, Form)
        await pilot.press(*"0.25", "enter")
        assert tags(app) == ["dense", "tanh", "dropout", "tanh", "dense"]
        assert app.bench.draft.layer is not None and app.bench.draft.layer.rate == 0.25  # type: ignore[attr-defined]


async def test_the_list_of_layers_can_be_walked_and_left(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a", "down", "down", "up")
        assert isinstance(app.screen, Choose)
        listing = app.screen.query_one(OptionList)
        assert listing.highlighted is not None
        assert listing.get_option_at_index(listing.highlighted).id == app.screen.choices[1].id
        await pilot.press(*"xyzzy")
        assert "nothing is called" in str(listing.get_option_at_index(0).prompt)
        await pilot.press("enter")
        assert isinstance(app.screen, Choose), "nothing is no choice"
        await pilot.press("escape")
        assert isinstance(app.screen, Bench) and tags(app) == ["dense", "tanh", "dense"]


async def test_e_edits_a_layer_and_bad_input_is_told_beside_its_field(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("e", *"0", "enter")
        assert isinstance(app.screen, Form), "a form with a mistake isn't taken"
        about = app.screen.query_one("#about-units")
        assert about.has_class("-wrong") and "expected an integer >= 1, got 0" in str(about.render())
        await pilot.press("backspace", *"16")
        assert not about.has_class("-wrong")
        assert "output 16, 48 parameters, 82 in the network" in str(app.screen.query_one("#outlook").render())
        await pilot.press("tab", "right", "enter")
        layer = app.bench.experiment.network[0]
        assert (layer.units, layer.bias) == (16, False)  # type: ignore[attr-defined]


async def test_a_form_says_what_a_layer_would_break_and_escape_leaves_it(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j", "j", "e", *"7")
        outlook = app.screen.query_one("#outlook")
        assert outlook.has_class("-wrong") and "dense units = 2" in str(outlook.render())
        await pilot.press("escape")
        assert app.bench.experiment.network[2].units == 2  # type: ignore[attr-defined]


async def test_an_initializer_can_be_a_table(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("e", "tab", "tab")
        field = app.screen.query_one("#field-init", Input)
        assert app.focused is field
        field.value = '{ kind = "normal", std = -1 }'
        await pilot.press("enter")
        assert "std" in str(app.screen.query_one("#about-init").render())
        field.value = '{ kind = "normal", std = 0.5 }'
        await pilot.pause()
        await pilot.press("enter")
        assert "std=0.5" in repr(app.bench.experiment.network[0])


async def test_d_deletes_j_and_k_move_and_u_takes_back(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j", "K")
        assert tags(app) == ["tanh", "dense", "dense"] and app.bench.draft.path == "0.tanh"
        await pilot.press("J", "J", "d")
        assert tags(app) == ["dense", "dense"]
        await pilot.press("u", "u", "u", "u")
        assert tags(app) == ["dense", "tanh", "dense"]
        await pilot.press("U", "U", "U", "U", "U")
        assert tags(app) == ["dense", "dense"]


async def test_arrows_select_too(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("down", "down", "up")
        assert app.bench.draft.path == "1.tanh"


async def test_an_impossible_network_is_said_and_not_started(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j", "j", "e", *"7", "enter")
        await pilot.pause()
        assert "impossible" in text(app, "#header")
        assert "units = 2" in text(app, "#remark")
        await pilot.press("space")
        await pilot.pause()
        assert not played.starts
        assert "undo" in text(app, "#footer")


async def test_b_changes_the_backend(app: NntuiApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntui.tui.backend_choice.find_spec", lambda name: None)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("b")
        assert app.bench.experiment.backend == "auto"
        await until(pilot, lambda: any("install" in notice.message for notice in app._notifications))
        await pilot.press("b")
        assert app.bench.experiment.backend == "numpy"


async def test_p_shows_every_preset_with_its_story_and_opens_one(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("p", *"iris")
        await until(pilot, lambda: "Watch" in str(app.screen.query_one("#story").render()))
        await pilot.press("enter")
        assert app.bench.name == "iris" and "iris" in text(app, "#header")
        await pilot.press("u")
        assert app.bench.name == "tiny"


async def test_digits_focus_panes_and_z_gives_one_the_screen(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        for key, name in zip("1234576", ("network", "loss", "flow", "activations", "boundary", "findings", "run"), strict=True):
            await pilot.press(key)
            assert app.focused is not None and app.focused.id == name
        await pilot.press("z")
        assert not bench(app).query_one("#network").display and bench(app).query_one("#run").display
        await pilot.press("2")
        assert bench(app).query_one("#loss").display and not bench(app).query_one("#run").display
        await pilot.press("escape")
        assert {pane.id for pane in bench(app).query("PaneView") if not pane.display} == {"findings", *AT_WISH}


async def test_on_a_small_screen_digits_show_panes(app: NntuiApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        shown = lambda: {pane.id for pane in bench(app).query("PaneView") if pane.display}  # noqa: E731
        assert shown() == {"network", "loss", "boundary"}
        await pilot.press("3")
        assert shown() == {"network", "loss", "flow"}
        await pilot.press("6")
        assert shown() == {"run", "loss", "flow"}


async def test_question_mark_explains_the_focused_pane_and_every_key(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3", "question_mark")
        assert isinstance(app.screen, Help)
        await until(pilot, lambda: app.screen.query("MarkdownTable, MarkdownH3"))
        await pilot.press("j", "space", "k", "escape")
        assert isinstance(app.screen, Bench)


async def test_the_palette_finds_actions_by_name(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+p")
        await pilot.press(*"delete the selected")
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: tags(app) == ["tanh", "dense"])


async def test_x_and_h_change_what_loss_and_activations_are_drawn_over(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("x", "h")
        assert (app.bench.ways.x_axis, app.bench.ways.histogram_range) == ("step", "common")
