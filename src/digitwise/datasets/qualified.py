"""Targets of which some are known only from one side, or between two ends: time-outs, detection limits, ranges."""

from collections.abc import Iterable
from types import EllipsisType
from typing import Any, NoReturn, final

import numpy as np
from jaxtyping import Bool, Float
from numpy.typing import ArrayLike

from digitwise.datasets.qualifiers import ends_of

SHOWN = 6


@final
class QualifiedTargets:
    """One interval per row that holds the target; a single number where the target is known.

    Pass it as ``y`` to `DecodingRegressor`, which then maximises the probability of each row's interval.

    Parameters
    ----------
    low, high
        Ends ``(row,)`` of the intervals, data units, ``low <= high``, equal where the number is known. ``-inf`` or
        ``inf`` for an end that is not known. Both ends belong to the interval: for numbers in digits a strict "<" is as
        good as "<=".

    Raises
    ------
    ValueError
        If shapes differ, an end is NaN, a low end lies above its high one, or nothing is known of a row.

    Notes
    -----
    A limit must say no more about the target than that it lies beyond: a run that was stopped *because* it was about to
    finish would mislead.

    Examples
    --------
    >>> QualifiedTargets.parse(["< 10", "12.5", "> 3600", "3-5"])
    QualifiedTargets('<= 10', '12.5', '>= 3600', '[3, 5]')
    >>> QualifiedTargets.censored([17.0, 3600.0], event_observed=[True, False])
    QualifiedTargets('17', '>= 3600')
    """

    def __init__(self, low: ArrayLike, high: ArrayLike) -> None:
        self.low, self.high = _column("low", low), _column("high", high)
        if self.low.shape != self.high.shape:
            raise ValueError(
                f"low and high must have one entry per row, but have {len(self.low)} and {len(self.high)}."
            )
        self._refuse(
            np.isnan(self.low) | np.isnan(self.high), "Ends must be numbers or infinite, but row {row} has NaN."
        )
        self._refuse(self.low > self.high, "low must not lie above high, but row {row} goes from {low:g} to {high:g}.")
        nothing = np.isinf(self.low) & np.isinf(self.high)
        self._refuse(
            nothing, "At least one end must be finite, but row {row} goes from {low} to {high}. Drop such rows."
        )

    @classmethod
    def parse(cls, texts: Iterable[Any]) -> "QualifiedTargets":
        """Return what texts such as ``"< 10"``, ``"12.5"``, ``">=3"``, ``"3-5"``, ``"3..5"`` or ``"[3, 5]"`` mean.

        Parameters
        ----------
        texts
            One per row: a list, or a series of any data frame. Numbers are taken as they are.

        Raises
        ------
        ValueError
            If one is none of these; it is named with its row, counted from 0.
        """
        low, high = [], []
        for row, text in enumerate(texts):
            try:
                ends = ends_of(text) if isinstance(text, str) else (float(text),) * 2
            except (TypeError, ValueError) as error:
                what = str(error) if isinstance(text, str) else f"must be a text or a number, but is {text!r}"
                raise ValueError(f"Row {row} {what}.") from None
            low.append(ends[0])
            high.append(ends[1])
        return cls(low, high)

    @classmethod
    def right_censored(cls, y: ArrayLike, is_censored: ArrayLike) -> "QualifiedTargets":
        """Return targets that are at least ``y`` where they are censored, such as runs that were stopped then."""
        y = _column("y", y)
        return cls(y, np.where(_flags("is_censored", is_censored, len(y)), np.inf, y))

    @classmethod
    def left_censored(cls, y: ArrayLike, is_censored: ArrayLike) -> "QualifiedTargets":
        """Return targets that are at most ``y`` where they are censored, such as values below a detection limit."""
        y = _column("y", y)
        return cls(np.where(_flags("is_censored", is_censored, len(y)), -np.inf, y), y)

    @classmethod
    def censored(cls, y: ArrayLike, event_observed: ArrayLike) -> "QualifiedTargets":
        """Return what survival data say: ``y`` where the event was observed, at least ``y`` elsewhere."""
        y = _column("y", y)
        return cls.right_censored(y, ~_flags("event_observed", event_observed, len(y)))

    @property
    def is_exact(self) -> Bool[np.ndarray, " row"]:
        """Where the number is known."""
        return np.asarray(self.low == self.high)

    @property
    def shape(self) -> tuple[int]:
        """``(rows,)``."""
        return (len(self),)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.low)

    def __getitem__(self, index: Any) -> "QualifiedTargets":
        """Return the named rows, by number, slice, mask or list; always as targets."""
        if isinstance(index, tuple) and len(index) == 2 and isinstance(index[1], EllipsisType):
            index = index[0]  # how scikit-learn splits rows
        index = index if isinstance(index, slice) else np.asarray(index)
        return QualifiedTargets(np.atleast_1d(self.low[index]), np.atleast_1d(self.high[index]))

    def __array__(self, dtype: Any = None, copy: Any = None) -> NoReturn:
        """Refuse: intervals are no numbers."""
        raise TypeError(
            f"QualifiedTargets holds intervals ({int((~self.is_exact).sum())} of {len(self)} rows), which are no "
            "numbers. DecodingRegressor takes it as y; use low[is_exact] for the numbers that are known."
        )

    def __repr__(self) -> str:
        """Return the first rows."""
        texts = [repr(_text(*ends)) for ends in zip(self.low[:SHOWN].tolist(), self.high[:SHOWN].tolist(), strict=True)]
        more = [f"... {len(self) - SHOWN} more"] if len(self) > SHOWN else []
        return f"QualifiedTargets({', '.join(texts + more)})"

    def _refuse(self, wrong: Bool[np.ndarray, " row"], message: str) -> None:
        if wrong.any():
            row = int(wrong.argmax())
            raise ValueError(message.format(row=row, low=float(self.low[row]), high=float(self.high[row])))


def _text(low: float, high: float) -> str:
    if low == high:
        return f"{low:g}"
    if np.isinf(low):
        return f"<= {high:g}"
    return f">= {low:g}" if np.isinf(high) else f"[{low:g}, {high:g}]"


def _column(name: str, values: ArrayLike) -> Float[np.ndarray, " row"]:
    column = np.array(values, dtype=np.float64)
    if column.ndim != 1:
        raise ValueError(f"{name} must hold one number per row, but has shape {column.shape}.")
    return column


def _flags(name: str, values: ArrayLike, n_rows: int) -> Bool[np.ndarray, " row"]:
    flags = np.asarray(values)
    if flags.shape != (n_rows,) or not np.isin(flags, (0, 1)).all():
        raise ValueError(
            f"{name} must hold True or False for each of the {n_rows} rows, but has shape {flags.shape} and values "
            f"such as {flags.ravel()[:3].tolist()}."
        )
    return flags.astype(bool)
