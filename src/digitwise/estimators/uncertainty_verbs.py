"""How much of a prediction's variance lies in the data, and how much in what the model does not know."""

from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.distributions import Distribution
from digitwise.estimators.law_verbs import LawVerbs
from digitwise.estimators.parts import Part
from digitwise.training import Rows

MemberLaws = list[tuple[Distribution, int, float]]
"""Laws of members, those of a row one after another; how many a row has; and the weight of all of them together."""


class UncertaintyVerbs(LawVerbs):
    """Verbs that look at the members of an ensemble one by one."""

    parts_: list[Part]

    def predict_uncertainty(self, X: Any) -> dict[str, Float[np.ndarray, " row"]]:
        """Return the variance of each row in two parts, in squared units of ``y``.

        ``"data"`` is the mean variance of the members' laws: noise that more rows do not remove. ``"model"`` is the
        variance of their means: members disagree where training rows are few or far. Their sum is the variance of the
        members' mixture (law of total variance), before it is sharpened. Members are those of the ensemble, the boosted
        digits with their share, and the folds; a single network has no second part, nor have boosted digits alone
        (``preset="fast"``). Trees that saw different rows hardly disagree out of range: networks do.

        References
        ----------
        Depeweg et al., "Decomposition of uncertainty in Bayesian deep learning", arXiv 1710.07283.

        Examples
        --------
        >>> from digitwise import DecodingRegressor
        >>> X = np.linspace(0, 1, 200)[:, None]
        >>> model = DecodingRegressor(model="network", max_epochs=30, random_state=0).fit(X, np.sin(6 * X[:, 0]))
        >>> parts = model.predict_uncertainty([[0.5], [-4.0]])
        >>> bool(parts["model"][1] > parts["model"][0])
        True
        """
        parts = self._read(X, variance_parts, laws_of=self._member_laws)
        return {"data": parts[:, 0], "model": parts[:, 1]}

    def _member_laws(self, rows: Rows) -> MemberLaws:
        return [
            (network.member_laws(rows.to(network.device)), network.n_members, weight / len(self.parts_))
            for part in self.parts_
            for network, weight in part.weighted()
        ]


def variance_parts(members: MemberLaws) -> Float[np.ndarray, "row 2"]:
    """Return the mean of the members' variances, and the variance of their means."""
    means = np.concatenate([law.mean().reshape(-1, count) for law, count, _ in members], axis=1)
    variances = np.concatenate([law.variance().reshape(-1, count) for law, count, _ in members], axis=1)
    weights = np.concatenate([np.full(count, weight / count) for _, count, weight in members])
    deviations = means - (means @ weights)[:, None]
    return np.stack([variances @ weights, deviations**2 @ weights], axis=1)
