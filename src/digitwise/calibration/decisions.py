"""The best single answer under a loss: the number whose expected loss under the law is lowest."""

import re
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.calibration.nodes import law_nodes, sums_by_leaf
from digitwise.distributions import Atoms, Distribution, Histogram
from digitwise.distributions.probabilities import FloatArray
from digitwise.distributions.rows import row_batches

Loss: TypeAlias = str | Callable[[FloatArray, FloatArray], ArrayLike]

_WITH_NUMBER = re.compile(r"(pinball|relative)\(\s*([0-9.eE+-]+)\s*\)")
_N_HALF, _N_FINER, _N_ROUNDS = 33, 8, 5
_NEGLIGIBLE = 1e-14


def best_answer(law: Distribution, loss: Loss) -> Float[FloatArray, " row"]:
    """Return the number with the lowest expected loss under each row's law.

    Parameters
    ----------
    law
        Predicted laws.
    loss
        ``"squared"`` (the mean), ``"absolute"`` (the median), ``"pinball(0.9)"`` (the 0.9 quantile: too low costs nine
        times as much as too high), ``"relative"`` (``|prediction - y| / |y|``: the median once each outcome weighs as
        one over its size), ``"relative(2.5)"`` (the same, divided by at least 2.5: without such a floor outcomes near 0
        weigh without bounds), or a function ``loss(prediction, y)``. It gets arrays of predictions and outcomes
        that broadcast against each other and returns the loss of each pair.

    Raises
    ------
    ValueError
        If there is no such loss, its number is out of range, or a function returns another shape or NaN.

    Notes
    -----
    For a function the expected loss is compared on a grid that covers the law and half its width on either side, then
    refined around the best place to about 1e-5 of that width. It need not be convex. It is a sum over `law_nodes`,
    which follow the density: where a histogram has ``values``, the squared loss as a function may give another answer
    than ``"squared"`` by less than half a leaf.

    Examples
    --------
    Too many costs 1 each and too few 4 each, with a fixed cost as soon as there are too few:

    >>> law = Histogram([0.0, 10.0], [[1.0]])
    >>> best_answer(law, "pinball(0.8)")
    array([8.])
    >>> def cost(prediction, y):
    ...     return np.where(prediction >= y, prediction - y, 4 * (y - prediction) + 5)
    >>> best_answer(law, cost).round(1)
    array([9.])
    """
    if callable(loss):
        return _searched(law, loss)
    if loss == "squared":
        return law.mean()
    if loss == "absolute":
        return law.median()
    if loss == "relative":
        return _relative(law, 0.0)
    match = _WITH_NUMBER.fullmatch(loss)
    if match is None:
        raise ValueError(
            "loss must be 'squared', 'absolute', 'relative', one such as 'pinball(0.9)' or 'relative(2.5)', or a "
            f"function of prediction and y, but got {loss!r}."
        )
    name, number = match[1], float(match[2])
    if name == "relative":
        if not 0.0 < number < np.inf:
            raise ValueError(f"The floor of a relative loss must be above 0 and finite, but got {loss!r}.")
        return _relative(law, number)
    if not 0.0 < number < 1.0:
        raise ValueError(f"The level of a pinball loss must lie strictly between 0 and 1, but got {loss!r}.")
    return law.quantile(number)


def expected_loss(
    law: Distribution, prediction: float | ArrayLike, loss: Callable[[FloatArray, FloatArray], ArrayLike]
) -> Float[FloatArray, " row"]:
    """Return what a prediction costs on average under each row's law.

    Parameters
    ----------
    law
        Predicted laws.
    prediction
        One number, or ``(row,)``.
    loss
        A function as of `best_answer`.

    Examples
    --------
    >>> expected_loss(Histogram([0.0, 6.0], [[1.0]]), 3.0, lambda prediction, y: (prediction - y) ** 2).round(6)
    array([3.])
    """
    at = np.broadcast_to(np.asarray(prediction, dtype=np.float64), (len(law),))
    risk = np.empty(len(law))
    for rows in row_batches(len(law), law_nodes(law[:1])[0].shape[1]):
        risk[rows] = _risks(*law_nodes(law[rows]), at[rows, None], loss)[:, 0]
    return risk


def _risks(
    values: Float[FloatArray, "row node"],
    weights: Float[FloatArray, "row node"],
    candidates: Float[FloatArray, "row candidate"],
    loss: Callable[[FloatArray, FloatArray], ArrayLike],
) -> Float[FloatArray, "row candidate"]:
    """Return the expected loss of each candidate."""
    shape = (*candidates.shape, values.shape[1])
    losses = np.asarray(loss(candidates[:, :, None], values[:, None, :]), dtype=np.float64)
    if losses.shape != shape or np.isnan(losses).any():
        raise ValueError(
            f"loss(prediction, y) must return a number for each pair, here shape {shape}, but returned shape "
            f"{losses.shape}{' with NaN' if np.isnan(losses).any() else ''}. Write it with numpy functions."
        )
    return np.asarray(np.einsum("rcn,rn->rc", losses, weights))


def _searched(law: Distribution, loss: Callable[[FloatArray, FloatArray], ArrayLike]) -> Float[FloatArray, " row"]:
    """Return the best of a grid, refined around its best place again and again."""
    answer = np.empty(len(law))
    n_nodes = law_nodes(law[:1])[0].shape[1] if len(law) else 1
    for rows in row_batches(len(law), n_nodes * 2 * _N_HALF):
        part = law[rows]
        values, weights = _heavy_nodes(*law_nodes(part))
        grid = part.quantile(np.linspace(5e-4, 1.0 - 5e-4, _N_HALF))
        low, span = grid[:, :1], grid[:, -1:] - grid[:, :1]
        grid = np.sort(np.concatenate([grid, low + span * np.linspace(-0.5, 1.5, _N_HALF)], axis=1), axis=1)
        for _ in range(_N_ROUNDS):
            best = _best_of(values, weights, grid, loss)
            start = np.where(grid < best, grid, -np.inf).max(axis=1, keepdims=True)
            end = np.where(grid > best, grid, np.inf).min(axis=1, keepdims=True)
            start, end = np.where(np.isfinite(start), start, best), np.where(np.isfinite(end), end, best)
            steps = np.linspace(0.0, 1.0, _N_FINER)
            grid = np.concatenate([start + (best - start) * steps, best + (end - best) * steps[1:]], axis=1)
        answer[rows] = _best_of(values, weights, grid, loss)[:, 0]
    return answer


def _best_of(
    values: Float[FloatArray, "row node"],
    weights: Float[FloatArray, "row node"],
    grid: Float[FloatArray, "row candidate"],
    loss: Callable[[FloatArray, FloatArray], ArrayLike],
) -> Float[FloatArray, "row 1"]:
    """Return the candidate with the lowest expected loss; of equals the lowest."""
    best = np.argmin(_risks(values, weights, grid, loss), axis=1)
    return np.take_along_axis(grid, best[:, None], axis=1)


def _heavy_nodes(
    values: Float[FloatArray, "row node"], weights: Float[FloatArray, "row node"]
) -> tuple[Float[FloatArray, "row heavy"], Float[FloatArray, "row heavy"]]:
    """Return the nodes without those that weigh nothing in any row: laws are narrow beside the tree they come from."""
    order = np.argsort(-weights, axis=1, kind="stable")
    order = order[:, : int(np.max(np.sum(weights > _NEGLIGIBLE, axis=1), initial=1))]
    return np.take_along_axis(values, order, axis=1), np.take_along_axis(weights, order, axis=1)


def _relative(law: Distribution, floor: float) -> Float[FloatArray, " row"]:
    """Return the median of the law in which each outcome weighs as one over its size, of at least ``floor``."""
    answer = np.empty(len(law))
    for rows in row_batches(len(law), law_nodes(law[:1])[0].shape[1] if len(law) else 1):
        part = law[rows]
        values, weights = law_nodes(part)
        size = np.maximum(np.abs(values), floor)
        is_zero = (size == 0.0) & (weights > 0.0)
        mass = np.where(is_zero.any(axis=1, keepdims=True), is_zero * 1.0, weights / np.where(size > 0.0, size, 1.0))
        mass /= mass.sum(axis=1, keepdims=True)
        if isinstance(part, Histogram):
            answer[rows] = Histogram(part.edges, sums_by_leaf(part, mass), None, part.tails).median()
        else:
            answer[rows] = Atoms(values, mass).median()
    return answer
