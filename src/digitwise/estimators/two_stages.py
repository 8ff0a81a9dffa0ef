"""The two stages of a decoding regressor: token by token, then on whole numbers."""

import copy
from abc import abstractmethod
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, cast

from sklearn.utils.validation import check_is_fitted
from torch import nn

from digitwise.codecs import Codec
from digitwise.estimators.base import DistributionalRegressor
from digitwise.estimators.components import resolve
from digitwise.estimators.finetune import (
    WATCHED,
    BudgetWatch,
    Finetune,
    as_finetune,
    stageable,
    summary_of,
    warn_if_collapsed,
)
from digitwise.estimators.hardware import choose_device
from digitwise.estimators.table_rows import TableRows
from digitwise.nn import Decoder, Tree
from digitwise.objectives import Objective, SmoothedCrossEntropy
from digitwise.training import TrainingSettings

MOST_LEAVES = 4096
"""Up to this many leaves the automatic second stage is worth its time."""


class TwoStageRegressor(DistributionalRegressor):
    """What all regressors share that write digits: fine-tuning after the first stage.

    Subclasses say which codecs they know of before they see a target, and what an objective becomes for each target.
    """

    codec: Any
    decoder: str | Decoder
    objective: str | Objective
    finetune: str | Objective | Finetune | None

    @abstractmethod
    def _known_codecs(self) -> list[Codec]:
        """Return the codecs of the targets, as far as they are known before `fit`."""

    @abstractmethod
    def _fitted_codecs(self) -> list[Codec]:
        """Return the codecs of the targets that `fit` has seen."""

    @abstractmethod
    def _adapted(self, objective: Objective, train: TableRows) -> tuple[Objective, ...]:
        """Return an objective for each target, its automatic settings settled from the training rows."""

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
        self._check_finetune(settings)
        train, validation, seed = self._tables(X, y, sample_weight, validation_data, reset=False)
        with self._fitting():
            self._fine_tune(settings, train, validation, seed, self.time_limit)
            self._after_stages(validation)
            self._after_fit()
        return self

    def _check_second_stage(self) -> None:
        finetune = self._chosen_finetune(self._known_codecs())
        if finetune is not None:
            self._check_finetune(finetune)

    def _check_finetune(self, finetune: Finetune) -> None:
        """Raise what is wrong with the settings for the codecs that are known before any target is seen."""
        for codec in self._known_codecs():
            finetune.check(codec)

    def _has_second_stage(self, train: TableRows) -> bool:
        return self._chosen_finetune(self._fitted_codecs(), train) is not None

    def _chosen_finetune(self, codecs: list[Codec], train: TableRows | None = None) -> Finetune | None:
        """Return the settings of the second stage for some codecs, and rows once they are seen; None if there is none.

        The automatic one is the CRPS, which is not proper for intervals, and gains nothing for an ensemble.
        """
        if self.finetune != "auto":
            return as_finetune(self.finetune)
        suits = (
            self._recipe.n_members == 1
            and (train is None or train.y_high is None)
            and isinstance(resolve("objective", self.objective), SmoothedCrossEntropy)
            and isinstance(resolve("decoder", self.decoder), Tree)
            and all(codec.grammar.count(codec.length) <= MOST_LEAVES for codec in codecs)
        )
        return Finetune(objective="crps") if suits else None

    def _second_stage(self, train: TableRows, validation: TableRows, seed: int) -> None:
        if hasattr(self, "finetune_summary_"):
            del self.finetune_summary_  # of an earlier fit
        finetune = self._chosen_finetune(self._fitted_codecs(), train)
        if finetune is None or self.stopped_by_ in ("time_limit", "interrupt"):
            return
        time_left = None if self.time_limit is None else self.time_limit - float(self.fit_summary_["seconds"])
        if time_left is None or time_left > 0:
            self._fine_tune(finetune, train, validation, seed, time_left)
        if self.checkpoint_path is not None and self.stopped_by_ not in ("time_limit", "interrupt"):
            Path(self.checkpoint_path).unlink(missing_ok=True)  # of the first stage

    def _update_stages(
        self, train: TableRows, validation: TableRows, settings: TrainingSettings
    ) -> dict[str, float | int | str]:
        summary = super()._update_stages(train, validation, settings)
        finetune = self._chosen_finetune(self._fitted_codecs(), train)
        time_left = None if self.time_limit is None else self.time_limit - float(summary["seconds"])
        is_over = summary["stopped by"] in ("time_limit", "interrupt") or (time_left is not None and time_left <= 0)
        if finetune is not None and not is_over:
            self._fine_tune(finetune, train, validation, settings.seed, time_left)
        return summary

    def _fine_tune(
        self, finetune: Finetune, train: TableRows, validation: TableRows, seed: int, time_limit: float | None
    ) -> None:
        """Run the second stage from the present weights, and say what it did."""
        head = stageable(self.network_.head)
        objectives, anchors = self._adapted(resolve("objective", finetune.objective), train), head.objectives
        watch = None if finetune.budget is None else BudgetWatch(finetune.budget, objectives, anchors)
        head.objectives = objectives
        before = {name: value.clone() for name, value in self.network_.state_dict().items()}
        frozen = [weight for weight in cast(nn.Module, self.network_.encoder).parameters() if weight.requires_grad]
        reference = None
        if head.needs_reference:
            reference = copy.deepcopy(self.network_).float().to(choose_device(self.device)).eval()
        try:
            for weight in frozen if finetune.freeze_encoder else ():
                weight.requires_grad_(False)
            result = self._run_stage(
                train,
                validation,
                replace(finetune.settings(self._settings(len(train), seed)), time_limit=time_limit),
                select_by=finetune.select_by or self.select_by,
                also_validate=(self.select_by, *WATCHED),
                validate_start=True,
                keep_start=finetune.keep_start,
                reference=reference,
                watch=watch,
                earlier_rows=self.history_,
                checkpoint_path=None if self.checkpoint_path is None else f"{self.checkpoint_path}.finetune",
            )
        except BaseException:
            self.network_.settle_precision()
            self.network_.load_state_dict(before)  # a stage that fails leaves the model as it was
            self.network_.eval()
            raise
        finally:
            for weight in frozen:
                weight.requires_grad_()
            head.objectives = anchors  # what a later fit with warm_start goes on with
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
