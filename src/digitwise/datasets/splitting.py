"""Rows for training, validation and testing: the published split, or a random one by seed."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Int64

from digitwise.datasets.dataset import Dataset

TEST_SHARE = 0.2
VALIDATION_SHARE = 0.2  # of the rows that are not for testing


class Split(NamedTuple):
    """Row numbers of the three parts, each in increasing order."""

    train: Int64[np.ndarray, " train_row"]
    validation: Int64[np.ndarray, " validation_row"]
    test: Int64[np.ndarray, " test_row"]


def train_validation_test(
    dataset: Dataset, seed: int, max_train: int | None = None, max_validation: int | None = None
) -> Split:
    """Row numbers for training, validation and testing.

    A published split is used as it is, whatever the seed; where it names no validation rows, a
    fifth of its training rows is set aside by the seed. Without a published split the rows are
    divided at random: 64 % for training, 16 % for validation, 20 % for testing.

    Parameters
    ----------
    dataset : Dataset
        The rows to divide.
    seed : int
        Decides everything that is random. The test rows do not depend on ``max_train``.
    max_train : int, optional
        Keep at most this many training rows, chosen by the seed. Smaller sets are contained in
        larger ones.
    max_validation : int, optional
        The same for the validation rows; the other parts do not depend on it.

    Returns
    -------
    Split
        ``train``, ``validation`` and ``test``: disjoint, in increasing order.

    Raises
    ------
    ValueError
        If a part would be empty, or a cap is not positive.

    Examples
    --------
    >>> data = Dataset(name="ten", X=np.zeros((10, 1)), y=np.arange(10.0))
    >>> [len(rows) for rows in train_validation_test(data, seed=0)]
    [6, 2, 2]
    >>> len(train_validation_test(data, seed=0, max_train=4).train)
    4
    """
    for name, cap in (("max_train", max_train), ("max_validation", max_validation)):
        if cap is not None and cap < 1:
            raise ValueError(f"{name} must be at least 1, but got {cap}.")
    rng = np.random.default_rng(seed)
    if dataset.split is None:
        order = rng.permutation(dataset.n_rows)
        rest, test = _cut(order, TEST_SHARE)
        train, validation = _cut(rest, VALIDATION_SHARE)
    else:
        train, validation, test = (np.flatnonzero(dataset.split == label) for label in ("train", "validation", "test"))
        train = rng.permutation(train)
        if len(validation) == 0:
            train, validation = _cut(train, VALIDATION_SHARE)
    for label, rows in (("training", train), ("validation", validation), ("test", test)):
        if len(rows) == 0:
            raise ValueError(
                f"Every part needs a row, but {dataset.name} with {dataset.n_rows} rows leaves "
                f"none for the {label} part."
            )
    train = train[:max_train]
    if max_validation is not None:
        validation = np.random.default_rng([seed, 1]).permutation(validation)[:max_validation]
    return Split(*(np.sort(rows).astype(np.int64) for rows in (train, validation, test)))


def with_calibration(
    dataset: Dataset, seed: int, max_train: int | None, max_validation: int | None, n_calibration: int | None
) -> tuple[Split, Int64[np.ndarray, " calibration_row"]]:
    """Return the split, and training rows that are kept apart from it for calibration.

    Parameters
    ----------
    dataset, seed, max_train, max_validation
        As for `train_validation_test`. Where the training part is large enough, the split is the same as there.
    n_calibration
        How many rows to keep apart; None for none.

    Raises
    ------
    ValueError
        If they leave no training row.

    Examples
    --------
    >>> data = Dataset(name="ten", X=np.zeros((10, 1)), y=np.arange(10.0))
    >>> split, calibration = with_calibration(data, 0, 4, None, 3)
    >>> len(split.train), len(calibration), set(split.train) & set(calibration)
    (3, 3, set())
    """
    if n_calibration is None:
        return train_validation_test(dataset, seed, max_train, max_validation), np.zeros(0, dtype=np.int64)
    both = train_validation_test(
        dataset, seed, None if max_train is None else max_train + n_calibration, max_validation
    )
    n_train = len(both.train) - n_calibration
    if n_train < 1:
        raise ValueError(
            f"Training needs a row, but keeping {n_calibration} of {len(both.train)} training rows of {dataset.name} "
            "apart for calibration leaves none."
        )
    split = train_validation_test(dataset, seed, n_train, max_validation)
    return split, np.setdiff1d(both.train, split.train)


def _cut(rows: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """All but the last ``share`` of the rows, and that share."""
    kept = len(rows) - round(share * len(rows))
    return rows[:kept], rows[kept:]
