"""Conformal prediction group by group (Mondrian): each group keeps the promise by itself."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from digitwise.calibration.conformal import SplitConformal, interval_between
from digitwise.calibration.scores import Score
from digitwise.distributions import Distribution
from digitwise.distributions.probabilities import FloatArray
from digitwise.metrics.rows import checked_weight


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class GroupConformal:
    """Split conformal prediction within each group of rows.

    The guarantee of `SplitConformal` holds within every group that has enough calibration rows (`rows_needed`): groups
    may be harder than others, but none pays for another. A group without enough of them, or that calibration has not
    seen, gets the intervals of all rows together, which promise coverage on average over all groups and not for this
    one; a warning names such groups.

    Parameters
    ----------
    pooled
        What all calibration rows say together.
    labels
        The groups.
    member
        Which of the labels each calibration row has.

    References
    ----------
    Vovk, "Conditional validity of inductive conformal predictors", arXiv 1209.2673.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> law = Histogram([-1.0, 1.0], [[1.0]] * 40)
    >>> groups = np.repeat(["calm", "wild"], 20)
    >>> y = np.tile(np.linspace(-1, 1, 20), 2) * np.where(groups == "calm", 1, 10)
    >>> conformal = GroupConformal.fit(law, y, groups, score="distance")
    >>> conformal.interval(law[[0, 20]], ["calm", "wild"], coverage=0.9).round(1)
    array([[ -1.,   1.],
           [-10.,  10.]])
    """

    pooled: SplitConformal
    labels: tuple[str | int | float, ...]
    member: Int[np.ndarray, " calibration"]

    @classmethod
    def fit(
        cls,
        law: Distribution,
        y: ArrayLike,
        groups: ArrayLike,
        *,
        score: str | Score = "levels",
        sample_weight: ArrayLike | None = None,
        separate_tails: bool = False,
    ) -> "GroupConformal":
        """Return what calibration rows of known groups say.

        Parameters
        ----------
        groups
            ``(row,)``: texts or numbers.
        law, y, score, sample_weight, separate_tails
            As of `SplitConformal.fit`.

        Raises
        ------
        ValueError
            If groups do not fit the rows, or as `SplitConformal.fit` says.
        """
        names = checked_groups(groups, len(law))
        pooled = SplitConformal.fit(law, y, score=score, sample_weight=sample_weight, separate_tails=separate_tails)
        if sample_weight is not None:
            names = names[checked_weight(sample_weight, len(names)) > 0.0]
        labels, member = np.unique(names, return_inverse=True)
        return cls(pooled=pooled, labels=tuple(labels.tolist()), member=member)

    def __len__(self) -> int:
        """Return the number of calibration rows."""
        return len(self.pooled)

    def interval(
        self, law: Distribution, groups: ArrayLike, coverage: float = 0.9, test_weight: ArrayLike | None = None
    ) -> Float[FloatArray, "row 2"]:
        """Return the interval of each row, given its group.

        Parameters
        ----------
        law, coverage, test_weight
            As of `SplitConformal.interval`.
        groups
            ``(row,)``: the group of each new row.

        Raises
        ------
        ValueError
            If groups or weights do not fit the rows, or coverage leaves [0, 1].
        """
        names, known = checked_groups(groups, len(law)), {label: k for k, label in enumerate(self.labels)}
        weights = None if test_weight is None else np.broadcast_to(test_weight, len(names))
        thresholds, alone = np.empty((2, len(names))), []
        for name in np.unique(names).tolist():
            rows = np.flatnonzero(names == name)
            weight = None if weights is None else weights[rows]
            shared = self.pooled.thresholds(coverage, weight)
            own = self._part(known[name]).thresholds(coverage, weight) if name in known else np.full((2,), np.inf)
            lacks = np.isinf(own).any(axis=0)
            if np.any(lacks & np.isfinite(shared).all(axis=0)):
                alone.append(str(name))
            thresholds[:, rows] = np.where(lacks, shared, own).reshape(2, -1)
        if alone:
            warnings.warn(
                f"Groups without enough calibration rows for a coverage of {coverage} of their own get the intervals "
                f"of all rows: {', '.join(alone)}. Calibrate on more rows of them, or join groups.",
                stacklevel=2,
            )
        return interval_between(self.pooled.score, law, thresholds)

    def to_dict(self) -> dict[str, Any]:
        """Return all but the score as plain values and arrays: what `from_dict` restores."""
        return {**self.pooled.to_dict(), "labels": list(self.labels), "member": self.member}

    @classmethod
    def from_dict(cls, state: Mapping[str, Any], score: Score) -> "GroupConformal":
        """Return what `to_dict` described."""
        return cls(pooled=SplitConformal.from_dict(state, score), labels=tuple(state["labels"]), member=state["member"])

    def _part(self, label: int) -> SplitConformal:
        """Return what the calibration rows of one group say."""
        rows, pooled = self.member == label, self.pooled
        return SplitConformal(
            score=pooled.score,
            low_scores=pooled.low_scores[rows],
            high_scores=pooled.high_scores[rows],
            weight=None if pooled.weight is None else pooled.weight[rows],
            separate_tails=pooled.separate_tails,
        )


def checked_groups(groups: ArrayLike, n_rows: int) -> np.ndarray:
    """Return one group per row, as numbers or texts.

    Raises
    ------
    ValueError
        If there is not one per row, or one is missing.

    Examples
    --------
    >>> checked_groups(["a", "b"], 2)
    array(['a', 'b'], dtype='<U1')
    """
    names = np.asarray(groups)
    if names.shape != (n_rows,):
        raise ValueError(f"groups must hold one group per row, here {n_rows}, but got shape {names.shape}.")
    if names.dtype.kind == "O":
        missing = np.array([name is None or name != name for name in names], dtype=bool)
        if missing.any():
            raise ValueError(
                f"groups must not be missing, but {int(missing.sum())} are. Give them a name of their own."
            )
        names = names.astype(str)
    if names.dtype.kind == "f" and np.isnan(names).any():
        raise ValueError(f"groups must not be missing, but {int(np.isnan(names).sum())} are NaN. Give them a number.")
    return names
