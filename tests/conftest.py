"""One BLAS thread for every test: the products are small, and on a machine busy with something else two threads wait for
each other longer than they compute. Set before NumPy is imported, and inherited by the processes that tests start.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

for library in ("OPENBLAS", "MKL", "OMP"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")


@pytest.fixture(autouse=True)
def no_orphans(request: pytest.FixtureRequest) -> Iterator[None]:
    """Trainers outlive who starts them: those that a test leaves behind in its folder are killed."""
    folder: Path | None = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    for file in folder.rglob("trainer.lock") if folder is not None else ():
        from nntui.runs.liveness import lock_state

        pid = file.read_text(errors="ignore").split("\n")[0].strip()
        if lock_state(file.parent) == "held" and pid.isdecimal() and int(pid) != os.getpid():
            os.kill(int(pid), signal.SIGKILL)
