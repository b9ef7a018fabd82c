"""The whole CuPy backend on the CPU: its own kernel sources, compiled by the system's compiler, behind a stand-in for cupy.

What this can't show is CuPy itself, cuBLAS, the GPU's own arithmetic (its exp, tanh and fused multiply-adds round a
little differently) and speed: `test_gpu` does.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntui import backends
from nntui.errors import BackendError
from nntui.measurements import Command, Event, Status
from nntui.runs.directory import create
from nntui.runs.run import Run
from nntui.training.loop import Loop
from nntui.training.moving import Moves, moved
from nntui.training.trainer import Trainer

from .fake_cupy import COMPILER, FakeDevice, Library
from .parity import Parity, assert_close
from .parity_training import DENSE_TANH, EXPERIMENTS, TrainingParity, experiment, losses

pytestmark = pytest.mark.skipif(COMPILER is None, reason="needs a C++ compiler")

OURS = tuple(f"nntui.backends.{path.stem}" for path in Path(backends.__file__).parent.glob("cupy*.py"))


def pretend(cupy: Any) -> dict[str, Any]:
    """Put something in the place of the package cupy, for a backend that is imported anew; what was there before."""
    before = {name: sys.modules.pop(name, None) for name in ("cupy", *OURS)}
    forget()
    sys.modules["cupy"] = cupy
    return before


def forget() -> None:
    for name in OURS:
        sys.modules.pop(name, None)
        backends.__dict__.pop(name.rpartition(".")[2], None)


def put_back(before: dict[str, Any]) -> None:
    forget()
    sys.modules.pop("cupy", None)
    for name, module in before.items():
        if module is not None:
            sys.modules[name] = module
            if name in OURS:
                setattr(backends, name.rpartition(".")[2], module)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kernels")


@pytest.fixture(scope="module")
def device(folder: Path) -> FakeDevice:
    return FakeDevice(folder)


@pytest.fixture(scope="module")
def ops(device: FakeDevice) -> Iterator[Any]:
    before = pretend(device.module())
    yield backends.load("cupy")
    put_back(before)


class TestOnTheCpu(Parity, TrainingParity):
    pass


# -- what a step costs ------------------------------------------------------------------------------------------------------


def test_a_step_that_is_watched_allocates_nothing_and_waits_only_for_the_loss_and_the_norm(ops: Any, device: FakeDevice) -> None:
    trainer = Trainer(experiment(training={"batch_size": 4, "epochs": 20}), "cupy")
    trainer.runner.ahead = False
    trainer.step(trainer.steps_per_epoch + 1)  # the first batch of an epoch comes with the order of its examples
    before = device.counters.copy()
    trainer.step(5)
    assert device.counters["allocations"] == before["allocations"]
    assert device.counters["waits"] - before["waits"] == 2 * 5
    # Two gathers; five launches forward, three for the loss; seven backward; norm and update.
    assert device.counters["launches"] - before["launches"] == 19 * 5


def test_an_epoch_sends_its_order_to_the_device_once(ops: Any, device: FakeDevice) -> None:
    trainer = Trainer(experiment(training={"batch_size": 4, "epochs": 20}), "cupy")
    trainer.step(trainer.steps_per_epoch)
    trainer.step(8)  # steps that go ahead have found their memory, and copied it to compare one with its graph
    trainer.step(-trainer.steps_done % trainer.steps_per_epoch)
    before = device.counters["allocations"]
    trainer.step(3 * trainer.steps_per_epoch)
    assert device.counters["allocations"] - before == 3


# -- going over from one backend to the other ---------------------------------------------------------------------------------------


def test_a_training_goes_over_to_the_other_backend_and_on_as_if_it_had_stayed(ops: Any) -> None:
    stays = Trainer(experiment(**EXPERIMENTS["cross_entropy, adam"]), "numpy", "float64")
    goes = Trainer(experiment(**EXPERIMENTS["cross_entropy, adam"]), "numpy", "float64")
    for trainer in (stays, goes):
        trainer.step(7)
    there = moved(goes, "cupy")
    assert there.backend_name == "cupy" and there.steps_done == 7
    back = moved(there, "numpy")
    assert_close([there.step(), back.step()], [stays.step()] * 2, 1e-9)


def test_a_run_that_is_asked_goes_over_and_ends_there(ops: Any, tmp_path: Path) -> None:
    path = create(experiment(backend="numpy", training={"batch_size": 10, "epochs": 400}), home=tmp_path)
    run = Run(path)
    asked = False

    def ask(status: Status) -> None:
        nonlocal asked
        if status.state == "training" and not asked:
            run.send(Command("backend", name="cupy"))
            asked = True

    status = Loop(path, on_progress=ask).run()
    run.refresh()
    assert status.state == "finished" and status.backend == "cupy"
    told = [event.text for event in run.history.events if event.kind == "backend"]
    assert re.fullmatch(r"numpy → cupy after step [\d,]+: weights, optimizer state and position carried over", told[0])


def test_the_speed_on_either_side_is_told_once_it_is_known(ops: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntui.training.moving.SEEN", 0.0)
    trainer, moves, told = Trainer(experiment(), "numpy"), Moves(), list[Event]()
    trainer.step(5)
    moves.want("numpy", "numpy")
    assert not moves.wanted
    moves.want("cupy", "numpy")
    there = moves.make(trainer, told.append)
    there.step(5)
    event = moves.compared(there)
    assert event is not None and re.fullmatch(r"cupy: [\d,]+ steps/s, numpy made [\d,]+: [\d.]+ times (faster|slower)", event.text)
    assert moves.compared(there) is None


def test_auto_tries_both_and_says_why_it_took_one(ops: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntui.training.choosing.find_spec", lambda name: object())
    monkeypatch.setattr("nntui.training.choosing.TRIAL", 0.02)
    trainer = Trainer(experiment(), "auto")
    assert re.fullmatch(rf"auto took {trainer.backend_name}: it trains this at [\d,]+ steps/s, (numpy|cupy) at [\d,]+", trainer.choice)
    assert trainer.choice in [event.text for event in trainer.opening() if isinstance(event, Event)]
    assert losses(trainer, 5) == losses(Trainer(experiment(), trainer.backend_name), 5)


# -- the stand-in is as strict as what it stands for -----------------------------------------------------------------------------


def test_an_array_of_the_device_never_becomes_one_of_the_host_by_itself(ops: Any) -> None:
    with pytest.raises(TypeError, match="Implicit conversion"):
        np.asarray(ops.zeros((2,), "float32"))


def test_arrays_of_two_precisions_don_t_mix(ops: Any) -> None:
    single, double = ops.zeros((2,), "float32"), ops.zeros((2,), "float64")
    with pytest.raises(TypeError, match="mismatched"):
        ops.add(single, single, double)


def test_a_kernel_whose_threads_don_t_wait_for_each_other_is_found_out(device: FakeDevice) -> None:
    code = """typedef float T;
    extern "C" __global__ void reversed(const T* A, T* out) {
      __shared__ T s[64];
      s[threadIdx.x] = A[threadIdx.x];
      WAIT
      out[threadIdx.x] = s[63 - threadIdx.x];
    }"""
    cupy = device.module()
    A = cupy.array(np.arange(64, dtype=np.float32))

    def twice(wait: str) -> list[bool]:
        kernel = cupy.RawModule(code=code.replace("WAIT", wait)).get_function("reversed")
        right = []
        for _ in range(2):  # in ascending and in descending order of the threads
            out = cupy.zeros((64,), "float32")
            kernel((1,), (64,), (A, out))
            right.append(np.array_equal(out.host, A.host[::-1]))
        return right

    assert twice("__syncthreads();") == [True, True]
    assert False in twice("")
    with pytest.raises(AssertionError, match="have left while others wait"):
        twice("if (threadIdx.x > 3) return; __syncthreads();")


def test_a_kernel_that_isn_t_cpp_is_refused(folder: Path) -> None:
    with pytest.raises(AssertionError, match="error"):
        Library("not C++", folder)


# -- what is said where it can't run -----------------------------------------------------------------------------------------------


@pytest.fixture
def stand_in() -> Iterator[Any]:
    """Lets a test put something in cupy's place; what was there is put back."""
    before: list[dict[str, Any]] = []

    def put(cupy: Any) -> None:
        before.append(pretend(cupy))

    yield put
    for modules in reversed(before):
        put_back(modules)


def test_a_machine_without_a_working_device_says_so(stand_in: Any, folder: Path) -> None:
    stand_in(FakeDevice(folder, works=False).module())
    with pytest.raises(BackendError) as refused:
        backends.load("cupy")
    assert str(refused.value) == (
        "backend cupy: cupy is installed, but finds no CUDA device that works (cudaErrorInsufficientDriver: CUDA driver version is "
        "insufficient for CUDA runtime version); see what nvidia-smi says, or use backend numpy"
    )
    assert backends.why_not("cupy") == str(refused.value) and not backends.available("cupy")
    with pytest.raises(BackendError, match="finds no CUDA device"):
        Trainer(experiment(), "cupy")


def test_a_device_without_cuda_s_libraries_says_what_to_install(stand_in: Any, folder: Path) -> None:
    cupy = FakeDevice(folder).module()

    def missing(*_: Any, **__: Any) -> Any:
        raise RuntimeError("Failed to auto-detect CUDA headers.\nSee the documentation.")

    cupy.RawModule = missing
    stand_in(cupy)
    with pytest.raises(BackendError, match=r"can't compute on it \(Failed to auto-detect CUDA headers\); install .*cupy-cuda12x\[ctk\]"):
        backends.load("cupy")


def test_a_broken_cupy_isn_t_called_missing(stand_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def find_spec(self, name: str, *_: Any) -> None:
            if name == "cupy":
                raise ImportError("libcudart.so.12: cannot open shared object file\nand so on")

    stand_in(None)
    del sys.modules["cupy"]
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(BackendError, match=r"^backend cupy: the package cupy can't be imported \(libcudart.so.12: cannot open") as refused:
        backends.load("cupy")
    assert "\n" not in str(refused.value)


def test_a_full_device_says_how_full_it_is_and_what_helps(stand_in: Any, folder: Path) -> None:
    device = FakeDevice(folder)
    stand_in(device.module())
    loaded: Any = backends.load("cupy")
    device.room = 1000
    with pytest.raises(BackendError) as refused:
        Trainer(experiment(network=[*DENSE_TANH, {"layer": "dense", "units": 4000}, {"layer": "dense", "units": 2}]), "cupy")
    assert re.fullmatch(
        r"backend cupy: a fake GPU is out of memory \(Out of memory allocating [\d,]+ bytes \(allocated so far: 0 bytes\)\); "
        r"1\.0 of 2\.0 GB are free\. This network needs about \d\.\d MB with batches of 10, which would fit; the data set needs "
        "the rest: limit it",
        str(refused.value),
    )
    with pytest.raises(BackendError, match="out of memory"):
        loaded.from_host(np.zeros(1000))


def test_the_device_has_a_name_and_a_memory(ops: Any) -> None:
    assert ops.device_name() == "a fake GPU"
    assert ops.memory() == (0, 1_000_000_000, 2_000_000_000)


def test_the_kernels_are_imported_by_nobody_who_trains_on_the_cpu() -> None:
    code = "import sys; from nntui import backends; backends.load('numpy'); print([m for m in sys.modules if 'cupy' in m])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
