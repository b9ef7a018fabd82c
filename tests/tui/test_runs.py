"""The table of runs: filtered, sorted, labelled, opened live or finished, deleted and had back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from played import Played, bench, failures, steps, text, until
from textual.binding import Binding
from textual.widgets import Input, OptionList

from nntui.lookup import Found
from nntui.runs.directory import create, list_runs
from nntui.runs.run import Run
from nntui.tui.app import NntuiApp
from nntui.tui.run_lines import COLUMNS, began, laid_out, layout, lines
from nntui.tui.screens.ask import Ask
from nntui.tui.screens.bench import Bench
from nntui.tui.screens.choose import Choose
from nntui.tui.screens.runs import Runs


@pytest.fixture
def app(target: Found, played: Played) -> NntuiApp:
    return NntuiApp(target, played)


def listed(app: NntuiApp) -> list[str]:
    assert isinstance(app.screen, Runs)
    listing = app.screen.query_one(OptionList)
    return [str(listing.get_option_at_index(index).prompt) for index in range(listing.option_count)]


async def test_an_empty_list_says_what_fills_it(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: "space trains" in str(app.screen.query_one("#story").render()))
        await pilot.press("enter", "D", "r", "t", "n", "p", "s", "S", "u")
        assert isinstance(app.screen, Runs), "nothing can be neither opened nor deleted"
        await pilot.press("escape")
        assert isinstance(app.screen, Bench) and not failures(app)


async def test_a_run_is_found_by_typing_and_opened_with_its_experiment(app: NntuiApp, target: Found) -> None:
    for name in ("apple", "pear"):
        create(target.experiment.replace(title=name, seed=len(name)), name)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: len(listed(app)) == 2)
        assert listed(app)[0].split()[0] == "pear", "newest first"
        await pilot.press("slash", *"app")
        await until(pilot, lambda: len(listed(app)) == 1)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: app.bench.run is not None)
        assert app.bench.name == "apple" and app.bench.experiment.seed == 5 and app.bench.condition == "stopped"
        await pilot.press("u")
        assert app.bench.name == "tiny", "what was on the bench can be had back"


async def test_opening_another_run_leaves_the_one_that_trains_alone(app: NntuiApp, played: Played, target: Found) -> None:
    other = create(target.experiment.replace(seed=3), "other")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        assert app.bench.run is not None
        first = app.bench.run.path
        played.tell("training", 3, steps(1, 3))
        await pilot.press("l")
        await until(pilot, lambda: any("training" in row for row in listed(app)) and len(listed(app)) == 2)
        await pilot.press("slash", *"other", "enter", "enter")
        await until(pilot, lambda: app.bench.run is not None and app.bench.run.path == other)
        assert played.listen() == []
        await until(pilot, lambda: any("goes on training" in notice.message for notice in app._notifications))
        await pilot.press("l")
        await until(pilot, lambda: len(listed(app)) == 2)
        await pilot.press("slash", *"tiny", "enter", "enter")
        await until(pilot, lambda: app.bench.run is not None and app.bench.run.path == first and app.bench.live)
        await pilot.press("space")
        assert played.listen() == ["pause"], "it can be spoken to again"
        assert not failures(app)


async def test_deleted_runs_are_had_back_one_after_the_other(app: NntuiApp, target: Found) -> None:
    first, second = create(target.experiment, "first"), create(target.experiment, "second")
    kept = create(target.experiment, "kept")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: len(listed(app)) == 3)
        await pilot.press("slash", *"first|sec", "enter")
        assert [row.split()[0] for row in listed(app)] == ["second", "first"]
        await pilot.press("g", "d")
        assert not second.exists() and first.exists() and "first" in listed(app)[0]
        await pilot.press("d")
        await until(pilot, lambda: "no run is meant" in listed(app)[0])
        assert not first.exists() and kept.exists()
        await pilot.press("u")
        await until(pilot, lambda: "first" in listed(app)[0])
        await pilot.press("u")
        await until(pilot, lambda: len(listed(app)) == 2)
        assert first.exists() and second.exists() and Run(first).experiment == target.experiment
        await pilot.press("u")
        await until(pilot, lambda: any("Nothing was deleted here" in notice.message for notice in app._notifications))


async def test_a_filter_may_be_a_condition_and_says_what_is_wrong_with_it(app: NntuiApp, target: Found) -> None:
    for rate in (0.1, 0.5):
        create(target.experiment.set(f"optimizer.learning_rate={rate}"), "tiny")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: len(listed(app)) == 2)
        await pilot.press("slash")
        app.screen.query_one(Input).value = "learning_rate > 0.3"
        await until(pilot, lambda: len(listed(app)) == 1)
        assert "learning_rate 0.5" in listed(app)[0], "and the table says in what the runs differ"
        app.screen.query_one(Input).value = "lerning_rate > 0.3"
        await until(pilot, lambda: "did you mean learning_rate" in str(app.screen.query_one("#story").render()))
        assert len(listed(app)) == 1, "what was there stays while one types"
        await pilot.press("escape")
        assert len(listed(app)) == 2 and isinstance(app.screen, Runs)
        await pilot.press("escape")
        assert isinstance(app.screen, Bench)


async def test_the_table_is_sorted_by_any_value(app: NntuiApp, target: Found) -> None:
    for rate in (0.1, 0.5, 0.3):
        create(target.experiment.set(f"optimizer.learning_rate={rate}"), f"rate {rate}")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: len(listed(app)) == 3)
        await pilot.press("s")
        assert isinstance(app.screen, Choose)
        await pilot.press(*"optimizer.learning", "enter")
        assert [row.split()[0] for row in listed(app)] == ["rate-0-1", "rate-0-3", "rate-0-5"]
        assert "by optimizer.learning_rate" in str(app.screen.query_one("#runs").border_title)
        await pilot.press("S")
        assert [row.split()[0] for row in listed(app)] == ["rate-0-5", "rate-0-3", "rate-0-1"]


async def test_a_run_is_named_tagged_annotated_and_pinned(app: NntuiApp, target: Found) -> None:
    from nntui.runs.summary import glance

    path = create(target.experiment, "first")
    create(target.experiment, "second")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: len(listed(app)) == 2)
        await pilot.press("j", "r")
        assert isinstance(app.screen, Ask)
        await pilot.press(*"my best", "enter")
        await until(pilot, lambda: isinstance(app.screen, Runs) and "my best" in listed(app)[1])
        await pilot.press("t", *"wide #good", "enter")
        await until(pilot, lambda: isinstance(app.screen, Runs) and "good wide" in listed(app)[1])
        await pilot.press("n", *"as it should be", "enter")
        await until(pilot, lambda: "as it should be" in str(app.screen.query_one("#story").render()))
        await pilot.press("p")
        await until(pilot, lambda: listed(app)[0].strip().startswith("* my best"))
        assert glance(path).labels.tags == ("good", "wide")
        await pilot.press("t", *"x" * 31)
        assert "one word of at most 30" in str(app.screen.query_one("#outlook").render())
        await pilot.press("enter")
        assert isinstance(app.screen, Ask), "what can't be taken isn't"
        await pilot.press("escape", "p")
        await until(pilot, lambda: isinstance(app.screen, Runs) and not listed(app)[0].strip().startswith("*"))
        assert not failures(app)


def test_where_there_is_little_room_the_columns_that_matter_stay(target: Found) -> None:
    create(target.experiment, "first")
    found = lines(list_runs(), datetime.now())
    wide, narrow = layout(found, 150), layout(found, 24)
    assert list(wide) == [name for name in COLUMNS if name in wide] and {"run", "began", "state", "size"} <= set(wide)
    assert "tags" not in wide, "a column with nothing in it isn't shown"
    assert list(narrow) == ["run", "state"] and len(laid_out(found[0].cells, narrow)) <= 24


async def test_a_run_that_trains_is_not_deleted_and_says_why(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        await pilot.press("l")
        await until(pilot, lambda: "tiny" in listed(app)[0])
        await pilot.press("delete")
        await until(pilot, lambda: any("is being trained" in notice.message for notice in app._notifications))
        assert len(list_runs()) == 1 and app.bench.live


async def test_deleting_the_run_on_the_bench_leaves_its_experiment_untrained(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        played.end("finished")
        await until(pilot, lambda: app.bench.condition == "finished")
        await pilot.press("l")
        await until(pilot, lambda: "tiny" in listed(app)[0])
        await pilot.press("d", "escape")
        await until(pilot, lambda: app.bench.condition == "untrained")
        assert list_runs() == [] and "untrained" in text(app, "#header") and not failures(app)


async def test_the_list_follows_runs_that_train(app: NntuiApp, played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntui.tui.screens.runs.AGAIN", 0.05)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        await pilot.press("l")
        await until(pilot, lambda: "1/20" in listed(app)[0])
        played.tell("training", 9, steps(2, 9, 0.25))
        await until(pilot, lambda: "9/20" in listed(app)[0] and "0.25" in listed(app)[0])


async def test_a_run_that_cannot_be_read_is_listed_with_the_reason(app: NntuiApp, home: Path) -> None:
    broken = home / "runs" / "broken"
    broken.mkdir(parents=True)
    (broken / "run.db").write_bytes(b"this is no database")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: "unreadable" in listed(app)[0])
        await until(pilot, lambda: "broken" in str(app.screen.query_one("#story").render()))
        await pilot.press("enter")
        await until(pilot, lambda: any("broken" in notice.message for notice in app._notifications))
        assert app.bench.condition == "untrained"


async def test_a_thousand_runs_are_filtered_while_one_types(app: NntuiApp, target: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    from nntui.runs.summary import glance

    one = glance(create(target.experiment, "spiral"))
    many = [type(one)(path=one.path.with_name(f"2024-05-01-run-{i}-00000a"), title="T", status=one.status) for i in range(1000)]
    monkeypatch.setattr("nntui.tui.screens.runs.list_runs", lambda: many)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: len(listed(app)) == 1000)
        await pilot.press("slash", *"999")
        await until(pilot, lambda: len(listed(app)) == 1)


def test_when_a_run_began_is_told_as_short_as_it_is_clear() -> None:
    now = datetime(2024, 5, 3, 15, 0)
    assert began(datetime(2024, 5, 3, 9, 5).timestamp(), now) == "09:05"
    assert began(datetime(2024, 5, 1, 9, 5).timestamp(), now) == "1 May 09:05"
    assert began(datetime(2022, 5, 1, 9, 5).timestamp(), now) == "2022-05-01"
    assert began(0.0, now) == ""


def test_a_run_is_called_by_its_name_and_the_end_of_its_folder(target: Found) -> None:
    from nntui.runs.summary import glance

    path = create(target.experiment, "spiral")
    assert lines([glance(path)], datetime.now())[0].cells[0] == f"spiral {path.name[-6:]}"
    assert Run(path).status.state == "stopped"


async def test_p_opens_the_pair_and_says_if_there_is_none(app: NntuiApp, played: Played) -> None:
    from nntui.lookup import preset

    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("P")
        await until(pilot, lambda: any("no pair" in notice.message for notice in app._notifications))
        app.bench.open(preset("wine-raw").experiment, "wine-raw")
        await pilot.press("P")
        assert app.bench.name == "wine-standardized"
        await pilot.press("P")
        assert app.bench.name == "wine-raw"
        await pilot.press("u")
        assert app.bench.name == "wine-standardized"


async def test_w_writes_a_file_that_nntui_opens_and_asks_before_it_replaces_one(
    app: NntuiApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nntui.lookup import find

    monkeypatch.chdir(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("]", "w")
        assert app.screen.query_one(Input).value == "tiny.toml"
        await pilot.press("enter")
        await until(pilot, lambda: any(str(tmp_path / "tiny.toml") in notice.message for notice in app._notifications))
        assert find(tmp_path / "tiny.toml").experiment == app.bench.experiment
        await pilot.press("]", "w")
        assert "exists" in str(app.screen.query_one("#outlook").render())
        await pilot.press("enter", "n", "escape")
        assert find(tmp_path / "tiny.toml").experiment != app.bench.experiment
        await pilot.press("w", "enter", "y")
        await until(pilot, lambda: find(tmp_path / "tiny.toml").experiment == app.bench.experiment)
        assert isinstance(app.screen, Bench) and not list(tmp_path.glob(".*new"))


@pytest.mark.parametrize(
    ("name", "why"), [("nowhere/x.toml", "no such folder"), ("x.csv", ".toml file"), (".", "is a folder"), (" ", "expected a name")]
)
async def test_a_place_that_cannot_be_written_is_said_while_typing(
    app: NntuiApp, name: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("w")
        app.screen.query_one(Input).value = name
        await until(pilot, lambda: why in str(app.screen.query_one("#outlook").render()))
        await pilot.press("enter")
        assert not isinstance(app.screen, Bench)
        assert bench(app).bench.notices == []


async def test_the_table_explains_itself_and_every_key_it_has(app: NntuiApp) -> None:
    from nntui.runs.conditions import Condition
    from nntui.tui.run_words import HELP
    from nntui.tui.screens.help import Help

    keys = {key for binding in Runs.BINDINGS if isinstance(binding, Binding) for key in binding.key.split(",") if len(key) == 1}
    assert keys - {"D", "q"} <= set(HELP.replace("`", " ").split())
    for part in HELP.split("`"):
        if "<" in part or ">" in part or "in tags" in part:
            Condition(part)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("l", "question_mark")
        assert isinstance(app.screen, Help)
        await pilot.press("escape")
        assert isinstance(app.screen, Runs)
