"""Intervals that hold what they promise."""

import copy
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Literal, Self

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.calibration import (
    CrossConformal,
    GroupConformal,
    Score,
    SplitConformal,
    rows_needed,
)
from digitwise.calibration.groups import checked_groups
from digitwise.distributions import Distribution
from digitwise.estimators.component_json import from_json, to_json
from digitwise.estimators.inputs import check_features, check_high_ends, check_targets, check_weights
from digitwise.estimators.recalibration_verbs import RecalibrationVerbs
from digitwise.estimators.table_rows import TableRows
from digitwise.training import Rows

Conformal = SplitConformal | GroupConformal | CrossConformal

CONFORMAL: dict[str, Any] = {"split": SplitConformal, "groups": GroupConformal, "folds": CrossConformal}


class ConformalVerbs(RecalibrationVerbs):
    """Verbs for intervals that held-out rows vouch for; needs laws of one target.

    In three steps: ``fit(X, y)``, ``conformalize(X_held_out, y_held_out)``, ``predict_interval(X_new)``; or in two,
    with the parameter ``calibration_fraction``.
    """

    calibration_fraction: float | Literal["folds"] | None
    conformal_: Conformal

    @property
    def is_conformal_(self) -> bool:
        """Whether `predict_interval` is conformal: set by `conformalize`, or by `fit` with ``calibration_fraction``."""
        return hasattr(self, "conformal_")

    def conformalize(
        self,
        X: Any,
        y: Any,
        *,
        groups: ArrayLike | None = None,
        sample_weight: Any = None,
        score: str | Score = "levels",
        separate_tails: bool = False,
    ) -> Self:
        """Let `predict_interval` hold what it promises, in finite samples and whatever the laws say.

        The rows must be new to the model: neither trained on nor used to choose epochs or settings. What is promised is
        written at `digitwise.calibration.SplitConformal`. The laws themselves stay as they are; see `recalibrate`.

        Parameters
        ----------
        X, y
            ``(rows, columns)`` and ``(rows,)``: held-out rows, all of whose targets are known numbers.
        groups
            ``(rows,)``: texts or numbers. The promise then holds within each group that has enough rows.
        sample_weight
            ``(rows,)``: how much likelier a row is among those to come than here, or how far it is trusted.
        score
            How far out an outcome is: ``"levels"``, by the law's cdf; ``"distance"``, from the law's interval in units
            of ``y``; ``"scaled_distance"``, in widths of that interval; or an object of `digitwise.calibration`.
        separate_tails
            Whether each side leaves out half of the rest by itself.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If there is no model yet.
        ValueError
            If rows, groups or weights do not fit together.
        TypeError
            If of some targets only an interval is known.

        Examples
        --------
        >>> import numpy as np
        >>> from digitwise import HistogramRegressor
        >>> X = np.linspace(0, 1, 300)[:, None]
        >>> y = X[:, 0] + np.random.default_rng(0).normal(scale=0.1, size=300)
        >>> model = HistogramRegressor(max_epochs=3, random_state=0).fit(X[::2], y[::2])
        >>> model.conformalize(X[1::4], y[1::4]).predict_interval(X[3::4], coverage=0.9).shape
        (75, 2)
        """
        law = self._plain_or_recalibrated(X)
        check_high_ends(self, y, allowed=False)
        truth = check_targets(X, y)
        weight = None if sample_weight is None else check_weights(sample_weight, len(truth))
        options: dict[str, Any] = {"score": score, "sample_weight": weight, "separate_tails": separate_tails}
        if groups is None:
            self.conformal_ = SplitConformal.fit(law, truth, **options)
        else:
            self.conformal_ = GroupConformal.fit(law, truth, groups, **options)
        return self

    def without_calibration(self) -> Self:
        """Return the same model, neither recalibrated nor conformal; to compare with, as it shares all weights.

        Examples
        --------
        >>> import numpy as np
        >>> from digitwise import HistogramRegressor
        >>> X = np.linspace(0, 1, 60)[:, None]
        >>> model = HistogramRegressor(max_epochs=1, random_state=0).fit(X, X[:, 0]).conformalize(X, X[:, 0])
        >>> model.is_conformal_, model.without_calibration().is_conformal_
        (True, False)
        """
        plain = copy.copy(self)
        for name in ("conformal_", "recalibration_"):
            plain.__dict__.pop(name, None)
        return plain

    def predict_interval(
        self, X: Any, coverage: float = 0.9, *, groups: ArrayLike | None = None, sample_weight: Any = None
    ) -> Float[np.ndarray, "row 2"]:
        """Return ``(rows, 2)``: the central interval of each law, or the conformal one after `conformalize`.

        Parameters
        ----------
        X
            As for `predict`.
        coverage
            What the intervals hold: by the law's own account, or as conformal prediction promises.
        groups
            ``(rows,)``: the group of each row, if `conformalize` was given groups.
        sample_weight
            ``(rows,)``, if `conformalize` was given weights; by default that of its heaviest row.

        Raises
        ------
        ValueError
            If groups or weights come and `conformalize` got none, or groups are needed and do not come.
        """
        return self._intervals(X, [coverage], groups, sample_weight)[:, 0]

    def _intervals(
        self, X: Any, coverages: Sequence[float], groups: ArrayLike | None, sample_weight: Any
    ) -> Float[np.ndarray, "row coverage 2"]:
        """Return what `predict_interval` says for several coverages, from laws that are made once."""
        for coverage in coverages:
            if not 0.0 <= coverage <= 1.0:
                raise ValueError(f"coverage must lie in [0, 1], but got {coverage}. For 90 % pass 0.9.")
        conformal = getattr(self, "conformal_", None)
        self._check_interval(conformal, groups, sample_weight)

        def each(interval: Callable[[float], np.ndarray]) -> np.ndarray:
            return np.stack([interval(coverage) for coverage in coverages], axis=1)

        if conformal is None:
            return self._read(X, lambda law: each(law.interval))
        weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        if isinstance(conformal, GroupConformal):
            names = checked_groups(groups, len(X))  # type: ignore[arg-type]
            found = self._read(
                X, lambda law, *row: each(lambda c: conformal.interval(law, row[0], c, row[1])), names, weight
            )
        elif isinstance(conformal, CrossConformal):
            found = self._read(X, lambda laws: each(lambda c: conformal.interval(laws, c)), laws_of=self._fold_laws)
        else:
            found = self._read(X, lambda law, weight: each(lambda c: conformal.interval(law, c, weight)), weight)
        self._warn_if_infinite(found, coverages)
        return found

    def _warn_if_infinite(self, found: Float[np.ndarray, "row coverage 2"], coverages: Sequence[float]) -> None:
        n_infinite = np.isinf(found).any(axis=2).sum(axis=0)
        for coverage, count in zip(coverages, n_infinite.tolist(), strict=True):
            if count and coverage < 1.0:
                warnings.warn(
                    f"{count} of {len(found)} intervals are infinite: a coverage of {coverage} takes at least "
                    f"{rows_needed(coverage)} calibration rows, and there are {len(self.conformal_)}. Calibrate on "
                    "more rows.",
                    stacklevel=4,
                )

    def _forget_intervals(self) -> None:
        self.__dict__.pop("conformal_", None)

    def _fold_laws(self, rows: Rows) -> list[Distribution]:
        """Return the laws of each fold's model; without folds there is one."""
        return [self._law(rows)]

    def _check_interval(self, conformal: Conformal | None, groups: Any, sample_weight: Any) -> None:
        takes_groups = isinstance(conformal, GroupConformal)
        if takes_groups and groups is None:
            raise ValueError("predict_interval needs groups=…, the group of each row, as conformalize got groups.")
        if groups is not None and not takes_groups:
            raise ValueError("predict_interval takes no groups, as conformalize got none.")
        split = conformal.pooled if isinstance(conformal, GroupConformal) else conformal
        if sample_weight is not None and (not isinstance(split, SplitConformal) or split.weight is None):
            raise ValueError("predict_interval takes no sample_weight, as conformalize got none.")

    def _set_aside(self, table: TableRows, random: np.random.RandomState) -> TableRows:
        """Return the rows that may be trained on, and keep the others until the model is there."""
        for name in ("conformal_", "recalibration_", "_calibration_rows"):
            if hasattr(self, name):
                delattr(self, name)  # of an earlier fit
        fraction = self.calibration_fraction
        if fraction is None:
            return table
        if not table.is_number.all():
            raise ValueError(
                f"calibration_fraction needs targets that are known numbers, but {int((~table.is_number).sum())} are "
                "not. Use calibration_fraction=None."
            )
        if isinstance(fraction, str):
            if (table.weight != table.weight[0]).any():
                raise ValueError("calibration_fraction='folds' takes no sample_weight. Set a share of the rows aside.")
            return table
        n_rows = round(fraction * len(table))
        if n_rows < 1 or len(table) - n_rows < 2:
            raise ValueError(
                f"calibration_fraction={fraction} leaves {n_rows} of {len(table)} rows for calibration and "
                f"{len(table) - n_rows} for training: at least 1 and 2 are needed."
            )
        table, self._calibration_rows = table.split(n_rows, random)
        return table

    def _after_fit(self) -> None:
        """Calibrate on the rows that were set aside."""
        if hasattr(self, "_calibration_rows"):
            rows = self._calibration_rows
            del self._calibration_rows
            weight = None if (rows.weight == rows.weight[0]).all() else rows.weight
            law = self._plain_or_recalibrated(check_features(self, rows.X, reset=False))
            self.conformal_ = SplitConformal.fit(law, rows.y, sample_weight=weight)

    def _check_calibration(self) -> None:
        fraction = self.calibration_fraction
        if fraction is None or (fraction == "folds" and hasattr(self, "n_folds")):
            return
        if isinstance(fraction, str) or not 0.0 < fraction < 1.0:
            folds = "be 'folds' or None" if hasattr(self, "n_folds") else "be None"
            raise ValueError(
                f"calibration_fraction must lie strictly between 0 and 1, or {folds}, but got {fraction!r}."
            )

    def _saved_calibration(self) -> dict[str, Any]:
        """Return what `_restore_calibration` needs: plain values and arrays."""
        saved = self._saved_recalibration()
        if self.is_conformal_:
            conformal = self.conformal_
            name = next(name for name, kind in CONFORMAL.items() if isinstance(conformal, kind))
            score = conformal.pooled.score if isinstance(conformal, GroupConformal) else conformal.score
            saved["conformal"] = {"kind": name, "score": to_json(score), **conformal.to_dict()}
        return saved

    def _restore_calibration(self, saved: dict[str, Any]) -> None:
        self._restore_recalibration(saved)
        if "conformal" in saved:
            state = saved["conformal"]
            self.conformal_ = CONFORMAL[state["kind"]].from_dict(state, from_json(state["score"]))
