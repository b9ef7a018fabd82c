"""All cores for operations that go through their work in portions.

NumPy lets go of the interpreter while it copies or multiplies, so portions run side by side in threads, each product on
one core; BLAS's own threads would leave the copies to a single core, and wait for each other at every product, which takes
many times as long as the product if another program has the second core. Who comes too late here isn't waited for. What a
portion computes doesn't depend on who computes it.
"""

from __future__ import annotations

import math
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from functools import cache
from queue import SimpleQueue
from typing import Any, TypeAlias

import numpy as np

from nntui.backends.operations import Array


class Worker:
    """One thread's own memory, which stays between calls: warm in its cache, and as large as the largest operation needs."""

    def __init__(self) -> None:
        self._arrays: dict[tuple[str, np.dtype[Any]], Array] = {}
        self.grown: dict[tuple[str, np.dtype[Any]], int] = {}
        """Sizes of what had to be made larger since somebody looked."""

    def array(self, use: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """Scratch for one use, with whatever was there before."""
        size = math.prod(shape)
        have = self._arrays.get((use, dtype))
        if have is None or have.size < size:
            have = self.reserve((use, dtype), size)
            self.grown[use, dtype] = size
        return have[:size].reshape(shape)

    def reserve(self, key: tuple[str, np.dtype[Any]], size: int) -> Array:
        """Memory for one use and type, at least so large."""
        have = self._arrays.get(key)
        if have is None or have.size < size:
            have = self._arrays[key] = np.empty(size, key[1])
        return have


Job: TypeAlias = Callable[[Worker, int], None]
"""Does one portion with a worker's memory."""


class _Task:
    """Portions that wait to be done, by whoever comes first."""

    __slots__ = ("closed", "entered", "job", "waiting")

    def __init__(self, job: Job, portions: int) -> None:
        self.job = job
        self.waiting = deque(range(portions))
        self.entered: list[SimpleQueue[BaseException | None]] = []
        """Where each helper tells that it is done: apart, so that one who came too late isn't taken for one who is still at it."""
        self.closed = False

    def work(self, worker: Worker) -> None:
        while self.waiting:
            try:
                portion = self.waiting.popleft()
            except IndexError:  # somebody was faster
                return
            self.job(worker, portion)

    def help(self, worker: Worker) -> None:
        """Work as far as there is anything left. Who comes too late isn't waited for, and must not begin any more."""
        error: BaseException | None = None
        done: SimpleQueue[BaseException | None] = SimpleQueue()
        self.entered.append(done)
        try:
            if not self.closed:
                self.work(worker)
        except BaseException as raised:
            error = raised
        done.put(error)

    def finish(self) -> BaseException | None:
        """Wait for those who are still at it; what went wrong there."""
        self.closed = True
        self.waiting.clear()
        errors = [done.get() for done in tuple(self.entered)]
        return next((error for error in errors if error is not None), None)


class _Helper:
    """A thread that waits for tasks."""

    def __init__(self) -> None:
        self.worker = Worker()
        self.inbox: SimpleQueue[tuple[_Task, Context]] = SimpleQueue()
        threading.Thread(target=self._serve, name="nntui-worker", daemon=True).start()

    def _serve(self) -> None:
        while True:
            task, context = self.inbox.get()
            context.run(task.help, self.worker)  # the caller's context: NumPy keeps there what to do about overflows
            del task, context


class Team:
    """The threads, and their memory, for one operation at a time: `with team() as ours`. Meanwhile BLAS has one thread.

    There are as many as `working_with` says, or else as BLAS is set to use.
    """

    def __init__(self, fixed: int | None = None) -> None:
        self.worker = Worker()
        """The memory of whoever calls."""
        self.fixed = fixed
        """How many threads there are, if BLAS has only one all the time; None if BLAS says."""
        self._helpers: list[_Helper] = []
        self._lock = threading.Lock()
        self._threads = 1

    @property
    def threads(self) -> int:
        """How many work side by side."""
        if self.fixed is not None:
            return self.fixed
        library = blas()
        return library.num_threads if library is not None else 1

    def __enter__(self) -> Team:
        self._lock.acquire()
        self._threads = self.threads
        if self._threads > 1 and self.fixed is None:
            blas().set_num_threads(1)
        return self

    def __exit__(self, *_: object) -> None:
        if self._threads > 1 and self.fixed is None:
            blas().set_num_threads(self._threads)
        self._lock.release()

    def share(self, job: Job, portions: int) -> None:
        """Do job(worker, 0) ... job(worker, portions - 1), in any order, on as many threads as there are."""
        count = min(self._threads, portions) - 1
        if count < 1 or (self.fixed is None and blas().num_threads != 1):  # a thread that may not set it
            for portion in range(portions):
                job(self.worker, portion)
        else:
            self._spread(_Task(job, portions), count)

    def _spread(self, task: _Task, count: int) -> None:
        while len(self._helpers) < count:
            self._helpers.append(_Helper())
        for helper in self._helpers[:count]:
            helper.inbox.put((task, copy_context()))
        error: BaseException | None = None
        try:
            task.work(self.worker)
        finally:  # also when interrupted: nobody may still be writing when this returns
            error = task.finish()
        if error is not None:
            raise error
        self._level(self._helpers[:count])

    def _level(self, helpers: list[_Helper]) -> None:
        """Give everybody the memory that one of them needed: who came too late today mustn't allocate tomorrow."""
        workers = [self.worker, *(helper.worker for helper in helpers)]
        for grown in [worker.grown for worker in workers if worker.grown]:
            for key, size in grown.items():
                for worker in workers:
                    worker.reserve(key, size)
            grown.clear()


_team = Team()


def team() -> Team:
    """This process's threads. One operation at a time has them: another thread's waits."""
    return _team


def _forget() -> None:
    global _team
    _team = Team(_team.fixed)  # threads don't follow into a forked process


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


@cache
def blas() -> Any:
    """NumPy's own BLAS as threadpoolctl sees it; None if it can't be told how many threads to use: then there is one worker."""
    from threadpoolctl import ThreadpoolController

    for library in ThreadpoolController().lib_controllers:
        if library.user_api == "blas" and "numpy" in library.filepath:
            return library
    return None


@contextmanager
def working_with(threads: int) -> Iterator[None]:
    """Inside, operations have so many threads; afterwards as many as before."""
    from threadpoolctl import threadpool_limits

    ours = team()
    before = ours.fixed
    known = blas() is not None
    with threadpool_limits(1 if known else threads, "blas"):
        ours.fixed = threads if known else None
        try:
            yield
        finally:
            ours.fixed = before


PORTIONS = 8
"""The most parts of a batch that are computed side by side. Sums over the batch are made in their order."""
WORTH = 250_000
"""Nanoseconds of work that make a part of its own worth while: waking a thread takes up to a fifth of it."""

PASS = 0.2
"""Nanoseconds for a number in one pass over an array, about."""


def parts(n: int, nanoseconds: float, most: int = PORTIONS) -> list[tuple[int, int]]:
    """0 ... n cut into parts for `share`, as many as so much work is worth. Told by sizes alone: sums are always made alike."""
    count = max(1, min(n, most, int(nanoseconds / WORTH)))
    return [(n * i // count, n * (i + 1) // count) for i in range(count)]


MANY = 1 << 18
"""Numbers of an array from which even one pass over it is worth more than one core."""


def side_by_side(compute: Callable[..., object], *arrays: Array, passes: int = 1) -> None:
    """compute(*arrays) for arrays alike in their first axis and large (`MANY`), in parts of it, on all cores.

    For what treats every number, or every row, for itself.
    """
    portions = parts(len(arrays[0]), PASS * passes * arrays[0].size)

    def job(worker: Worker, portion: int) -> None:
        some = slice(*portions[portion])
        compute(*[A[some] for A in arrays])

    with team() as ours:
        ours.share(job, len(portions))
