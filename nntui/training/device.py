"""The device that a training runs on: what it is called, how full and how busy it is, and what fits on it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from nntui.errors import BackendError, MemoryShortage
from nntui.nn.costs import training_bytes

if TYPE_CHECKING:
    from nntui.backends.operations import Operations
    from nntui.experiment import Experiment
    from nntui.nn.plan import Plan


class DeviceUse(NamedTuple):
    """For people who watch."""

    name: str
    """With what is unusual about it: NVIDIA H200, TF32."""
    held: int
    """Bytes that this process holds."""
    total: int
    """Bytes there are."""
    busy: float
    """Share of the last moment in which the device computed something, for anybody; NaN if the driver doesn't say."""


NO_DEVICE = DeviceUse("", 0, 0, math.nan)


def use(ops: Operations) -> DeviceUse | None:
    """How a GPU is used now; None on the CPU."""
    if ops.NAME != "cupy":
        return None
    from nntui.backends.cupy_blas import tf32
    from nntui.backends.cupy_device import busy, device_name, memory

    filled = memory()
    return DeviceUse(f"{device_name()}, TF32" if tf32() else device_name(), filled.held, filled.total, busy())


def fits(ops: Operations, size: int) -> bool:
    """Whether so many bytes of data may lie where the backend computes."""
    if ops.NAME != "cupy":
        return True
    from nntui.backends import cupy_streaming

    return cupy_streaming.fits(size)


def explained(error: MemoryShortage, experiment: Experiment, plan: Plan, itemsize: int) -> BackendError:
    """A full device's refusal with what this training needs and the largest batch that would fit."""
    free = error.free
    batch, slots = experiment.training.batch_size, len(experiment.optimizer.slots)
    needed = training_bytes(plan, batch, slots, itemsize)
    bare = training_bytes(plan, 0, slots, itemsize)
    text = f"{error}. This network needs about {gigabytes(needed)} with batches of {batch}"
    if bare >= free:
        return BackendError(f"{text}, and {gigabytes(bare)} even without any: fewer units are the only way, or backend numpy")
    fits = int((free - bare) // max((needed - bare) / batch, 1.0))
    if fits >= batch:
        return BackendError(f"{text}, which would fit; the data set needs the rest: limit it")
    return BackendError(f"{text}: batches of at most about {max(fits, 1)} fit")


def gigabytes(count: float) -> str:
    """Bytes for people, 10^9 each."""
    return f"{count / 1e9:.1f} GB" if count >= 5e7 else f"{count / 1e6:.1f} MB"
