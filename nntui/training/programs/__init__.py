"""How a step of each kind of training runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nntui.program import GAN, Autoencoder, LanguageModel
from nntui.training.programs.base import Runner, StepResult

if TYPE_CHECKING:
    from nntui.data.source import Data
    from nntui.experiment import Experiment


def runner(experiment: Experiment, data: Data, backend: str, dtype: str) -> Runner:
    """What runs the steps of this experiment."""
    match experiment.program:
        case GAN():
            from nntui.training.programs.gan import GANRunner

            return GANRunner(experiment, experiment.program, data, backend, dtype)
        case LanguageModel():
            from nntui.training.programs.language_model import LanguageModelRunner

            return LanguageModelRunner(experiment, experiment.program, data, backend, dtype)
        case Autoencoder():
            from nntui.training.programs.autoencoder import reconstructing

            data = reconstructing(experiment.program, data)
    from nntui.training.programs.supervised import SupervisedRunner

    return SupervisedRunner(experiment, data, backend, dtype)


__all__ = ["Runner", "StepResult", "runner"]
