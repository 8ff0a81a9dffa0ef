"""How training went."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from digitwise.plots.style import LIGHT, SERIES, axes_or_new, dress, legend_above

if TYPE_CHECKING:
    import matplotlib.axes


def learning_curve(
    history: Sequence[Mapping[str, Any]],
    keys: Sequence[str] | None = None,
    *,
    best_epoch: int | float | None = None,
    y_label: str | None = None,
    ax: "matplotlib.axes.Axes | None" = None,
) -> "matplotlib.axes.Axes":
    """Draw logged numbers over the epochs, and mark the epoch that was kept.

    Parameters
    ----------
    history : sequence of mappings
        One row per epoch: ``{"epoch": 1, "train_loss": 0.7, ...}``. A row may lack a number, which
        is then skipped.
    keys : sequence of str, optional
        Which numbers to draw, four at most; the first four numeric ones other than ``epoch`` by
        default. They share one axis, so give those of one unit.
    best_epoch : float, optional
        Epoch to mark with a vertical line, counted over all runs where there were several, as `best_epoch_` is.
    y_label : str, optional
        Label of the vertical axis; the key itself by default where there is only one.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the history is empty, or a key is in none of its rows, or more than four keys came.
    ModuleNotFoundError
        If matplotlib is not installed.

    Examples
    --------
    >>> ax = learning_curve([{"epoch": 1, "train_loss": 0.9}, {"epoch": 2, "train_loss": 0.6}])
    >>> ax.get_ylabel()
    'train loss'
    """
    if not history:
        raise ValueError("A learning curve needs at least one row of history, but got none. Fit the model first.")
    if keys is None:
        keys = numeric_keys(history)[: len(SERIES)]
    if not 1 <= len(keys) <= len(SERIES):
        raise ValueError(f"Between 1 and {len(SERIES)} keys can be drawn on one axis, but got {list(keys)}.")
    known = numeric_keys(history)
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise ValueError(f"No row of the history has {unknown}. It has: {known}.")
    epochs = running_epochs(history)
    ax = axes_or_new(ax, width=4.6, height=3.2)
    from matplotlib.ticker import MaxNLocator

    for key, colour in zip(keys, SERIES, strict=False):
        rows = [i for i, row in enumerate(history) if row.get(key) is not None]
        epoch = epochs[rows]
        value = np.array([history[i][key] for i in rows], dtype=np.float64)
        breaks = np.flatnonzero([history[i].get("epoch", i + 1) == 1 for i in rows])[1:]  # no line from run to run
        epoch, value = np.insert(epoch, breaks, np.nan), np.insert(value, breaks, np.nan)
        marker = "o" if len(rows) < 12 else ""
        ax.plot(
            epoch,
            value,
            color=colour,
            linewidth=1.5,
            marker=marker,
            markersize=3.5,
            label=_words(key),
        )
    if best_epoch is not None:
        ax.axvline(
            best_epoch,
            color=LIGHT.muted,
            linewidth=1.0,
            linestyle=(0, (2, 2)),
            label=f"kept: epoch {best_epoch:g}",
        )
    dress(
        ax,
        x_label="epoch",
        y_label=y_label or (_words(keys[0]) if len(keys) == 1 else ""),
        grid="y",
    )
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend_above(ax, columns=3)
    return ax


def running_epochs(
    history: Sequence[Mapping[str, Any]],
) -> Float[np.ndarray, " epoch"]:
    """Return epochs that keep counting where a run continued another.

    Examples
    --------
    >>> running_epochs([{"epoch": 1}, {"epoch": 2}, {"epoch": 1}])
    array([1., 2., 3.])
    """
    epochs: list[float] = []
    start = previous = 0.0
    for i, row in enumerate(history):
        epoch = float(row.get("epoch", i + 1))
        if epoch <= previous:
            start = epochs[-1]
        epochs.append(start + epoch)
        previous = epoch
    return np.array(epochs)


def numeric_keys(history: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of the numbers in a history other than ``epoch``, in order of appearance.

    Examples
    --------
    >>> numeric_keys([{"epoch": 1, "train_loss": 0.9}, {"epoch": 2, "validation_crps": 3.0}])
    ['train_loss', 'validation_crps']
    """
    keys: dict[str, None] = {}
    for row in history:
        for key, value in row.items():
            if key != "epoch" and isinstance(value, int | float | np.number) and not isinstance(value, bool):
                keys[key] = None
    return list(keys)


def _words(key: str) -> str:
    return key.replace("_", " ")
