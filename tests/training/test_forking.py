"""A fork goes on from a checkpoint exactly as the run it came from did, which stays as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from nntui.cli import program
from nntui.errors import RunError
from nntui.lookup import load
from nntui.runs.directory import CHECKPOINTS, create, list_runs
from nntui.runs.run import Run
from nntui.training.checkpoint import Checkpoints
from nntui.training.forking import fork, saved_steps
from nntui.training.loop import Loop
from nntui.training.running import resume


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished run with a checkpoint in its middle."""
    monkeypatch.setenv("NNTUI_HOME", str(tmp_path))
    experiment = load("spiral").set("training.epochs=100", "backend=numpy")
    path = create(experiment, "spiral")
    loop = Loop(path)
    original = loop._advance

    def saving() -> None:
        original()
        if not saved_steps(path) and not loop._trainer.finished:  # many slices long: after the first one
            loop._save()

    loop._advance = saving  # type: ignore[method-assign]
    loop.run()
    assert Run(path).status.state == "finished" and len(saved_steps(path)) == 2
    return path


def weights(path: Path) -> dict[str, np.ndarray]:
    saved = Checkpoints(path / CHECKPOINTS).latest()
    assert saved is not None
    return saved.state.arrays


def test_it_goes_on_to_the_same_numbers_and_the_old_run_stays(run: Path) -> None:
    before = {file: file.read_bytes() for file in run.rglob("*") if file.is_file() and file.suffix not in (".db-shm", ".db-wal")}
    middle = saved_steps(run)[0]
    forked = fork(run, middle + 5)
    with Run(forked) as new, Run(run) as old:
        assert (new.status.state, new.status.step) == ("stopped", middle)
        assert new.experiment == old.experiment and 0 < len(new.history.steps) <= middle
        assert new.history.steps == old.history.steps[: len(new.history.steps)]
        assert any(event.kind == "forked" and run.name in event.text for event in new.history.events)
        assert new.results().step <= middle
    resume(forked).close()
    with Run(forked) as new, Run(run) as old:
        assert new.status.state == "finished" and new.status.step == old.status.step
        assert [one.loss for one in new.history.steps] == [one.loss for one in old.history.steps]
        assert any(event.kind == "forked" for event in new.history.events), "and says where it came from for ever"
    found, expected = weights(forked), weights(run)
    assert all(np.array_equal(found[name], expected[name]) for name in expected)
    assert {file: file.read_bytes() for file in before} == before


def test_without_a_checkpoint_nothing_is_made(run: Path) -> None:
    with pytest.raises(RunError, match="no checkpoint up to step 3: its checkpoints are of step"):
        fork(run, 3)
    empty = create(load("xor"), "xor")
    with pytest.raises(RunError, match="no checkpoint after which anything was trained: it has none yet"):
        fork(empty)
    assert len(list_runs()) == 2


def test_a_spoilt_checkpoint_leaves_nothing_behind(run: Path) -> None:
    Checkpoints(run / CHECKPOINTS).path(saved_steps(run)[-1]).write_bytes(b"spoilt")
    with pytest.raises(RunError, match="truncated"):
        fork(run)
    assert len(list_runs()) == 1


def test_nntui_fork_says_how_to_go_on(run: Path) -> None:
    told = CliRunner().invoke(program, ["fork", run.name])
    assert told.exit_code == 0 and "nntui resume" in told.output and len(list_runs()) == 2
    assert CliRunner().invoke(program, ["fork", run.name, "--step", "1"]).exit_code == 2
