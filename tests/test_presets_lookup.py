"""Presets, files and runs are found by what a person calls them; what isn't there is met with what is."""

from __future__ import annotations

from pathlib import Path

import pytest

import nntui
from nntui.errors import ExperimentError, NntuiError, RunError
from nntui.experiment import Experiment
from nntui.lookup import find, load
from nntui.runs.directory import create


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NNTUI_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def test_a_preset_is_found_by_its_name() -> None:
    found = find("xor")
    assert (found.name, found.origin) == ("xor", "preset")
    assert load("xor") == found.experiment


def test_a_file_is_found_by_its_path_and_named_after_it(tmp_path: Path) -> None:
    (tmp_path / "My net (2).toml").write_text(load("xor").to_toml())
    for target in ("My net (2).toml", tmp_path / "My net (2).toml"):
        found = find(target)
        assert (found.name, found.origin, found.experiment) == ("My-net-2", "file", load("xor"))


def test_a_preset_comes_before_a_file_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "xor").write_text("not an experiment")
    assert find("xor").origin == "preset"
    with pytest.raises(ExperimentError, match="line 1"):
        find("./xor")


def test_a_run_is_found_by_its_folder_and_by_a_part_of_its_name() -> None:
    path = create(load("xor"), "my-run")
    for target in (path, path.name, path.name[-6:], "my-run"):
        found = find(target)
        assert (found.name, found.origin, found.path, found.experiment) == ("my-run", "run", path, load("xor"))


def test_a_part_that_several_runs_share_is_refused_with_their_names() -> None:
    first, second = create(load("xor"), "twin"), create(load("xor"), "twin")
    with pytest.raises(RunError) as error:
        find("twin")
    assert first.name in str(error.value)
    assert second.name in str(error.value)


def test_an_unknown_name_is_met_with_the_closest_preset() -> None:
    with pytest.raises(ExperimentError, match=r'no preset, file or run called "spirl": did you mean spiral'):
        find("spirl")


def test_a_name_like_no_other_is_told_where_all_presets_are_listed() -> None:
    with pytest.raises(ExperimentError) as error:
        find("qqqq")
    assert str(error.value).endswith(": nntui presets lists what there is")


@pytest.mark.parametrize("target", ["none.toml", "folder/x", "./spiral", "/none/x.toml"])
def test_a_path_that_leads_nowhere_is_not_taken_for_a_preset(target: str) -> None:
    with pytest.raises(ExperimentError, match="there is no such file"):
        find(target)


def test_a_folder_that_is_no_run_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(RunError, match=r"folder: is a folder, but not a run: it has no experiment\.toml"):
        find("folder")


@pytest.mark.parametrize("name", ["table.csv", "arrays.npz"])
def test_data_is_not_an_experiment_but_can_be_named_in_one(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04")
    with pytest.raises(ExperimentError, match=rf'is data, not an experiment: write \w+ = "{name}" under \[data\]'):
        find(name)


@pytest.mark.parametrize("target", ["", " ", "\x00", "x" * 5000, "a/" * 3000, "*", "~nobody"])
def test_names_that_no_file_can_have_are_refused_like_others(target: str) -> None:
    with pytest.raises(NntuiError):
        find(target)


def test_the_public_load_is_this_one() -> None:
    assert nntui.load("xor") == load("xor")
    assert isinstance(nntui.load("xor"), Experiment)
