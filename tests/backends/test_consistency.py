"""The backends are the contract, and nothing but the contract: told from their sources, without a GPU or cupy."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import nntui.backends

FOLDER = Path(nntui.backends.__file__).parent

BESIDES = {"numpy": set(), "cupy": {"require_device", "device_name", "memory"}}
"""What a backend tells of its device, beside the operations."""


def _tree(name: str) -> ast.Module:
    return ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))


def _signature(function: ast.FunctionDef, first: int = 0) -> str:
    """Arguments with types and defaults, and what is returned, as written."""
    function.args.args = function.args.args[first:]
    return f"({ast.unparse(function.args)}) -> {ast.unparse(function.returns) if function.returns else '?'}"


def _contract() -> dict[str, str]:
    parts = [path.stem for path in sorted(FOLDER.glob("operations*.py"))]
    protocols = [node for part in parts for node in _tree(part).body if isinstance(node, ast.ClassDef)]
    functions = [node for protocol in protocols for node in protocol.body if isinstance(node, ast.FunctionDef)]
    return {f.name: _signature(f, first=1) for f in functions if not f.decorator_list}


def _defined(name: str) -> dict[str, str]:
    return {f.name: _signature(f) for f in _tree(name).body if isinstance(f, ast.FunctionDef) and not f.name.startswith("_")}


def _passed_on(name: str) -> dict[str, str]:
    """Functions that a backend takes from a neighbouring module to offer them as its own."""
    found, contract = {}, _contract()
    for node in _tree(name).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nntui.backends."):
            theirs = _defined(str(node.module).rpartition(".")[2])
            meant = [alias.name for alias in node.names if alias.asname == alias.name or alias.name in contract]
            found |= {function: theirs[function] for function in meant if function in theirs}
    return found


def _offered(name: str) -> dict[str, str]:
    return _defined(name) | _passed_on(name)


@pytest.mark.parametrize("name", BESIDES)
def test_a_backend_has_the_contract_s_signatures_with_types_and_defaults(name: str) -> None:
    contract, offered = _contract(), _offered(name)
    assert len(contract) > 45
    assert {operation: offered.get(operation) for operation in contract} == contract


@pytest.mark.parametrize("name", BESIDES)
def test_a_backend_offers_nothing_else_but_what_it_knows_of_its_device(name: str) -> None:
    assert set(_offered(name)) == set(_contract()) | BESIDES[name]


@pytest.mark.parametrize("name", BESIDES)
def test_a_backend_says_what_it_is_called(name: str) -> None:
    names = [node.value for node in _tree(name).body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NAME"]
    assert [ast.literal_eval(value) for value in names] == [name]
