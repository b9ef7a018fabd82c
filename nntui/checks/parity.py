"""Do NumPy and CuPy compute the same? One step of each from the same weights, on the same batch."""

from __future__ import annotations

import numpy as np

from nntui import backends
from nntui.backends.operations import Array
from nntui.checks.subject import Result, Subject, Watch
from nntui.errors import BackendError
from nntui.training.trainer import Trainer

EXAMPLES = 64
TOLERANCE = 1e-3
"""Relative difference that single precision may leave after a step: sums are made in another order."""


def parity(subject: Subject, watch: Watch) -> Result:
    """Outputs in evaluation mode; and, unless something random is in it, the loss of the first step and the weights after it."""
    name = "parity"
    try:
        backends.load("cupy")
    except BackendError as error:
        return subject.skipped(name, str(error))
    experiment = subject.experiment.replace(start=None)
    trainers = []
    for index, backend in enumerate(("numpy", "cupy")):
        watch.at(index / 3)
        trainers.append(Trainer(experiment, backend, data=subject.data))
    host, device = trainers
    device.network.load(host.network.params)
    differences = {}
    if experiment.program.tag != "gan":
        X = subject.data.train.X[:EXAMPLES]
        differences["outputs"] = _difference(host.network.forward(X), device.network.forward(X))
    random = any(site.layer.family == "regularization" for network in host.runner.networks.values() for site in network.plan.walk())
    watch.at(2 / 3)
    if not random and experiment.program.tag != "gan":
        losses = [trainer.step() for trainer in trainers]
        differences["loss"] = abs(losses[0] - losses[1]) / max(abs(losses[0]), 1e-6)
        ours, theirs = host.network.params, device.network.params
        differences["weights after a step"] = max(_difference(ours[key], theirs[key]) for key in ours)
    if not differences:
        return subject.skipped(name, "what a GAN draws at random differs between the backends: there is nothing to compare")
    worst = max(differences, key=lambda key: differences[key])
    said = ", ".join(f"{key} to {value:.0e}" for key, value in differences.items())
    if not differences[worst] <= TOLERANCE:
        return Result(name, "fail", differences, f"NumPy and CuPy differ: {said} of the largest")
    return Result(name, "pass", differences, f"NumPy and CuPy agree: {said}")


def _difference(a: Array, b: Array) -> float:
    """max |a - b| over max |a|."""
    return float(np.abs(np.asarray(a, np.float64) - b).max(initial=0.0) / max(float(np.abs(a).max(initial=0.0)), 1e-12))
