"""Trains the run in a directory: the loop that the trainer process and `nntui run` share.

Between slices of training it takes commands, tells what was measured and where it is, and saves checkpoints.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from nntui.errors import BackendError, NntuiError, RunError
from nntui.measurements import LIVE, REFUSAL, AnyRecord, Command, Event, State, Status
from nntui.runs.directory import CHECKPOINTS, remove
from nntui.runs.liveness import TrainerLock
from nntui.runs.run import ENDED, EXPERIMENT, FIRST
from nntui.runs.summary import glance
from nntui.runs.writer import RunWriter
from nntui.training.checkpoint import Checkpoints, Saved
from nntui.training.moving import Moves, adjusted
from nntui.training.sameness import changed
from nntui.training.signals import StopWish
from nntui.training.standing import standing
from nntui.training.steering import SLICE, Steering
from nntui.training.telling import Teller, Unwritable
from nntui.training.threads import settled

if TYPE_CHECKING:
    from nntui.training.trainer import Trainer

NAP = 0.02
"""Seconds between two looks at the commands while not training; twice that after some seconds of rest, to spare the processor."""

HEARTBEAT = 1.0
"""Seconds between two signs of life while paused."""

SETTLE = 0.15
"""Seconds of rest after which a pause is worth an evaluation and a checkpoint; who steps batch by batch needn't wait for them."""

SAVE = 5.0
"""Seconds between two checkpoints, or more where saving takes long, so that it costs at most SHARE of the time."""

SHARE = 0.01


class Loop:
    """One training of the run at `path`, from its beginning or its last checkpoint to its end or a stop.

    trainer: one that is already made, for a run that never started. on_progress: called with each status told. lock: the
    descriptor of the run's lock, if whoever started this process holds it for it.
    """

    def __init__(
        self,
        path: Path,
        trainer: Trainer | None = None,
        on_progress: Callable[[Status], None] | None = None,
        lock: int | None = None,
    ) -> None:
        self.path = path
        self.begun = False
        """Whether it came as far as training; what goes wrong before is a refusal."""
        self._inherited = lock
        self.status = Status(state="starting", pid=os.getpid())
        """The last one told."""
        self._made = trainer
        self._on_progress = on_progress
        self._checkpoints = Checkpoints(path / CHECKPOINTS)
        self._wish = StopWish()
        self._ending: Command | None = None
        self._steering = Steering()
        self._moves = Moves()
        self._evaluated = self._kept = -1
        """The steps of the last closing evaluation and of the last checkpoint that is still true."""
        self._rested = self._saved = time.monotonic()
        self._saving = 0.0
        """Seconds that the last checkpoint took."""

    def run(self) -> Status:
        """Train until the end or until told to stop; the last status. Ctrl+c, termination and hang-up stop and save.

        What goes wrong is written to the run as state `failed` with a sentence, then raised. Raises RunError if the run
        has ended, or if somebody else trains it.
        """
        check_trainable(self.path)
        with TrainerLock(self.path, self._inherited) as self._lock, RunWriter(self.path) as writer, self._wish:
            self._teller = Teller(writer, self._on_progress, self._lock)
            try:
                self._trainer = self._begin()
                self.begun = True
                self._tell("training")
                while not self._over:
                    with settled(self._trainer):
                        self._train()
                    if self._moves.wanted:
                        self._move()
                with settled(self._trainer):
                    self._end()
            except BaseException as error:
                self._give_up(error)
                raise
        if self._ending is not None and self._ending.kind == "discard":
            remove(self.path)
        return self.status

    # Beginning

    def _begin(self) -> Trainer:
        before = glance(self.path).status or self.status
        left = before.before if before.state == "starting" else "killed" if before.state in LIVE else before.state
        self.status = msgspec.structs.replace(
            before, state="starting", pid=os.getpid(), heartbeat=time.time(), message="", before=left
        )
        writer = self._teller.writer
        if before.state != "starting":  # who starts a trainer process has seen to that, and may have asked for something since
            writer.drop_commands(but=FIRST)
        writer.write(status=self.status)
        problems: list[str] = []
        self._checkpoints.drop_drafts()
        saved = self._checkpoints.latest(problems)
        try:
            trainer = self._made or self._make(saved)
        except MemoryError as error:
            raise RunError(f"there isn't enough memory for it ({error}): use fewer units or smaller batches") from error
        if saved is None:
            writer.rewind(0)
            self._teller.untold += [*(Event(step=0, kind="checkpoint", text=problem) for problem in problems), *trainer.opening()]
            if before.step > 0:
                text = f"no checkpoint could be read: began anew, the {before.step} steps before are trained again"
                self._teller.untold.append(Event(step=0, kind="restarted", text=text))
            return trainer
        trainer.load_state(saved.state)
        problems += filter(None, [changed(saved.state.extra.get("data"), trainer.fingerprint)])
        self._checkpoints.drop_after(saved.step)
        writer.rewind(saved.cursor)
        writer.write(msgspec.convert(saved.notes["untold"], list[AnyRecord]))
        again = f"; the {before.step - saved.step} steps after it are trained again" if before.step > saved.step else ""
        self._teller.untold += [
            *(Event(step=saved.step, kind="checkpoint", text=problem) for problem in problems),
            Event(step=saved.step, kind="continued", text=f"continued from the checkpoint of step {saved.step}{again}"),
        ]
        return trainer

    def _make(self, saved: Saved | None) -> Trainer:
        from nntui.experiment import Experiment
        from nntui.training.trainer import Trainer

        experiment = Experiment.from_file(self.path / EXPERIMENT)
        if saved is not None:
            experiment = experiment.set(*saved.state.extra.get("adjusted", ()))
        if saved is not None and experiment.backend != saved.notes["backend"]:
            # Chosen by measuring, or changed since. Only the same backend goes on to the bit; another one is better than none.
            try:
                return Trainer(experiment, saved.notes["backend"])
            except BackendError as error:
                self._teller.untold.append(Event(step=saved.step, kind="backend", text=str(error)))
        return Trainer(experiment)

    # Training

    @property
    def _over(self) -> bool:
        return self._trainer.finished or self._ending is not None

    def _train(self) -> None:
        while not self._over:
            for command in self._teller.commands():
                self._obey(command)
            if self._wish.made:
                self._ending = Command("stop")
            if self._ending is not None or self._moves.wanted:
                return
            if self._steering.paused:
                self._rest()
            else:
                self._advance()

    def _advance(self) -> None:
        trainer, steering = self._trainer, self._steering
        portion = steering.portion(time.monotonic(), trainer.steps_per_second)
        if portion == 0:
            began = time.monotonic()
            time.sleep(NAP)
            trainer.rested += time.monotonic() - began
        else:
            before = trainer.steps_done
            self._teller.untold += trainer.advance(SLICE, portion, look=portion == steering.budget)
            steering.trained(trainer.steps_done - before)
        if trainer.finished:
            return
        if (compared := self._moves.compared(trainer)) is not None:
            self._teller.untold.append(compared)
        if steering.paused:
            self._pause()
        elif self._teller.due:
            self._tell("training")
        if time.monotonic() - self._saved >= max(SAVE, self._saving / SHARE):
            self._save_if_possible()

    def _pause(self) -> None:
        self._steering.pause()
        self._rested = time.monotonic()
        self._tell("paused")

    def _rest(self) -> None:
        now = time.monotonic()
        if now - self._rested >= SETTLE and self._kept != self._trainer.steps_done:
            self._evaluate()
            self._tell("paused")
            self._save_if_possible()
        elif now - self._teller.last >= HEARTBEAT:
            self._tell("paused")
        time.sleep(NAP if now - self._rested < SAVE else 2 * NAP)

    def _evaluate(self) -> None:
        if self._evaluated != self._trainer.steps_done:
            self._teller.untold += self._trainer.closing()
            self._evaluated = self._trainer.steps_done

    # Commands

    def _obey(self, command: Command) -> None:
        trainer, steering = self._trainer, self._steering
        step = trainer.steps_done
        match command.kind:
            case "pause" if not steering.paused:
                self._note("paused", f"paused after step {step:,}")
                self._pause()
            case "resume" if steering.paused or steering.budget is not None:
                self._note("resumed", f"resumed after step {step:,}")
                steering.go()
                self._tell("training")
            case "step":
                count = max(1, int(command.value))
                self._note("step", f"{count} {'step' if count == 1 else 'steps'} by hand after step {step:,}")
                steering.by_hand(count)
            case "epoch":
                length, begin = trainer.steps_per_epoch, step + (steering.budget or 0)
                self._note("epoch", f"to the end of epoch {begin // length + 1} by hand after step {step:,}")
                steering.by_hand(length - begin % length)
            case "learning_rate":
                try:
                    self._teller.untold.append(trainer.set_learning_rate(command.value))
                except NntuiError as error:
                    self._note("refused", str(error))
                self._keep_change()
            case "adjust":
                try:
                    self._trainer, event = adjusted(trainer, command.name.splitlines())
                    self._teller.untold.append(event)
                except NntuiError as error:
                    self._note("refused", str(error))
                self._keep_change()
            case "pace":
                steering.pace = command.value if 0.0 < command.value < math.inf else 0.0
                self._note("pace", f"at most {steering.pace:g} steps a second" if steering.pace else "full speed")
                self._tell(self.status.state)
            case "backend":
                self._moves.want(command.name, trainer.backend_name)
            case "stop" | "discard":
                self._ending = command

    def _move(self) -> None:
        try:
            self._trainer = self._moves.make(self._trainer, self._teller.untold.append)
        except BackendError as error:
            self._note("refused", f"{error}; training stays on {self._trainer.backend_name}")
            return
        self._keep_change()

    def _keep_change(self) -> None:
        """Whoever resumes after an accident goes on with what was just changed."""
        self._kept, self._rested = -1, time.monotonic()
        self._save_if_possible(tell=False)  # whoever hears of a change may kill the trainer, and it is there
        self._tell(self.status.state)

    def _note(self, kind: str, text: str) -> None:
        self._teller.untold.append(Event(step=self._trainer.steps_done, kind=kind, text=text))

    # Ending

    def _end(self) -> None:
        trainer = self._trainer
        if self._ending is not None and self._ending.kind == "discard":
            self._tell("stopped", "discarded", final=True)
            return
        trainer.sound()
        self._evaluate()
        state: State = trainer.outcome or "stopped"
        if state == "stopped":
            how = f" by {self._wish.made}" if self._wish.made else ""
            message = f"stopped{how} after step {trainer.steps_done:,}, and saved there"
        else:
            message = trainer.message
        if state == "diverged":
            self._keep_evidence()
            good = self._good()
            message += f"; the last good checkpoint is of step {good}" if good is not None else ""
        if state != "finished":  # the trainer itself tells that
            self._note(state, message)
        if state != "diverged":  # then the checkpoints before are what one would want to go back to
            self._save()
        self._tell(state, message, final=True)

    def _good(self) -> int | None:
        """The step of the checkpoint that is worth going back to."""
        from nntui.runs.run import Run
        from nntui.training.rewinding import good

        self._tell(self.status.state, self.status.message)
        with Run(self.path) as run:
            return good(self._checkpoints.steps(), run.history.steps)

    def _keep_evidence(self) -> None:
        """Write the batch that went wrong beside the run, and tell where it lies."""
        from nntui.training.evidence import keep

        if self._trainer.culprit is None:
            return
        try:
            kept = keep(self.path, self._trainer)
        except RunError as error:
            self._note("not_finite", str(error))
            return
        self._note("not_finite", f"the batch of step {self._trainer.steps_done}, with which examples it was, is kept in {kept.name}")

    def _give_up(self, error: BaseException) -> None:
        text = " ".join((str(error) if isinstance(error, NntuiError) else f"{type(error).__name__}: {error}").split())
        if isinstance(error, Unwritable):
            with suppress(RunError):
                self._save(tell=False)
        refused = not self.begun and self.status.step > 0 and self.status.before is not None
        status = self._here(self.status.before or "failed", REFUSAL + text) if refused else self._here("failed", text)
        try:
            self._teller.writer.write(status=status)
        except RunError:
            with suppress(OSError):
                self._lock.note(os.getpid(), text)  # viewers who find nobody alive look there

    # Telling and saving

    def _tell(self, state: State, message: str = "", final: bool = False) -> None:
        if not self.path.exists():
            raise RunError(f"the folder of {self.path.name} was removed or renamed while it was being trained")
        self.status = self._here(state, message)
        self._teller.tell(self.status, final)

    def _here(self, state: State, message: str = "") -> Status:
        trainer: Trainer | None = getattr(self, "_trainer", None)
        if trainer is None:
            return msgspec.structs.replace(self.status, state=state, heartbeat=time.time(), message=message)
        return standing(trainer, state, message, self._steering.pace)

    def _save(self, tell: bool = True) -> None:
        """Save a checkpoint that knows which records belong to it, and has those that couldn't be told. Raises RunError."""
        started = time.monotonic()
        trainer, writer = self._trainer, self._teller.writer
        if tell and self._teller.untold:
            self._tell(self.status.state, self.status.message)
        loss = writer.results.val_loss if writer.results.val_loss is not None else writer.results.loss
        notes = {"backend": trainer.backend_name, "untold": msgspec.to_builtins(self._teller.untold)}
        self._checkpoints.save(trainer.steps_done, trainer.state(), writer.cursor, math.nan if loss is None else loss, notes)
        self._kept = trainer.steps_done
        self._saved = time.monotonic()
        self._saving = self._saved - started

    def _save_if_possible(self, tell: bool = True) -> None:
        if not self._trainer.sound():  # what is saved is what one goes back to
            return
        try:
            self._save(tell)
        except Unwritable:
            raise
        except RunError as error:
            self._note("checkpoint", f"{error}; training goes on, and it will be tried again")
            self._kept = self._trainer.steps_done
            self._saved = time.monotonic()


def check_trainable(path: Path) -> None:
    """Raise RunError if there is nothing left to train in a run, or it can't be read."""
    summary = glance(path)
    if summary.status is None:
        raise RunError(summary.problem)
    if summary.status.state in ENDED:
        how = summary.status.message or summary.status.state
        raise RunError(f"{summary.name} has ended ({how}): there is nothing left to train, start a new run")
