"""What writes the digits: a network, boosted trees, both, or several of them that saw different rows."""

import time
from abc import abstractmethod
from typing import Any, Literal

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

from digitwise.calibration import CrossConformal
from digitwise.codecs import Codec
from digitwise.distributions import Distribution
from digitwise.estimators.boosting import boosted_network, can_be_boosted, train_boosted
from digitwise.estimators.finetune import Finetune
from digitwise.estimators.one_target import OneTargetRegressor
from digitwise.estimators.parts import Part, best_share, best_sharpness, in_scaled_units, mixed
from digitwise.estimators.refit import as_chosen, refit, wants_refit
from digitwise.estimators.table_rows import TableRows
from digitwise.estimators.two_stages import TwoStageRegressor
from digitwise.estimators.validation import figures_of
from digitwise.metrics import get_metric
from digitwise.training import Network, Rows, TrainingSettings
from digitwise.training.boosted_fit import BoostingResult

MODELS = ("auto", "network", "boosted", "mixed")
MOST_COMPARED = 4000
"""Validation rows that decide the share of the boosted law at the most: it is one number."""


class MixedModelRegressor(OneTargetRegressor, TwoStageRegressor):
    """A decoding regressor whose digits may come from a network, from boosted trees, and from several of each.

    `network_` is the network under training, and afterwards that of the first part.
    """

    model: Literal["auto", "network", "boosted", "mixed"]
    n_folds: int | Literal["auto"]
    refit: bool | Literal["auto"]
    model_: str
    parts_: list[Part]

    _boosting: BoostingResult | None = None
    """What the last training of boosted digits did."""
    _chosen: Part | None = None
    """What held-out rows have chosen, where it was trained once more on all rows; it is not saved."""

    @abstractmethod
    def _is_plain(self) -> bool:
        """Return whether nothing is asked for that only a network does."""

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if self.model not in MODELS:
            raise ValueError(f"model must be one of {', '.join(map(repr, MODELS))}, but got {self.model!r}.")
        n_folds = self._recipe.n_folds
        if not isinstance(n_folds, int | np.integer) or n_folds < 1:
            raise ValueError(f"n_folds must be an integer of at least 1, which is no bagging, but got {n_folds!r}.")
        if self.calibration_fraction == "folds" and n_folds < 2:
            raise ValueError(f"calibration_fraction='folds' needs n_folds of at least 2, but got {n_folds}.")
        if self.calibration_fraction is not None and self.warm_start and not isinstance(self.random_state, int):
            raise ValueError(
                "calibration_fraction with warm_start needs an integer random_state: rows once set aside must not be "
                "trained on later."
            )
        if self.warm_start and (n_folds > 1 or self.refit is True or self.model == "boosted"):
            raise ValueError(
                "warm_start goes on with one network: use n_folds=1, refit=False and a model other than 'boosted'."
            )
        if not (isinstance(self.refit, bool) or self.refit == "auto"):
            raise ValueError(f"refit must be True, False or 'auto', but got {self.refit!r}.")
        if self.refit is True and n_folds > 1:
            raise ValueError(f"refit=True needs a single model, but there are n_folds={n_folds}. Use one of the two.")

    def _chosen_finetune(self, codecs: list[Codec], train: TableRows | None = None) -> Finetune | None:
        """Return the settings of the second stage; the automatic one gives way to a refit."""
        if self.refit is True and self.finetune == "auto":
            return None
        return super()._chosen_finetune(codecs, train)

    def _check_second_stage(self) -> None:
        super()._check_second_stage()
        if self.refit is True and self._chosen_finetune(self._known_codecs()) is not None:
            raise ValueError(
                f"refit=True trains one stage again, but there is a second one, finetune={self.finetune!r}. Use one of "
                "the two."
            )

    def _settled_model(self, train: TableRows) -> str:
        """Return what writes the digits of these targets."""
        has_columns = self.columns_.n_numeric + len(self.columns_.cardinalities) > 0 or self.columns_.texts is None
        is_boostable = can_be_boosted(self.target_) and bool(train.is_number.all()) and has_columns
        if self.model in ("boosted", "mixed") and not is_boostable:
            raise ValueError(
                f"model={self.model!r} needs targets that are known numbers, in binary digits such as those of "
                f"NormalizedCodec(base=2, length=8), but got {self.target_.codec} and "
                f"{int((~train.is_number).sum())} targets that are no known numbers. Use model='network'."
            )
        if self.model != "auto":
            return self.model
        return self._recipe.model if is_boostable and self._is_plain() else "network"

    def _build_networks(self) -> None:
        has_trees = self.model_ != "network"
        self._boosted = boosted_network(self.columns_, self.target_) if has_trees else None
        self.network_ = self._boosted if self.model_ == "boosted" and self._boosted else self._make_network()

    def _validation_rows(self, n_rows: int) -> int:
        """Return how many rows are set aside: none where each fold is validated by the rows it leaves out."""
        return 0 if self._recipe.n_folds > 1 else super()._validation_rows(n_rows)

    def _fit_stages(self, train: TableRows, validation: TableRows, seed: int) -> None:
        n_folds = min(self._recipe.n_folds, len(train))
        self._chosen = None
        if n_folds == 1:
            started = time.monotonic()
            super()._fit_stages(train, validation, seed)
            if wants_refit(self, train, validation, time.monotonic() - started):
                refit(self, train, validation, seed)
            return
        is_given = validation is not train
        parts, left_out = [], []
        for number, (kept, held_out) in enumerate(train.folds(n_folds, np.random.RandomState(seed))):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed + number)
                self._build_networks()
            super()._fit_stages(kept, validation if is_given else held_out, seed + number)
            parts += self.parts_
            left_out.append(held_out)
        self.parts_ = parts
        self.network_ = parts[0].leading
        if self.calibration_fraction == "folds":
            laws = [part.law(self._encode(table, 1.0)) for part, table in zip(parts, left_out, strict=True)]
            self.conformal_ = CrossConformal.fit(laws, [table.y for table in left_out])

    def _train(self, train: TableRows, validation: TableRows, seed: int) -> None:
        started = time.monotonic()
        self._boosting = None
        if self._boosted is not None:
            self._boosting = result = self._boost(self._boosted, train, validation, seed)
        if self.model_ != "boosted":
            super()._train(train, validation, seed)
            return
        self._note_digits(result)
        self.stopped_by_ = "max_epochs"
        self.fit_summary_ = {
            "training rows": len(train),
            "validation rows": 0 if validation is train else len(validation),
            "seconds": round(time.monotonic() - started, 2),
            "trees": result.n_trees,
            **self._target_facts(validation),
        }

    def _boost(
        self,
        network: Network,
        train: TableRows,
        validation: TableRows,
        seed: int,
        like: BoostingResult | None = None,
    ) -> BoostingResult:
        """Train the boosted digits of a network; validation rows judge as far as their targets are numbers."""
        rows = self._encode(train, 1.0)
        is_number = validation.is_number
        if validation is train or not is_number.any():
            judges = rows
        else:
            judges = self._encode(validation if is_number.all() else validation.take(np.flatnonzero(is_number)), 1.0)
        result = train_boosted(network, rows, judges, seed, like)
        network.settle_precision()
        return result

    def _note_digits(self, result: BoostingResult) -> None:
        """Let the history tell of digits, where there are no epochs."""
        self.history_ = [{"epoch": int(row["digit"]), **row} for row in result.history]
        self.n_iter_ = self.best_epoch_ = len(self.history_)

    def _has_second_stage(self, train: TableRows) -> bool:
        return self.model_ != "boosted" and super()._has_second_stage(train)

    def _second_stage(self, train: TableRows, validation: TableRows, seed: int) -> None:
        if self.model_ != "boosted":
            super()._second_stage(train, validation, seed)

    def _check_update(self, new: TableRows) -> None:
        super()._check_update(new)
        if len(self.parts_) > 1:
            raise ValueError("partial_fit goes on with a single model: fit with n_folds=1, or fit anew on all rows.")
        if self.model_ != "network" and not new.is_number.all():
            raise ValueError(
                f"model={self.model_!r} needs targets that are known numbers, but {int((~new.is_number).sum())} new "
                "ones are not. Leave those rows out, or fit with model='network'."
            )

    def _update_stages(
        self, train: TableRows, validation: TableRows, settings: TrainingSettings
    ) -> dict[str, float | int | str]:
        with as_chosen(self):
            return self._update_chosen(train, validation, settings)

    def _update_chosen(
        self, train: TableRows, validation: TableRows, settings: TrainingSettings
    ) -> dict[str, float | int | str]:
        started, earlier = time.monotonic(), self._boosted
        summary: dict[str, float | int | str] = {}
        if earlier is not None:
            boosted = boosted_network(self.columns_, self.target_)
            result = self._boost(boosted, train, validation, settings.seed)
            before, after = (self._figure_of(network, validation) for network in (earlier, boosted))
            better = after > before if get_metric(self.select_by).greater_is_better else after < before
            summary = {
                f"{self.select_by} of earlier trees": before,
                f"{self.select_by} of new trees": after,
                "trees": "new" if better else "earlier",
            }
        if self.model_ != "boosted":
            summary |= super()._update_stages(train, validation, settings)
        if earlier is not None and better:
            self._boosted = boosted
            if self.model_ == "boosted":
                self.network_ = boosted
                self._note_digits(result)
        return {**summary, "seconds": round(time.monotonic() - started, 2)}

    def fine_tune(self, *args: Any, **options: Any) -> Any:
        """Train a fitted network on, with another objective; see `TwoStageRegressor.fine_tune`.

        Raises
        ------
        ValueError
            If there is no network, or more than one.
        """
        check_is_fitted(self)
        if len(self.parts_) > 1 or self.model_ == "boosted":
            raise ValueError("Only a single network can be fine-tuned: fit with n_folds=1 and a model with a network.")
        is_learnt = "refitted rows" in self.fit_summary_ and self._chosen is None
        if is_learnt and options.get("validation_data") is None:
            raise ValueError(
                "fine_tune chooses its epoch by held-out rows, but this saved model was trained on them once more. "
                "Give validation_data, or fit with refit=False before saving."
            )
        if self.calibration_fraction is not None and not isinstance(self.random_state, int):
            raise ValueError(
                "calibration_fraction needs an integer random_state for fine-tuning: rows once set aside must not be "
                "trained on later."
            )
        with as_chosen(self):
            return super().fine_tune(*args, **options)

    def _after_stages(self, validation: TableRows) -> None:
        """Settle the share of the boosted law, and how sharp the mixture is, by the validation rows."""
        networks = [None if self.model_ == "boosted" else self.network_, self._boosted]
        share, sharpness = float(self.model_ == "boosted"), 1.0
        sharpens = self._recipe.sharpens and self._is_plain() and bool(validation.is_number.all())
        if self.model_ == "mixed" or sharpens:
            table = validation.take(np.arange(min(len(validation), MOST_COMPARED)))
            rows = self._encode(table, 1.0)
            laws = [network.law(rows.to(network.device)) for network in networks if network is not None]
            if self.model_ == "mixed":
                better = get_metric(self.select_by).greater_is_better
                share = best_share(laws[0], laws[1], lambda law: self._figure(law, table), greater_is_better=better)
                self.fit_summary_ |= {"share of the boosted law": share}
            if sharpens:
                law = in_scaled_units(mixed(laws, [1 - share, share]), self.scaling_)
                sharpness = best_sharpness(law, self._scaled(table.y), table.weight)
                self.fit_summary_ |= {"sharpness": sharpness}
        self.parts_ = [Part(networks[0], networks[1], share, sharpness)]

    def _figure_of(self, network: Network, validation: TableRows) -> float:
        """Return a network's validation metric."""
        table = validation.take(np.arange(min(len(validation), MOST_COMPARED)))
        return self._figure(network.law(self._encode(table, 1.0).to(network.device)), table)

    def _figure(self, law: Distribution, table: TableRows) -> float:
        """Return the validation metric that chooses."""
        return float(figures_of(law, getattr(law, self.point_estimate)(), table, [self.select_by])[self.select_by])

    def _law(self, rows: Rows) -> Distribution:
        return mixed([part.law(rows) for part in self.parts_], [1.0] * len(self.parts_))

    def _fold_laws(self, rows: Rows) -> list[Distribution]:
        return [part.law(rows) for part in self.parts_]

    @property
    def _is_single_law(self) -> bool:
        """Whether laws are those of one model, as it was trained."""
        if hasattr(self, "recalibration_"):
            return False
        part = self.parts_[0]
        return len(self.parts_) == 1 and part.sharpness == 1 and (part.boosted is None or part.network is None)

    def _networks(self) -> dict[str, Network]:
        return {name: model for k, part in enumerate(self.parts_) for name, model in part.networks(k).items()}

    def _saved_target(self) -> dict[str, Any]:
        return {
            **super()._saved_target(),
            "model": self.model_,
            "parts": [[part.share, part.sharpness] for part in self.parts_],
        }

    def _restore_target(self, saved: dict[str, Any]) -> None:
        super()._restore_target(saved)
        self.model_ = saved["model"]
        self._saved_parts = saved["parts"]

    def _rebuild_networks(self) -> None:
        parts = []
        for settings in self._saved_parts:
            self._build_networks()
            parts.append(Part(None if self.model_ == "boosted" else self.network_, self._boosted, *settings))
        del self._saved_parts
        self.parts_ = parts
        self.network_ = parts[0].leading
