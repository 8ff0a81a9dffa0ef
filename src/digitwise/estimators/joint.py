"""Several targets at once: one sequence of digits, one joint law."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from sklearn.utils import Tags

from digitwise.codecs import Codec, saturation_rate
from digitwise.codecs.fitted_codec import CODEC_NAMES
from digitwise.distributions import Atoms, Histogram
from digitwise.estimators.component_json import from_json, to_json
from digitwise.estimators.components import resolve
from digitwise.estimators.finetune import Finetune
from digitwise.estimators.fitted_target import FittedTarget, fit_written
from digitwise.estimators.head_parts import decoding_head_for
from digitwise.estimators.joint_verbs import JointVerbs
from digitwise.estimators.table_rows import TableRows
from digitwise.estimators.target_table import check_target_table, per_target, target_names, writing_order
from digitwise.estimators.two_stages import TwoStageRegressor
from digitwise.estimators.writing import TargetLimits, check_new_numbers, choose_writing
from digitwise.metrics import get_metric
from digitwise.nn import Decoder
from digitwise.objectives import JointHead, Objective
from digitwise.training import Network, Rows


class JointDecodingRegressor(JointVerbs, TwoStageRegressor):
    """Predict several numbers of a row by writing them one after another; the prediction is their joint law.

    ``y`` is ``(rows, targets)``, best a data frame, whose columns name the targets. NaN marks a missing one: the row
    then trains on the others, and what the missing one may have been is summed over. Each target has its own units,
    scaling and codec.

    Parameters
    ----------
    codec
        How numbers are written, as for `DecodingRegressor`; a mapping gives each target its own.
    low, high, integer
        Hard bounds of the targets, and whether they are whole numbers by nature; a mapping gives each target its own.
    decoder, objective, finetune
        As for `DecodingRegressor`.
    target_order
        The order in which the targets are written: ``"auto"``, those that are missing least often first; ``"given"``,
        that of the columns; or a list of names. Each target's digits see those of the targets before it. The joint law
        is the same in principle; what is learnt may differ.
    shared_parameters

    Attributes
    ----------
    target_names_, target_order_
        Names of the targets, and which of them is written first, second, …
    targets_
        Scaling and leaves of each target.
    network_, columns_, history_, n_iter_, best_epoch_, stopped_by_, fit_summary_, finetune_summary_
        As for `DecodingRegressor`.
    saturation_rate_
        By name: share of the validation targets outside the range that the digits can say.

    Notes
    -----
    Epochs are compared by the validation metrics of each target's law given the targets written before it, in standard
    units, averaged over the targets: the chain rule makes that a score of the joint law.

    References
    ----------
    Song et al., "OmniPred: Language Models as Universal Regressors", arXiv 2402.14547, write several metrics one after
    another. *Differs from it*: laws of single targets are exact sums over the others, not draws.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(0, 1, 200)[:, None]
    >>> Y = np.column_stack([3 * X[:, 0], 5 - X[:, 0]])
    >>> model = JointDecodingRegressor(max_epochs=3, finetune=None, random_state=0).fit(X, Y)
    >>> model.predict(X[:4]).shape, model.predict_interval(X[:4]).shape
    ((4, 2), (4, 2, 2))
    >>> model.predict_distribution(X[:4], given={"y0": 1.0}).mean().shape
    (4, 2)
    """

    def __init__(
        self,
        *,
        codec: str | Codec | Mapping[str, Any] = "normalized",
        low: float | Mapping[str, float | None] | None = None,
        high: float | Mapping[str, float | None] | None = None,
        integer: bool | Mapping[str, bool] = False,
        decoder: str | Decoder = "tree",
        objective: str | Objective = "smoothed_cross_entropy",
        finetune: str | Objective | Finetune | None = "auto",
        target_order: str | Sequence[str] = "auto",
        **shared: Any,
    ) -> None:
        super().__init__(**shared)
        self.codec = codec
        self.low = low
        self.high = high
        self.integer = integer
        self.decoder = decoder
        self.objective = objective
        self.finetune = finetune
        self.target_order = target_order

    def __sklearn_tags__(self) -> Tags:
        """Return scikit-learn's tags: several targets."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = False
        return tags

    @property
    def _suits_ensembles(self) -> bool:
        return False

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if self._recipe.n_members > 1:
            raise ValueError(
                f"Several targets are written by a single network: n_members must be 1, or 'auto', but got "
                f"{self.n_members}."
            )

    def _known_codecs(self) -> list[Codec]:
        codecs = self.codec.values() if isinstance(self.codec, Mapping) else [self.codec]
        return [resolve("codec", codec) for codec in codecs if codec not in CODEC_NAMES]

    def _fitted_codecs(self) -> list[Codec]:
        return [target.codec for target in self.targets_ if target.codec is not None]

    def _adapted(self, objective: Objective, train: TableRows) -> tuple[Objective, ...]:
        z = self._scaled(train.y)
        adapted = []
        for index, codec in enumerate(self._fitted_codecs()):
            adapted.append(objective.adapt(z[~np.isnan(z[:, index]), index], codec))
        return tuple(adapted)

    def _check_targets(self, X: Any, y: Any, *, reset: bool) -> Float[np.ndarray, "row target"]:
        table = check_target_table(X, y)
        if reset:
            self.target_names_ = target_names(y, table.shape[1])
        elif table.shape[1] != len(self.target_names_):
            raise ValueError(f"y must have the {len(self.target_names_)} targets of fit, but has {table.shape[1]}.")
        return table

    def _fit_target(self, train: TableRows) -> None:
        names = self.target_names_
        self.target_order_ = writing_order(self.target_order, train.y, names)
        asked = {
            parameter: per_target(getattr(self, parameter), names, parameter)
            for parameter in ("codec", "scaling", "low", "high", "integer")
        }
        targets: list[FittedTarget] = []
        self.scaling_reason_: dict[str, str] = {}
        for index, name in enumerate(names):
            known = ~np.isnan(train.y[:, index])
            if known.sum() < 2:
                raise ValueError(f"Every target needs at least 2 known values, but {name!r} has {known.sum()}.")
            y, weight = train.y[known, index], train.weight[known]
            codec, scaling, low, high, integer = (values[index] for values in asked.values())
            limits = TargetLimits.of(low, high, integer)
            writing = choose_writing(codec, scaling, y, weight, limits, self.margin)
            targets.append(fit_written(writing, y, weight, limits))
            self.scaling_reason_[name] = writing.reason
        self.targets_ = tuple(targets)
        self.objectives_ = self._adapted(resolve("objective", self.objective), train)

    def _check_update(self, new: TableRows) -> None:
        super()._check_update(new)
        for target, y in zip(self.targets_, new.y.T, strict=True):
            check_new_numbers(y[~np.isnan(y)], target.limits)

    def _saved_target(self) -> dict[str, Any]:
        return {
            "names": list(self.target_names_),
            "order": list(self.target_order_),
            "targets": [target.to_dict() for target in self.targets_],
            "objectives": [to_json(objective) for objective in self.objectives_],
        }

    def _restore_target(self, saved: dict[str, Any]) -> None:
        self.target_names_, self.target_order_ = tuple(saved["names"]), tuple(saved["order"])
        self.targets_ = tuple(FittedTarget.from_dict(target) for target in saved["targets"])
        self.objectives_ = tuple(from_json(objective) for objective in saved["objectives"])

    def _make_head(self, memory_dim: int) -> Any:
        decoder = resolve("decoder", self.decoder)
        heads = [
            decoding_head_for(self.targets_[target], decoder, self.objectives_[target], memory_dim)
            for target in self.target_order_
        ]
        return JointHead(heads, self.target_order_, self.target_names_, memory_dim)

    def _scaled(self, y: Float[np.ndarray, "row target"]) -> Float[np.ndarray, "row target"]:
        z = np.full(y.shape, np.nan)
        for index, target in enumerate(self.targets_):
            known = ~np.isnan(y[:, index])
            z[known, index] = target.scaling.forward(y[known, index])
        return z

    def _figures(self, network: Network, rows: Rows, table: TableRows, names: Sequence[str]) -> dict[str, float | int]:
        head = network.head
        assert isinstance(head, JointHead)
        with torch.no_grad():
            was_training = network.training
            network.eval()
            laws = head.laws_in_turn(network.memory(rows), rows.z)
            network.train(was_training)
        figures: dict[str, list[float]] = {name: [] for name in names}
        for (index, law), target, y in zip(laws, self.targets_, table.y.T, strict=True):
            if not len(index):
                continue
            standard = _in_standard_units(law, target)
            truth = (y[index] - target.moments_y.mean) / target.moments_y.std
            point = getattr(standard, self.point_estimate)()
            for name in names:
                metric = get_metric(name)
                prediction = standard if metric.needs_law else point
                figures[name].append(float(metric.function(truth, prediction, sample_weight=table.weight[index])))
        return {name: float(np.mean(values)) for name, values in figures.items()}

    def _target_facts(self, validation: TableRows) -> dict[str, float | int | str]:
        self.saturation_rate_: dict[str, float] = {}
        for name, target, codec, y in zip(
            self.target_names_, self.targets_, self._fitted_codecs(), validation.y.T, strict=True
        ):
            low, high = target.scaling.inverse(np.array(codec.span)).tolist()
            self.saturation_rate_[name] = saturation_rate(y[~np.isnan(y)], low, high)
        order = ", ".join(self.target_names_[target] for target in self.target_order_)
        facts: dict[str, float | int | str] = {"targets, in the order they are written": order}
        for name, target in zip(self.target_names_, self.targets_, strict=True):
            facts[f"scaling of {name}"] = target.scaling.name
            facts[f"saturation rate of {name} on validation rows"] = self.saturation_rate_[name]
        return facts


def _in_standard_units(law: Histogram | Atoms, target: FittedTarget) -> Histogram | Atoms:
    """Return a law in standard units of its target."""
    center, spread = target.moments_y.mean, target.moments_y.std
    if isinstance(law, Atoms):
        return Atoms((law.values - center) / spread, law.probs)
    values = None if law.values is None else (law.values - center) / spread
    return Histogram((law.edges - center) / spread, law.probs, values, law.tails)
