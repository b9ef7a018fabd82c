"""A trainer's whole state as arrays and numbers, so that training can go on elsewhere to the bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nntui.errors import RunError

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.training.programs.base import Runner
    from nntui.training.trainer import Trainer


@dataclass(frozen=True)
class TrainerState:
    """Arrays by name (host), and the rest as values that JSON can hold."""

    arrays: dict[str, Array]
    extra: dict[str, Any]


def snapshot(trainer: Trainer) -> TrainerState:
    """Copy everything that decides how training goes on. The order of batches needs no room: seed and step give it."""
    runner, to_host = trainer.runner, trainer.ops.to_host
    arrays = {name: to_host(array) for name, array in _live(runner).items()}
    kept, best = trainer.best.state()
    extra = {
        "begun": trainer.begun,
        "steps_done": trainer.steps_done,
        "seconds": trainer.seconds,
        "rested": trainer.rested,
        "threads": trainer.threads,
        "updates": {name: updater.t for name, updater in runner.updaters.items()},
        "adjusted": list(trainer.adjusted),
        "learning_rate": trainer.experiment.optimizer.learning_rate,
        "outcome": trainer.outcome,
        "message": trainer.message,
        "window": trainer.window.state(),
        "best": best,
        "plateau": trainer.plateau.state(),
        "data": trainer.fingerprint,
        "streams": {
            name: {path: generator.bit_generator.state for path, generator in network.streams.items()}
            for name, network in runner.networks.items()
        },
    }
    more, extra["program"] = runner.state()
    return TrainerState(arrays | kept | more, extra)


def _live(runner: Runner) -> dict[str, Array]:
    """Every array that training changes, by name: parameters, running statistics, the optimizers' slots."""
    live: dict[str, Array] = {}
    for key, network in runner.networks.items():
        prefix = f"{key}." if key else ""
        live[f"{prefix}parameters"] = network.flat
        live |= {f"{prefix}statistics.{name}": array for name, array in network.statistics.items()}
        live |= {f"{prefix}slots.{name}": array for name, array in runner.updaters[key].slots.items()}
    return live


def restore(trainer: Trainer, state: TrainerState) -> None:
    """Make a fresh trainer of the same experiment go on where `state` was taken."""
    arrays, extra = state.arrays, state.extra
    runner = trainer.runner
    targets = _live(runner)
    for name, target in targets.items():
        if name not in arrays or arrays[name].shape != target.shape:
            raise _misfit(f"{name} is missing or has another size")
    more = runner.state()[0].keys()
    for name in more - arrays.keys():
        raise _misfit(f"{name} is missing or has another size")
    for name in arrays.keys() - targets.keys() - more:
        if not name.startswith("best."):
            raise _misfit(f"it has {name}, for which there is no use here")
    for name, target in targets.items():
        trainer.ops.copy(trainer.ops.from_host(arrays[name], target.dtype.name), target)
    trainer.begun = extra.get("begun", True)
    trainer.steps_done = extra["steps_done"]
    trainer.seconds = extra["seconds"]
    trainer.rested = extra.get("rested", 0.0)  # checkpoints of before it was kept don't have it
    trainer.threads = extra["threads"]
    for name, updates in extra["updates"].items():
        runner.updaters[name].t = updates
    if extra["learning_rate"] != trainer.experiment.optimizer.learning_rate:
        trainer.set_learning_rate(extra["learning_rate"])
    trainer.adjusted = tuple(extra.get("adjusted", ()))
    trainer.outcome, trainer.message = extra["outcome"], extra["message"]
    trainer.window.restore(extra["window"])
    trainer.best.load_state(arrays, extra["best"])
    trainer.plateau.load_state(extra["plateau"])
    for name, streams in extra["streams"].items():
        for path, bits in streams.items():
            runner.networks[name].streams[path].bit_generator.state = bits
    runner.load_state(arrays, extra["program"])


def _misfit(what: str) -> RunError:
    return RunError(
        f"the checkpoint doesn't fit this experiment: {what}; if experiment.toml was changed, change it back, or train it anew"
    )
