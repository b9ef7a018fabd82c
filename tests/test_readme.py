"""What the README says is true: its commands, its gallery, its Python, its files."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from nntui.experiment import Experiment

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    fenced = re.findall(r"^```(\w*)\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)
    return [text for name, text in fenced if name == language]


def test_the_two_commands_stand_there_word_by_word() -> None:
    assert "python -m pip install . && nntui\n" in README
    assert "python -m pip install '.[test]' && python -m pytest\n" in README


def test_the_gallery_is_that_of_the_presets() -> None:
    spec = importlib.util.spec_from_file_location("gallery", ROOT / "docs" / "gallery.py")
    assert spec is not None and spec.loader is not None
    gallery = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(gallery)
    assert gallery.written(README) == README, "run python docs/gallery.py"


@pytest.mark.parametrize("block", blocks("python"))
def test_the_python_runs_as_it_stands(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNTUI_HOME", str(tmp_path))
    exec(compile(block, "README.md", "exec"), {})


@pytest.mark.parametrize("block", blocks("toml"))
def test_the_toml_is_an_experiment(block: str) -> None:
    assert Experiment.from_toml(block).to_toml()


def test_every_command_it_names_exists() -> None:
    from nntui.cli import program

    for command in set(re.findall(r"^nntui (run|presets|runs|show|resume|bench)\b", "\n".join(blocks("")), flags=re.MULTILINE)):
        assert CliRunner().invoke(program, [command, "--help"]).exit_code == 0


def test_every_room_it_names_is_in_the_house() -> None:
    (house,) = [block for block in blocks("") if block.startswith("nntui/\n")]
    for name in re.findall(r"^  (\S+)", house, flags=re.MULTILINE):
        assert (ROOT / "nntui" / name).exists(), name


def test_its_pictures_are_there() -> None:
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path
