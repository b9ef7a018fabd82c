"""Finding a person's file, and saying what is there instead if it isn't."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nntui.errors import DataError


def version(name: str) -> tuple[Path, int, int]:
    """The file's path, time of change (ns) and size: what an answer from it depends on. Raises DataError."""
    if "\0" in name:
        raise DataError(f"data: {name!r} can't be the name of a file")
    path = Path(name)
    with readable(path):
        stat = path.stat()
        if path.is_dir():
            raise IsADirectoryError
    return path, stat.st_mtime_ns, stat.st_size


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turns what the system says about opening or reading a file into a DataError."""
    try:
        yield
    except FileNotFoundError:
        raise DataError(f"data: there is no file {path}{_instead(path)}") from None
    except IsADirectoryError:
        raise DataError(f"data: {path} is a folder: name a file in it") from None
    except PermissionError:
        raise DataError(f"data: {path} may not be read: its permissions don't allow it") from None
    except OSError as error:
        raise DataError(f"data: {path} can't be read: {error.strerror or error}") from None


def _instead(path: Path) -> str:
    try:
        beside = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    except OSError:
        return f": there is no folder {path.parent} either"
    close = difflib.get_close_matches(path.name, beside, 3, 0.6)
    return f" (did you mean {' or '.join(close)}?)" if close else ""
