"""Data sets that come with an installed dependency: nothing to download, always at hand."""

import numpy as np

from digitwise.datasets.dataset import Dataset


def load_diabetes() -> Dataset:
    """The diabetes data of Efron et al.: 442 patients, 10 measurements, progression in a year.

    The features are in their own units (years, mg/dl, ...), not standardised.

    Returns
    -------
    Dataset
        Features of shape (442, 10); the target is a score between 25 and 346.

    References
    ----------
    Efron, Hastie, Johnstone and Tibshirani (2004), "Least angle regression", arXiv:math/0406456.

    Examples
    --------
    >>> data = load_diabetes()
    >>> data.n_rows, data.feature_names[:3]
    (442, ('age', 'sex', 'bmi'))
    """
    from sklearn import datasets as sklearn_datasets  # here: it loads much that the package does not need

    bunch = sklearn_datasets.load_diabetes(scaled=False)
    return Dataset(
        name="diabetes",
        X=np.asarray(bunch.data, dtype=np.float64),
        y=np.asarray(bunch.target, dtype=np.float64),
        target="progression",
        description="Disease progression one year after baseline; shipped with scikit-learn.",
        feature_names=tuple(bunch.feature_names),
    )
