"""These tests need PyTorch and take their time: `python -m pytest -m torch`. Otherwise they aren't even imported."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return True if "not torch" in config.option.markexpr and collection_path.suffix == ".py" else None
