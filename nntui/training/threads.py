"""How many threads train: chosen once per run, by its own largest product, and kept when it goes on.

More threads are not always faster: small products don't fill them, and they take cores from whoever watches. And a
product in two parts may round otherwise than in one, so a run that goes on to the bit has to go on with as many.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nntui.nn.network import Network
    from nntui.training.trainer import Trainer

SMALL = 4e6
"""Multiplications below which a product isn't worth a second thread: it takes about as long as waking one up."""
LARGE = 1e9
"""Multiplications that are enough to see how fast products are: some ten milliseconds."""
GAIN = 1.15
"""How many times faster more threads must be to be taken: they also take cores from whoever watches."""
PATIENCE = 0.15
"""Seconds that trying takes at most, about."""
ROUNDS = 8


@contextmanager
def settled(trainer: Trainer) -> Iterator[int]:
    """Train inside: with the threads that a checkpoint was made with, or else with those that are fastest now.

    Gives their number; afterwards the process has as many as before.
    """
    if trainer.threads is None:
        trainer.threads = choose(trainer)
    with limited(trainer.threads):
        yield trainer.threads


@contextmanager
def limited(threads: int) -> Iterator[None]:
    """Compute with so many threads inside."""
    from nntui.backends.numpy_workers import working_with

    with working_with(threads):
        yield


def available() -> int:
    """Threads that matrix products use if nobody says otherwise; 1 if they can't be told how many."""
    from threadpoolctl import threadpool_info

    return max((pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"), default=1)


def choose(trainer: Trainer) -> int:
    """The number of threads with which this training's largest product is fastest; 1 on a device and for small products."""
    import numpy as np

    most = available()
    if trainer.ops.NAME != "numpy" or most == 1:
        return 1
    training = trainer.experiment.training
    batch = -(-min(training.batch_size, trainer.runner.examples) // training.accumulate)
    rows, inner, columns = max((largest(network, batch) for network in trainer.runner.networks.values()), key=math.prod)
    if rows * inner * columns < SMALL:
        return 1
    rows = min(rows, max(round(LARGE / (inner * columns)), 1))
    A, B, out = (np.zeros(shape, trainer.network.dtype) for shape in ((rows, inner), (inner, columns), (rows, columns)))
    return fastest(lambda: trainer.ops.matmul(A, B, out), most)


def largest(network: Network, batch: int) -> tuple[int, int, int]:
    """Rows, inner length and columns of the largest product in a forward pass."""
    products = [
        (batch * math.prod(site.y) // parameter.shape[-1], parameter.fan_in, parameter.shape[-1])
        for site in network.plan.walk()
        for parameter in site.parameters
        if len(parameter.shape) > 1
    ]
    return max(products, key=math.prod, default=(1, 1, 1))


def fastest(product: Callable[[], object], most: int) -> int:
    """1, 2, 4, ... or `most` threads, by trying them in turns; the mean counts, so that a thread that is late now and then tells."""
    candidates = sorted({min(1 << k, most) for k in range(most.bit_length() + 1)})
    seconds: dict[int, list[float]] = {threads: [] for threads in candidates}
    begun = time.perf_counter()
    for round_ in range(ROUNDS + 1):
        for threads in candidates:
            with limited(threads):
                started = time.perf_counter()
                product()
                if round_:  # the first one finds cold memory and sleeping threads
                    seconds[threads].append(time.perf_counter() - started)
        if round_ and time.perf_counter() - begun > PATIENCE:
            break
    best = candidates[0]
    for threads in candidates[1:]:
        if statistics.fmean(seconds[best]) > GAIN * statistics.fmean(seconds[threads]):
            best = threads
    return best
