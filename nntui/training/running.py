"""Three ways to train a run: in a process of its own, here and now, and here from where it stopped."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from nntui.errors import RunError
from nntui.measurements import LIVE, Status
from nntui.runs.directory import LOG, create
from nntui.runs.liveness import TrainerLock
from nntui.runs.run import FIRST, Run
from nntui.runs.summary import glance
from nntui.runs.writer import RunWriter
from nntui.training.loop import Loop, check_trainable

if TYPE_CHECKING:
    from nntui.experiment import Experiment

Progress = Callable[[Status], None]


def start(path: Path, detach: bool = True) -> subprocess.Popen[bytes]:
    """Start a process that trains a run, from its beginning or where it was left; it outlives this one if detached.

    Commands to begin with (`step`, `epoch`, `pace`) may have been sent before; older ones of other kinds are forgotten. The caller
    reaps the process with `poll` or `wait`. Raises RunError if the run has ended or is being trained already.
    """
    path = path.absolute()
    check_trainable(path)
    before = glance(path).status or Status(state="stopped")
    # -P: a numpy.py in the folder where somebody works isn't the numpy that trains.
    command = [sys.executable, "-P", "-m", "nntui.training.process", str(path)]
    options: dict[str, Any] = {"start_new_session": detach}
    with TrainerLock(path) as lock:
        with RunWriter(path) as writer:
            writer.drop_commands(but=FIRST)
            left = "killed" if before.state in LIVE else before.state
            status = msgspec.structs.replace(before, state="starting", pid=0, heartbeat=time.time(), message="", before=left)
            writer.write(status=status)
        if sys.platform == "win32":  # locks can't be handed down there: for a moment nobody holds it
            lock.release()
            options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW if detach else 0}
        else:
            command.append(str(lock.descriptor))
            options["pass_fds"] = (lock.descriptor,)
        try:
            with (path / LOG).open("ab") as log:
                child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment(), **options)
            if "pass_fds" in options:
                lock.note(child.pid)
            return child
        except OSError as error:
            raise RunError(f"can't start a trainer for {path.name}: {error.strerror or error}") from None


def environment() -> dict[str, str]:
    """This process's environment, with this very nntui to be found by the child even if it isn't installed."""
    home = str(Path(__file__).resolve().parents[2])
    environment = dict(os.environ)
    if home not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [home, environment.get("PYTHONPATH")]))
    return environment


def train(
    experiment: Experiment,
    name: str | None = None,
    backend: str | None = None,
    home: Path | None = None,
    on_progress: Progress | None = None,
    seed: int | None = None,
) -> Run:
    """Train an experiment in this process, as a run in a directory, and return the run.

    name: what the run is called, the experiment's title by default. backend, seed: instead of the experiment's. home:
    the folder of runs. on_progress: called about ten times a second. Ctrl+c stops and saves: the run comes back with
    status.state "stopped" and can be resumed. Raises NntuiError, and leaves nothing behind, if it can't be trained.
    """
    from nntui.training.trainer import Trainer

    changes: dict[str, Any] = {key: value for key, value in {"backend": backend, "seed": seed}.items() if value is not None}
    experiment = experiment.replace(**changes)
    trainer = Trainer(experiment)
    path = create(experiment, name, home)
    Loop(path, trainer, on_progress).run()
    return Run(path)


def resume(path: Path, on_progress: Progress | None = None) -> Run:
    """Go on with a stopped or killed run in this process, from its last checkpoint. Raises RunError if it has ended."""
    Loop(path.absolute(), None, on_progress).run()
    return Run(path)
