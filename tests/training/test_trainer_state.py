"""The same numbers come out however a training is driven, watched, saved and continued."""

import copy
import json

import pytest
from trainer_cases import CASES, every_case, everything, experiment

from nntui.errors import RunError
from nntui.experiment import Experiment
from nntui.measurements import AnyRecord, Evaluation, Event, Steps
from nntui.nn.activations import Tanh
from nntui.nn.dense import Dense
from nntui.nn.normalization import BatchNorm
from nntui.optim.optimizers import SGD
from nntui.training import windows
from nntui.training.probe import Clock
from nntui.training.state import TrainerState
from nntui.training.trainer import Trainer

# -- the same numbers, whoever looks on -------------------------------------------------------------------------------------------


@every_case
def test_the_same_seed_gives_the_same_numbers_and_another_gives_others(given: Experiment):
    one, same, other = Trainer(given), Trainer(given), Trainer(given.replace(seed=1))
    for trainer in (one, same, other):
        trainer.step(1000)
    assert everything(one) == everything(same)
    assert everything(one)["arrays"] != everything(other)["arrays"]


@every_case
def test_pieces_pauses_evaluations_and_watching_change_no_number(given: Experiment, monkeypatch: pytest.MonkeyPatch):
    whole = Trainer(given)
    whole.step(10_000)
    monkeypatch.setattr(Clock, "due", lambda self, step, seconds: True)  # everything is measured at every step
    pieces = Trainer(given)
    pieces.opening()
    turn = 0
    while not pieces.finished:
        match turn % 4:
            case 0:
                pieces.step(3)
            case 1:
                pieces.advance(0.0, steps=2)
            case 2:
                pieces.advance(0.0)
                pieces.evaluate(), pieces.evaluate("train"), pieces.closing()
            case _:
                pieces.state()
        turn += 1
    assert everything(pieces) == everything(whole)


@every_case
def test_training_goes_on_to_the_bit_from_any_step(given: Experiment, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(windows, "width", lambda step: 4)  # as late in a long run, so that windows are open at a checkpoint
    whole = Trainer(given)
    seen: dict[int, list[AnyRecord]] = {}
    while not whole.finished:
        seen[whole.steps_done] = []
        records = told(whole.advance(0.0, steps=1))
        for earlier in seen.values():
            earlier += records
    assert any(isinstance(record, Steps) and record.last == record.first + 3 for record in seen[0])
    for cut in seen:
        before = Trainer(given)
        before.step(cut)
        after = Trainer(given)
        after.load_state(saved(before))
        assert after.steps_done == cut
        records = told(after.advance(0.0, steps=10_000))
        assert everything(after) == everything(whole)
        assert records == seen[cut]
        assert after.message == whole.message


def told(records: list[AnyRecord]) -> list[AnyRecord]:
    """Records that are a matter of numbers, without those of time, and of how weights began: that was told before."""
    timeless = []
    for record in records:
        if isinstance(record, Steps):
            record = Steps(**{name: 0.0 if name == "seconds" else getattr(record, name) for name in record.__struct_fields__})
        if isinstance(record, (Steps, Evaluation, Event)) and getattr(record, "kind", "") != "start":
            timeless.append(record)
    return timeless


def saved(trainer: Trainer) -> TrainerState:
    """Its state as it comes back from a file: arrays of their own, and what strict JSON can hold."""
    state = trainer.state()
    return TrainerState(copy.deepcopy(state.arrays), json.loads(json.dumps(state.extra, allow_nan=False)))


def test_a_state_stays_as_it_was_while_training_goes_on():
    trainer = Trainer(CASES["early stopping"])
    trainer.step(12)
    state = trainer.state()
    arrays, extra = copy.deepcopy(state.arrays), copy.deepcopy(state.extra)
    trainer.step(12)
    assert extra == state.extra and all((arrays[name] == a).all() for name, a in state.arrays.items())


def test_a_changed_learning_rate_is_part_of_the_state():
    one, other = Trainer(CASES["adam"]), Trainer(CASES["adam"])
    one.step(3)
    one.set_learning_rate(0.5)
    other.load_state(saved(one))
    assert other.learning_rate == 0.5
    assert one.step(1) == other.step(1)


def test_a_state_of_another_network_or_optimizer_is_refused():
    trainer = Trainer(CASES["adam"])
    for changes, why in (
        ({"network": (Dense(9), Tanh(), Dense(2))}, "parameters is missing or has another size"),
        ({"network": (Dense(7), BatchNorm(), Dense(2))}, "parameters is missing or has another size"),
        ({"optimizer": SGD()}, r"it has slots\.[mv], for which there is no use here"),
        ({"optimizer": SGD(momentum=0.5)}, r"it has slots\.m, for which there is no use here"),
    ):
        other = Trainer(experiment(**changes))
        before = everything(other)
        with pytest.raises(RunError, match=f"^the checkpoint doesn't fit this experiment: {why}; if experiment.toml was changed, "):
            other.load_state(trainer.state())
        assert repr(everything(other)) == repr(before)
