"""A trainer's whole state as arrays and numbers, so that training can go on elsewhere to the bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nntui.errors import RunError

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.training.trainer import Trainer


@dataclass(frozen=True)
class TrainerState:
    """Arrays by name (host), and the rest as values that JSON can hold."""

    arrays: dict[str, Array]
    extra: dict[str, Any]


def snapshot(trainer: Trainer) -> TrainerState:
    """Copy everything that decides how training goes on. The order of batches needs no room: seed and step give it."""
    to_host = trainer.ops.to_host
    network = trainer.network
    arrays = {"parameters": to_host(network.flat)}
    arrays |= {f"statistics.{name}": to_host(array) for name, array in network.statistics.items()}
    arrays |= {f"slots.{name}": to_host(array) for name, array in trainer.updater.slots.items()}
    kept, best = trainer.best.state()
    extra = {
        "steps_done": trainer.steps_done,
        "seconds": trainer.seconds,
        "updates": trainer.updater.t,
        "learning_rate": trainer.experiment.optimizer.learning_rate,
        "outcome": trainer.outcome,
        "message": trainer.message,
        "window": trainer.window.state(),
        "best": best,
        "streams": {path: generator.bit_generator.state for path, generator in network.streams.items()},
    }
    return TrainerState(arrays | kept, extra)


def restore(trainer: Trainer, state: TrainerState) -> None:
    """Make a fresh trainer of the same experiment go on where `state` was taken."""
    arrays, extra = state.arrays, state.extra
    network = trainer.network
    targets = {"parameters": network.flat}
    targets |= {f"statistics.{name}": array for name, array in network.statistics.items()}
    targets |= {f"slots.{name}": array for name, array in trainer.updater.slots.items()}
    for name, target in targets.items():
        if name not in arrays or arrays[name].shape != target.shape:
            raise RunError(f"the checkpoint doesn't fit this experiment: {name} is missing or has another size")
    for name, target in targets.items():
        trainer.ops.copy(trainer.ops.from_host(arrays[name], target.dtype.name), target)
    trainer.steps_done = extra["steps_done"]
    trainer.seconds = extra["seconds"]
    trainer.updater.t = extra["updates"]
    if extra["learning_rate"] != trainer.experiment.optimizer.learning_rate:
        trainer.set_learning_rate(extra["learning_rate"])
    trainer.outcome, trainer.message = extra["outcome"], extra["message"]
    trainer.window.restore(extra["window"])
    trainer.best.load_state(arrays, extra["best"])
    for path, bits in extra["streams"].items():
        network.streams[path].bit_generator.state = bits
