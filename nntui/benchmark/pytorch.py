"""PyTorch in eager mode as a competitor: the loop its tutorials teach, on the CPU."""

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
    """PyTorch, with its optimizers as they come and in their fused form, which is faster for many small arrays."""

    name = "pytorch"
    missing = "PyTorch is not installed; to compare with it: python -m pip install torch"

    @staticmethod
    def installed() -> bool:
        """Whether it can be imported."""
        return find_spec("torch") is not None

    def __init__(self) -> None:
        self._torch: Any = import_module("torch")
        self.version: str = f"PyTorch {self._torch.__version__}"

    def candidates(self, workload: Workload, threads: tuple[int, ...]) -> list[Candidate]:
        """One for each number of threads and form of the optimizer; they go on with the same training."""
        return [
            Candidate(self.name, count, "fused optimizer" if fused else "", self._trained_with(workload, fused, count))
            for fused in (False, True)
            for count in threads
        ]

    def _trained_with(self, workload: Workload, fused: bool, threads: int) -> Any:
        from nntui.benchmark.torch_modules import sequential

        torch = self._torch
        model = begun_like(workload.network, sequential(workload.layers, workload.x)).train()
        optimizer = optimizer_like(workload.optimizer, model.parameters(), fused=fused)
        X, y = (torch.from_numpy(array) for array in (workload.data.train.X, workload.data.train.y))
        size = min(workload.batch, len(X))
        cross_entropy = torch.nn.functional.cross_entropy
        position, order = len(X), torch.arange(len(X))

        def train(steps: int) -> None:
            nonlocal position, order
            torch.set_num_threads(threads)
            for _ in range(steps):
                if position >= len(X):
                    position, order = 0, torch.randperm(len(X))
                batch = order[position : position + size]
                position += size
                optimizer.zero_grad()
                Z = model(X[batch])
                cross_entropy(Z.reshape(-1, Z.shape[-1]), y[batch].reshape(-1)).backward()
                optimizer.step()

        return train


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
