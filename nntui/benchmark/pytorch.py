"""PyTorch in eager mode as a competitor: the loop its tutorials teach."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from nntui.benchmark.engines import Candidate
from nntui.errors import BackendError
from nntui.optim.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, NAdam, RMSprop

if TYPE_CHECKING:
    from nntui.benchmark.workloads import Workload
    from nntui.nn.network import Network
    from nntui.optim.optimizers import Optimizer


class PyTorch:
    """PyTorch, with its optimizers as they come and in their fused form, which is faster for many small arrays.

    On a GPU also with its steps captured as a CUDA graph, and compiled by torch.compile.
    """

    name = "pytorch"
    missing = "PyTorch is not installed; to compare with it: python -m pip install torch"

    @staticmethod
    def installed() -> bool:
        """Whether it can be imported."""
        return find_spec("torch") is not None

    def __init__(self, backend: str = "numpy") -> None:
        self._torch: Any = import_module("torch")
        self._cuda = backend != "numpy"
        self.version: str = f"PyTorch {self._torch.__version__}"
        if self._cuda and not self._torch.cuda.is_available():
            self.version += ", which finds no GPU"

    def candidates(self, workload: Workload, threads: tuple[int, ...]) -> list[Candidate]:
        """One for each number of threads and form of the optimizer, or on a GPU for each way to make steps."""
        if self._cuda:
            from nntui.benchmark.torch_on_gpu import candidates

            return candidates(self.name, workload)
        return [
            Candidate(self.name, count, "fused optimizer" if fused else "", self._trained_with(workload, fused, count))
            for fused in (False, True)
            for count in threads
        ]

    def _trained_with(self, workload: Workload, fused: bool, threads: int) -> Any:
        torch = self._torch
        lesson = Lesson(torch, workload, fused)

        def train(steps: int) -> None:
            torch.set_num_threads(threads)
            for _ in range(steps):
                lesson.step(*lesson.batch())

        return train


class Lesson:
    """A model of PyTorch's with its optimizer and data, on the CPU or a GPU: what a training loop is made of."""

    def __init__(self, torch: Any, workload: Workload, fused: bool, device: str = "cpu", **optimizer: Any) -> None:
        from nntui.benchmark.torch_modules import sequential

        self._torch, self._device = torch, device
        self.model = begun_like(workload.network, sequential(workload.layers, workload.x)).train().to(device)
        self.optimizer = optimizer_like(workload.optimizer, self.model.parameters(), fused=fused, **optimizer)
        self.X, self.y = (torch.from_numpy(array).to(device) for array in (workload.data.train.X, workload.data.train.y))
        self.size = min(workload.batch, len(self.X))
        self._position, self._order = len(self.X), torch.arange(len(self.X), device=device)

    def batch(self, whole: bool = False) -> tuple[Any, Any]:
        """The next examples and their labels, shuffled anew for every epoch; `whole`: never fewer than a batch."""
        if self._position + (self.size if whole else 1) > len(self.X):
            self._position, self._order = 0, self._torch.randperm(len(self.X), device=self._device)
        chosen = self._order[self._position : self._position + self.size]
        self._position += self.size
        return self.X[chosen], self.y[chosen]

    def loss(self, X: Any, y: Any) -> Any:
        """The mean cross-entropy over examples and positions."""
        Z = self.model(X)
        return self._torch.nn.functional.cross_entropy(Z.reshape(-1, Z.shape[-1]), y.reshape(-1))

    def step(self, X: Any, y: Any) -> None:
        """The loop that PyTorch's tutorials teach."""
        self.optimizer.zero_grad()
        self.loss(X, y).backward()
        self.optimizer.step()


def begun_like(network: Network, module: Any) -> Any:
    """PyTorch's version of a network with our starting weights."""
    from nntui.benchmark.torch_weights import held

    torch, ours = import_module("torch"), network.params | network.statistics
    with torch.no_grad():
        for found in held(network.plan.sites, module):
            found.piece.view(found.tensor).copy_(torch.from_numpy(ours[found.name][found.piece.ours]))
    return module


def optimizer_like(ours: Optimizer, parameters: Any, **options: Any) -> Any:
    """PyTorch's optimizer with our settings for these parameters (or parameter groups). Raises BackendError if it has none."""
    optim = import_module("torch.optim")
    options = {"lr": ours.learning_rate, "weight_decay": ours.weight_decay, **options}
    match ours:
        case SGD():
            return optim.SGD(parameters, momentum=ours.momentum, nesterov=ours.nesterov, **options)
        case Adam():
            kind = optim.AdamW if isinstance(ours, AdamW) else optim.Adam
            return kind(parameters, betas=(ours.beta1, ours.beta2), eps=ours.epsilon, **options)
        case NAdam():
            betas = (ours.beta1, ours.beta2)
            return optim.NAdam(parameters, betas=betas, eps=ours.epsilon, momentum_decay=ours.momentum_decay, **options)
        case RMSprop():
            more = {"alpha": ours.rho, "momentum": ours.momentum, "centered": ours.centered}
            return optim.RMSprop(parameters, eps=ours.epsilon, **more, **options)
        case Adagrad():
            return optim.Adagrad(parameters, eps=ours.epsilon, **options)
        case Adadelta():
            return optim.Adadelta(parameters, rho=ours.rho, eps=ours.epsilon, **options)
    raise BackendError(f"optimizer {ours.tag}: has no counterpart in PyTorch here, so it can't be compared")
