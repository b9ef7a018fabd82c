"""A person's settings: where they are, what can be set, and that nothing wrong is ever kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nntui.cli import program
from nntui.config import Config, ConfigError, Confirm, change, data_home, load, names, path, shown
from nntui.runs.directory import runs_home


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NNTUI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def nntui(*args: str) -> Result:
    result = CliRunner().invoke(program, ["config", *args], prog_name="nntui")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refusal(*args: str) -> str:
    result = nntui(*args)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    return result.stderr.removeprefix("nntui: ").rstrip("\n")


def test_without_a_file_everything_is_as_usual(home: Path) -> None:
    assert load() == Config() and path() == home / "config.toml" and not home.exists()


def test_what_is_set_is_kept_and_can_be_made_as_usual_again(home: Path) -> None:
    change("fps", "20")
    change("confirm.quit", "background")
    change("keys.train", "space,t")
    assert load() == Config(fps=20, keys={"train": "space,t"}, confirm=Confirm(quit="background"))
    change("fps", "")
    change("confirm.quit", "")
    change("keys.train", "")
    assert load() == Config()
    assert [file.name for file in home.iterdir()] == ["config.toml"], "no draft is left behind"


def test_every_setting_is_described_and_shown() -> None:
    assert set(names()) == set(shown(Config())) and all(names().values())
    assert {"theme", "glyphs", "fps", "home", "remember_layout", "keys", "confirm.quit", "confirm.replace"} == set(names())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("set", "fps", "0"), "fps: expected an integer >= 1 and <= 30, got 0"),
        (("set", "fps", "fast"), 'fps: expected an integer >= 1 and <= 30, got "fast"'),
        (("set", "thme", "nord"), 'there is no setting "thme": did you mean theme'),
        (("set", "theme", "nor"), 'theme: there is no theme "nor": did you mean nord?'),
        (("set", "confirm.quit", "never"), 'confirm.quit: "never" is not known: there are ask, background, stop'),
        (("set", "keys.reset", "s"), "keys.reset: s is the key of step: give step another one first"),
        (("set", "keys.train", "ctrl+j"), "keys.train: ctrl+j can't be told from enter by a terminal: choose another"),
        (("set", "keys.train", "blah"), 'keys.train: "blah" is no key'),
        (("set", "keys.train", "hyper+"), 'keys.train: "hyper+" is no key'),
        (("set", "keys.tran", "t"), "keys.tran: there is no such action: did you mean train?"),
        (("set", "fps", " "), "fps: a value is missing"),
        (("unset", "nothing"), 'there is no setting "nothing"'),
    ],
)
def test_what_cannot_be_set_is_said_in_one_sentence_and_the_file_stays(home: Path, arguments: tuple[str, ...], sentence: str) -> None:
    nntui("set", "fps", "12")
    before = path().read_text()
    assert sentence in refusal(*arguments)
    assert path().read_text() == before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fps = 0", "fps: expected an integer >= 1 and <= 30, got 0"),
        ("fps =", "line 1, column"),
        ("colour = 3", "colour: the file has no such key"),
        ("[keys]\nreset = 3", "keys.reset: expected text"),
        ("[confirm]\nquit = 1", "confirm.quit: expected ask, background or stop, got 1"),
    ],
)
def test_a_file_with_a_mistake_is_named_with_the_key(home: Path, text: str, sentence: str) -> None:
    home.mkdir()
    path().write_text(text)
    said = refusal()
    assert said.startswith(str(path())) and sentence in said


def test_a_file_that_is_no_text_or_no_file_is_said(home: Path) -> None:
    home.mkdir()
    path().write_bytes(b"\xff\xfe")
    assert "is not text" in refusal()
    path().unlink()
    path().mkdir()
    assert "can't be read" in refusal()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("NNTUI_HOME", str(tmp_path / "file" / "below"))
    with pytest.raises(ConfigError, match="can't be"):
        change("fps", "20")


def test_shows_the_file_and_marks_what_is_not_as_usual(home: Path) -> None:
    assert nntui("set", "theme", "textual-light").stdout == "theme = textual-light\n"
    lines = nntui().stdout.splitlines()
    assert lines[0] == str(path())
    assert [line for line in lines if line.startswith("*")] == [next(line for line in lines if " theme " in line)]
    assert nntui("unset", "theme").stdout == "theme = as usual\n"


def test_runs_are_kept_where_it_is_set_unless_the_environment_says_otherwise(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nntui("set", "home", str(tmp_path / "elsewhere"))
    assert data_home() == home, "NNTUI_HOME comes first"
    monkeypatch.delenv("NNTUI_HOME")
    monkeypatch.setattr("nntui.config.path", lambda: home / "config.toml")
    assert runs_home() == tmp_path / "elsewhere" / "runs"


def test_what_is_broken_in_the_file_can_be_unset(home: Path) -> None:
    home.mkdir()
    path().write_text('fps = 500\ntheme = "nord"')
    assert nntui("unset", "fps").stdout == "fps = 10\n"
    assert load() == Config(theme="nord")


def test_a_key_that_has_become_another_actions_is_no_refusal(home: Path) -> None:
    home.mkdir()
    path().write_text('[keys]\nreset = "s"')
    assert nntui().exit_code == 0
    assert "give step another one" in refusal("set", "keys.reset", "s")
