"""What all regressors that write digits share: targets, codec, decoder, objective."""

from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float

from digitwise.codecs import Codec, DigitTree, WithSpecialValues, is_enumerable, tree_of
from digitwise.codecs.doctor import diagnose
from digitwise.codecs.fitted_codec import CODEC_NAMES
from digitwise.estimators.bound_verbs import BoundVerbs
from digitwise.estimators.components import resolve
from digitwise.estimators.digit_entropy_verbs import DigitEntropyVerbs
from digitwise.estimators.enumeration import chosen_search
from digitwise.estimators.finetune import Finetune
from digitwise.estimators.fitted_target import fit_written
from digitwise.estimators.hardware import cpu_threads
from digitwise.estimators.head_parts import decoding_head_for
from digitwise.estimators.inputs import check_targets
from digitwise.estimators.mixed_model import MixedModelRegressor
from digitwise.estimators.table_rows import TableRows
from digitwise.estimators.uncertainty_verbs import UncertaintyVerbs
from digitwise.estimators.writing import TargetLimits, check_new_numbers, choose_writing
from digitwise.nn import Decoder, Tree
from digitwise.objectives import DecodingHead, Objective, SmoothedCrossEntropy
from digitwise.policy import BestFirst


class DigitRegressor(MixedModelRegressor, BoundVerbs, UncertaintyVerbs, DigitEntropyVerbs):
    """A number's digits, written by a decoder on top of any encoder.

    Subclasses are final: they say what rows look like, and have the docstring of the parameters.
    """

    def __init__(
        self,
        *,
        codec: str | Codec = "normalized",
        low: float | None = None,
        high: float | None = None,
        integer: bool = False,
        decoder: str | Decoder = "tree",
        objective: str | Objective = "smoothed_cross_entropy",
        enumeration: Literal["auto"] | BestFirst = "auto",
        model: Literal["auto", "network", "boosted", "mixed"] = "auto",
        n_folds: int | Literal["auto"] = "auto",
        refit: bool | Literal["auto"] = "auto",
        finetune: str | Objective | Finetune | None = "auto",
        **shared: Any,
    ) -> None:
        super().__init__(**shared)
        self.codec = codec
        self.low = low
        self.high = high
        self.integer = integer
        self.decoder = decoder
        self.objective = objective
        self.enumeration = enumeration
        self.model = model
        self.n_folds = n_folds
        self.refit = refit
        self.finetune = finetune

    def predict_special(self, X: Any) -> dict[str, Float[np.ndarray, " row"]]:
        """Return the probability of each special value (``"nan"``, ``"inf"``, ``"-inf"``) that the codec writes.

        The laws of the other verbs are those of the number, given that it is a finite one.

        Examples
        --------
        >>> from digitwise import DecodingRegressor
        >>> from digitwise.codecs import NormalizedCodec, WithSpecialValues
        >>> X = np.linspace(0, 1, 60)[:, None]
        >>> y = np.where(X[:, 0] > 0.8, np.nan, X[:, 0])  # runs that failed
        >>> model = DecodingRegressor(codec=WithSpecialValues(NormalizedCodec(), values=("nan",)), random_state=0)
        >>> model.fit(X, y).predict_special(X[[5, 55]])["nan"].round()
        array([0., 1.])
        """
        with cpu_threads(self.n_jobs), torch.no_grad():
            rows, head = self._rows(X), self.network_.eval().head
            assert isinstance(head, DecodingHead)
            return head.special_probs(self.network_.memory(rows))

    def _leaf_nodes(self) -> np.ndarray:
        codec = self.codec_
        tree = tree_of(codec) if codec.ordered and is_enumerable(codec) else None
        if not isinstance(tree, DigitTree) or self.target_.edges_y.size != tree.n_leaves + 1:
            raise ValueError(
                f"method='digits' needs an ordered codec whose tree is enumerated, with one number for each leaf, but "
                f"got {codec}. Use 'smooth' or 'conformal'."
            )
        return np.asarray(tree.leaf_nodes)

    @property
    def _takes_intervals(self) -> bool:
        return True

    def _check_targets(self, X: Any, y: Any, *, reset: bool) -> Float[np.ndarray, " row"]:
        codec = self.codec
        return check_targets(X, y, codec.values if isinstance(codec, WithSpecialValues) else ())

    def _known_codecs(self) -> list[Codec]:
        if isinstance(self.codec, str) and self.codec in CODEC_NAMES:
            return []
        return [resolve("codec", self.codec)]

    def _fitted_codecs(self) -> list[Codec]:
        return [self.codec_]

    def _adapted(self, objective: Objective, train: TableRows) -> tuple[Objective, ...]:
        return (objective.adapt(self._scaled(train.numbers()[0]), self.codec_),)

    def _fit_target(self, train: TableRows) -> None:
        limits = TargetLimits.of(self.low, self.high, self.integer)
        y, weight = train.numbers()
        writing = choose_writing(self.codec, self.scaling, y, weight, limits, self.margin)
        if self.verbose >= 1:
            print(diagnose(y, weight, low=limits.low, high=limits.high, integer=limits.integer or "auto"))
        self.scaling_, self.scaling_reason_ = writing.scaling, writing.reason
        self.target_ = fit_written(writing, y, weight, limits)
        (self.objective_,) = self._adapted(resolve("objective", self.objective), train)

    def _settle(self, train: TableRows) -> None:
        self.model_ = self._settled_model(train)

    def _check_update(self, new: TableRows) -> None:
        super()._check_update(new)
        check_new_numbers(new.numbers()[0], self.target_.limits)

    def _is_plain(self) -> bool:
        return (
            isinstance(resolve("decoder", self.decoder), Tree)
            and isinstance(resolve("objective", self.objective), SmoothedCrossEntropy)
            and self.finetune in ("auto", "none", None)
        )

    @property
    def codec_(self) -> Codec:
        """How numbers are written: what ``codec`` became when the targets were seen."""
        codec = self.target_.codec
        assert codec is not None
        return codec

    @property
    def _suits_ensembles(self) -> bool:
        return isinstance(resolve("decoder", self.decoder), Tree) and super()._suits_ensembles

    @property
    def _reads_one_token(self) -> bool:
        return isinstance(resolve("decoder", self.decoder), Tree)

    def _span(self) -> tuple[float, float]:
        return self.codec_.span

    def _make_head(self, memory_dim: int) -> DecodingHead:
        search = chosen_search(self.enumeration, self.codec_)
        return decoding_head_for(self.target_, resolve("decoder", self.decoder), self.objective_, memory_dim, search)
