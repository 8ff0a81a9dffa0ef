"""Regression by decoding: the estimator the library is about."""

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from jaxtyping import Float
from sklearn.utils.validation import check_is_fitted

from digitwise.codecs import Codec, DigitTree, NumberLine, OpenLine, OpenTree, cells_of, edges_of, tree_of
from digitwise.estimators.base import DistributionalRegressor
from digitwise.estimators.components import resolve
from digitwise.estimators.finetune import (
    WATCHED,
    BudgetWatch,
    Finetune,
    as_finetune,
    decoding_head,
    summary_of,
    warn_if_collapsed,
)
from digitwise.estimators.fitted_target import FittedTarget
from digitwise.estimators.hardware import choose_device, cpu_threads
from digitwise.estimators.table_rows import TableRows
from digitwise.nn import Decoder, Tree
from digitwise.objectives import DecodingHead, Objective, SmoothedCrossEntropy
from digitwise.policy import Policy

MOST_LEAVES = 4096
"""Up to this many leaves the automatic second stage is worth its time."""


class DecodingRegressor(DistributionalRegressor):
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

    def fine_tune(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        finetune: str | Objective | Finetune,
        validation_data: tuple[Any, Any] | tuple[Any, Any, Any] | None = None,
    ) -> Self:
        """Train a fitted model on, with another objective; so one first stage serves several second ones.

        ``fit`` with the parameter ``finetune`` does the same after its first stage. Given the rows of ``fit`` and an
        integer ``random_state``, the validation rows are the same too.

        Parameters
        ----------
        X, y, sample_weight, validation_data
            As for `fit`.
        finetune
            A name, an objective, or a `Finetune` with settings.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If there is no model yet.
        ValueError
            If settings are out of range, or the data do not fit.
        """
        check_is_fitted(self)
        settings = as_finetune(finetune)
        if settings is None:
            raise ValueError("fine_tune needs an objective, such as 'crps', but got none.")
        settings.check(resolve("codec", self.codec))
        train, validation, seed = self._tables(X, y, sample_weight, validation_data, reset=False)
        with cpu_threads(self.n_jobs):
            self._fine_tune(settings, train, validation, seed, self.time_limit)
        return self

    def _check_second_stage(self) -> None:
        finetune = self._chosen_finetune()
        if finetune is not None:
            finetune.check(resolve("codec", self.codec))

    @property
    def _has_second_stage(self) -> bool:
        return self._chosen_finetune() is not None

    def _chosen_finetune(self) -> Finetune | None:
        """Return the settings of the second stage; None if there is none."""
        if self.finetune != "auto":
            return as_finetune(self.finetune)
        codec: Codec = resolve("codec", self.codec)
        suits = (
            isinstance(resolve("objective", self.objective), SmoothedCrossEntropy)
            and isinstance(resolve("decoder", self.decoder), Tree)
            and codec.grammar.count(codec.length) <= MOST_LEAVES
        )
        return Finetune(objective="crps") if suits else None

    def _second_stage(self, train: TableRows, validation: TableRows, seed: int) -> None:
        if hasattr(self, "finetune_summary_"):
            del self.finetune_summary_  # of an earlier fit
        finetune = self._chosen_finetune()
        if finetune is None or self.stopped_by_ in ("time_limit", "interrupt"):
            return
        time_left = None if self.time_limit is None else self.time_limit - float(self.fit_summary_["seconds"])
        if time_left is None or time_left > 0:
            self._fine_tune(finetune, train, validation, seed, time_left)
        if self.checkpoint_path is not None and self.stopped_by_ not in ("time_limit", "interrupt"):
            Path(self.checkpoint_path).unlink(missing_ok=True)  # of the first stage

    def _fine_tune(
        self, finetune: Finetune, train: TableRows, validation: TableRows, seed: int, time_limit: float | None
    ) -> None:
        """Run the second stage from the present weights, and say what it did."""
        head = decoding_head(self.network_.head)
        objective = resolve("objective", finetune.objective).adapt(self.scaling_.forward(train.y), head.policy.codec)
        watch = None if finetune.budget is None else BudgetWatch(finetune.budget, objective, self.objective_)
        head.objective = objective
        before = {name: value.clone() for name, value in self.network_.state_dict().items()}
        reference = None
        if head.needs_reference:
            reference = copy.deepcopy(self.network_).float().to(choose_device(self.device)).eval()
        try:
            result = self._run_stage(
                train,
                validation,
                replace(finetune.settings(self._settings(len(train), seed)), time_limit=time_limit),
                select_by=finetune.select_by or self.select_by,
                also_validate=WATCHED,
                validate_start=True,
                keep_start=finetune.keep_start,
                reference=reference,
                watch=watch,
                earlier_rows=self.history_,
                checkpoint_path=None if self.checkpoint_path is None else f"{self.checkpoint_path}.finetune",
            )
        except BaseException:
            self.network_.double().load_state_dict(before)  # a stage that fails leaves the model as it was
            self.network_.eval()
            raise
        finally:
            head.objective = self.objective_  # what a later fit with warm_start goes on with
        start = result.start or {}
        kept = start if result.best_epoch == 0 else result.history[result.best_epoch - 1]
        self.finetune_summary_: dict[str, Any] = {
            "objective": finetune.objective if isinstance(finetune.objective, str) else repr(finetune.objective),
            "epochs": len(result.history),
            "best epoch": result.best_epoch,
            "stopped by": "budget" if result.stopped_by == "watch" else result.stopped_by,
            "seconds": round(result.history[-1]["seconds"], 2) if result.history else 0.0,
            **summary_of(start, kept),
        }
        self.stopped_by_ = self.finetune_summary_["stopped by"]
        if result.best_epoch > 0:
            self.best_epoch_ = len(self.history_) + result.best_epoch
        self.history_ = [*self.history_, *result.history]
        self.n_iter_ = len(self.history_)
        self.fit_summary_ |= {f"fine-tuning: {name}": value for name, value in self.finetune_summary_.items()}
        warn_if_collapsed(finetune.objective, start, kept)

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

    def _make_head(self, memory_dim: int, target: FittedTarget) -> DecodingHead:
        codec: Codec = resolve("codec", self.codec)
        tree = tree_of(codec)
        model = resolve("decoder", self.decoder).build(tree, memory_dim)
        policy = Policy(model, codec, tree, _line(codec, tree, target))
        return DecodingHead(policy, self.objective_, target.edges_y, target.values_y)


def _line(codec: Codec, tree: DigitTree | OpenTree, target: FittedTarget) -> NumberLine | OpenLine:
    """Return what sequences stand for; infinities stand for the last number on their side, and so does NaN."""
    moments = target.moments_y
    if not isinstance(tree, DigitTree):
        return OpenLine(codec, target.scaling.inverse, moments.mean, moments.std)
    numbers = torch.as_tensor(target.values_y)
    cell = cells_of(codec, tree).of_leaf
    below = codec.decode(tree.leaf_tokens) == -torch.inf
    values = torch.where(cell >= 0, numbers[cell.clamp(min=0)], torch.where(below, numbers[0], numbers[-1]))
    return NumberLine(values, moments.mean, moments.std)
