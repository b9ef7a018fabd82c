"""nntui bench: how fast this machine trains, beside other engines."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nntui.benchmark.report import Benchmark, Result


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print nothing but the results, as one JSON object.")
@click.option("--networks", metavar="A,B", help="Which networks to train; all by default.")
@click.option("--backend", type=click.Choice(["numpy", "cupy"]), default="numpy", show_default=True, help="Where to train.")
@click.option("--seconds", type=click.FloatRange(min=0.2), default=10.0, show_default=True, help="Time for each network.")
def bench(as_json: bool, networks: str | None, backend: str, seconds: float) -> None:
    """Measure how fast this machine trains, beside PyTorch and JAX if they are there.

    The engines train the same networks in turns, so that whatever else the machine does disturbs all alike: trust the
    ratios. A step is gathering a batch, forward, loss, backward and update.
    """
    from nntui import backends
    from nntui.benchmark.report import Benchmark
    from nntui.benchmark.workloads import chosen

    workloads = chosen(networks, large=backend != "numpy")
    backends.load(backend)
    _tell("looking at the machine")
    benchmark = Benchmark(workloads, seconds, backend)
    results = [result for part in benchmark.results(lambda name: _tell(f"training {name}")) for result in part]
    _tell("")
    if as_json:
        click.echo(json.dumps(benchmark.as_json(results)))
    else:
        click.echo(_report(benchmark, results))


def _tell(text: str) -> None:
    """What is being done, on one line of a terminal that is written over."""
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{text}", err=True, nl=False)


def _report(benchmark: Benchmark, results: list[Result]) -> str:
    from nntui.cli_lists import table

    machine = benchmark.machine
    lines = [
        f"{machine.system}, {machine.cores} cores; {machine.gemm_gflops:,.0f} GFLOP/s in one large product",
        ", ".join(f"{engine.name}: {engine.version}" for engine in benchmark.engines),
        "",
        table(HEAD, _columns([_cells(result) for result in results])),
        "",
        "times: as fast as the fastest other engine. of gemm: share of that product's speed. watched: how much longer training",
        "takes while the workbench looks on, and the share of it that is measuring. memory: at its peak, evaluation included, and",
        "times what parameters, gradients, optimizer slots, a batch's activations and the data need.",
    ]
    return "\n".join([*lines, *benchmark.missing])


HEAD = ("network", "engine", "steps/s", "times", "GFLOP/s", "of gemm", "watched", "measuring", "memory", "times", "threads", "")
NUMBERS = (False, False, True, True, True, True, True, True, True, True, True, False)


def _cells(result: Result) -> tuple[str, ...]:
    candidate, ratio, watching, memory = result.rates.candidate, result.ratio_to_fastest_peer, result.watching, result.memory
    steps = result.rates.median
    return (
        result.workload.name,
        result.engine,
        f"{steps:,.0f}" if steps >= 100.0 else f"{steps:.1f}",
        "" if ratio is None else f"{ratio:.2f}",
        f"{result.gflops:.2f}" if result.gflops < 10.0 else f"{result.gflops:.0f}",
        f"{100.0 * result.share_of_gemm:.0f} %",
        "" if watching is None else f"{100.0 * watching.slowdown:+.1f} %",
        "" if watching is None else f"{100.0 * watching.measuring:.1f} %",
        "" if memory is None else f"{memory.peak / 2**20:.1f} MB",
        "" if memory is None else f"{memory.peak / memory.needed:.2f}",
        str(candidate.threads),
        candidate.setting,
    )


def _columns(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Numbers aligned on the right, under heads that are aligned on the left."""
    widths = [max(len(head), *(len(row[i]) for row in rows)) for i, head in enumerate(HEAD)]
    cells = [zip(row, widths, NUMBERS, strict=True) for row in rows]
    return [tuple(cell.rjust(width) if number else cell for cell, width, number in row) for row in cells]
