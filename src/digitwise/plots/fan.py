"""The law as a function of one feature: where the mass is, at each x."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from digitwise.plots.law import RowLaws, as_targets, density_on_grid, grid_over, mass_above
from digitwise.plots.style import (
    LIGHT,
    MANY_POINTS,
    axes_or_new,
    dress,
    legend_above,
    with_unit,
)

if TYPE_CHECKING:
    import matplotlib.axes

SHADES = (0.16, 0.24, 0.42)


def predicted_fan(
    law: RowLaws,
    x: ArrayLike,
    y: ArrayLike | None = None,
    *,
    x_observed: ArrayLike | None = None,
    kind: str = "region",
    levels: tuple[float, ...] = (0.5, 0.8, 0.95),
    smoothing: float = 0.1,
    feature_name: str = "x",
    feature_unit: str | None = None,
    target_name: str = "target",
    unit: str | None = None,
    ax: "matplotlib.axes.Axes | None" = None,
) -> "matplotlib.axes.Axes":
    """Draw laws over one feature as shaded bands, darkest where the mass is, and the data.

    ``kind="region"`` shades the smallest regions that hold the given probabilities, which fall
    apart where a law has two modes; ``kind="quantile"`` shades central intervals and draws the
    median. Regions are drawn from differences of the cdf on a regular grid, slightly smoothed (see
    ``smoothing``), so laws with many narrow leaves stay readable.

    Parameters
    ----------
    law : law object
        One law per value of ``x``. Smoothest when ``x`` is a fine grid.
    x : array-like of shape (row,)
        Feature of each row of the law; at least two different values, in any order.
    y : array-like of shape (point,), optional
        Observed values in data units.
    x_observed : array-like of shape (point,), optional
        Feature of each observed value; ``x`` itself by default.
    kind : {"region", "quantile"}
    levels : tuple of float
        Probabilities inside the bands, between 0 and 1.
    smoothing : float
        Half width of the smoothing window as a share of the law's effective width; only for
        regions.
    feature_name, feature_unit, target_name, unit : str
        Names and units for the axis labels.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If lengths disagree, ``x`` has fewer than two values, or ``kind`` or ``levels`` are not as
        above.
    ModuleNotFoundError
        If matplotlib is not installed.

    Examples
    --------
    >>> from digitwise.distributions import GaussianMixture
    >>> x = np.linspace(0, 1, 20)
    >>> law = GaussianMixture(
    ...     weights=np.ones((20, 1)), means=x[:, None], stds=0.1 + 0.3 * x[:, None]
    ... )
    >>> ax = predicted_fan(law, x, x, feature_name="dose", feature_unit="mg")
    >>> ax.get_xlabel()
    'dose (mg)'
    """
    if kind not in ("region", "quantile"):
        raise ValueError(f'kind must be "region" or "quantile", but got {kind!r}.')
    if not levels or not all(0.0 < level < 1.0 for level in levels):
        raise ValueError(f"levels must be probabilities between 0 and 1, but got {levels}.")
    features, first = np.unique(as_targets(x, len(law)), return_index=True)
    if features.shape[0] < 2:
        raise ValueError("A fan needs laws at two or more values of x, but got one. Use predicted_density instead.")
    law = law[first]
    ax = axes_or_new(ax, width=6.0, height=3.8)

    widest_first = sorted(levels, reverse=True)
    alphas = np.interp(np.linspace(0, 1, len(levels)), np.linspace(0, 1, len(SHADES)), SHADES)
    if kind == "region":
        grid = grid_over(law, 400)
        inside = mass_above(density_on_grid(law, grid, smoothing=smoothing))
        for level, alpha in zip(widest_first, alphas, strict=True):
            ax.contourf(
                features,
                grid,
                inside.T,
                levels=[-1.0, level],
                colors=[LIGHT.law],
                alpha=float(alpha),
            )
    else:
        for level, alpha in zip(widest_first, alphas, strict=True):
            low, high = law.interval(level).T
            ax.fill_between(features, low, high, color=LIGHT.law, alpha=float(alpha), linewidth=0)
        ax.plot(features, law.quantile(0.5), color=LIGHT.law, linewidth=1.6, label="median")

    if y is not None:
        at = np.asarray(x if x_observed is None else x_observed, dtype=np.float64).reshape(-1)
        observed = as_targets(y, at.shape[0])
        ax.plot(
            at,
            observed,
            ".",
            markersize=4.5,
            markeredgewidth=0,
            color=LIGHT.truth,
            alpha=0.75,
            label="observed",
            rasterized=observed.shape[0] > MANY_POINTS,
        )
    opacity, word = 0.0, "region" if kind == "region" else "interval"
    for level, alpha in zip(widest_first, alphas, strict=True):
        opacity = 1.0 - (1.0 - opacity) * (1.0 - float(alpha))  # bands lie on top of each other
        ax.fill_between([], [], [], color=LIGHT.law, alpha=opacity, linewidth=0, label=f"{level:.0%} {word}")
    dress(ax, x_label=with_unit(feature_name, feature_unit), y_label=with_unit(target_name, unit))
    ax.set_xlim(features[0], features[-1])
    legend_above(ax, columns=len(levels) + 2)
    return ax
