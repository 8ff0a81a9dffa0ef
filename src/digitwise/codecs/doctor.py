"""The representation doctor: what each way of writing digits would make of a target, before anything is trained."""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from jaxtyping import Float

from digitwise.codecs.chance import chance_losses
from digitwise.codecs.codec import Codec
from digitwise.codecs.diagnosis import Candidate, Diagnosis
from digitwise.codecs.fitted_codec import CODEC_FITS, FittedCodec, fitted_codec
from digitwise.codecs.integer_lattice import integer_lattice
from digitwise.codecs.open_tree import is_enumerable
from digitwise.codecs.quantisation import quantisation
from digitwise.codecs.recommend import recommend
from digitwise.codecs.scaling import Scaling
from digitwise.codecs.target_facts import Whole, present_rows, thinned, whole_by_nature

MEMORY_DIM = 256
"""Width of what the encoder hands to the decoder, by default."""


def diagnose(
    y: Float[np.ndarray, " row"],
    sample_weight: Float[np.ndarray, " row"] | None = None,
    *,
    low: float | None = None,
    high: float | None = None,
    integer: Whole = "auto",
    margin: float = 0.05,
    scaling: str | Scaling = "auto",
    memory_dim: int = MEMORY_DIM,
) -> Diagnosis:
    """Return what each candidate would make of the targets, and which one suits them.

    Parameters
    ----------
    y
        Targets in data units; of more than 10,000 rows, 10,000 are looked at.
    sample_weight
        Weight of each row; 0 means that the row is absent.
    low, high
        Bounds of the target in data units, themselves allowed; None where there are none.
    integer
        Whether the target is a whole number by nature; ``"auto"`` if all given targets are.
    margin
        Fraction of the range to add on each side, within the bounds.
    scaling
        Of the normalised digits: a name, or a fitted scaling.
    memory_dim
        Width of the encoder's output, which the number of weights is proportional to.

    Raises
    ------
    ValueError
        If targets, bounds and settings do not fit together.

    Examples
    --------
    >>> found = diagnose(np.array([0.0, 0.0, 1.0, 3.0, 7.0]))
    >>> found.recommended, found["integer"].n_leaves, found["integer"].relative_error
    ('integer', 16, 0.0)
    """
    y, weight = present_rows(y, sample_weight)
    whole = whole_by_nature(y, integer)
    advice = recommend(y, weight, low=low, high=high, integer=integer, margin=margin)
    y, weight = thinned(y, weight)

    def fit(name: str, y: np.ndarray, weight: np.ndarray) -> FittedCodec:
        own = scaling if name.startswith("normalized") else "auto"
        return fitted_codec(name, y, weight, low=low, high=high, integer=whole, margin=margin, scaling=own)

    has_lattice = whole and integer_lattice(y, low=low, high=high, margin=margin) is not None
    names = [name for name in CODEC_FITS if name != "integer" or has_lattice]
    candidates = tuple(_examine(partial(fit, name), y, weight, memory_dim) for name in names)
    return Diagnosis(
        candidates=candidates,
        recommended=advice.name,
        reason=advice.reason,
        n_rows=len(y),
        n_folds=candidates[0].n_folds,
    )


def _examine(
    fit: Callable[[np.ndarray, np.ndarray], FittedCodec],
    y: Float[np.ndarray, " row"],
    weight: Float[np.ndarray, " row"],
    memory_dim: int,
) -> Candidate:
    """Return what one way of writing the targets is like."""
    fitted = fit(y, weight)
    codec = fitted.codec
    tokens = codec.encode(torch.as_tensor(fitted.scaling.forward(y))).numpy()

    def fit_others(y: np.ndarray, weight: np.ndarray) -> tuple[Codec, Scaling]:
        others = fit(y, weight)
        return others.codec, others.scaling

    lost = quantisation(y, weight, fit_others)
    spread = float(np.sqrt(np.average((y - np.average(y, weights=weight)) ** 2, weights=weight)))
    n_nodes = sum(codec.grammar.count(length) for length in range(codec.length))
    n_logits = 1 if codec.vocab_size == 2 else codec.vocab_size  # of two digits only the second has weights
    return Candidate(
        name=fitted.name,
        codec=codec,
        scaling=fitted.scaling,
        error=lost.error_of_means / spread if spread > 0 else float("nan"),
        error_of_middles=lost.error_of_middles / spread if spread > 0 else float("nan"),
        relative_error=lost.relative_error,
        saturation=lost.saturation,
        n_folds=lost.n_folds,
        chance=tuple(chance_losses(tokens, weight).tolist()),
        n_leaves=codec.grammar.count(codec.length),
        n_occupied=len(np.unique(tokens, axis=0)),
        n_nodes=n_nodes,
        n_weights=n_nodes * n_logits * (memory_dim + 1) if is_enumerable(codec) else None,
    )
