"""The parameters all estimators share, written down once.

scikit-learn reads an estimator's parameters off the signature of its ``__init__``. A subclass spells out its own and
takes the shared ones as keywords; `merge_signature` puts both into the signature, `fill_docstring` into the docstring.
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
        Names or indices of the columns to treat as categories, or ``"auto"``: short strings, categories and enums.
    text
        Names or indices of the columns that hold text; ``"all"`` columns of strings; or ``"auto"``: those of them
        whose cells are long and mostly different.
    encoder
        How texts are read. As features that all models take: ``"ngram"`` (n-grams of words and characters, what these
        say about the target, counts and the numbers in the text), ``"smiles"`` (molecules: descriptors and
        substructures, extra ``chem``),
        ``"hf:<folder or name>"`` (a frozen pretrained model, extra ``text``), or settings such as ``NGrams()``; with
        ``"auto"`` molecules are recognised and everything else is n-grams. By an encoder that is trained:
        ``"transformer"``, ``"smiles_transformer"``, or settings such as ``TextTransformer()`` and ``HuggingFace()``.
        A list of several puts them side by side.
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
    replay_rows
        How many of the rows that `fit` and `partial_fit` have seen are kept, a uniform sample, for `partial_fit` to
        replay; 0 for none. They live in memory, and in pickles; `save` writes no data.
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


DIGIT_PARAMETERS = """codec
        How numbers are written. Names follow the targets: ``"normalized"`` (base 2 × 8 digits of their range),
        ``"scientific"`` (2 significant digits, with their exponents and signs), ``"integer"`` (one leaf for each whole
        number), ``"auto"`` (what `digitwise inspect` recommends). An object is taken as it is, such as
        ``NormalizedCodec(base=10, length=3)`` or ``IEEECodec()``.
    low, high
        Hard bounds of the target, themselves allowed: no prediction lies outside. None for none.
    integer
        Whether the target is a whole number by nature; needs a codec that can say so, such as ``"auto"``.
    decoder
        What predicts the next digit: ``"tree"``, ``"transformer"`` or an object such as ``Transformer(dim=256)``.
    objective
        What is minimised: ``"smoothed_cross_entropy"``, ``"cross_entropy"``, ``"raft"``, … or an object, such as a sum
        ``SmoothedCrossEntropy() + RAFT()``.
    enumeration
        How laws are read: ``"auto"`` is exactly up to 65,536 leaves, and beyond that along the likeliest digits,
        ``BestFirst()``, which needs an ordered codec; or a `BestFirst` with settings of its own. See `predict_bounds`.
    model
        What predicts the next digit: the ``"network"``; ``"boosted"`` trees, which need a codec of binary digits and
        give their exact law in seconds; or ``"mixed"``, both, whose laws are mixed on their common tree with the
        share that does best on the validation rows. ``"auto"`` is what the preset says (``"mixed"`` by default) where
        targets are numbers in binary digits and decoder, objective and second stage are left as they are, and
        ``"network"`` otherwise.
    n_folds
        How many models there are, each trained without one fold of the rows, which validates it unless `fit` gets
        ``validation_data``; their laws are averaged. ``"auto"``: 5 with ``preset="best"``, otherwise a single model.
    refit
        Whether to train once more on all rows, those that validated included, for as many epochs and trees as did best.
        ``"auto"``: up to 5000 rows, with one stage and the presets ``"default"`` and ``"fast"``, but not on
        ``validation_data``; True: always, on ``validation_data`` too. It takes up to as long again. `fine_tune` and
        `partial_fit` go on from the model before the refit.
    finetune
        A second stage, from the best weights of the first: None (or ``"none"``), a name such as ``"crps"``, ``"raft"``,
        ``"remax"``, ``"grpo"`` or ``"genre2"``, an objective, or a `Finetune` with settings of its own. ``"auto"`` is
        the exact ``"crps"`` after smoothed cross-entropy with the tree decoder, where there are at most 4096 leaves and
        every training target is a number, and none otherwise, nor with ``refit=True``."""


def merge_signature(subclass: type, base: type) -> None:
    """Give ``subclass.__init__`` the parameters of ``base.__init__`` that it does not spell out."""
    own = inspect.signature(subclass.__init__).parameters  # type: ignore[misc]
    shared = inspect.signature(base.__init__).parameters  # type: ignore[misc]
    named = [p for p in own.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    added = [p for name, p in shared.items() if name not in own]
    init: Any = subclass.__init__  # type: ignore[misc]
    init.__signature__ = inspect.Signature([*named, *added])


def fill_docstring(subclass: type) -> None:
    """Spell out the parameters that a class shares with others in its docstring."""
    if subclass.__doc__:
        text = SHARED_PARAMETERS
        if "calibration_fraction" in inspect.signature(subclass).parameters:
            text += CALIBRATION_PARAMETER
        filled = subclass.__doc__.replace("digit_parameters", DIGIT_PARAMETERS)
        subclass.__doc__ = filled.replace("shared_parameters", text)
