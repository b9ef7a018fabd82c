"""What is compared in a benchmark computes the same: the engines' losses over the same steps, from the same weights."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from nntui.benchmark.jax import JAX
from nntui.benchmark.pytorch import Lesson, begun_like, optimizer_like
from nntui.benchmark.torch_modules import sequential
from nntui.benchmark.workloads import WORKLOADS, Workload
from nntui.training.batches import Batches
from nntui.training.trainer import Trainer

pytestmark = pytest.mark.torch

STEPS = 4
every_workload = pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)


def batches(workload: Workload) -> Iterator[np.ndarray]:
    order = Batches(len(workload.data.train), workload.batch, workload.experiment.seed)
    return (order.at(step).copy() for step in range(STEPS))


def ours(workload: Workload) -> list[float]:
    trainer = Trainer(workload.experiment, "numpy", data=workload.data)
    return [trainer.step() for _ in range(STEPS)]


@every_workload
def test_pytorch_loses_what_we_lose(workload: Workload) -> None:
    torch = pytest.importorskip("torch")
    module = begun_like(workload.network, sequential(workload.layers, workload.x)).train()
    optimizer = optimizer_like(workload.optimizer, module.parameters())
    losses = []
    for batch in batches(workload):
        X, y = (torch.from_numpy(array[batch]) for array in (workload.data.train.X, workload.data.train.y))
        optimizer.zero_grad()
        Z = module(X)
        loss = torch.nn.functional.cross_entropy(Z.reshape(-1, Z.shape[-1]), y.reshape(-1))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses == pytest.approx(ours(workload), rel=2e-4)


def test_a_loop_of_pytorch_s_sees_every_example_once_an_epoch_or_whole_batches_only() -> None:
    torch = pytest.importorskip("torch")
    workload = WORKLOADS[0]
    lesson = Lesson(torch, workload, fused=False)
    examples, size = len(workload.data.train), workload.batch
    sizes = [len(lesson.batch()[0]) for _ in range(-(-examples // size))]
    assert sum(sizes) == examples and set(sizes[:-1]) == {size}
    assert {len(lesson.batch(whole=True)[0]) for _ in range(2 * examples // size)} == {size}
    X, y = lesson.batch()
    before = lesson.loss(X, y).item()
    for _ in range(20):
        lesson.step(X, y)
    assert lesson.loss(X, y).item() < before


@every_workload
def test_jax_loses_what_we_lose(workload: Workload) -> None:
    pytest.importorskip("jax")
    step, state = JAX().compiled(workload)
    losses = []
    for batch in batches(workload):
        state, loss = step(state, workload.data.train.X, workload.data.train.y, batch)
        losses.append(float(loss))
    assert losses == pytest.approx(ours(workload), rel=2e-4)
