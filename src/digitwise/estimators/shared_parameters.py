"""The parameters all estimators share, written down once.

scikit-learn reads an estimator's parameters off the signature of its ``__init__``. A subclass spells out its own and
takes the shared ones as keywords; `merge_signature` puts both into the signature and into the docstring.
"""

import inspect
from typing import Any

SHARED_PARAMETERS = """scaling
        How targets map to the unit interval: ``"affine"``, ``"log"``, ``"symlog"``, ``"quantile"``, a scaling, or
        ``"auto"`` to choose from the training targets (`scaling_reason_` says why).
    margin
        How far the range reaches beyond the training targets on each side, as a fraction of it. Targets beyond that
        saturate (`saturation_rate_`).
    categorical
        Names or indices of the columns to treat as categories, or ``"auto"``: text, categories and enums.
    preset
        What the parameters that are ``"auto"`` become: ``"default"``; ``"fast"``, boosted digits without a network;
        ``"best"``, five models that each leave out a fifth of the rows; ``"plain"``, a single plain network as in the
        papers. `settled` tells.
    hidden_dim, n_layers, dropout
        Width, number and dropout of the encoder's hidden layers.
    numeric_embedding
        How the encoder sees numbers: ``"piecewise_linear"``, ``"periodic"``, ``"none"``, an object such as
        ``PiecewiseLinear(n_bins=32)``, or ``"auto"``.
    n_members
        Networks in the ensemble; they share most weights, and their laws are averaged.
    learning_rate, weight_decay, batch_size, max_epochs, max_grad_norm
        Of AdamW, with linear warm-up and cosine decay; ``"auto"`` depends on the number of rows.
    validation_fraction
        Share of the rows held out to choose the best epoch, unless `fit` gets ``validation_data``. With fewer than
        10 rows, or 0, the training rows choose it.
    select_by
        Validation metric that chooses the best epoch: ``"crps"``, ``"rmse"``, ``"mae"``, ``"nll"``, …
    patience
        Epochs without improvement before training stops; None never stops early.
    time_limit
        Seconds for training; None has no limit.
    point_estimate
        What `predict` returns of the law: ``"mean"``, ``"median"`` or ``"mode"``.
    device
        ``"auto"`` (a CUDA device where there is one), or a torch device.
    n_jobs
        CPU threads while fitting and predicting; None leaves torch's setting.
    warm_start
        Whether `fit` continues from the last fit instead of starting afresh.
    random_state
        Seed of split, initialisation, batches and dropout.
    log_path
        JSON-lines file that gets one row per epoch; it starts afresh with each fit that is not resumed.
    checkpoint_path
        File that holds the run's state after each epoch; an interrupted fit with the same data and settings continues
        from it exactly (give a ``random_state``).
    verbose
        0 is silent, 1 draws a progress bar and, before it writes digits, prints what codecs make of the target."""

CALIBRATION_PARAMETER = """
    calibration_fraction
        Share of the rows that `fit` sets aside, before anything else sees them, for `predict_interval` to hold what it
        promises (`conformalize`, with its default settings). ``"folds"``, with ``n_folds`` of at least 2: every row
        calibrates by the model that left it out (CV+), and none is set aside. None for intervals of the law."""


def merge_signature(subclass: type, base: type) -> None:
    """Give ``subclass.__init__`` the shared parameters in its signature and its docstring."""
    own = inspect.signature(subclass.__init__).parameters  # type: ignore[misc]
    shared = inspect.signature(base.__init__).parameters  # type: ignore[misc]
    named = [p for p in own.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    added = [p for name, p in shared.items() if name not in own]
    init: Any = subclass.__init__  # type: ignore[misc]
    init.__signature__ = inspect.Signature([*named, *added])
    if subclass.__doc__:
        text = SHARED_PARAMETERS
        if "calibration_fraction" in init.__signature__.parameters:
            text += CALIBRATION_PARAMETER
        subclass.__doc__ = subclass.__doc__.replace("shared_parameters", text)
