"""An edited network that goes on with what the run has learned: a new run, whose unchanged layers begin with its weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nntui.errors import NntuiError, RunError
from nntui.experiment import Start as Beginning
from nntui.nn.alignment import kept, same_layers, written
from nntui.tui.actions import key
from nntui.tui.draft import judge
from nntui.tui.inspect.changing import source_of
from nntui.tui.remarks import Notice

if TYPE_CHECKING:
    from pathlib import Path

    from nntui.nn.plan import Plan
    from nntui.tui.trainers import Start
    from nntui.tui.workbench import Workbench


MANY = 4
"""More new layers than these aren't named."""


def warm(bench: Workbench) -> Start | None:
    """Give the experiment on the bench its start, and train it. Raises NntuiError where there is nothing to begin with."""
    watched = bench.watched
    if bench.starting:
        raise RunError("the trainer is just starting: wait until it trains")
    if watched is None:
        raise NntuiError(f"There is no run to take weights from: {key('train')} trains, {key('runs')} lists runs.")
    if not bench.edited:
        raise NntuiError(f"Nothing was edited since the run began: {key('train')} goes on with it.")
    if bench.live:
        watched.stop()
        raise RunError(f"the run is being stopped and saved: wait a moment, then {key('warm')} begins with its weights")
    if bench.condition == "diverged":
        raise NntuiError(f"The run has diverged, its weights are of no use: {key('train')} begins anew.")
    # What an earlier start says may not fit any more; the new one takes its place.
    verdict = judge(bench.experiment.replace(start=None))
    if verdict.problem is not None:
        raise verdict.problem
    name, same = watched.run.name, same_layers(judge(watched.trained).plan, verdict.plan)
    if not same:
        raise NntuiError(f"No layer has the kind and shape of one in {name}: {key('train')} begins anew.")
    bench.alter(lambda draft: draft.change(draft.experiment.replace(start=_beginning(watched.run.path, same))))
    bench.notices.append(Notice(told(verdict.plan, same, name)))
    return bench.train()


def _beginning(run: Path, same: dict[str, str]) -> Beginning:
    from nntui.runs.directory import CHECKPOINTS, runs_home
    from nntui.training.checkpoint import Checkpoints

    steps = Checkpoints(run / CHECKPOINTS).steps()
    if not steps:
        raise RunError(f"{run.name} has no checkpoint to begin with: {key('train')} begins anew")
    return Beginning(source=source_of(run, runs_home()), step=steps[-1], layers=written(same))


def told(plan: Plan, same: dict[str, str], run: str) -> str:
    """How much of the network isn't new, in a sentence."""
    learned = [site.path for site in plan.walk() if kept(site)]
    new = [path for path in learned if path not in same]
    more = f"; new: {', '.join(new)}" if 0 < len(new) <= MANY else ""
    return f"A new run begins with the weights of {len(same)} of {len(learned)} layers of {run}{more}. {key('undo')} takes the start back."
