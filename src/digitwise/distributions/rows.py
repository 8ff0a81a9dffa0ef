"""Shapes shared by every law: what ``y``, ``q`` and a row index may be, and the answer's shape.

A law holds one law per row. Each verb is written once for a matrix ``(row, k)``; the functions here
bring what the user passed to that matrix and the answer back to the shape that was asked for.
"""

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import ArrayLike

from digitwise.distributions.probabilities import FloatArray

# Plain numbers are spelled out because runtime checkers do not count them as `complex`.
Numbers: TypeAlias = int | float | ArrayLike
RowIndex: TypeAlias = int | slice | ArrayLike
RandomState: TypeAlias = int | np.integer | np.random.Generator | np.random.RandomState | None
RowFunction: TypeAlias = Callable[[FloatArray], FloatArray]


def per_row(function: RowFunction, y: Numbers, n_rows: int, name: str = "y") -> Float[FloatArray, "row ..."]:
    """Return ``function`` of values in data units, in the shape that ``y`` asks for.

    Parameters
    ----------
    function
        Maps a matrix ``(row, k)`` to a matrix of the same shape.
    y
        A number (the same for all rows) or ``(row,)`` for an answer ``(row,)``; ``(row, k)``, or
        ``(1, k)`` for one grid shared by all rows, for an answer ``(row, k)``.
    n_rows
        Rows of the law.
    name
        What to call ``y`` in an error.

    Raises
    ------
    ValueError
        If ``y`` has another shape or holds NaN.

    Examples
    --------
    >>> per_row(lambda y: 10 * y, np.array([1.0, 2.0]), n_rows=2)
    array([10., 20.])
    >>> per_row(lambda y: 10 * y, [[1.0, 2.0, 3.0]], n_rows=2).shape
    (2, 3)
    """
    points = np.asarray(y, dtype=np.float64)
    if np.isnan(points).any():
        raise ValueError(f"{name} must not hold NaN. Drop those rows from the law and from {name}.")
    answer = function(_matrix(points, n_rows, name))
    return answer if points.ndim == 2 else answer[:, 0]


def per_interval(
    function: Callable[[FloatArray, FloatArray], FloatArray], low: Numbers, high: Numbers, n_rows: int
) -> Float[FloatArray, "row ..."]:
    """Return ``function`` of intervals in data units, in the shape that their ends ask for.

    Parameters
    ----------
    function
        Maps two matrices ``(row, k)``, the lower and the upper ends, to a matrix of that shape.
    low, high
        Each as ``y`` in `per_row`, and infinite where unknown; the answer is ``(row, k)`` as soon as
        one of them has two axes.
    n_rows
        Rows of the law.

    Raises
    ------
    ValueError
        If an end has another shape or holds NaN, or a lower end is above its upper end.

    Examples
    --------
    >>> per_interval(lambda low, high: high - low, 1.0, [2.0, np.inf], n_rows=2)
    array([ 1., inf])
    >>> per_interval(lambda low, high: high - low, [0.0, 1.0], [[2.0, 3.0, 4.0]], n_rows=2)
    array([[2., 3., 4.],
           [1., 2., 3.]])
    """
    lower, upper = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    if np.isnan(lower).any() or np.isnan(upper).any():
        raise ValueError("low and high must not hold NaN. Pass -inf or inf for an end that is not known.")
    start, end = _matrix(lower, n_rows, "low"), _matrix(upper, n_rows, "high")
    if lower.ndim == upper.ndim == 2 and start.shape != end.shape:
        raise ValueError(
            f"low and high must hold as many intervals per row, but got shapes {lower.shape} and {upper.shape}."
        )
    start, end = np.broadcast_arrays(start, end)
    if np.any(start > end):
        row, place = (int(axis) for axis in np.argwhere(start > end)[0])
        raise ValueError(
            f"low must be at most high, but row {row} got low={start[row, place]} and high={end[row, place]}. "
            "For an outcome that is known pass it as both."
        )
    answer = function(start, end)
    return answer if 2 in (lower.ndim, upper.ndim) else answer[:, 0]


def _matrix(points: FloatArray, n_rows: int, name: str) -> Float[FloatArray, "row point"]:
    if points.ndim == 0:
        return np.full((n_rows, 1), points)
    if points.ndim == 1 and points.shape[0] == n_rows:
        return points[:, None]
    if points.ndim == 2 and points.shape[0] in (1, n_rows):
        return np.broadcast_to(points, (n_rows, points.shape[1]))
    raise ValueError(
        f"{name} must be a number, (row,), (row, k) or (1, k) with {n_rows} rows, but got shape "
        f"{points.shape}. For one grid shared by all rows pass {name}[None, :]."
    )


def per_level(function: RowFunction, q: Numbers, n_rows: int) -> Float[FloatArray, "row ..."]:
    """Return ``function`` of probability levels, in the shape that ``q`` asks for.

    Parameters
    ----------
    function
        Maps a matrix of levels ``(row, k)`` to a matrix of the same shape.
    q
        Levels in [0, 1]: a number for an answer ``(row,)``; ``(k,)``, the same for all rows, or
        ``(row, k)``, each row its own, for an answer ``(row, k)``.
    n_rows
        Rows of the law.

    Raises
    ------
    ValueError
        If ``q`` has another shape or leaves [0, 1].

    Examples
    --------
    >>> per_level(lambda q: 100 * q, [0.25, 0.5], n_rows=2)
    array([[25., 50.],
           [25., 50.]])
    """
    levels = np.asarray(q, dtype=np.float64)
    if not np.all((levels >= 0.0) & (levels <= 1.0)):
        raise ValueError(f"Quantile levels must lie in [0, 1], but got {q!r}.")
    if levels.ndim == 0:
        return function(np.full((n_rows, 1), levels))[:, 0]
    if levels.ndim == 1:
        return function(np.broadcast_to(levels, (n_rows, levels.shape[0])))
    if levels.ndim == 2 and levels.shape[0] == n_rows:
        return function(levels)
    raise ValueError(
        f"Quantile levels must be a number, (k,) or (row, k) with {n_rows} rows, but got shape {levels.shape}."
    )


def central_levels(coverage: float) -> Float[FloatArray, " 2"]:
    """Return the two levels that leave out ``(1 - coverage) / 2`` on either side.

    Raises
    ------
    ValueError
        If coverage leaves [0, 1].

    Examples
    --------
    >>> central_levels(0.5)
    array([0.25, 0.75])
    """
    if not 0.0 <= coverage <= 1.0:
        raise ValueError(f"coverage must lie in [0, 1], but got {coverage}. For 90 % pass 0.9.")
    return np.array([(1.0 - coverage) / 2.0, (1.0 + coverage) / 2.0])


def row_selector(index: RowIndex) -> slice | Int[np.ndarray, " row"] | Bool[np.ndarray, " row"]:
    """Return an index that keeps the row axis; a single number selects one row.

    Raises
    ------
    TypeError
        If index is not a number, a slice, or a vector of integers or booleans.

    Examples
    --------
    >>> row_selector(3)
    array([3])
    """
    if isinstance(index, slice):
        return index
    rows = np.asarray(index)
    if rows.size == 0 and rows.ndim == 1 and rows.dtype != bool:
        rows = rows.astype(np.intp)
    if rows.ndim > 1 or not (rows.dtype == bool or np.issubdtype(rows.dtype, np.integer)):
        raise TypeError(
            "A law is indexed by rows: a number, a slice, integers or a mask of one axis, but got "
            f"{rows.dtype} of shape {rows.shape}."
        )
    return np.atleast_1d(rows)


def count_below(
    table: Float[FloatArray, "_ node"],
    x: Float[FloatArray, "row point"],
    side: Literal["left", "right"],
) -> Int[np.ndarray, "row point"]:
    """Return how many entries of a row's sorted table are below ``x``, for all rows at once.

    The rule of ``numpy.searchsorted``: entries equal to ``x`` count with ``side="right"`` only. A
    binary search in lockstep, so exact comparisons, ``log2(node)`` passes and no loop over rows.

    Parameters
    ----------
    table
        Ascending in each row; one row serves all rows of ``x``.
    x
        Values to place.
    side
        ``"left"`` counts entries ``< x``, ``"right"`` entries ``<= x``.

    Examples
    --------
    >>> table = np.array([[0.0, 1.0, 2.0], [5.0, 5.0, 6.0]])
    >>> count_below(table, np.array([[1.0], [5.0]]), side="right")
    array([[2],
           [2]])
    """
    size = table.shape[1]
    count = np.zeros(x.shape, dtype=np.intp)
    step = 1 << (size.bit_length() - 1)
    while step:
        trial = count + step
        value = np.take_along_axis(table, np.minimum(trial, size) - 1, axis=1)
        below = value < x if side == "left" else value <= x
        count = np.where((trial <= size) & below, trial, count)
        step >>= 1
    return count


def row_batches(n_rows: int, numbers_per_row: int, budget: int = 2**21) -> Iterator[slice]:
    """Yield slices that cover all rows, each holding about ``budget`` numbers at most.

    Examples
    --------
    >>> list(row_batches(5, numbers_per_row=4, budget=8))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    size = max(1, budget // max(1, numbers_per_row))
    for start in range(0, n_rows, size):
        yield slice(start, min(start + size, n_rows))


def random_generator(random_state: RandomState) -> np.random.Generator:
    """Return a generator for a seed, a generator, a ``RandomState``, or None for fresh noise.

    Examples
    --------
    >>> int(random_generator(0).integers(100)) == int(random_generator(0).integers(100))
    True
    """
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31, size=4))
    return np.random.default_rng(random_state)


def open_uniforms(n_rows: int, n_draws: int, random_state: RandomState) -> Float[FloatArray, "row draw"]:
    """Return uniform numbers strictly between 0 and 1, so that their quantiles are finite.

    Raises
    ------
    ValueError
        If n_draws is below 1.
    """
    if n_draws < 1:
        raise ValueError(f"n_draws must be at least 1, but got {n_draws}.")
    return np.maximum(random_generator(random_state).random((n_rows, n_draws)), 2.0**-54)
