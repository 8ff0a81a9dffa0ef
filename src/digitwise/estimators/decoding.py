"""Regression by decoding: the estimator the library is about."""

from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.codecs import Codec, DigitTree
from digitwise.estimators.base import DistributionalRegressor
from digitwise.estimators.components import resolve
from digitwise.estimators.fitted_target import FittedTarget
from digitwise.nn import Decoder
from digitwise.objectives import DecodingHead, Objective
from digitwise.policy import Policy


class DecodingRegressor(DistributionalRegressor):
    """Predict a number by writing its digits; every prediction is a full law.

    Parameters
    ----------
    codec
        How numbers are written: ``"normalized"`` or an object such as ``NormalizedCodec(base=10, length=3)``.
    decoder
        What predicts the next digit: ``"tree"``, ``"transformer"`` or an object such as ``Transformer(dim=256)``.
    objective
        What is minimised: ``"smoothed_cross_entropy"``, ``"cross_entropy"`` or an object.
    shared_parameters

    Attributes
    ----------
    network_, columns_, scaling_, scaling_reason_
        What was fitted.
    history_, n_iter_, best_epoch_, stopped_by_
        How training went, one row of figures per epoch.
    saturation_rate_
        Share of the validation targets outside the range that the digits can say.
    fit_summary_
        The main facts of the fit, for reports.

    References
    ----------
    Song and Bahri, "Decoding-based Regression", arXiv 2501.19383; GenRe², arXiv 2512.06533. *Differs from
    the papers*: laws are enumerated exactly instead of sampled, targets are smoothed as numbers, and leaves stand for
    the mean of their training targets.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(0, 1, 200)[:, None]
    >>> model = DecodingRegressor(max_epochs=30, random_state=0).fit(X, 3 * X[:, 0])
    >>> model.predict(X[:2]).shape, model.predict_interval(X[:2], coverage=0.9).shape
    ((2,), (2, 2))
    """

    def __init__(
        self,
        *,
        codec: str | Codec = "normalized",
        decoder: str | Decoder = "tree",
        objective: str | Objective = "smoothed_cross_entropy",
        **shared: Any,
    ) -> None:
        super().__init__(**shared)
        self.codec = codec
        self.decoder = decoder
        self.objective = objective

    def _prepare(self, z: Float[np.ndarray, " row"]) -> None:
        """Settle the objective's automatic settings."""
        codec: Codec = resolve("codec", self.codec)
        if DigitTree(codec.grammar, codec.length).n_leaves < 3:
            raise ValueError(f"The codec needs at least 3 leaves (the two outermost are open), but got {codec}.")
        self.objective_: Objective = resolve("objective", self.objective).adapt(z, codec)

    def _leaf_edges(self) -> Float[np.ndarray, " edge"]:
        codec: Codec = resolve("codec", self.codec)
        return codec.leaf_edges().numpy()

    def _make_head(self, memory_dim: int, target: FittedTarget) -> DecodingHead:
        codec: Codec = resolve("codec", self.codec)
        tree = DigitTree(codec.grammar, codec.length)
        model = resolve("decoder", self.decoder).build(tree, memory_dim)
        return DecodingHead(Policy(model, codec, tree), self.objective_, target.edges_y, target.values_y)
