"""The package as its users import it: light, typed, and with everything it promises."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import nntui

ROOT = Path(nntui.__file__).parent.parent


def modules_after(statement: str) -> set[str]:
    """What a fresh interpreter has imported after a statement."""
    script = f"{statement}\nimport sys; print('\\n'.join(sys.modules))"
    return set(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split())


@pytest.mark.parametrize("name", nntui.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(nntui, name) is not None
    assert name in dir(nntui)


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        nntui.Nothing  # noqa: B018


def test_importing_nntui_imports_nothing_else() -> None:
    assert modules_after("import nntui") & {"numpy", "textual", "msgspec", "click", "nntui.experiment"} == set()


@pytest.mark.parametrize(
    "module",
    ["nntui.cli", "nntui.lookup", "nntui.experiment", "nntui.nn.catalogue", "nntui.nn.plan", "nntui.data.catalogue",
     "nntui.optim.optimizers", "nntui.measurements", "nntui.diagnosis.flow"],
)  # fmt: skip
def test_describing_an_experiment_needs_no_arrays(module: str) -> None:
    assert modules_after(f"import {module}") & {"numpy", "scipy", "sklearn", "cupy", "textual", "plotext"} == set()


@pytest.mark.parametrize(
    "module", ["nntui.training.trainer", "nntui.training.process", "nntui.runs.run", "nntui.runs.directory", "nntui.nn.network"]
)
def test_training_knows_neither_the_workbench_nor_its_libraries(module: str) -> None:
    loaded = modules_after(f"import {module}")
    assert loaded & {"textual", "plotext", "rich", "click"} == set()
    assert not any(name.startswith("nntui.tui") for name in loaded)


def test_the_core_trains_without_the_workbench() -> None:
    loaded = modules_after("import nntui; t = nntui.Trainer(nntui.load('xor'), backend='numpy'); t.step(3); t.evaluate()")
    assert loaded & {"textual", "plotext", "rich", "click"} == set()


def test_scikit_learn_is_imported_only_for_its_data() -> None:
    assert "sklearn" not in modules_after("import nntui; nntui.Trainer(nntui.load('xor'), backend='numpy')")


def test_presets_lie_inside_the_package() -> None:
    assert list((Path(nntui.__file__).parent / "presets").glob("*.toml"))


@pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="not a source tree")
def test_every_command_of_the_package_leads_somewhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for target in project["scripts"].values():
        module, _, name = target.partition(":")
        assert callable(getattr(import_module(module), name))
