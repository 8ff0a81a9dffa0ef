"""Training for so many epochs: how long is known, and no rows are held out."""

from digitwise.training.batches import Rows
from digitwise.training.epoch import train_epoch
from digitwise.training.network import Network
from digitwise.training.progress_bar import progress_bar
from digitwise.training.settings import TrainingSettings
from digitwise.training.steps import make_optimizer


def fit_for(n_epochs: int, network: Network, rows: Rows, settings: TrainingSettings, *, show: bool = False) -> None:
    """Train a network for the first epochs of a plan, and leave it with the weights of the last, in eval mode.

    The same as `fit` up to that epoch: learning rates and what narrows with progress are those of
    ``settings.max_epochs``.

    Parameters
    ----------
    n_epochs
        How many of the planned epochs to train.
    network, rows, settings
        As for `fit`.
    show
        Whether to draw a progress bar (needs a terminal).

    Raises
    ------
    ValueError
        If there is no such epoch in the plan.
    FloatingPointError
        If the loss or its gradient is not finite.
    """
    if not 1 <= n_epochs <= settings.max_epochs:
        raise ValueError(f"n_epochs must lie in [1, max_epochs={settings.max_epochs}], but got {n_epochs}.")
    optimizer = make_optimizer(network, settings)
    with progress_bar(n_epochs, show) as report:
        for epoch in range(1, n_epochs + 1):
            report(train_epoch(network, optimizer, rows, settings, epoch, None))
    network.eval()
