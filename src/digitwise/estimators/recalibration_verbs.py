"""Laws recalibrated on rows that the model has not seen."""

from abc import abstractmethod
from typing import Any, Literal, Self, cast

import numpy as np

from digitwise.calibration import DigitTemperatures, ProbabilityMap, conformal_map, recalibrated, smooth_map
from digitwise.distributions import Distribution, Histogram
from digitwise.estimators.inputs import check_high_ends, check_targets, check_weights
from digitwise.estimators.law_verbs import LawVerbs
from digitwise.training import Rows

Recalibration = ProbabilityMap | DigitTemperatures

RECALIBRATIONS: dict[str, Any] = {"map": ProbabilityMap, "digits": DigitTemperatures}
MAPS = {"conformal": conformal_map, "smooth": smooth_map}


class RecalibrationVerbs(LawVerbs):
    """Verbs that change all predicted laws by rows that were held out; needs laws of one target."""

    recalibration_: Recalibration

    def recalibrate(
        self,
        X: Any,
        y: Any,
        *,
        sample_weight: Any = None,
        method: Literal["conformal", "smooth", "digits"] = "smooth",
    ) -> Self:
        """Change all predicted laws so that they fit what held-out rows turned out to be.

        Every verb reads the recalibrated laws from then on. Intervals that were conformal no longer are: call
        `conformalize` afterwards, on other rows.

        Parameters
        ----------
        X, y
            Held-out rows, all of whose targets are known numbers.
        sample_weight
            ``(rows,)``: a row of weight 2 counts as two rows.
        method
            ``"smooth"``: the cdf goes through a beta law's, two numbers to fit. ``"conformal"``: through the order
            statistics of these rows. ``"digits"``: a temperature for each digit, for estimators that write digits of an
            ordered codec and enumerate them.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If there is no model yet.
        ValueError
            If the method is unknown or does not suit the estimator, or rows and weights do not fit together.
        TypeError
            If of some targets only an interval is known.
        """
        if method not in (*MAPS, "digits"):
            raise ValueError(f"method must be one of 'conformal', 'smooth' and 'digits', but got {method!r}.")
        rows = self._rows(X)
        check_high_ends(self, y, allowed=False)
        truth = check_targets(X, y)
        weight = None if sample_weight is None else check_weights(sample_weight, len(truth))
        law = self._law(rows)
        if method == "digits":
            self.recalibration_ = DigitTemperatures.fit(law, truth, self._leaf_nodes(), sample_weight=weight)
        else:
            self.recalibration_ = MAPS[method](law, truth, sample_weight=weight)
        self._forget_intervals()
        return self

    @abstractmethod
    def _leaf_nodes(self) -> np.ndarray:
        """Return the inner nodes on the way to each leaf of the law; raise a ``ValueError`` if it has none."""

    @abstractmethod
    def _forget_intervals(self) -> None:
        """Drop what was calibrated on laws that are now others."""

    def _predicted(self, rows: Rows) -> Distribution:
        """Return the laws that verbs read."""
        law: Distribution = self._law(rows)
        recalibration = getattr(self, "recalibration_", None)
        if recalibration is None:
            return law
        if isinstance(recalibration, DigitTemperatures):
            return recalibration.apply(cast(Histogram, law))
        return recalibrated(law, recalibration)

    def _plain_or_recalibrated(self, X: Any) -> Distribution:
        return self._predicted(self._rows(X))

    def _saved_recalibration(self) -> dict[str, Any]:
        """Return what `_restore_recalibration` needs: plain values and arrays."""
        if not hasattr(self, "recalibration_"):
            return {}
        name = next(name for name, kind in RECALIBRATIONS.items() if isinstance(self.recalibration_, kind))
        return {"recalibration": {"kind": name, **self.recalibration_.to_dict()}}

    def _restore_recalibration(self, saved: dict[str, Any]) -> None:
        if "recalibration" in saved:
            state = saved["recalibration"]
            self.recalibration_ = RECALIBRATIONS[state["kind"]].from_dict(state)
