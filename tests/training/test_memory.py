"""A training takes little more memory than it must, evaluations included, on any number of cores, and reads the data where it lies."""

import tracemalloc

import numpy as np
import pytest

from nntui.benchmark.workloads import Noise, Workload, mlp
from nntui.nn.activations import ReLU
from nntui.nn.convolution import Conv2D
from nntui.nn.costs import training_bytes
from nntui.nn.dense import Dense
from nntui.nn.layer import Layer
from nntui.nn.network import Network
from nntui.nn.normalization import BatchNorm
from nntui.nn.plan import plan
from nntui.nn.pooling import GlobalAvgPool
from nntui.nn.skip import Skip
from nntui.training.evaluator import BATCH, MEMORY, examples_at_once
from nntui.training.threads import limited
from nntui.training.trainer import Trainer

BODY = (Conv2D(16), BatchNorm(), ReLU(), Conv2D(16), BatchNorm())
IMAGES: tuple[Layer, ...] = (Conv2D(16), BatchNorm(), ReLU(), Skip(BODY), ReLU(), GlobalAvgPool(), Dense(10))

WIDE = Workload("wide", mlp(1024, 1024, 10, activation=ReLU()), Noise(shape=(784,), classes=10, examples=1024), batch=64)
CONVOLUTIONS = Workload("convolutions", IMAGES, Noise(shape=(32, 32, 3), classes=10, examples=1024), batch=64)


@pytest.mark.parametrize("workload", [WIDE, CONVOLUTIONS], ids=lambda workload: workload.name)
def test_the_peak_is_at_most_1_3_times_parameters_slots_activations_and_data(workload: Workload) -> None:
    data = sum(split.X.nbytes + split.y.nbytes for split in (workload.data.train, workload.data.validation))
    needed = data + training_bytes(plan(workload.layers, workload.x).checked(), workload.batch, slots=2)
    experiment = workload.experiment
    tracemalloc.start()
    try:
        trainer = Trainer(experiment, "numpy", data=workload.data)
        with limited(2):
            trainer.step(2)
            trainer.evaluate()
        peak = data + tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert needed / 2 < peak < 1.3 * needed


@pytest.mark.parametrize("workload", [WIDE, CONVOLUTIONS], ids=lambda workload: workload.name)
def test_on_several_cores_the_same_training_gives_the_same_bits_again_and_allocates_nothing(workload: Workload) -> None:
    trained = []
    for _ in range(2):
        trainer = Trainer(workload.experiment, "numpy", data=workload.data)
        with limited(3):
            trainer.step(3)
            # A thread that has had no share of a step yet, because the cores were busy, still makes its scratch: steps later it has it.
            assert any(_allocates_nothing(trainer) for _ in range(8))
            trainer.step(27 - trainer.steps_done)
        trained.append(trainer.network.flat)
    np.testing.assert_array_equal(*trained)


def _allocates_nothing(trainer: Trainer) -> bool:
    tracemalloc.start()
    try:
        trainer.step(1)
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        trainer.step(2)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return after - before < 8 * 1024 and peak - before < 256 * 1024  # NumPy's buffers for casts, a thread's each


def test_the_data_is_read_where_it_lies_in_every_epoch() -> None:
    trainer = Trainer(WIDE.experiment, "numpy", data=WIDE.data)
    runner = trainer.runner
    per_epoch = runner.steps_per_epoch
    assert np.shares_memory(runner._device["train"][0], WIDE.data.train.X)
    assert np.shares_memory(runner._device["validation"][0], WIDE.data.validation.X)
    trainer.step(per_epoch)
    trainer.evaluate()
    tracemalloc.start()
    try:
        trainer.step(2 * per_epoch)
        trainer.evaluate()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < WIDE.data.train.X.nbytes


def test_evaluations_take_as_many_examples_at_once_as_memory_likes() -> None:
    small, images = Network(mlp(16, 2, activation=ReLU()), (2,)), Network(IMAGES, (32, 32, 3))
    huge = Network((Conv2D(64), GlobalAvgPool()), (512, 512, 3))
    assert examples_at_once(small) == BATCH
    assert 1 < examples_at_once(images) < 64
    assert examples_at_once(huge) == 1 and MEMORY < 512 * 512 * 64 * 4
