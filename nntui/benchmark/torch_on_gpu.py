"""PyTorch on a GPU, in the three ways that people train with it: eagerly, replaying a CUDA graph, and compiled."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nntui.benchmark.engines import Candidate
from nntui.benchmark.pytorch import Lesson
from nntui.errors import BackendError

if TYPE_CHECKING:
    from nntui.benchmark.workloads import Workload

WARM_UP = 3
"""Steps before one is captured, on a stream of their own, as PyTorch's notes on CUDA graphs ask for."""


def candidates(engine: str, workload: Workload) -> list[Candidate]:
    """One for each way. Raises BackendError if PyTorch finds no GPU."""
    torch = import_module("torch")
    if not torch.cuda.is_available():
        raise BackendError("pytorch: it finds no GPU, so it can't be compared; install a build of it for CUDA")
    ways: dict[str, Callable[[Any, Workload], Callable[[], None]]] = {"eager": eager, "graph": graph, "compile": compiled}
    return [Candidate(engine, 1, way, _waiting(torch, make(torch, workload))) for way, make in ways.items()]


def _waiting(torch: Any, step: Callable[[], None]) -> Callable[[int], None]:
    def train(steps: int) -> None:
        for _ in range(steps):
            step()
        torch.cuda.synchronize()

    return train


def eager(torch: Any, workload: Workload) -> Callable[[], None]:
    """Launch by launch, with the fused optimizer."""
    lesson = Lesson(torch, workload, fused=True, device="cuda")
    return lambda: lesson.step(*lesson.batch())


def compiled(torch: Any, workload: Workload) -> Callable[[], None]:
    """Forward and backward compiled by torch.compile for few launches."""
    lesson = Lesson(torch, workload, fused=True, device="cuda")
    loss = torch.compile(lesson.loss, mode="reduce-overhead")

    def step() -> None:
        X, y = lesson.batch(whole=True)  # another size would be compiled anew
        lesson.optimizer.zero_grad()
        loss(X, y).backward()
        lesson.optimizer.step()

    return step


def graph(torch: Any, workload: Workload) -> Callable[[], None]:
    """A whole step captured once; each batch is copied to where the graph reads it."""
    lesson = Lesson(torch, workload, fused=True, device="cuda", capturable=True)
    X, y = (part.clone() for part in lesson.batch(whole=True))
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(WARM_UP):
            lesson.step(X, y)
    torch.cuda.current_stream().wait_stream(aside)
    captured = torch.cuda.CUDAGraph()
    lesson.optimizer.zero_grad(set_to_none=True)
    with torch.cuda.graph(captured):
        lesson.loss(X, y).backward()
        lesson.optimizer.step()

    def step() -> None:
        for place, part in zip((X, y), lesson.batch(whole=True), strict=True):
            place.copy_(part)
        captured.replay()

    return step
