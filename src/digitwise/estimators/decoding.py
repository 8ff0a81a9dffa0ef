"""Regression by decoding: the estimator the library is about."""

from digitwise.estimators.digit_regressor import DigitRegressor


class DecodingRegressor(DigitRegressor):
    """Predict a number by writing its digits; every prediction is a full law.

    Parameters
    ----------
    digit_parameters
    shared_parameters

    Notes
    -----
    With `QualifiedTargets` as ``y`` the probability of each row's interval is maximised. Numbers and the finite ends of
    intervals together fit scaling, leaf values and standard units; a limit that all rows share thus ends the range, and
    what the law says beyond is its tail. Give a ``scaling`` with a wider range if you know one. Validation scores
    intervals by ``crps`` and ``nll``, and takes the rows whose number is known for other metrics.

    Attributes
    ----------
    network_, columns_, scaling_, scaling_reason_
        What was fitted.
    history_, n_iter_, best_epoch_, stopped_by_
        How training went, one row of figures per epoch.
    saturation_rate_
        Share of the validation targets outside the range that the digits can say; after `partial_fit` of the new ones.
    model_, parts_
        What predicts, settled; the models, with their shares in the law.
    finetune_summary_
        What fine-tuning did: its objective, epochs, and validation figures before and after.
    update_summary_
        What the last `partial_fit` did: its rows, epochs and validation figures, and which trees were kept.
    fit_summary_
        The main facts of the fit, for reports.

    References
    ----------
    Song and Bahri, "Decoding-based Regression", arXiv 2501.19383; GenRe², arXiv 2512.06533. *Differs from
    the papers*: laws are enumerated exactly instead of sampled, targets are smoothed as numbers, and leaves stand for
    the mean of their training targets.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(0, 1, 200)[:, None]
    >>> model = DecodingRegressor(max_epochs=30, random_state=0).fit(X, 3 * X[:, 0])
    >>> model.predict(X[:2]).shape, model.predict_interval(X[:2], coverage=0.9).shape
    ((2,), (2, 2))
    """
