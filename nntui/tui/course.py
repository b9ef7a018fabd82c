"""Where somebody is in the tasks of a lesson."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nntui.errors import NntuiError
from nntui.runs.conditions import Condition, Value
from nntui.runs.facts import facts

if TYPE_CHECKING:
    from nntui.experiment import Experiment
    from nntui.lesson import Lesson, Task
    from nntui.nn.plan import Plan
    from nntui.runs.history import History


class Course:
    """The tasks of the lesson on the bench, done one after the other."""

    def __init__(self) -> None:
        self._lesson: Lesson | None = None
        self._done = 0

    def follow(self, experiment: Experiment, plan: Plan, state: str, history: History | None) -> list[str]:
        """See whether the present task is done; what to say then. Another lesson begins at its first task."""
        if experiment.lesson != self._lesson:
            self._lesson, self._done = experiment.lesson, 0
        task = self.task
        if task is None or not _holds(task.check, known(experiment, plan, state, history)):
            return []
        self._done += 1
        return ["Well done: that was the last task." if self.task is None else "Well done."]

    @property
    def task(self) -> Task | None:
        """The one to be done now."""
        tasks = self._lesson.tasks if self._lesson is not None else ()
        return tasks[self._done] if self._done < len(tasks) else None

    @property
    def said(self) -> str:
        """The task with its number; "" if there is nothing to do."""
        task = self.task
        if task is None or self._lesson is None:
            return ""
        return f"{self._done + 1}/{len(self._lesson.tasks)}  {task.text}"


def known(experiment: Experiment, plan: Plan, state: str, history: History | None) -> dict[str, Value]:
    """What a condition may ask about: the experiment's values, where training is, and the newest evaluations."""
    found: dict[str, Value] = {**facts(experiment, plan), "state": state, "step": 0, "epoch": 0.0, "seed": experiment.seed}
    found["learning_rate"] = experiment.optimizer.learning_rate
    found["parameters"] = plan.size
    if history is None:
        return found
    found |= {"step": history.status.step, "epoch": history.status.epoch}
    for evaluation in history.evaluations:
        prefix = "val_" if evaluation.split == "validation" else ""
        found |= {f"{prefix}{name}": value for name, value in {"loss": evaluation.loss, **evaluation.metrics}.items()}
    return found


def _holds(check: str, values: dict[str, Value]) -> bool:
    try:
        return Condition(check).holds(values.get)
    except NntuiError:
        return False  # who opens a file is told when it is read
