"""Several features of the same texts, side by side."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
from jaxtyping import Float

from digitwise.encoders.text.features import FittedTextFeatures, TextFeatures, fit_features
from digitwise.encoders.text.guesses import TextTargets


@final
@dataclass(frozen=True, kw_only=True)
class Together:
    """Settings of several features at once.

    Parameters
    ----------
    parts
        Settings of each, at least one.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> from digitwise.encoders.text import Counts, Literals, Shape
    >>> fitted = Together(parts=(Shape(), Literals())).fit(["x < 3", "y > 4"])
    >>> len(fitted.names), fitted.transform(["z < 5"]).shape
    (33, (1, 33))
    """

    parts: tuple[TextFeatures, ...]
    learns_from_targets: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the parts."""
        if len(self.parts) == 0:
            raise ValueError("Together needs at least one part, but got none.")

    def fit(self, texts: Sequence[str], random_state: int = 0, targets: TextTargets | None = None) -> "FittedTogether":
        """Return what these texts teach each part; targets go to those that learn from them."""
        return FittedTogether(parts=tuple(fit_features(part, texts, random_state, targets) for part in self.parts))


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class FittedTogether:
    """What `Together` learnt: what each part did."""

    kind: ClassVar[str] = "together"
    parts: tuple[FittedTextFeatures, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all parts; those that two parts use carry the number of their part."""
        named = [(name, index) for index, part in enumerate(self.parts) for name in part.names]
        uses = Counter(name for name, _ in named)
        return tuple(name if uses[name] == 1 else f"{name} (part {index + 1})" for name, index in named)

    def transform(self, texts: Sequence[str]) -> Float[np.ndarray, "row feature"]:
        """Return the features of all parts, in their order."""
        return np.concatenate([part.transform(texts) for part in self.parts], axis=1)

    def to_dict(self) -> dict[str, Any]:
        """Return everything learnt."""
        return {"kind": self.kind, "parts": [part.to_dict() for part in self.parts]}
