"""Only what has changed is sent to the terminal."""

from __future__ import annotations

import gc
from random import Random

import pytest
from played import Played, bench, failures, steps, text, until
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from nntui.lookup import Found
from nntui.tui.app import NntuiApp
from nntui.tui.changes import changed

RED = Style(color="red")


def line(*parts: str) -> Strip:
    return Strip([Segment(part, RED if part.isupper() else Style()) for part in parts])


def test_the_same_is_no_change() -> None:
    strips = [line("ab", "CD"), line("xyzw")]
    assert changed(strips, list(strips)) == [] == changed(strips, [line("ab", "CD"), line("xyzw")])


def test_of_a_line_only_the_segments_that_differ_are_drawn() -> None:
    assert changed([line("ab", "CD", "ef")], [line("ab", "XY", "ef")]) == [Region(2, 0, 2, 1)]
    assert changed([line("ab", "CD", "ef")], [line("ab", "CD", "eg")]) == [Region(4, 0, 2, 1)]
    assert changed([line("aa", "CD", "aa")], [line("aa", "C", "D", "aa")]) == [Region(2, 0, 2, 1)]
    assert changed([line("aaaa")], [line("aa", "aa")]) == [Region(0, 0, 4, 1)]


def test_other_sizes_are_a_new_drawing() -> None:
    assert changed([line("ab")], [line("ab"), line("cd")]) is None
    assert changed([line("ab")], [line("abc")]) is None


def test_whatever_changes_the_parts_make_the_new_line_of_the_old_one() -> None:
    stream = Random(0)

    def made() -> Strip:
        left, parts = 12, []
        while left:
            cells = stream.randint(1, min(left, 4))
            parts.append(stream.choice("aB") * cells)
            left -= cells
        return line(*parts)

    for _ in range(500):
        old, new = made(), made()
        regions = changed([old], [new])
        assert regions is not None
        painted = old
        for region in regions:
            painted = Strip.join([painted.crop(0, region.x), new.crop(region.x, region.right), painted.crop(region.right)])
        cells = lambda strip: [(c, segment.style) for segment in strip for c in segment.text]  # noqa: E731
        assert cells(painted) == cells(new)


async def test_what_is_on_the_screen_is_what_a_full_drawing_would_show(target: Found, played: Played) -> None:
    app = NntuiApp(target, played)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "untrained" in text(app, "#header"))
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        for step in range(2, 12):
            played.tell("training", step, steps(step, step, 1.0 / step))
            await until(pilot, lambda step=step: app.bench.status is not None and app.bench.status.step == step)  # type: ignore[misc]
            if step % 4 == 0:
                await pilot.press("j")
            await pilot.pause(0.15)
            shown = [strip.text for strip in app.screen._compositor.render_strips()]
            for pane in bench(app).query("PaneView, Lines"):
                pane.refresh()
            await pilot.pause()
            assert [strip.text for strip in app.screen._compositor.render_strips()] == shown
        assert not failures(app)


async def test_a_pane_that_cannot_be_seen_does_no_work(target: Found, played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    from nntui.tui.panes import activations, loss

    drawn = {"loss": 0, "activations": 0}
    for pane in (loss, activations):

        def counted(*given: object, name: str = pane.NAME, lines: object = pane.lines) -> object:
            drawn[name] += 1
            return lines(*given)  # type: ignore[operator]

        monkeypatch.setattr(pane, "lines", counted)
    app = NntuiApp(target, played)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        before = dict(drawn)
        for step in range(2, 6):
            played.tell("training", step, steps(step, step))
            await until(pilot, lambda step=step: app.bench.status is not None and app.bench.status.step == step)  # type: ignore[misc]
        await until(pilot, lambda: drawn["loss"] > before["loss"])
        assert drawn["activations"] == 0, "it isn't on this screen"


async def test_garbage_is_looked_for_from_the_first_picture_on(target: Found) -> None:
    gc.disable()
    try:
        app = NntuiApp(target)
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, gc.isenabled)
            assert gc.get_freeze_count() > 1000
    finally:
        gc.unfreeze()
        gc.enable()
