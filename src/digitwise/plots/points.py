"""Point predictions beside what happened."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from digitwise.plots.law import as_targets
from digitwise.plots.style import LIGHT, MANY_POINTS, axes_or_new, dress, legend_above, with_unit

if TYPE_CHECKING:
    import matplotlib.axes


def predicted_against_true(
    prediction: ArrayLike,
    y: ArrayLike,
    *,
    interval: ArrayLike | None = None,
    target_name: str = "target",
    unit: str | None = None,
    ax: "matplotlib.axes.Axes | None" = None,
) -> "matplotlib.axes.Axes":
    """Draw predictions (upwards) against true values (across), with the line of perfect prediction.

    Parameters
    ----------
    prediction : array-like of shape (row,)
        Point predictions in data units.
    y : array-like of shape (row,)
        True values in data units.
    interval : array-like of shape (row, 2), optional
        Predicted intervals, drawn as thin bars.
    target_name, unit : str
        Name of the target and its unit, for the axis labels.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the lengths disagree or a value is not finite.
    ModuleNotFoundError
        If matplotlib is not installed.

    Examples
    --------
    >>> ax = predicted_against_true([1.0, 2.1], [1.2, 2.0], target_name="price", unit="EUR")
    >>> ax.get_ylabel()
    'predicted price (EUR)'
    """
    predicted = np.asarray(prediction, dtype=np.float64).reshape(-1)
    predicted = as_targets(predicted, predicted.shape[0])
    truth = as_targets(y, predicted.shape[0])
    ax = axes_or_new(ax, width=4.4, height=4.2)
    pixels = truth.shape[0] > MANY_POINTS
    values = np.concatenate([truth, predicted])
    margin = 0.04 * float(np.ptp(values)) or 0.5
    ends = (float(values.min()) - margin, float(values.max()) + margin)

    if interval is not None:
        low, high = np.asarray(interval, dtype=np.float64).reshape(-1, 2).T
        low, high = as_targets(low, truth.shape[0]), as_targets(high, truth.shape[0])
        alpha = float(np.clip(25.0 / truth.shape[0], 0.06, 0.3))
        ax.vlines(truth, low, high, color=LIGHT.law, alpha=alpha, linewidth=0.9, rasterized=pixels)
        ax.plot([], [], color=LIGHT.law, alpha=0.4, linewidth=2.0, label="interval")
    ax.plot(ends, ends, color=LIGHT.muted, linewidth=1.0, linestyle=(0, (4, 3)), label="perfect")
    ax.plot(
        truth,
        predicted,
        "o",
        markersize=3.6,
        markeredgewidth=0,
        color=LIGHT.law,
        alpha=0.75 if truth.shape[0] < 1000 else 0.4,
        label="rows",
        rasterized=pixels,
    )
    dress(
        ax,
        x_label=with_unit(f"true {target_name}", unit),
        y_label=with_unit(f"predicted {target_name}", unit),
    )
    ax.set_xlim(*ends)
    legend_above(ax, columns=3)
    return ax
