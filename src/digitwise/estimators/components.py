"""Components by name or object."""

from collections.abc import Callable
from types import NoneType
from typing import Any

from digitwise.codecs import (
    Codec,
    DecimalCodec,
    HammingCodec,
    IEEECodec,
    NormalizedCodec,
    P10Codec,
    PermissiveIEEECodec,
    ScientificCodec,
)
from digitwise.encoders.numeric_embeddings import NumericEmbedding, Periodic, PiecewiseLinear
from digitwise.nn import Decoder, Transformer, Tree
from digitwise.objectives import (
    CRPS,
    DAR,
    DIST2,
    GRPO,
    NTLMSE,
    NTLWAS,
    PPO,
    RAFT,
    RLOO,
    CrossEntropy,
    EnergyScore,
    ExpectedReward,
    GenRe2,
    LabelSmoothing,
    Objective,
    ReMax,
    SmoothedCrossEntropy,
)

NAMED: dict[str, dict[str, Callable[[], Any]]] = {
    "codec": {
        "normalized": NormalizedCodec,
        "scientific": ScientificCodec,
        "ieee": IEEECodec,
        "decimal": DecimalCodec,
        "hamming": HammingCodec,
        "p10": P10Codec,
        "permissive_ieee": PermissiveIEEECodec,
    },
    "decoder": {"tree": Tree, "transformer": Transformer},
    "numeric_embedding": {"none": NoneType, "piecewise_linear": PiecewiseLinear, "periodic": Periodic},
    "objective": {
        "smoothed_cross_entropy": SmoothedCrossEntropy,
        "cross_entropy": CrossEntropy,
        "ntl_mse": NTLMSE,
        "ntl_was": NTLWAS,
        "dist2": DIST2,
        "label_smoothing": LabelSmoothing,
        "raft": RAFT,
        "crps": CRPS,
        "expected_reward": ExpectedReward,
        "remax": ReMax,
        "rloo": RLOO,
        "grpo": GRPO,
        "ppo": PPO,
        "genre2": GenRe2,
        "dar": DAR,
        "energy_score": EnergyScore,
    },
}
"""Family to name to what makes the component with its default settings."""

PROTOCOLS: dict[str, Any] = {
    "codec": Codec,
    "decoder": Decoder,
    "numeric_embedding": NumericEmbedding | None,
    "objective": Objective,
}
"""What an object of a family must offer."""


def resolve(family: str, name_or_object: object) -> Any:
    """Return a component: a name gives its default settings, an object is returned as it is.

    Raises
    ------
    ValueError
        If there is no such name.
    TypeError
        If the object does not offer what the family needs.

    Examples
    --------
    >>> resolve("codec", "normalized")
    NormalizedCodec(base=2, length=8)
    """
    members = NAMED[family]
    names = ", ".join(repr(name) for name in members)
    if isinstance(name_or_object, str):
        if name_or_object not in members:
            raise ValueError(f"{family} must be one of {names} or an object, but got {name_or_object!r}.")
        return members[name_or_object]()
    if isinstance(name_or_object, type) or not isinstance(name_or_object, PROTOCOLS[family]):
        wanted = getattr(PROTOCOLS[family], "__name__", str(PROTOCOLS[family]))
        raise TypeError(f"{family} must be one of {names} or an object that is a {wanted}, but got {name_or_object!r}.")
    return name_or_object
