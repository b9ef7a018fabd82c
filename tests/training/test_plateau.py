import math

import pytest
from trainer_cases import experiment

from nntui.data.planar import Spiral
from nntui.errors import ExperimentError
from nntui.experiment import Training
from nntui.measurements import Event, Steps
from nntui.optim.optimizers import SGD
from nntui.optim.schedules import Constant, Plateau
from nntui.training.plateau import PlateauWatch
from nntui.training.trainer import Trainer


def factors(rule: Plateau, losses: list[float]) -> list[float]:
    watch = PlateauWatch(rule)
    found = []
    for loss in losses:
        watch.saw(loss)
        found.append(watch.factor)
    return found


def test_the_rate_drops_each_time_patience_is_over():
    found = factors(Plateau(patience=2, gamma=0.5), [1.0, 0.9, 0.95, 0.91, 0.8, 0.8, 0.8, 0.8, 0.8])
    assert found == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125]


def test_an_improvement_smaller_than_min_delta_is_none():
    assert factors(Plateau(patience=1, gamma=0.5, min_delta=0.1), [1.0, 0.95, 0.85]) == [1, 0.5, 0.5]


def test_it_falls_no_further_than_told_and_then_says_nothing_more():
    watch = PlateauWatch(Plateau(patience=1, gamma=0.1, least=0.05))
    assert [watch.saw(1.0) for _ in range(5)] == [False, True, True, False, False]
    assert watch.factor == 0.05


def test_losses_that_are_not_numbers_are_no_improvement():
    assert factors(Plateau(patience=1, gamma=0.5), [math.nan, math.nan]) == [0.5, 0.25]


def test_other_schedules_are_left_alone():
    watch = PlateauWatch(Constant())
    assert not any(watch.saw(1.0) for _ in range(100)) and watch.factor == 1.0


def test_what_it_remembers_goes_on_where_it_was():
    one, other = PlateauWatch(Plateau(patience=3)), PlateauWatch(Plateau(patience=3))
    for loss in (1.0, 2.0, 2.0):
        one.saw(loss)
    other.load_state(one.state())
    assert [one.saw(2.0), one.saw(0.5), one.best] == [other.saw(2.0), other.saw(0.5), other.best] == [True, False, 0.5]
    assert PlateauWatch(Plateau()).state()["best"] is None


# -- in training -----------------------------------------------------------------------------------------------------------------------


def test_a_trainer_slows_down_and_tells_when_and_why():
    given = experiment(
        optimizer=SGD(learning_rate=3.0), schedule=Plateau(patience=2, gamma=0.1), training=Training(epochs=12, batch_size=10)
    )
    records = Trainer(given).advance(60.0)
    drops = [record for record in records if isinstance(record, Event) and record.kind == "plateau"]
    assert drops[0].text == "no better validation loss for 2 epochs: learning rate 3 → 0.3"
    rates = {record.first: record.learning_rate for record in records if isinstance(record, Steps)}
    assert rates[drops[0].step] == pytest.approx(3.0) and rates[drops[0].step + 1] == pytest.approx(0.3)


def test_a_changed_rate_keeps_the_factor():
    trainer = Trainer(experiment(schedule=Plateau(patience=1)))
    trainer.plateau.saw(1.0), trainer.plateau.saw(1.0)
    trainer.set_learning_rate(0.5)
    assert trainer.learning_rate == pytest.approx(0.05)


def test_it_needs_something_to_watch():
    sentence = "schedule.kind: plateau watches the validation loss, but data.validation is 0: hold out a share"
    with pytest.raises(ExperimentError, match=sentence):
        experiment(schedule=Plateau(), data=Spiral(examples=60, validation=0.0)).check()
