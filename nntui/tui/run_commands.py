"""What is wanted of the runs in the table: opened, laid over the bench's, compared. Reading them happens in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nntui.errors import NntuiError
from nntui.tui.remarks import Notice
from nntui.tui.screens.runs import Runs, Wish

if TYPE_CHECKING:
    from nntui.runs.run import Run
    from nntui.tui.screens.bench import Bench


def choose(screen: Bench) -> None:
    """Show the table, and do what is asked for there."""

    def wanted(wish: Wish | None) -> None:
        if wish is not None:
            screen.attempt(lambda: fulfil(screen, wish))

    now = screen.bench.run.path if screen.bench.run is not None else None
    screen.app.push_screen(Runs(lambda path: _delete(screen, path), now, screen.bench.overlay.paths), wanted)


def _delete(screen: Bench, path: Path) -> Path:
    from nntui.runs.trash import discard

    there = discard(path)
    if screen.bench.run is not None and screen.bench.run.path == path:
        screen.bench.reset()
    screen.redraw()
    return there


def fulfil(screen: Bench, wish: Wish) -> None:
    """Do what is asked for."""
    match wish.deed:
        case "open":
            screen.open_run(wish.runs[0])
        case "overlay":
            overlay(screen, wish.runs)
        case "compare":
            compare(screen, *wish.runs)
        case "export":
            from nntui.tui.taking import export

            export(screen, wish.runs[0])


def overlay(screen: Bench, paths: Sequence[Path]) -> None:
    """Lay the curves of these runs over the one that is watched, instead of those that lie there; tell those that can't be read."""

    def read() -> tuple[list[Run], list[str], list[Notice]]:
        from nntui.runs.run import Run

        runs, names, refused = [], [], []
        for path in paths:
            try:
                runs.append(Run(path))
                names.append(_called(path))
            except NntuiError as error:
                refused.append(Notice(str(error), "error"))
        return runs, names, refused

    def show(found: tuple[list[Run], list[str], list[Notice]]) -> None:
        runs, names, refused = found
        screen.bench.overlay.show(runs, names)
        screen.bench.notices += refused

    screen.aside(read, show, "overlay")


def compare(screen: Bench, a: Path, b: Path) -> None:
    """Show how two runs differ."""
    from nntui.tui.screens.compare import Compare

    def read() -> Compare:
        from nntui.runs.comparison import compare
        from nntui.runs.run import Run
        from nntui.tui.view import Other, View

        with Run(a) as first, Run(b) as second:
            found = compare(first.experiment, second.experiment, first.history, second.history)
            names = (_called(a), _called(b))
            view = View(first.experiment, first.experiment.check(), history=first.history, others=(Other(names[1], second.history, 1),))
            return Compare(names, found, view)

    screen.aside(read, screen.app.push_screen, "compare")


def _called(path: Path) -> str:
    from nntui.runs.summary import glance

    return f"{glance(path).called} {path.name[-6:]}"
