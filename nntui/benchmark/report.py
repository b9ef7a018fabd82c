"""A whole benchmark: every workload, every engine that is there, in turns; and its results as numbers for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nntui.benchmark import machine
from nntui.benchmark.jax import JAX
from nntui.benchmark.memory import Memory
from nntui.benchmark.memory import measured as measured_memory
from nntui.benchmark.ours import WAITING, Ours
from nntui.benchmark.pytorch import PyTorch
from nntui.benchmark.rounds import Rates, best_settings, in_turns
from nntui.benchmark.watching import Watching, cost
from nntui.errors import BackendError

if TYPE_CHECKING:
    from nntui.benchmark.engines import Candidate, Engine
    from nntui.benchmark.machine import Machine
    from nntui.benchmark.workloads import Workload

PEERS: tuple[type[PyTorch] | type[JAX], ...] = (PyTorch, JAX)

WATCHING = 0.25
"""Share of a workload's time that goes into measuring what watching costs."""


@dataclass(frozen=True)
class Result:
    """How fast one engine trained one workload."""

    workload: Workload
    rates: Rates
    ratio_to_fastest_peer: float | None
    """Times as fast as the fastest other engine; None if there is no other."""
    gflops: float
    """Billion operations per second in its matrix products, the rest of the step's time included."""
    share_of_gemm: float
    """Of what the machine reaches in one large product."""
    watching: Watching | None
    """Of our own engine: what watching adds."""
    memory: Memory | None
    """Of our own engine on the CPU."""

    @property
    def engine(self) -> str:
        return self.rates.candidate.engine

    def as_json(self) -> dict[str, Any]:
        """Names and numbers, in steps, examples and operations per second."""
        candidate, watching, memory = self.rates.candidate, self.watching, self.memory
        steps = self.rates.median
        return {
            "name": self.workload.name,
            "engine": self.engine,
            "steps_per_second": steps,
            "ratio_to_fastest_peer": self.ratio_to_fastest_peer,
            "examples_per_second": steps * self.workload.batch,
            "slowest_round": min(self.rates.rounds),
            "fastest_round": max(self.rates.rounds),
            "threads": candidate.threads,
            "setting": candidate.setting,
            "gflops": self.gflops,
            "share_of_gemm": self.share_of_gemm,
            "parameters": self.workload.parameters,
            "batch": self.workload.batch,
            "measuring": watching.measuring if watching else None,
            "watching_slowdown": watching.slowdown if watching else None,
            "peak_memory_bytes": memory.peak if memory else None,
            "needed_memory_bytes": memory.needed if memory else None,
        }


class Benchmark:
    """Measures workloads one after the other. Without peers, nntui runs alone."""

    def __init__(self, workloads: Sequence[Workload], seconds: float, backend: str = "numpy") -> None:
        self.workloads, self.seconds, self.backend = workloads, seconds, backend
        self.engines: list[Engine] = [Ours(backend)]
        self.missing: list[str] = []
        """Peers that aren't there, and how to get them."""
        for peer in PEERS:
            if peer.installed():
                self.engines.append(peer(backend))
            else:
                self.missing.append(peer.missing)
        self.machine: Machine = machine.measure() if backend == "numpy" else machine.measure_device()

    def results(self, tell: Callable[[str], None] = lambda text: None) -> Iterator[list[Result]]:
        """Workload by workload, all engines; `tell` is called with what is being measured."""
        for workload in self.workloads:
            tell(workload.name)
            yield self._results(workload)

    def _results(self, workload: Workload) -> list[Result]:
        candidates = [candidate for offered in self._offers(workload) for candidate in offered]
        measured = in_turns(candidates, (1.0 - WATCHING) * self.seconds)
        if self.backend == "numpy":  # on a device, each way to make steps is worth seeing
            measured = best_settings(measured)
        threads = measured[0].candidate.threads
        watching = cost(workload, threads, WATCHING * self.seconds, self.backend)
        memory = measured_memory(workload, threads) if self.backend == "numpy" else None
        return [self._result(workload, rates, measured, watching, memory) for rates in measured]

    def _offers(self, workload: Workload) -> Iterator[list[Candidate]]:
        for engine in self.engines:
            try:
                yield engine.candidates(workload, self.machine.threads)
            except BackendError as error:
                if engine is self.engines[0]:
                    raise
                self.missing.append(f"{workload.name}: {error}")

    def _result(
        self, workload: Workload, rates: Rates, measured: list[Rates], watching: Watching, memory: Memory | None
    ) -> Result:
        peers = [other.median for other in measured if other.candidate.engine != rates.candidate.engine]
        gflops = rates.median * workload.flops / 1e9
        return Result(
            workload=workload,
            rates=rates,
            ratio_to_fastest_peer=rates.median / max(peers) if peers else None,
            gflops=gflops,
            share_of_gemm=gflops / self.machine.gemm_gflops,
            watching=watching if rates.candidate.engine == Ours.name and rates.candidate.setting != WAITING else None,
            memory=memory if rates.candidate.engine == Ours.name else None,
        )

    def as_json(self, results: Sequence[Result]) -> dict[str, Any]:
        """Everything measured, and on what."""
        return {
            "networks": [result.as_json() for result in results],
            "gemm_gflops": self.machine.gemm_gflops,
            "machine": {"system": self.machine.system, "cores": self.machine.cores, "threads": list(self.machine.threads)},
            "engines": {engine.name: engine.version for engine in self.engines},
            "missing": self.missing,
        }
