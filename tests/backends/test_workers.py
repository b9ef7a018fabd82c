"""Threads that share the portions of an operation: the same numbers, whoever does them, and never a trace left behind."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator

import numpy as np
import pytest

from nntui.backends import numpy_workers
from nntui.backends.numpy_workers import Team, Worker, _Task, parts


class Blas:
    """A stand-in for the library, so that the machine's cores don't matter."""

    def __init__(self, threads: int) -> None:
        self.num_threads = threads
        self.set: list[int] = []

    def set_num_threads(self, n: int) -> None:
        self.num_threads = n
        self.set.append(n)


@pytest.fixture
def blas(monkeypatch: pytest.MonkeyPatch) -> Iterator[Blas]:
    library = Blas(3)
    monkeypatch.setattr(numpy_workers, "blas", lambda: library)
    yield library


def test_every_portion_is_done_once_whoever_does_it(blas: Blas) -> None:
    done = np.zeros(50, int)

    def job(worker: Worker, portion: int) -> None:
        done[portion] += 1

    with Team() as team:
        for _ in range(20):
            team.share(job, 50)
    assert (done == 20).all()


def test_portions_run_side_by_side_each_with_memory_of_its_own(blas: Blas) -> None:
    meeting = threading.Barrier(3, timeout=10.0)
    memory = []

    def job(worker: Worker, portion: int) -> None:
        memory.append(worker.array("scratch", (4,), np.dtype("f4")))
        meeting.wait()

    with Team() as team:
        team.share(job, 3)
    assert len({A.ctypes.data for A in memory}) == 3


def test_who_comes_too_late_isn_t_taken_for_one_who_is_still_at_it() -> None:
    begun, go_on, late = threading.Event(), threading.Event(), threading.Event()

    def job(worker: Worker, portion: int) -> None:
        begun.set()
        assert go_on.wait(10.0)

    task = _Task(job, 1)
    slow = threading.Thread(target=task.help, args=(Worker(),))
    slow.start()
    assert begun.wait(10.0)
    finished = threading.Thread(target=task.finish)
    finished.start()
    while not task.closed:
        late.wait(0.001)
    late.wait(0.05)  # until those who wait for the slow one do so
    task.help(Worker())  # comes when everything is given out
    finished.join(0.2)
    assert finished.is_alive()  # a portion is still being computed
    go_on.set()
    finished.join(10.0)
    assert not finished.is_alive()
    slow.join(10.0)


def test_blas_has_one_thread_meanwhile_and_its_own_number_afterwards(blas: Blas) -> None:
    during = []
    with Team() as team:
        team.share(lambda worker, portion: during.append(blas.num_threads), 4)
    assert during == [1] * 4 and blas.num_threads == 3


def test_where_blas_can_t_be_told_or_uses_one_thread_the_caller_does_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    for library in (None, Blas(1)):
        monkeypatch.setattr(numpy_workers, "blas", lambda library=library: library)
        threads = []
        with Team() as team:
            team.share(lambda worker, portion, threads=threads: threads.append(threading.current_thread()), 5)
        assert threads == [threading.current_thread()] * 5
        assert library is None or library.set == []


def test_a_mistake_in_one_portion_is_raised_when_nobody_works_any_more(blas: Blas) -> None:
    working: set[int] = set()
    begun = threading.Barrier(3, timeout=10.0)

    def job(worker: Worker, portion: int) -> None:
        working.add(portion)
        if portion < 3:
            begun.wait()
        if portion == 1:
            working.discard(portion)
            raise ZeroDivisionError
        working.discard(portion)

    team = Team()
    with pytest.raises(ZeroDivisionError), team:
        team.share(job, 40)
    assert not working and blas.num_threads == 3
    with team:  # and it can be used again
        team.share(lambda worker, portion: working.add(portion), 5)
    assert working == set(range(5))


def test_what_the_caller_lets_pass_of_overflows_passes_in_every_thread(blas: Blas) -> None:
    begun = threading.Barrier(3, timeout=10.0)

    def job(worker: Worker, portion: int) -> None:
        begun.wait()
        np.full(1000, 1e30, "f4") * np.full(1000, 1e30, "f4")

    with warnings.catch_warnings(), np.errstate(over="ignore"), Team() as team:
        warnings.simplefilter("error")
        team.share(job, 3)
    with pytest.raises(FloatingPointError), np.errstate(over="raise"), Team() as team:
        team.share(job, 3)


def test_memory_that_one_worker_needed_is_there_for_all_afterwards(blas: Blas) -> None:
    begun = threading.Barrier(3, timeout=10.0)
    sizes: list[int] = []

    def first(worker: Worker, portion: int) -> None:
        begun.wait()
        if portion == 2:
            worker.array("scratch", (1000,), np.dtype("f8"))

    def second(worker: Worker, portion: int) -> None:
        begun.wait()
        worker.array("scratch", (1000,), np.dtype("f8"))
        sizes.append(len(worker.grown))

    with Team() as team:
        team.share(first, 3)
        team.share(second, 3)
    assert sizes == [0, 0, 0]


def test_a_number_of_threads_that_is_said_counts_instead_of_blas_s_and_blas_keeps_one(blas: Blas) -> None:
    blas.num_threads = 1
    meeting = threading.Barrier(2, timeout=10.0)
    with Team(fixed=2) as team:
        team.share(lambda worker, portion: meeting.wait(), 2)
    assert blas.set == []


def test_threads_are_as_many_as_before_afterwards_also_inside_each_other_and_after_an_error() -> None:
    team = numpy_workers.team()
    if numpy_workers.blas() is None:
        pytest.skip("NumPy's BLAS can't be told how many threads to use")
    before = team.threads
    with numpy_workers.working_with(3):
        assert team.threads == 3 and numpy_workers.blas().num_threads == 1
        with pytest.raises(ZeroDivisionError), numpy_workers.working_with(2):
            assert team.threads == 2
            raise ZeroDivisionError
        assert team.threads == 3
    assert team.fixed is None and team.threads == before


@pytest.mark.parametrize("n", [1, 2, 5, 1000])
def test_what_treats_rows_for_themselves_comes_out_the_same_side_by_side(blas: Blas, monkeypatch: pytest.MonkeyPatch, n: int) -> None:
    monkeypatch.setattr(numpy_workers, "WORTH", 1)
    A, B, out = np.arange(3.0 * n).reshape(n, 3), np.ones((n, 3)), np.empty((n, 3))
    numpy_workers.side_by_side(np.add, A, B, out)
    np.testing.assert_array_equal(out, A + B)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_gets_threads_of_its_own(blas: Blas) -> None:
    with numpy_workers.team() as team:
        team.share(lambda worker, portion: None, 3)
    child = os.fork()
    if child == 0:
        done = []
        with numpy_workers.team() as team:
            team.share(lambda worker, portion: done.append(portion), 3)
        os._exit(0 if sorted(done) == [0, 1, 2] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize(("n", "work"), [(1, 1e9), (7, 1e9), (100, 0.0), (100, 1e9), (3, 600_000.0)])
def test_parts_cover_all_in_order_and_are_as_many_as_the_work_is_worth(n: int, work: float) -> None:
    cut = parts(n, work)
    assert [i for first, last in cut for i in range(first, last)] == list(range(n))
    assert len(cut) == max(1, min(n, numpy_workers.PORTIONS, int(work / numpy_workers.WORTH)))
