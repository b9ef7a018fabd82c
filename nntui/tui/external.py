"""A text in the editor that a person has chosen for all programs."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from nntui.errors import NntuiError

USUAL = ("nano", "vim", "vi", "emacs", "notepad")


def command() -> list[str]:
    """The editor's command: $VISUAL, else $EDITOR, else one that is there. Raises NntuiError if there is none."""
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    words = shlex.split(named) if named else [found for name in USUAL if (found := shutil.which(name))][:1]
    if not words:
        raise NntuiError("No editor is known: set EDITOR, as in EDITOR=nano.")
    if shutil.which(words[0]) is None:
        raise NntuiError(f"The editor {words[0]} is not there: set EDITOR to one that is.")
    return words


def edited(text: str, ending: str = ".toml") -> str:
    """The text as the editor leaves it. Raises NntuiError if the editor can't be started or fails."""
    words = command()
    with tempfile.TemporaryDirectory(prefix="nntui-") as folder:
        file = Path(folder) / f"experiment{ending}"
        file.write_text(text, encoding="utf-8")
        try:
            status = subprocess.run([*words, str(file)], check=False).returncode
        except OSError as error:
            raise NntuiError(f"The editor {words[0]} can't be started: {error.strerror or error}.") from None
        if status:
            raise NntuiError(f"The editor {words[0]} ended with {status}: nothing was changed.")
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise NntuiError(f"What the editor {words[0]} left can't be read: {error}.") from None
