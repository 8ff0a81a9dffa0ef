"""What a constant model scores: the entropy of the targets' digits."""

import numpy as np
from jaxtyping import Float, Int64


def chance_losses(
    tokens: Int64[np.ndarray, "row step"], sample_weight: Float[np.ndarray, " row"] | None = None
) -> Float[np.ndarray, " step"]:
    """Return the cross-entropy of each token, given those before it, for a model that sees no features, in nats.

    The model is the best constant one: it has learnt how often each token follows each prefix among these very rows.
    The sum is the entropy of the whole sequences. A loss above these figures has learnt nothing. With many sequences
    and few rows they are too good to be reached on other rows.

    Parameters
    ----------
    tokens
        The targets, written by a codec.
    sample_weight
        Weight of each row.

    Examples
    --------
    >>> chance_losses(np.array([[0, 0], [0, 1], [1, 1], [1, 1]])).round(3).tolist()
    [0.693, 0.347]
    """
    n_rows, length = tokens.shape
    weight = np.ones(n_rows) if sample_weight is None else sample_weight
    prefix = np.zeros(n_rows, dtype=np.int64)
    entropies = [0.0]
    for step in range(length):
        _, prefix = np.unique(np.stack([prefix, tokens[:, step]], axis=1), axis=0, return_inverse=True)
        prefix = prefix.reshape(-1)
        share = np.bincount(prefix, weights=weight) / weight.sum()
        share = share[share > 0]
        entropies.append(float(-(share * np.log(share)).sum()))
    return np.diff(np.array(entropies))
