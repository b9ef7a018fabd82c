"""What can be taken along from the bench: texts for the clipboard, a pane as a picture, a run as files."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from textual.strip import Strip

from nntui.errors import NntuiError
from nntui.tui.numbers import count
from nntui.tui.panes.moments import window_at
from nntui.tui.remarks import Notice
from nntui.tui.screens.ask import Ask
from nntui.tui.screens.choose import Choice, Choose
from nntui.tui.view import View

if TYPE_CHECKING:
    from nntui.tui.screens.bench import Bench


def texts(view: View, folder: Path | None) -> dict[str, tuple[str, Callable[[], str]]]:
    """What can be copied now: by name, what it is in a few words, and how to get it."""
    from nntui.runs.export import curve_csv

    found: dict[str, tuple[str, Callable[[], str]]] = {"experiment": ("as TOML", view.experiment.to_toml)}
    history = view.history
    if history is not None and history.steps:
        where = "of the newest step" if view.at is None else f"of step {count(view.at)}"
        found["values"] = (where, lambda: values(view))
        found["curve"] = ("the loss and all that goes with it, step by step, as CSV", lambda: curve_csv(history, "steps"))
        found["evaluations"] = ("epoch by epoch, as CSV", lambda: curve_csv(history, "evaluations"))
    if folder is not None:
        found["folder"] = ("where the run lies", lambda: str(folder))
    return found


def values(view: View) -> str:
    """The numbers at the step that is looked at, one `name value` a line, with all their digits."""
    history = view.history
    window = None if history is None else window_at(history, history.steps[-1].last if view.at is None else view.at)
    if window is None:
        return ""
    found: dict[str, float] = {
        "step": window.last if view.at is None else view.at,
        "epoch": window.epoch,
        "loss": window.loss,
        **window.others,
        "gradient_norm": window.gradient_norm,
        "learning_rate": window.learning_rate,
    }
    parts: tuple[tuple[Literal["train", "validation"], str], ...] = (("train", "train_"), ("validation", "val_"))
    for split, prefix in parts:
        one = view.until(view.evaluations(split))
        if one is not None:
            found |= {f"{prefix}{name}": value for name, value in {"loss": one.loss, **one.metrics}.items()}
    return "\n".join(f"{name} {value!r}" for name, value in found.items() if isinstance(value, int) or not math.isnan(value))


def copy(screen: Bench) -> None:
    """Ask what to copy, and put it on the clipboard of the terminal (OSC 52)."""
    run = screen.bench.run
    known = texts(screen.bench.view(), None if run is None else run.path)

    def chosen(name: str | None) -> None:
        if name is not None:
            text = known[name][1]()
            screen.app.copy_to_clipboard(text)
            lines = text.rstrip("\n").count("\n") + 1
            screen.app.notify(f"Copied {lines} line{'s' * (lines != 1)}, if the terminal knows OSC 52.", markup=False)

    screen.app.push_screen(Choose("copy", [Choice(name, about) for name, (about, _) in known.items()]), chosen)


def picture(screen: Bench) -> None:
    """Ask where the focused pane is to be written as SVG."""
    gallery = screen.gallery
    pane = gallery.query_one(f"#{gallery.focused_name}")
    width, height = pane.size
    title = f"{screen.bench.name}: {gallery.focused_pane.title(screen.bench.view())}"
    strips = gallery.focused_pane.lines(screen.bench.view(), width, height, screen.look)

    def read(text: str) -> Path:
        path = Path(text.strip()).expanduser().absolute()
        if path.suffix != ".svg":
            raise NntuiError("expected the name of an .svg file")
        if path.exists():
            raise NntuiError(f"{path} exists: name another file")
        if not path.parent.is_dir():
            raise NntuiError(f"{path.parent}: there is no such folder")
        return path

    def chosen(path: Path | None) -> None:
        if path is not None:
            screen.attempt(lambda: _write(screen, path, strips, width, title))

    screen.app.push_screen(Ask("the pane as a picture", f"{screen.bench.name}-{gallery.focused_name}.svg", read), chosen)


def _write(screen: Bench, path: Path, strips: list[Strip], width: int, title: str) -> None:
    from nntui.tui.picture import svg

    try:
        path.write_text(svg(strips, width, title), encoding="utf-8")
    except OSError as error:
        raise NntuiError(f"{path}: can't be written: {error.strerror or error}") from None
    screen.bench.notices.append(Notice(f"Written: {path}"))


def export(screen: Bench, path: Path) -> None:
    """Ask for a format and a place, and write a run there."""
    from nntui.runs.export import FORMATS, Format, destination, export
    from nntui.runs.run import Run

    about = {"csv": "a folder of tables", "json": "one file", "parquet": "a folder of tables; needs pyarrow"}

    def chosen(kind: str | None) -> None:
        if kind is not None:
            screen.attempt(lambda: where(next(one for one in FORMATS if one == kind)))

    def where(kind: Format) -> None:
        def written(to: Path | None) -> None:
            if to is not None:
                screen.aside(lambda: _export(kind, to), lambda files: told(to, len(files)), "export")

        with Run(path) as run:
            start = destination(run, kind)
        screen.app.push_screen(Ask("export to", str(start), lambda text: Path(text.strip()).expanduser().absolute(), path.name), written)

    def _export(kind: Format, to: Path) -> list[Path]:
        with Run(path) as run:
            return export(run, kind, to)

    def told(to: Path, files: int) -> None:
        screen.bench.notices.append(Notice(f"Written: {to}{f' with {files} files' if files > 1 else ''}"))

    screen.app.push_screen(Choose("export as", [Choice(kind, about[kind]) for kind in FORMATS]), chosen)
