"""Components as plain JSON: what a saved model, or a benchmark suite, may name."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

from digitwise.calibration import Levels, QuantileDistance
from digitwise.codecs import (
    Bounded,
    DecimalCodec,
    HammingCodec,
    IEEECodec,
    NormalizedCodec,
    P10Codec,
    PermissiveIEEECodec,
    RepeatedCodec,
    ScientificCodec,
    WithSpecialValues,
)
from digitwise.encoders.numeric_embeddings import Periodic, PiecewiseLinear
from digitwise.encoders.sequence import HuggingFace, SmilesTransformer, TextTransformer
from digitwise.encoders.text import Counts, Embeddings, Literals, Molecules, NGrams, Shape, Together
from digitwise.estimators.components import NAMED
from digitwise.estimators.finetune import Finetune
from digitwise.nn import Transformer, Tree
from digitwise.objectives import (
    CRPS,
    RAFT,
    REWARDS,
    CrossEntropy,
    ExpectedReward,
    NumberTokenLoss,
    OnPolicy,
    SmoothedCrossEntropy,
    SoftDigits,
    WeightedSum,
)
from digitwise.objectives.group_rewards import MeanErrorReward
from digitwise.policy import BestFirst
from digitwise.training import CalibrationBudget

FAMILIES: dict[str, dict[str, type]] = {
    "codec": {
        "normalized": NormalizedCodec,
        "scientific": ScientificCodec,
        "ieee": IEEECodec,
        "decimal": DecimalCodec,
        "hamming": HammingCodec,
        "p10": P10Codec,
        "permissive_ieee": PermissiveIEEECodec,
        "repeated": RepeatedCodec,
        "with_special_values": WithSpecialValues,
        "bounded": Bounded,
    },
    "decoder": {"tree": Tree, "transformer": Transformer},
    "text_features": {
        "ngrams": NGrams,
        "counts": Counts,
        "literals": Literals,
        "shape": Shape,
        "molecules": Molecules,
        "embeddings": Embeddings,
        "together": Together,
    },
    "sequence": {
        "text_transformer": TextTransformer,
        "smiles_transformer": SmilesTransformer,
        "hugging_face": HuggingFace,
    },
    "numeric_embedding": {"piecewise_linear": PiecewiseLinear, "periodic": Periodic},
    "objective": {
        "cross_entropy": CrossEntropy,
        "smoothed_cross_entropy": SmoothedCrossEntropy,
        "number_token_loss": NumberTokenLoss,
        "soft_digits": SoftDigits,
        "raft": RAFT,
        "crps": CRPS,
        "expected_reward": ExpectedReward,
        "on_policy": OnPolicy,
        "sum": WeightedSum,
    },
    "reward": {**REWARDS, "mean_error": MeanErrorReward},
    "enumeration": {"best_first": BestFirst},
    "score": {"levels": Levels, "quantile_distance": QuantileDistance},
    "stage": {"finetune": Finetune, "calibration_budget": CalibrationBudget},
}
"""Family to name to frozen dataclass: the only classes that a saved model may name."""


def to_json(value: object) -> Any:
    """Return a value as JSON: a component becomes ``{"component": "family/name", …its fields}``.

    Raises
    ------
    TypeError
        If it is neither plain nor one of the library's components.
    """
    if is_dataclass(value) and not isinstance(value, type):
        for family, members in FAMILIES.items():
            for name, kind in members.items():
                if type(value) is kind:
                    parts = {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
                    return {"component": f"{family}/{name}", **parts}
        raise TypeError(f"{value!r} cannot be saved: it is not one of the library's components.")
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if hasattr(value, "item"):  # a numpy scalar
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{value!r} of type {type(value).__name__} cannot be saved as JSON.")


def from_json(value: Any) -> Any:
    """Return what `to_json` was given; lists come back as tuples inside components.

    By hand a component may also be one that only has a name: ``{"component": "objective/remax", "n_draws": 8}``.

    Raises
    ------
    ValueError
        If it names a component that does not exist, or with other fields.
    """
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    family, _, name = str(value.get("component")).partition("/")
    known: dict[str, Callable[..., Any]] = {**NAMED.get(family, {}), **FAMILIES.get(family, {})}
    kind = known.get(name)
    if kind is None:
        raise ValueError(f"The saved model names an unknown component {value.get('component')!r}. Upgrade digitwise.")
    settings = {key: _part(part) for key, part in value.items() if key != "component"}
    try:
        return kind(**settings)
    except TypeError as error:
        raise ValueError(f"The saved {family} {name!r} has settings this version does not know: {error}.") from error


def _part(value: Any) -> Any:
    return tuple(_part(item) for item in value) if isinstance(value, list) else from_json(value)
