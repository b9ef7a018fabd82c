"""A person's own settings: colours, keys, pace of the screen, where runs are kept, what is asked before it is done.

One small TOML file, read with the same machinery as experiments, so that a mistake in it is named by file and key.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from nntui.errors import ExperimentError, NntuiError

FILE = "config.toml"

TEXTS = ("theme", "home", "keys.")
"""Settings whose values are text, whatever they look like."""


class ConfigError(NntuiError):
    """Settings that can't be read, written, or kept."""


class Confirm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is asked before something is done."""

    quit: Annotated[
        Literal["ask", "background", "stop"],
        msgspec.Meta(description="leaving while a run trains: ask, let it go on in the background, or stop and save it"),
    ] = "ask"
    replace: Annotated[bool, msgspec.Meta(description="ask before a file is replaced")] = True


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything that can be set; what isn't is as usual."""

    theme: Annotated[
        Annotated[str, msgspec.Meta(min_length=1)] | None, msgspec.Meta(description="colours, dark or light; ctrl+p, Theme lists them")
    ] = None
    glyphs: Annotated[
        Literal["auto", "braille", "blocks", "ascii"],
        msgspec.Meta(description="what the terminal can draw; auto: read off TERM and the locale"),
    ] = "auto"
    fps: Annotated[int, msgspec.Meta(ge=1, le=30, description="looks at the run per second, at most")] = 10
    home: Annotated[
        Annotated[str, msgspec.Meta(min_length=1)] | None, msgspec.Meta(description="folder of runs and layout; NNTUI_HOME comes before it")
    ] = None
    remember_layout: Annotated[bool, msgspec.Meta(description="open with the panes as they were left")] = True
    keys: Annotated[
        dict[str, Annotated[str, msgspec.Meta(min_length=1)]],
        msgspec.Meta(description='keys of actions, by the action\'s id: reset = "R,f9"'),
    ] = {}
    confirm: Confirm = Confirm()


def path() -> Path:
    """The file: in NNTUI_HOME if that is set, else where programs of this user keep their settings."""
    home = os.environ.get("NNTUI_HOME")
    if home:
        return Path(home).expanduser().absolute() / FILE
    import platformdirs

    return Path(platformdirs.user_config_dir("nntui", appauthor=False)) / FILE


def load(file: Path | None = None) -> Config:
    """What is set; everything as usual where there is no file. Raises ConfigError."""
    file = path() if file is None else file
    raw = _raw(file)
    return Config() if not raw else _typed(raw, str(file))


def data_home() -> Path:
    """The folder of everything that nntui keeps: NNTUI_HOME, else as configured, else the user's data folder. Raises ConfigError."""
    home = os.environ.get("NNTUI_HOME") or load().home
    if home:
        return Path(home).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("nntui", appauthor=False))


def change(key: str, text: str, file: Path | None = None, sound: Callable[[Config], object] = lambda _: None) -> Config:
    """Set what a dotted key means, as a person writes it: `fps` `20`, `keys.reset` `R`; an empty text makes it as usual again.

    Returns what is set then. Raises ConfigError, as `sound` may, and leaves the file as it is, for what can't be set.
    """
    from nntui.editing import assign, assignment
    from nntui.writing import plain, render

    file = path() if file is None else file
    raw = _raw(file)
    try:
        _known(key)
        where, value = assignment(f"{key}={text}")
        # A key called 1 is a name, not a number.
        assign(raw, Config(), where, json.dumps(value) if value and key.startswith(TEXTS) and not value.startswith('"') else value)
    except ExperimentError as error:
        raise ConfigError(str(error)) from None
    after = _typed(raw, "" if text else str(file))
    sound(after)
    write(file, render(plain(after)))
    return after


def write(file: Path, text: str) -> None:
    """Write it, whole or not at all. Raises ConfigError."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        draft.replace(file)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise ConfigError(f"{file}: can't be written: {error.strerror or error}") from None


def names() -> dict[str, str]:
    """Every key that can be set, dotted, with what it means."""
    found: dict[str, str] = {}
    for prefix, kind in (("", Config), ("confirm.", Confirm)):
        described = msgspec.json.schema(kind)["$defs"][kind.__name__]["properties"]
        found |= {f"{prefix}{name}": str(about["description"]) for name, about in described.items() if "description" in about}
    return found


def shown(config: Config) -> dict[str, str]:
    """What every key is set to, as people write it; nothing where that is up to the program."""
    from nntui.writing import inline

    found: dict[str, str] = {}
    for name in names():
        value: Any = config
        for step in name.split("."):
            value = getattr(value, step)
        found[name] = "" if value is None else value if isinstance(value, str) else inline(value)
    return found


def _known(key: str) -> None:
    from nntui import schema

    known = [name for name in names() if name != "keys"]
    if key not in known and not (key.startswith("keys.") and key.count(".") == 1):
        raise ConfigError(f"there is no setting {schema.shown(key)}: {schema.suggestion(key, [*known, 'keys.ACTION'])}")


def _raw(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{file}: can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: is not text in UTF-8") from None
    from nntui.reading import parse

    try:
        return parse(text, str(file))
    except ExperimentError as error:
        raise ConfigError(str(error)) from None


def _typed(raw: dict[str, Any], where: str) -> Config:
    from nntui.reading import convert

    try:
        return convert(raw, Config, where)
    except ExperimentError as error:
        raise ConfigError(str(error)) from None
