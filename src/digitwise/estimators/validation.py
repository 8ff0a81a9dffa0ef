"""Validation figures, where targets are numbers and where of some only an interval is known."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from digitwise.distributions import Distribution
from digitwise.estimators.table_rows import TableRows
from digitwise.metrics import get_metric, interval_crps, interval_nll

OF_INTERVALS: dict[str, Callable[..., float]] = {"crps": interval_crps, "nll": interval_nll}
"""Metrics that score intervals too; the others take the rows whose number is known."""


def check_figure(name: str, table: TableRows) -> None:
    """Raise a ``ValueError`` if a metric needs numbers and no row has one."""
    if name not in OF_INTERVALS and not table.is_exact.any():
        raise ValueError(
            f"select_by={name!r} compares with known numbers, but of all {len(table)} validation rows only an interval "
            f"is known. Use one of {', '.join(OF_INTERVALS)}, or validation_data with numbers."
        )


def figures_of(
    law: Distribution, point: Float[np.ndarray, " row"], table: TableRows, names: Sequence[str]
) -> dict[str, float | int]:
    """Return validation metrics by name.

    With intervals among the targets ``crps`` and ``nll`` score all rows, and the other metrics those whose number is
    known; special values (infinities, NaN) are scored by none. NaN if no row is left. Under censoring these rows are no
    fair sample: their figures only compare models.
    """
    figures: dict[str, float | int] = {}
    y, weight, exact_law, exact_point = table.y, table.weight, law, point
    if not table.is_number.all():
        rows = np.flatnonzero(table.is_number)
        y, weight, exact_law, exact_point = y[rows], weight[rows], law[rows], point[rows]
    for name in names:
        metric = get_metric(name)
        if table.y_high is not None and name in OF_INTERVALS:
            figures[name] = OF_INTERVALS[name](table.y, table.y_high, law, table.weight)
        elif len(y) == 0:
            figures[name] = math.nan
        else:
            prediction = exact_law if metric.needs_law else exact_point
            figures[name] = float(metric.function(y, prediction, sample_weight=weight))
    return figures
