"""What a report is about: the rows, the predictions for them, and the model, collected once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.distributions import Distribution
from digitwise.plots.style import with_unit

COVERAGE = 0.9  # nominal coverage of the intervals a report speaks of


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """Predictions of a fitted model beside the truth.

    Parameters
    ----------
    model : object
        A fitted estimator of the package.
    X : frame or array
        Features of the rows.
    y : array, shape (row,)
        True values in data units.
    prediction : array, shape (row,)
        Point predictions in data units.
    law : Distribution
        Predicted laws in data units.
    interval : array, shape (row, 2)
        Central 90 % intervals of the laws.
    target_name : str
    unit : str, optional
        Unit of the target.
    """

    model: Any
    X: Any
    y: Float[np.ndarray, " row"]
    prediction: Float[np.ndarray, " row"]
    law: Distribution
    interval: Float[np.ndarray, "row 2"]
    target_name: str
    unit: str | None

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.y)

    @property
    def label(self) -> str:
        """Name of the target with its unit."""
        return with_unit(self.target_name, self.unit)

    @property
    def width(self) -> Float[np.ndarray, " row"]:
        """Width of each row's interval, in data units."""
        return np.diff(self.interval, axis=1).ravel()


def gather(model: Any, X: Any, y: Any, *, target_name: str | None, unit: str | None) -> Evidence:
    """Return the model's predictions for some rows beside the truth.

    Raises
    ------
    ValueError
        If there are fewer than two rows, ``y`` does not have one finite value per row, or the model
        does not predict one law per row.
    """
    truth = np.asarray(y, dtype=np.float64)
    truth = truth.reshape(-1) if truth.ndim == 2 and truth.shape[1] == 1 else truth
    if truth.ndim != 1 or len(truth) < 2 or not np.isfinite(truth).all():
        raise ValueError(
            "A report needs the true values of at least two rows, one finite number each, but "
            "got an array of shape "
            f"{truth.shape} with {np.isfinite(truth).sum()} finite values."
        )
    law = model.predict_distribution(X)
    if len(law) != len(truth):
        raise ValueError(f"X and y must have the same rows, but X has {len(law)} and y has {len(truth)}.")
    name = target_name or getattr(model, "target_name_", None) or getattr(y, "name", None) or "target"
    return Evidence(
        model=model,
        X=X,
        y=truth,
        prediction=np.asarray(model.predict(X), dtype=np.float64),
        law=law,
        interval=law.interval(COVERAGE),
        target_name=str(name),
        unit=unit or None,
    )
