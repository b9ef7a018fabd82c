"""Beginning with what another network has learned: weights by name, wherever name and shape agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nntui.errors import ExperimentError
from nntui.lookup import Found, find
from nntui.measurements import Event
from nntui.training.saved import as_saved

if TYPE_CHECKING:
    from nntui.experiment import Start
    from nntui.nn.network import Network
    from nntui.training.trainer import Trainer


def begin_with(start: Start, network: Network, dtype: str) -> Event:
    """Copy parameters and statistics of the source into the network, and tell which. Raises NntuiError if none fits."""
    found = find(start.source)
    _forbid_circles(found)
    teacher = _trained(found, dtype).network
    theirs = teacher.params
    ours = network.params
    learned = list(dict.fromkeys(name.rpartition(".")[0] for name in ours))
    fresh = set(learned[len(learned) - start.fresh :]) if start.fresh else set()
    fitting = {
        name: value
        for name, value in theirs.items()
        if name in ours and ours[name].shape == value.shape and name.rpartition(".")[0] not in fresh
    }
    if not fitting:
        raise ExperimentError(f"start.source: {found.name} has no parameter with a name and shape that this network has")
    network.load(fitting)
    for name, values in teacher.statistics.items():
        known = name in network.statistics and network.statistics[name].shape == values.shape
        if known and name.rpartition(".")[0] not in fresh:
            network.ops.copy(network.ops.from_host(teacher.ops.to_host(values), network.dtype), network.statistics[name])
    taken = dict.fromkeys(name.rpartition(".")[0] for name in fitting)
    new = [path for path in learned if path not in taken]
    text = f"began with {', '.join(taken)} of {found.name}" + (f"; new: {', '.join(new)}" if new else "")
    return Event(step=0, kind="start", text=text)


def _trained(found: Found, dtype: str) -> Trainer:
    from nntui.training.trainer import Trainer

    if found.origin == "run":
        return as_saved(found.path, dtype)
    trainer = Trainer(found.experiment, "numpy", dtype)
    trainer.step(trainer.total_steps)
    return trainer


def _forbid_circles(found: Found) -> None:
    seen = [found.path.resolve()]
    while found.experiment.start is not None and found.origin != "run":
        found = find(found.experiment.start.source)
        if found.path.resolve() in seen:
            raise ExperimentError(f"start.source: {found.name} begins with itself, through {len(seen)} others")
        seen.append(found.path.resolve())
