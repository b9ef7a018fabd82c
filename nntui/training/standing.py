"""Where a training is, as the status that everybody reads."""

from __future__ import annotations

import math
import os
import time
from typing import TYPE_CHECKING

from nntui.measurements import State, Status
from nntui.training.device import NO_DEVICE, use

if TYPE_CHECKING:
    from nntui.training.trainer import Trainer


def standing(trainer: Trainer, state: State, message: str, pace: float) -> Status:
    """The status of a trainer in this process; pace: the most steps per second that it may make, 0 for any number."""
    speed = trainer.steps_per_second if state == "training" else 0.0
    if pace:
        speed = min(speed, pace)
    examples = trainer.examples_per_second * speed / trainer.steps_per_second if speed else 0.0
    device = use(trainer.ops) or NO_DEVICE
    return Status(
        state=state, step=trainer.steps_done, total_steps=trainer.total_steps,
        epoch=trainer.epoch, epochs=trainer.experiment.training.epochs, seconds=trainer.seconds, rested=trainer.rested,
        steps_per_second=speed, examples_per_second=examples,
        measuring=trainer.measuring, learning_rate=trainer.learning_rate, backend=trainer.backend_name,
        device=device.name, device_memory=device.held, device_total=device.total,
        device_busy=device.busy if math.isfinite(device.busy) else None,
        pid=os.getpid(), heartbeat=time.time(), pace=pace, message=message,
    )  # fmt: skip
