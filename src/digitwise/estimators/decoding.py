"""Regression by decoding: the estimator the library is about."""

from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.codecs import Codec, edges_of, tree_of
from digitwise.estimators.components import resolve
from digitwise.estimators.finetune import Finetune
from digitwise.estimators.fitted_target import FittedTarget
from digitwise.estimators.head_parts import decoding_head_for
from digitwise.estimators.one_target import OneTargetRegressor
from digitwise.estimators.table_rows import TableRows
from digitwise.estimators.two_stages import TwoStageRegressor
from digitwise.nn import Decoder
from digitwise.objectives import DecodingHead, Objective


class DecodingRegressor(OneTargetRegressor, TwoStageRegressor):
    """Predict a number by writing its digits; every prediction is a full law.

    Parameters
    ----------
    codec
        How numbers are written: ``"normalized"`` or an object such as ``NormalizedCodec(base=10, length=3)``.
    decoder
        What predicts the next digit: ``"tree"``, ``"transformer"`` or an object such as ``Transformer(dim=256)``.
    objective
        What is minimised: ``"smoothed_cross_entropy"``, ``"cross_entropy"``, ``"raft"``, … or an object, such as a sum
        ``SmoothedCrossEntropy() + RAFT()``.
    finetune
        A second stage, from the best weights of the first: None (or ``"none"``), a name such as ``"crps"``, ``"raft"``,
        ``"remax"``, ``"grpo"`` or ``"genre2"``, an objective, or a `Finetune` with settings of its own. ``"auto"`` is
        the exact ``"crps"`` after smoothed cross-entropy with the tree decoder, where there are at most 4096 leaves,
        and none otherwise.
    shared_parameters

    Attributes
    ----------
    network_, columns_, scaling_, scaling_reason_
        What was fitted.
    history_, n_iter_, best_epoch_, stopped_by_
        How training went, one row of figures per epoch.
    saturation_rate_
        Share of the validation targets outside the range that the digits can say.
    finetune_summary_
        What fine-tuning did: its objective, epochs, and validation figures before and after.
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
        finetune: str | Objective | Finetune | None = "auto",
        **shared: Any,
    ) -> None:
        super().__init__(**shared)
        self.codec = codec
        self.decoder = decoder
        self.objective = objective
        self.finetune = finetune

    def _known_codecs(self) -> list[Codec]:
        return [resolve("codec", self.codec)]

    def _adapted(self, objective: Objective, train: TableRows) -> tuple[Objective, ...]:
        return (objective.adapt(self.scaling_.forward(train.y), resolve("codec", self.codec)),)

    def _prepare(self, z: Float[np.ndarray, " row"]) -> None:
        """Settle the objective's automatic settings."""
        codec: Codec = resolve("codec", self.codec)
        if codec.grammar.count(codec.length) < 3:
            raise ValueError(f"The codec needs at least 3 leaves (the two outermost are open), but got {codec}.")
        self.objective_: Objective = resolve("objective", self.objective).adapt(z, codec)

    def _span(self) -> tuple[float, float]:
        codec: Codec = resolve("codec", self.codec)
        return codec.span

    def _leaf_edges(self) -> Float[np.ndarray, " edge"]:
        codec: Codec = resolve("codec", self.codec)
        return edges_of(codec, tree_of(codec)).numpy()

    def _make_head_for(self, target: FittedTarget, memory_dim: int) -> DecodingHead:
        codec: Codec = resolve("codec", self.codec)
        return decoding_head_for(codec, resolve("decoder", self.decoder), self.objective_, target, memory_dim)
