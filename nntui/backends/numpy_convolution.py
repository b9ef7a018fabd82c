"""Convolutions on the CPU: blocks of columns, each multiplied while it is in the cache, on all cores."""

from __future__ import annotations

from functools import lru_cache
from itertools import product as product_of

import numpy as np

from nntui.backends.numpy_columns import WIDE, Block, Columns
from nntui.backends.numpy_products import product, small_kernels, stretches
from nntui.backends.numpy_workers import PORTIONS, WORTH, Worker, team
from nntui.backends.operations import Array
from nntui.backends.windows import Window

PARTIALS = 8 * 1024 * 1024
"""Bytes that the weight gradients of all parts of a batch may take before they are added."""
SHALLOW = 48
"""Numbers per cell below which a weight gradient is better made of whole windows than cell by cell."""

THIN = 2
"""Channels and filters of a group up to which some groups are computed as one, zeros between them: still faster than alone."""
FEW = 4
"""Channels from which the gradient of an input is gathered where BLAS has small kernels; elsewhere it takes more."""

_adjoints = lru_cache(maxsize=256)(lambda window: list(product_of(*(axis.adjoints() for axis in window))))


def convolution(X: Array, W: Array, b: Array | None, out: Array, window: Window, groups: int) -> None:
    _slide(_layout(window, X.shape[3], W.shape[3], groups), X, _split(W, groups), b, out)


def convolution_input_gradient(dY: Array, W: Array, out: Array, window: Window, groups: int) -> None:
    channels, F = out.shape[3], W.shape[3]
    turns = window.rows.stride * window.columns.stride
    columns = _layout(window, channels, F, groups)
    fewest = FEW if small_kernels() else WIDE
    if columns.channels < fewest or (turns > 1 and len(dY) * columns.duration < turns * WORTH):
        _spread(columns, dY, _split(W, groups), out)
        return
    # The adjoint of sliding a kernel is sliding it back to front, with inputs and outputs exchanged.
    turned = _split(W, groups).transpose(0, 1, 4, 3, 2)
    for (rows, row_taps, down), (places, column_taps, across) in _adjoints(window):
        target = out[:, rows, places]
        if down is None or across is None:
            target[...] = 0.0
        else:
            back = _layout(Window(down, across), F, channels, groups)
            _slide(back, dY, turned[row_taps, column_taps][::-1, ::-1], None, target)


def convolution_weight_gradient(X: Array, dY: Array, out: Array, db: Array | None, window: Window, groups: int) -> None:
    _weigh(_layout(window, X.shape[3], out.shape[3], groups), X, dY, _split(out, groups), db)


# -- in blocks: weights split as (KH, KW, C, groups, F), with C channels and F filters of each group ----------------------------


@lru_cache(maxsize=256)
def _layout(window: Window, channels: int, filters: int, groups: int) -> Columns:
    """The layout for so many groups, or for fewer, each of them some thin ones."""
    widest = max(channels, filters) // groups
    together = 1
    if widest <= THIN:
        together = max((n for n in range(1, WIDE // widest + 1) if groups % n == 0), default=1)
    return Columns(window, channels, filters, groups // together)


def _split(W: Array, groups: int) -> Array:
    return W.reshape(*W.shape[:3], groups, -1)


def _ordered(columns: Columns, W: Array) -> Array:
    """Split weights in the order of a layout's windows, a view (groups, kernel, kernel, groups together, C, F)."""
    height, width, C, _, F = W.shape
    apart = W.reshape(height, width, C, columns.groups, -1, F)
    return apart.transpose(3, 1, 0, 4, 2, 5) if columns.fold > 1 else apart.transpose(3, 0, 1, 4, 2, 5)


def _blocks(matrices: Array, ordered: Array) -> Array:
    """Where ordered weights stand in matrices (groups, fold x depth, filters), a view: blocks along the diagonals."""
    groups, outer, inner, together, C, F = ordered.shape
    blocks: Array = np.einsum("ghwtctf->ghwtcf", matrices.reshape(groups, outer, inner, together, C, together, F))
    return blocks


def _matrices(worker: Worker, columns: Columns, W: Array) -> Array:
    """Split weights as a matrix per group, (groups, fold x depth, filters)."""
    ordered = _ordered(columns, W)
    matrices = worker.array("weights", (columns.groups, columns.fold * columns.depth, columns.filters), W.dtype)
    if ordered.shape[3] > 1:
        matrices.fill(0.0)
    _blocks(matrices, ordered)[...] = ordered
    return matrices


def _slide(columns: Columns, X: Array, W: Array, b: Array | None, Y: Array) -> None:
    """Y = W slid over X, + b."""
    G, F, width = columns.groups, columns.filters, columns.window.columns.output
    portions = columns.portions(len(X), X.itemsize)
    whole = G == 1 and columns.wide == width and Y.flags.c_contiguous  # no window is useless: products are rows of Y
    with team() as ours:
        matrices = _matrices(ours.worker, columns, W)
        bias = ours.worker.array("bias", (width, G, F), X.dtype)
        if b is not None:
            bias[...] = b.reshape(G, F)

        def job(worker: Worker, portion: int) -> None:
            for block in portions[portion]:
                buffer = columns.laid_out(worker, X, block)
                target = Y[block.first : block.last, block.top : block.bottom]
                n = block.rows * columns.wide
                products = target.reshape(1, n, F) if whole else worker.array("products", (G, n, F), X.dtype)
                for turn in range(columns.turns):
                    product(columns.windows(buffer, turn, n), matrices, products[:, turn :: columns.turns])
                if not whole:
                    useful = products.reshape(G, *target.shape[:2], columns.wide, F)[:, :, :, :width].transpose(1, 2, 3, 0, 4)
                    into = target.reshape(*target.shape[:3], G, F)
                    if b is None:
                        into[...] = useful
                    else:
                        np.add(useful, bias, out=into)
                elif b is not None:
                    np.add(target, bias.reshape(width, F), out=target)

        ours.share(job, len(portions))


def _signal(worker: Worker, columns: Columns, dY: Array, block: Block) -> Array:
    """dY of every window, (groups, windows, F); 0 for the useless ones."""
    given = dY[block.first : block.last, block.top : block.bottom]
    G, F, width = columns.groups, columns.filters, columns.window.columns.output
    if G == 1 and columns.wide == width:
        return given.reshape(1, -1, F)
    signal = worker.array("signal", (G, *given.shape[:2], columns.wide, F), dY.dtype)
    signal[:, :, :, width:] = 0.0
    signal[:, :, :, :width].transpose(1, 2, 3, 0, 4)[...] = given.reshape(*given.shape[:3], G, F)
    return signal.reshape(G, -1, F)


def _spread(columns: Columns, dY: Array, W: Array, dX: Array) -> None:
    """dX = what each window got of dY, added where windows overlap."""
    portions = columns.portions(len(dX), dX.itemsize, whole=True)
    with team() as ours:
        matrices = ours.worker.array("transposed", (columns.groups, columns.filters, columns.fold * columns.depth), W.dtype)
        matrices[...] = _matrices(ours.worker, columns, W).swapaxes(1, 2)

        def job(worker: Worker, portion: int) -> None:
            dX[portions[portion][0].first : portions[portion][-1].last] = 0.0
            for block in portions[portion]:
                signal = _signal(worker, columns, dY, block)
                n = signal.shape[1]
                buffer = columns.buffer(worker, "columns", block, dY.dtype)
                for turn in range(columns.turns):
                    windows = columns.windows(buffer, turn, n)
                    if turn == 0:
                        product(signal[:, :: columns.turns], matrices, windows)
                        columns.clear_between(buffer, n)
                    else:
                        products = worker.array("products", windows.shape, dY.dtype)
                        product(signal[:, turn :: columns.turns], matrices, products)
                        for own, some in zip(windows, products, strict=True):  # all groups at once would go through a copy
                            np.add(own, some, out=own)
                columns.spread(buffer, dX, block)

        ours.share(job, len(portions))


def _weigh(columns: Columns, X: Array, dY: Array, dW: Array, db: Array | None) -> None:
    """dW = sum of windows times their dY, db = sum of dY, over the batch."""
    G, F = columns.groups, columns.filters
    portions = columns.portions(len(X), X.itemsize, max(1, min(PORTIONS, PARTIALS // dW.nbytes)))
    with team() as ours:
        totals = ours.worker.array("totals", (len(portions), G, columns.fold * columns.depth, F), X.dtype)
        biases = ours.worker.array("biases", (len(portions), G, 1, F), X.dtype)

        def job(worker: Worker, portion: int) -> None:
            sums = _Sum(totals[portion], worker.array("products", totals.shape[1:], X.dtype))
            bias = _Sum(biases[portion], worker.array("row", (G, 1, F), X.dtype))
            for block in portions[portion]:
                buffer = columns.laid_out(worker, X, block)
                signal = _signal(worker, columns, dY, block)
                n = signal.shape[1]
                if db is not None:
                    np.matmul(_ones(worker, n, X.dtype), signal, out=bias.next)
                    bias.add()
                if columns.depth < SHALLOW:
                    for turn in range(columns.turns):
                        windows, signals = columns.windows(buffer, turn, n), signal[:, turn :: columns.turns]
                        for here in stretches(signals.shape[1], F):
                            product(windows[:, here].swapaxes(1, 2), signals[:, here], sums.next)
                            sums.add()
                else:
                    for here in stretches(n, F):
                        parts = sums.next.reshape(G, columns.fold, columns.depth, F)
                        for offset in range(columns.fold):
                            product(columns.cells_at(buffer, offset, n)[:, here].swapaxes(1, 2), signal[:, here], parts[:, offset])
                        sums.add()

        ours.share(job, len(portions))
        for more in range(1, len(portions)):
            np.add(totals[0], totals[more], out=totals[0])
            np.add(biases[0], biases[more], out=biases[0])
        ordered = _ordered(columns, dW)
        ordered[...] = _blocks(totals[0], ordered)
        if db is not None:
            db[...] = biases[0].reshape(-1)


class _Sum:
    """A sum of products: write the first where it is to be, each later one beside it, and `add`."""

    __slots__ = ("_product", "_total", "next")

    def __init__(self, total: Array, product: Array) -> None:
        self._total, self._product = total, product
        self.next = total

    def add(self) -> None:
        """Take what was written to `next`."""
        if self.next is self._product:
            np.add(self._total, self._product, out=self._total)
        self.next = self._product


def _ones(worker: Worker, n: int, dtype: np.dtype[np.generic]) -> Array:
    ones = worker.array("ones", (1, n), dtype)
    ones.fill(1.0)
    return ones
