"""The widget around a pane: it draws what it is given, and only if something changed."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.strip import Strip

from nntui.tui.look import Look
from nntui.tui.panes import network
from nntui.tui.panes.catalogue import PANES
from nntui.tui.panes.pane import PaneView
from nntui.tui.panes.row import Row, filled
from nntui.tui.view import View
from panes.made import ASCII, COLOUR, TANH, falling, healthy, history, measurement, view


class Counting:
    """A pane that counts how often its lines are made."""

    NAME, KEY, HELP = "count [b]", 7, ""

    def __init__(self) -> None:
        self.made = 0

    def title(self, view: View) -> str:
        return self.NAME

    def subtitle(self, view: View) -> str:
        return f"[red]{view.version}"

    def lines(self, view: View, width: int, height: int, look: Look) -> list[Strip]:
        self.made += 1
        return filled([Row(width).add(f"{view.version} {width}x{height}").strip()], width, height)


class Showing(App[None]):
    CSS = "PaneView { height: 1fr; }"

    def __init__(self, *panes: PaneView) -> None:
        super().__init__()
        self.panes = panes

    def compose(self) -> ComposeResult:
        yield from self.panes


def drawn(pane: PaneView) -> str:
    return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))


async def test_a_pane_shows_its_lines_its_key_and_its_verdict() -> None:
    pane = PaneView(network, COLOUR, id="network")
    async with Showing(pane).run_test(size=(50, 14)) as pilot:
        pane.show(view(history=healthy()))
        await pilot.pause()
        assert "0 dense 8" in drawn(pane)
        assert (str(pane.border_title), str(pane.border_subtitle)) == ("1 network", "every layer is healthy")


async def test_lines_are_made_once_for_what_doesnt_change() -> None:
    counting = Counting()
    pane = PaneView(counting, COLOUR)
    live = history(falling(5))
    shown = view(history=live)
    async with Showing(pane).run_test(size=(40, 10)) as pilot:
        pane.show(shown)
        await pilot.pause()
        first = counting.made
        for _ in range(5):
            pane.show(shown)
            pane.refresh()
            await pilot.pause()
        assert counting.made == first


@pytest.mark.parametrize("change", ["history", "view", "look", "size"])
async def test_lines_are_made_again_when_anything_they_depend_on_changed(change: str) -> None:
    counting = Counting()
    pane = PaneView(counting, COLOUR)
    live = history(falling(5))
    shown = view(history=live)
    async with Showing(pane).run_test(size=(40, 10)) as pilot:
        pane.show(shown)
        await pilot.pause()
        first = counting.made
        if change == "history":
            live.extend([measurement(TANH)])
            pane.show(shown)
        elif change == "view":
            pane.show(view(history=live))
        elif change == "look":
            pane.show(shown, ASCII)
        else:
            await pilot.resize_terminal(60, 12)
        await pilot.pause()
        drawn(pane)
        assert counting.made > first
        if change == "size":
            assert "58x10" in drawn(pane)


async def test_titles_are_text_not_markup() -> None:
    pane = PaneView(Counting(), COLOUR)
    async with Showing(pane).run_test(size=(40, 10)) as pilot:
        pane.show(view(history=history()))
        await pilot.pause()
        assert pane.border_title == "7 count \\[b]"
        assert pane._border_title is not None and pane._border_title.plain == "7 count [b]"


async def test_a_hidden_pane_does_nothing_until_it_is_shown() -> None:
    counting = Counting()
    pane = PaneView(counting, COLOUR)
    pane.display = False
    live = history()
    shown = view(history=live)
    async with Showing(pane).run_test(size=(40, 10)) as pilot:
        for step in falling(4):
            live.extend([step])
            pane.show(shown)
            await pilot.pause()
        assert counting.made == 0
        pane.display = True
        await pilot.pause()
        assert drawn(pane).startswith(f"{live.version} ")
        assert pane._border_subtitle is not None and str(live.version) in pane._border_subtitle.plain


async def test_without_a_view_a_pane_is_empty() -> None:
    pane = PaneView(network, COLOUR)
    async with Showing(pane).run_test(size=(30, 8)):
        assert drawn(pane).strip() == ""


def test_every_pane_has_a_key_of_its_own_in_order() -> None:
    assert [pane.KEY for pane in PANES.values()] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, "O"]
    assert len({pane.NAME for pane in PANES.values()}) == len(PANES)
