"""Guesses at numbers from the terms of texts: ridge regression, held out for the texts that it learnt from.

A model that trusts a guess must have seen it err. A text that was trained on is therefore always given the guess of a
regression that did not see it, in training and whenever it comes back later; any other text is given that of all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, final

import numpy as np
from jaxtyping import Bool, Float, Int64
from sklearn.linear_model import Ridge

PENALTIES = (0.03, 0.1, 0.3, 1.0, 3.0)
"""The choices of the ridge's penalty, for rows of length 1."""
N_FOLDS = 5
LEAST_TEXTS = 10
"""Fewer different texts teach nothing: every guess is their mean."""


@final
@dataclass(frozen=True, kw_only=True)
class TextTargets:
    """What features of texts may learn to foretell.

    Parameters
    ----------
    z
        Scaled targets, one column per target; NaN where a number is not known.
    weight
        Sample weights.
    """

    z: Float[np.ndarray, "row target"]
    weight: Float[np.ndarray, " row"]

    def take(self, rows: Sequence[int]) -> "TextTargets":
        """Return those of the named rows."""
        return TextTargets(z=self.z[rows], weight=self.weight[rows])


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Guesses:
    """What `fit_guesses` learnt.

    Parameters
    ----------
    coefficients, intercepts
        Of the regression on all texts.
    keys
        Of the texts that it learnt from, as by `text_keys`, in ascending order.
    held_out
        The guesses at these.
    """

    coefficients: Float[np.ndarray, "term target"]
    intercepts: Float[np.ndarray, " target"]
    keys: Int64[np.ndarray, " text"]
    held_out: Float[np.ndarray, "text target"]

    def names(self, runs: str) -> tuple[str, ...]:
        """Return one name per target, for guesses from some kind of runs."""
        if len(self.intercepts) == 1:
            return (f"guess by {runs}",)
        return tuple(f"guess {i + 1} by {runs}" for i in range(len(self.intercepts)))

    def transform(self, rows: Any, keys: Int64[np.ndarray, " row"]) -> Float[np.ndarray, "row target"]:
        """Return the guesses for some texts.

        Parameters
        ----------
        rows
            Sparse, ``(row, term)``.
        keys
            What `text_keys` says of them.
        """
        guesses: Float[np.ndarray, "row target"] = np.asarray(rows @ self.coefficients) + self.intercepts
        if len(self.keys) == 0:
            return guesses
        places = np.searchsorted(self.keys, keys).clip(max=len(self.keys) - 1)
        is_known = self.keys[places] == keys
        guesses[is_known] = self.held_out[places[is_known]]
        return guesses

    def to_dict(self) -> dict[str, Any]:
        """Return everything learnt."""
        return {
            "coefficients": self.coefficients,
            "intercepts": self.intercepts,
            "keys": self.keys,
            "held_out": self.held_out,
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "Guesses":
        """Return what `to_dict` described."""
        return cls(
            coefficients=np.asarray(state["coefficients"], dtype=np.float64),
            intercepts=np.asarray(state["intercepts"], dtype=np.float64),
            keys=np.asarray(state["keys"], dtype=np.int64),
            held_out=np.asarray(state["held_out"], dtype=np.float64),
        )


def text_keys(texts: Sequence[str]) -> Int64[np.ndarray, " row"]:
    """Return a number for each text that others have with a probability of 2⁻⁶⁴.

    Examples
    --------
    >>> a, b, again = text_keys(["a", "b", "a"]).tolist()
    >>> a == again, a == b
    (True, False)
    """
    digests = b"".join(blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest() for text in texts)
    return np.frombuffer(digests, dtype="<i8").astype(np.int64)


def fit_guesses(rows: Any, keys: Int64[np.ndarray, " row"], targets: TextTargets, random_state: int) -> Guesses:
    """Return ridge regressions of each target on some rows, and their guesses at rows that they did not see.

    Rows with equal keys are in the same fold. The penalty is that with the smallest squared error on rows held out.

    Parameters
    ----------
    rows
        Sparse, ``(row, term)``, of length 1 or less each.
    keys
        What tells texts apart.
    targets
        Targets and weights of the rows; those without a number or a weight teach nothing.
    random_state
        Decides the folds.

    Examples
    --------
    >>> from scipy.sparse import identity
    >>> keys = text_keys([str(number) for number in range(20)])
    >>> targets = TextTargets(z=np.ones((20, 1)), weight=np.ones(20))
    >>> fit_guesses(identity(20, format="csr"), keys, targets, 0).held_out.mean().round(6).item()
    1.0
    """
    distinct, first, text_of_row = np.unique(keys, return_index=True, return_inverse=True)
    folds = np.random.RandomState(random_state).permutation(len(distinct))[text_of_row] % N_FOLDS
    learnt = [_regression(rows, z, targets.weight, folds, len(distinct)) for z in targets.z.T]
    return Guesses(
        coefficients=np.stack([coefficients for coefficients, _, _ in learnt], axis=1),
        intercepts=np.array([intercept for _, intercept, _ in learnt]),
        keys=distinct,
        held_out=np.stack([held_out[first] for _, _, held_out in learnt], axis=1),
    )


def _regression(
    rows: Any,
    z: Float[np.ndarray, " row"],
    weight: Float[np.ndarray, " row"],
    folds: Int64[np.ndarray, " row"],
    n_texts: int,
) -> tuple[Float[np.ndarray, " term"], float, Float[np.ndarray, " row"]]:
    """Return coefficients and intercept of all rows, and the guesses at each row without its fold."""
    knows = np.isfinite(z) & (weight > 0)
    teaches = n_texts >= LEAST_TEXTS and rows.shape[1] > 0
    if not teaches or any(not knows[folds != fold].any() for fold in range(N_FOLDS)):
        mean = float(np.average(z[knows], weights=weight[knows])) if knows.any() else 0.0
        return np.zeros(rows.shape[1]), mean, np.full(len(z), mean)
    guesses = {penalty: _held_out(rows, z, weight, folds, knows, penalty) for penalty in PENALTIES}

    def error(penalty: float) -> float:
        return float(np.average((guesses[penalty][knows] - z[knows]) ** 2, weights=weight[knows]))

    penalty = min(PENALTIES, key=error)
    model = _ridge(rows, z, weight, knows, penalty)
    return model.coef_, float(model.intercept_), guesses[penalty]


def _held_out(
    rows: Any,
    z: Float[np.ndarray, " row"],
    weight: Float[np.ndarray, " row"],
    folds: Int64[np.ndarray, " row"],
    knows: Bool[np.ndarray, " row"],
    penalty: float,
) -> Float[np.ndarray, " row"]:
    guesses = np.empty(len(z))
    for fold in range(N_FOLDS):
        inside = folds == fold
        if inside.any():
            guesses[inside] = _ridge(rows, z, weight, knows & ~inside, penalty).predict(rows[inside])
    return guesses


def _ridge(
    rows: Any, z: Float[np.ndarray, " row"], weight: Float[np.ndarray, " row"], chosen: Any, penalty: float
) -> Ridge:
    weights = weight[chosen] / weight[chosen].mean()
    return Ridge(penalty, solver="lsqr", tol=1e-5).fit(rows[chosen], z[chosen], weights)
