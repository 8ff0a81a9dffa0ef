"""How a search goes about it: what it tries next, and which trials it gives up."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from digitwise.tuning.package import optuna_package

if TYPE_CHECKING:
    import optuna

Pruning = Literal["median", "hyperband", "none"]
PRUNINGS: tuple[Pruning, ...] = ("median", "hyperband", "none")


def make_sampler(seed: int, n_finished: int, n_startup_trials: int) -> "optuna.samplers.BaseSampler":
    """Return the sampler of one trial: at random first, then by the tree-structured Parzen estimator.

    Parameters
    ----------
    seed
        Of the search.
    n_finished
        Trials before this one. With the seed their number decides the draws, so that a search that was interrupted goes
        on as if it had not been.
    n_startup_trials
        Trials at random.

    References
    ----------
    Bergstra et al., "Algorithms for hyper-parameter optimization", NeurIPS 2011; Watanabe, arXiv 2304.11127.
    """
    own_seed = int(np.random.SeedSequence([seed, n_finished]).generate_state(1)[0])
    sampler: optuna.samplers.BaseSampler = optuna_package().samplers.TPESampler(
        seed=own_seed, n_startup_trials=n_startup_trials, multivariate=True, constant_liar=False
    )
    return sampler


def make_pruner(pruning: Pruning, n_startup_trials: int, n_warmup_epochs: int) -> "optuna.pruners.BasePruner":
    """Return what gives up trials, from their best validation metric so far after each epoch.

    Parameters
    ----------
    pruning
        ``"median"`` gives up a trial that is behind the median of the trials before it at the same epoch, once half of
        the startup trials are complete. ``"hyperband"`` is stricter with some trials than with others
        (arXiv 1603.06560). ``"none"`` gives up none.
    n_startup_trials
        Trials at random.
    n_warmup_epochs
        Epochs in which no trial is given up.

    Raises
    ------
    ValueError
        If there is no such name.
    """
    pruners = optuna_package().pruners
    pruner: optuna.pruners.BasePruner
    if pruning == "median":
        pruner = pruners.MedianPruner(
            n_startup_trials=max(1, n_startup_trials // 2), n_warmup_steps=n_warmup_epochs + 1
        )
    elif pruning == "hyperband":
        pruner = pruners.HyperbandPruner(min_resource=n_warmup_epochs + 1)
    elif pruning == "none":
        pruner = pruners.NopPruner()
    else:
        raise ValueError(f"pruning must be one of {', '.join(PRUNINGS)}, but got {pruning!r}.")
    return pruner
