import copy
import json
import math
import tracemalloc
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from nntui.data.planar import RegressPlane, Spiral
from nntui.data.source import Data, Facts, Plane, Source, Split
from nntui.errors import ExperimentError, RunError, ShapeError
from nntui.experiment import EarlyStopping, Experiment, Training
from nntui.measurements import AnyRecord, Evaluation, Event, Measurement, Steps
from nntui.nn.activations import ReLU, Tanh
from nntui.nn.dense import Dense
from nntui.nn.losses import CrossEntropy, MeanSquaredError, Target
from nntui.nn.normalization import BatchNorm
from nntui.nn.regularization import Dropout
from nntui.nn.skip import Skip
from nntui.optim.optimizers import SGD, Adam, AdamW
from nntui.optim.schedules import Constant, Cosine, OneCycle
from nntui.training import windows
from nntui.training.batches import Batches
from nntui.training.probe import Clock
from nntui.training.state import TrainerState
from nntui.training.trainer import Trainer

SMALL = (Dense(8), Tanh(), Dense(2))
EVERYTHING = (Dense(8), BatchNorm(), ReLU(), Dropout(0.3), Skip((Dense(8), Tanh())), Dense(2))


def experiment(**changes: object) -> Experiment:
    """45 examples to learn, 15 to validate with."""
    training = changes.pop("training", None) or Training(epochs=4, batch_size=10)
    given = {"network": SMALL, "data": Spiral(examples=60, noise=0.1, validation=0.25), "loss": CrossEntropy(), "optimizer": Adam()}
    return Experiment(**{**given, "training": training, **changes})  # type: ignore[arg-type]


CASES = {
    "adam": experiment(optimizer=Adam(learning_rate=0.01)),
    "momentum, one cycle": experiment(optimizer=SGD(learning_rate=0.1, momentum=0.9), schedule=OneCycle()),
    "dropout and batch norm": experiment(network=EVERYTHING, optimizer=AdamW(learning_rate=0.01)),
    "early stopping": experiment(network=EVERYTHING, training=Training(epochs=5, batch_size=8, early_stopping=EarlyStopping(patience=2))),
    "a remainder of one, clipped": experiment(network=EVERYTHING, training=Training(epochs=3, batch_size=11, clip_norm=0.1)),
    "the whole data at once": experiment(training=Training(epochs=12, batch_size=1000), schedule=Cosine()),
    "in portions": experiment(training=Training(epochs=3, batch_size=20, accumulate=3)),
}
every_case = pytest.mark.parametrize("given", CASES.values(), ids=CASES)


def everything(trainer: Trainer) -> dict[str, object]:
    """All that training has changed, to the bit."""
    state = trainer.state()
    extra = {key: value for key, value in state.extra.items() if key not in ("seconds", "message")}
    return {"arrays": {name: (a.dtype.name, a.tobytes()) for name, a in state.arrays.items()}, "loss": trainer.last_loss, **extra}


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
    """Records that are a matter of numbers, without those that are a matter of time."""
    timeless = []
    for record in records:
        if isinstance(record, Steps):
            record = Steps(**{name: 0.0 if name == "seconds" else getattr(record, name) for name in record.__struct_fields__})
        if isinstance(record, (Steps, Evaluation, Event)):
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
        with pytest.raises(RunError, match=f"^the checkpoint doesn't fit this experiment: {why}$"):
            other.load_state(trainer.state())
        assert repr(everything(other)) == repr(before)


# -- what a step does ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """Data that a test has made itself."""

    data: Data

    @classmethod
    def of(
        cls, X: np.ndarray, y: np.ndarray, classes: int | None = None, validation: tuple[np.ndarray, np.ndarray] | None = None
    ) -> "Held":
        names = tuple(map(str, range(classes))) if classes else None
        facts = Facts(X.shape[1:], Target(classes), names, (), len(X))
        return cls(Data(facts, Split(X.astype(np.float32), y), Split(*validation) if validation else None))

    def trainer(self, dtype: str = "float32", **changes: object) -> Trainer:
        data = self.data

        class Made(Source, tag="made"):
            def facts(self) -> Facts:
                return data.facts

            def load(self, seed: int) -> Data:
                return data

        return Trainer(experiment(data=Made(validation=0.5), **changes), dtype=dtype)


_rng = np.random.default_rng(0)
LINE = Held.of(_rng.standard_normal((40, 3)), _rng.standard_normal((40, 1)))


def test_full_batch_descent_on_a_linear_model_is_the_textbook_formula():
    trainer = LINE.trainer(
        dtype="float64",
        network=(Dense(1),),
        loss=MeanSquaredError(),
        optimizer=SGD(learning_rate=0.1),
        training=Training(epochs=20, batch_size=40),
    )
    X, y = LINE.data.train.X.astype(np.float64), LINE.data.train.y
    W, b = (trainer.network.params[f"0.dense.{name}"].copy() for name in "Wb")
    for _ in range(20):
        residual = X @ W + b - y
        loss = np.mean(residual**2)
        W, b = W - 0.1 * 2.0 / 40.0 * X.T @ residual, b - 0.1 * 2.0 / 40.0 * residual.sum(0)
    assert trainer.step(20) == pytest.approx(loss, rel=1e-10)
    np.testing.assert_allclose(trainer.network.params["0.dense.W"], W, rtol=1e-10)
    np.testing.assert_allclose(trainer.network.params["0.dense.b"], b, rtol=1e-10)


def test_steps_learn_the_batches_of_the_shuffle_the_smaller_last_one_included():
    trainer = LINE.trainer(
        dtype="float64",
        network=(Dense(1),),
        loss=MeanSquaredError(),
        optimizer=SGD(learning_rate=0.05),
        training=Training(epochs=2, batch_size=15),
    )
    X, y = LINE.data.train.X.astype(np.float64), LINE.data.train.y
    W, b = (trainer.network.params[f"0.dense.{name}"].copy() for name in "Wb")
    order = Batches(40, 15, seed=0)
    for step in range(6):
        batch = order.at(step)
        assert len(batch) == (15, 15, 10)[step % 3]
        residual = X[batch] @ W + b - y[batch]
        W, b = W - 0.05 * 2.0 / len(batch) * X[batch].T @ residual, b - 0.05 * 2.0 / len(batch) * residual.sum(0)
    trainer.step(6)
    assert trainer.finished and trainer.total_steps == 6
    np.testing.assert_allclose(trainer.network.params["0.dense.W"], W, rtol=1e-10)


def test_a_batch_in_portions_is_the_same_step():
    whole, portions = (
        LINE.trainer(
            dtype="float64",
            network=(Dense(4), Tanh(), Dense(1)),
            loss=MeanSquaredError(),
            training=Training(epochs=3, batch_size=16, accumulate=n),
        )
        for n in (1, 3)
    )
    assert portions.step(9) == pytest.approx(whole.step(9), rel=1e-12)
    np.testing.assert_allclose(portions.network.flat, whole.network.flat, rtol=1e-9)


def test_every_example_is_seen_once_an_epoch_in_an_order_of_its_own():
    order = Batches(23, 5, seed=4)
    epochs = [np.concatenate([order.at(epoch * order.per_epoch + k).copy() for k in range(order.per_epoch)]) for epoch in range(3)]
    assert all(sorted(epoch) == list(range(23)) for epoch in epochs)
    assert all(not np.array_equal(a, b) for a, b in pairwise(epochs))
    again = Batches(23, 5, seed=4)
    assert again.at(7).tolist() == order.at(7).tolist()  # any step can be asked for first
    assert (order.size, order.remainder, order.per_epoch) == (5, 3, 5)
    assert (Batches(23, 99, 0).size, Batches(23, 99, 0).remainder) == (23, 0)


def test_the_schedule_moves_the_rate_from_the_first_step_to_the_last():
    trainer = Trainer(experiment(schedule=Cosine(final=0.1), optimizer=SGD(learning_rate=2.0)))
    rates = [trainer.learning_rate]
    for _ in range(trainer.total_steps):
        trainer.step()
        rates.append(trainer.learning_rate)
    assert rates[0] == rates[1] == 2.0 and rates[-1] == pytest.approx(0.2)
    assert rates[1:] == sorted(rates[1:], reverse=True)


def test_the_schedules_momentum_takes_the_optimizers_place():
    schedule = OneCycle(momentum_high=0.5, momentum_low=0.5)
    one, same, other = (
        Trainer(experiment(optimizer=SGD(momentum=m), schedule=s)) for m, s in ((0.9, schedule), (0.5, schedule), (0.9, OneCycle()))
    )
    assert one.step(20) == same.step(20) != other.step(20)


def test_a_rate_set_by_hand_is_scaled_by_the_schedule_and_told():
    trainer = Trainer(experiment(schedule=Cosine(), optimizer=SGD(learning_rate=2.0)))
    trainer.step(9)
    before = trainer.learning_rate
    event = trainer.set_learning_rate(1.0)
    assert (event.step, event.kind, event.text) == (9, "learning_rate", "learning rate 2 → 1")
    trainer.step()
    assert 0.4 * before < trainer.learning_rate < 0.5 * before
    with pytest.raises(ExperimentError, match="learning_rate"):
        trainer.set_learning_rate(-1.0)


def test_training_ends_with_its_last_epoch():
    trainer = Trainer(experiment())
    assert trainer.total_steps == 20 and trainer.steps_per_epoch == 5
    trainer.step(7)
    assert trainer.epoch == pytest.approx(1.4) and not trainer.finished
    trainer.step(10_000)
    assert trainer.finished and trainer.outcome == "finished" and trainer.steps_done == 20
    assert trainer.message == "finished after 20 steps"
    assert trainer.advance(1.0) == [] and trainer.steps_done == 20


def test_a_slice_of_no_time_is_one_step():
    trainer = Trainer(experiment())
    trainer.advance(0.0)
    assert trainer.steps_done == 1


# -- what is told -------------------------------------------------------------------------------------------------------------------


def test_watching_tells_every_step_every_epoch_and_the_layers():
    trainer = Trainer(experiment())
    records = trainer.advance(0.0, steps=1000)
    steps = [record for record in records if isinstance(record, Steps)]
    assert [(s.first, s.last) for s in steps] == [(k, k) for k in range(1, 21)]
    assert all(math.isfinite(s.loss) and s.gradient_norm > 0.0 for s in steps)
    evaluations = [record for record in records if isinstance(record, Evaluation)]
    assert [(e.split, e.step) for e in evaluations] == [(split, 5 * k) for k in range(1, 5) for split in ("train", "validation")]
    assert all(set(e.metrics) == {"accuracy"} for e in evaluations)
    assert any(isinstance(record, Measurement) for record in records)
    assert records[-1] == Event(step=20, kind="finished", text="finished after 20 steps")


def test_evaluating_takes_a_whole_split_without_dropout_and_changes_nothing():
    trainer = Trainer(CASES["dropout and batch norm"])
    trainer.step(10)
    before = everything(trainer)
    assert trainer.evaluate() == trainer.evaluate("validation") != trainer.evaluate("train")
    assert everything(trainer) == before
    Z = trainer.network.forward(trainer.data.validation.X)
    P = np.exp(Z) / np.exp(Z).sum(-1, keepdims=True)
    y = trainer.data.validation.y
    assert trainer.evaluate()["loss"] == pytest.approx(-np.log(P[np.arange(15), y]).mean(), rel=1e-5)
    assert trainer.evaluate()["accuracy"] == np.mean(Z.argmax(-1) == y)


def test_a_split_larger_than_a_batch_is_evaluated_whole():
    X, y = _rng.standard_normal((1300, 3)), _rng.standard_normal((1300, 1))
    trainer = Held.of(X, y).trainer(network=(Dense(1),), loss=MeanSquaredError())
    expected = np.mean((trainer.network.forward(X) - y) ** 2)
    assert trainer.evaluate("train")["loss"] == pytest.approx(expected, rel=1e-5)


def test_without_validation_the_training_part_is_evaluated():
    trainer = Trainer(experiment(data=Spiral(examples=60, validation=0.0)))
    assert trainer.evaluate() == trainer.evaluate("train")


# -- what goes wrong ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layers", [(Dense(8), Dense(1)), (Dense(8), BatchNorm(), Dense(8), Dense(1))], ids=["plain", "batch norm"])
@pytest.mark.parametrize("watched", [False, True])
def test_a_loss_that_explodes_ends_training_and_leaves_the_last_weights(layers, watched: bool):
    trainer = Trainer(
        experiment(
            network=layers,
            data=RegressPlane(examples=60),
            loss=MeanSquaredError(),
            optimizer=SGD(learning_rate=1e4),
            training=Training(epochs=500),
        )
    )
    records: list[AnyRecord] = []
    while not trainer.finished:
        before = trainer.state()
        records += trainer.advance(0.0, steps=1) if watched else []
        if not watched:
            trainer.step()
    after = trainer.state()
    assert trainer.outcome == "diverged" and trainer.steps_done < trainer.total_steps
    for name, array in after.arrays.items():
        assert np.isfinite(array).all(), name
        np.testing.assert_array_equal(array, before.arrays[name])
    assert f"at step {trainer.steps_done} with learning rate 1e+04: the weights of the step before are kept" in trainer.message
    if watched:
        last = [record for record in records if isinstance(record, Steps)][-1]
        assert last.last == trainer.steps_done and last.non_finite == 1


def test_a_gradient_that_overflows_behind_a_finite_loss_is_not_used():
    X = np.full((4, 1), 1e16)
    trainer = Held.of(X, np.full((4, 1), 1e18)).trainer(network=(Dense(1, init="zeros"),), loss=MeanSquaredError(), optimizer=SGD())
    loss = trainer.step()
    assert math.isfinite(loss) and trainer.outcome == "diverged" and trainer.message.startswith("the gradient became infinite at step 1 ")
    assert not trainer.network.flat.any()


def test_a_last_batch_of_one_gives_batch_norm_no_trouble():
    trainer = Trainer(experiment(network=EVERYTHING, training=Training(epochs=30, batch_size=11), schedule=Constant()))
    assert trainer.data.train.X.shape[0] % 11 == 1
    trainer.step(10_000)
    assert trainer.outcome == "finished" and np.isfinite(trainer.network.flat).all()
    variance = trainer.network.statistics["1.batch_norm.running_variance"]
    Z = trainer.data.train.X @ trainer.network.params["0.dense.W"]
    assert 0.6 < np.median(variance / Z.var(0, ddof=1)) < 1.6  # not drawn to 0 by the batch of one


def test_what_does_not_fit_is_refused_before_anything_is_loaded():
    with pytest.raises(ShapeError, match=r"layer 0\.skip: "):
        Trainer(experiment(network=(Skip((Dense(3),)), Dense(2))))
    with pytest.raises(ExperimentError, match="nothing in it learns"):
        Trainer(experiment(network=(Tanh(),)))
    with pytest.raises(ExperimentError, match="one output per class"):
        Trainer(experiment(network=(Dense(3),)))


# -- memory and precision -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layers", [(Dense(8), Tanh(), Dense(8), Tanh(), Dense(2)), EVERYTHING], ids=["2-8-8-2", "everything"])
def test_a_hundred_steps_allocate_nothing_that_stays(layers):
    trainer = Trainer(experiment(network=layers, data=Spiral(), training=Training(epochs=1000, batch_size=10)))
    trainer.step(500)
    tracemalloc.start()
    try:
        trainer.step(100)
        before = tracemalloc.get_traced_memory()[0]
        trainer.step(100)
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert after - before < 1024


def test_a_step_makes_no_array_on_the_way():
    X, y = _rng.standard_normal((600, 64)), _rng.integers(0, 10, 600)
    trainer = Held.of(X, y, classes=10).trainer(
        network=(Dense(128), BatchNorm(), ReLU(), Dropout(0.2), Dense(10)), training=Training(epochs=1000, batch_size=500, clip_norm=1.0)
    )
    trainer.step(4)
    tracemalloc.start()
    try:
        trainer.step(4)
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        trainer.step(4)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - before < 64 * 1024  # the smallest hidden array has 256 kB; a shuffle needs 5


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "given", [CASES["early stopping"], CASES["a remainder of one, clipped"], CASES["in portions"]], ids=["stop", "clip", "portions"]
)
def test_every_array_of_a_trainer_keeps_its_precision(given: Experiment, dtype: str):
    trainer = Trainer(given, dtype=dtype)
    trainer.advance(0.0, steps=10)
    assert {a.dtype.name for a in floats(trainer)} == {dtype}
    assert {a.dtype.name for a in trainer.state().arrays.values()} == {dtype}


def floats(root: object) -> list[np.ndarray]:
    """Every array of floating-point numbers that a trainer's own objects hold, except for data as it was loaded."""
    found, seen, todo = [], set(), [root]
    while todo:
        value = todo.pop()
        if id(value) in seen or isinstance(value, (Data, Plane, Experiment)):
            continue
        seen.add(id(value))
        if isinstance(value, np.ndarray):
            if value.dtype.kind == "f":
                found.append(value)
        elif isinstance(value, dict):
            todo += value.values()
        elif isinstance(value, (list, tuple)):
            todo += value
        elif type(value).__module__.startswith("nntui") and type(value) is not Split:
            todo += [
                getattr(value, name) for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ()) if hasattr(value, name)
            ]
            todo += vars(value).values() if hasattr(value, "__dict__") else ()
    assert len(found) > 20
    return found


def test_double_precision_learns_what_single_precision_learns():
    single, double = (Trainer(CASES["momentum, one cycle"], dtype=dtype) for dtype in ("float32", "float64"))
    assert single.step(20) == pytest.approx(double.step(20), rel=1e-3)
    assert single.step(20) != double.step(20)
