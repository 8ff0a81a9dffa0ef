"""Training: optimiser steps as a generator, and a friendly loop around them."""

from digitwise.training.batches import Rows, automatic_batch_size
from digitwise.training.budget import CalibrationBudget
from digitwise.training.fit import FitResult, fit
from digitwise.training.fit_for import fit_for
from digitwise.training.network import Network
from digitwise.training.settings import TrainingSettings
from digitwise.training.steps import Step, epoch_steps, make_optimizer
from digitwise.training.watch import Watch

__all__ = [
    "CalibrationBudget",
    "FitResult",
    "Network",
    "Rows",
    "Step",
    "TrainingSettings",
    "Watch",
    "automatic_batch_size",
    "epoch_steps",
    "fit",
    "fit_for",
    "make_optimizer",
]
