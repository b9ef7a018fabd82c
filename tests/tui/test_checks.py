"""The dialog of checks: a digit makes one in a process of its own, leaving it ends that; lines are pure."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest
from played import Played, failures, until

from nntui.checks.catalogue import CHECKS
from nntui.errors import NntuiError
from nntui.experiment import Experiment
from nntui.lookup import Found
from nntui.tui.app import NntuiApp
from nntui.tui.checking import Checking, Done, Progress
from nntui.tui.look import Look
from nntui.tui.screens.checks import Checks, lines


@pytest.fixture
def app(target: Found, played: Played) -> NntuiApp:
    return NntuiApp(target, played)


def dialog(app: NntuiApp) -> Checks:
    assert isinstance(app.screen, Checks)
    return app.screen


@pytest.mark.parametrize("width", [20, 48, 90])
@pytest.mark.parametrize("look", [Look.plain(), Look.plain(unicode=False)], ids=["unicode", "ascii"])
def test_every_check_has_a_digit_a_question_and_what_came_of_it(width: int, look: Look) -> None:
    states = {
        "gradients": Done("gradients", "pass", "5 gradients agree"), "leak": Progress("leak", 0.4), "parity": Done("parity", "fail", "no"),
    }  # fmt: skip
    drawn = lines(states, width, look)
    assert all(strip.cell_length == width for strip in drawn)
    text = "\n".join(strip.text for strip in drawn)
    assert "5 gradients" in text and "fail: no" in text
    assert [row.split()[0] for row in text.splitlines() if row[:3].strip().isdigit()] == [str(n) for n in range(1, len(CHECKS) + 1)]
    assert width < 48 or "40" in text
    assert look.unicode or text.isascii()


async def test_capital_c_opens_the_checks_and_a_digit_makes_one_in_a_process_of_its_own(app: NntuiApp) -> None:
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("C")
        await until(pilot, lambda: isinstance(app.screen, Checks))
        checks = dialog(app)
        assert not checks.states and not checks.busy
        await pilot.press("1")
        assert checks.busy
        await until(pilot, lambda: isinstance(checks.states.get("gradients"), Done), 60)
        done = checks.states["gradients"]
        assert isinstance(done, Done) and done.verdict == "pass" and "agree" in done.sentence
        await until(pilot, lambda: not checks.busy)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Checks))
        assert not failures(app)


class Slow(Checking):
    """Says something, then waits until it is cancelled."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names, self.over = names, Event()

    def told(self) -> Iterator[Progress | Done]:
        yield Progress(self.names[0], 0.5)
        assert self.over.wait(30)

    def cancel(self) -> None:
        self.over.set()


async def test_x_stops_what_is_made_and_leaving_does_too(app: NntuiApp) -> None:
    made: list[Slow] = []

    def make(names) -> Slow:
        made.append(Slow(tuple(names)))
        return made[-1]

    async with app.run_test(size=(80, 24)) as pilot:
        checks = Checks(make)
        app.push_screen(checks)
        await pilot.press("enter")
        await until(pilot, lambda: checks.states.get("gradients") == Progress("gradients", 0.5))
        assert made[0].names == tuple(CHECKS)
        await pilot.press("x")
        assert made[0].over.is_set() and not checks.busy and not checks.states
        await pilot.press("2")
        await pilot.press("escape")
        await until(pilot, lambda: made[1].over.is_set())
        assert not failures(app)


async def test_the_palette_makes_a_check_at_once(app: NntuiApp) -> None:
    from played import bench

    async with app.run_test(size=(100, 40)) as pilot:
        names = [command.title for command in app.get_system_commands(bench(app))]
        assert sum(name.startswith("Check: ") for name in names) == len(CHECKS)
        bench(app).action_check("leak")
        await until(pilot, lambda: isinstance(app.screen, Checks) and isinstance(dialog(app).states.get("leak"), Done), 60)


def test_what_cannot_be_checked_is_refused_in_a_sentence(tiny: Experiment, tmp_path) -> None:
    with pytest.raises(NntuiError, match="no such file"):
        list(Checking(tiny, tmp_path / "gone", ("leak",)).told())
