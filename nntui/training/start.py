"""Beginning with what another network has learned: weights by name, wherever name and shape agree, or of the layers that are
said to be the same; single ones set by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nntui.errors import ExperimentError
from nntui.lookup import Found, find
from nntui.measurements import Event
from nntui.nn.alignment import kept, read
from nntui.nn.entries import assigned, check
from nntui.training.saved import as_saved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nntui.backends.operations import Array
    from nntui.experiment import Start
    from nntui.nn.network import Network
    from nntui.training.trainer import Trainer


def begin_with(start: Start, network: Network, dtype: str) -> Event:
    """Give the network its start, and tell which. Raises NntuiError if the source can't be had, or nothing of it fits."""
    told = [_taken_over(start.source, start, network, dtype)] if start.source is not None else []
    told += [_set(text, network) for text in start.weights]
    return Event(step=0, kind="start", text="; ".join(told) or "began with random weights")


def _taken_over(source: str, start: Start, network: Network, dtype: str) -> str:
    """Copy parameters and statistics of the source into the network; what to tell of it."""
    found = find(source)
    _forbid_circles(found)
    teacher = _trained(found, start.step, dtype).network
    same = read(start.layers)
    if same:
        _check_same(same, network, teacher, found.name)
    theirs = _called(teacher.params, same)
    ours = network.params
    learned = list(dict.fromkeys(name.rpartition(".")[0] for name in ours))
    fresh = set(learned[len(learned) - start.fresh :]) if start.fresh else set()
    fitting = {
        name: value
        for name, value in theirs.items()
        if name in ours and ours[name].shape == value.shape and name.rpartition(".")[0] not in fresh
    }
    if not fitting and not same:
        raise ExperimentError(f"start.source: {found.name} has no parameter with a name and shape that this network has")
    network.load(fitting)
    for name, values in _called(teacher.statistics, same).items():
        known = name in network.statistics and network.statistics[name].shape == values.shape
        if known and name.rpartition(".")[0] not in fresh:
            network.ops.copy(network.ops.from_host(teacher.ops.to_host(values), network.dtype), network.statistics[name])
    taken = list(same) or list(dict.fromkeys(name.rpartition(".")[0] for name in fitting))
    words = [path if same.get(path, path) == path else f"{path} (there {same[path]})" for path in taken]
    new = [path for path in learned if path not in taken]
    of = f"{found.name}" + ("" if start.step is None else f" at step {start.step}")
    return f"began with {', '.join(words)} of {of}" + (f"; new: {', '.join(new)}" if new else "")


def _called(arrays: Mapping[str, Array], same: dict[str, str]) -> dict[str, Array]:
    """The source's arrays by the names of this network's layers; as they are, if it isn't said which are the same."""
    if not same:
        return dict(arrays)
    split = {name: name.rpartition(".") for name in arrays}
    return {f"{ours}.{split[name][2]}": arrays[name] for ours, path in same.items() for name in arrays if split[name][0] == path}


def _check_same(same: dict[str, str], network: Network, teacher: Network, name: str) -> None:
    """Raise ExperimentError unless the source has those layers, with arrays like those here."""
    here, there = ({site.path: kept(site) for site in plan.walk() if kept(site)} for plan in (network.plan, teacher.plan))
    for ours, theirs in same.items():
        if theirs not in there:
            raise ExperimentError(f"start.layers: {ours} = {theirs}: {name} has no layer {theirs} that learns; it has {', '.join(there)}")
        if here[ours] != there[theirs]:
            has, had = (", ".join(f"{name} {shape}" for name, shape in arrays) for arrays in (here[ours], there[theirs]))
            raise ExperimentError(f"start.layers: {ours} = {theirs}: {ours} has {has}, {theirs} of {name} has {had}")


def _set(text: str, network: Network) -> str:
    """Set one weight; what to tell of it."""
    entry, value = assigned(text)
    check(entry, network.plan)
    values = network.params[entry.parameter].copy()
    before, values[entry.index] = float(values[entry.index]), value
    network.load({entry.parameter: values})
    return f"{entry} set from {before:.4g} to {value:.4g}"


def _trained(found: Found, step: int | None, dtype: str) -> Trainer:
    from nntui.training.trainer import Trainer

    if found.origin == "run":
        return as_saved(found.path, dtype, step)
    if step is not None:
        raise ExperimentError(f"start.step: {found.name} is a {found.origin}, only a run has checkpoints: leave step out")
    trainer = Trainer(found.experiment, "numpy", dtype)
    trainer.step(trainer.total_steps)
    return trainer


def _forbid_circles(found: Found) -> None:
    seen = [found.path.resolve()]
    while found.origin != "run" and found.experiment.start is not None and found.experiment.start.source is not None:
        found = find(found.experiment.start.source)
        if found.path.resolve() in seen:
            raise ExperimentError(f"start.source: {found.name} begins with itself, through {len(seen)} others")
        seen.append(found.path.resolve())
