from __future__ import annotations

from pathlib import Path

import pytest
from run_records import experiment

from nntui.runs.directory import create


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder for runs."""
    return tmp_path / "runs"


@pytest.fixture
def path(home: Path) -> Path:
    """A run that never started."""
    return create(experiment(), "spiral", home)
