"""How often terms occur: sparse counts, the terms worth keeping, and their weights."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.sparse import csr_matrix

# The terms of each row: one after another, or as a mapping to how often each occurs.
Bags = Iterable[Iterable[str] | Mapping[str, int]]


def count_terms(bags: Bags, vocabulary: Sequence[str]) -> Any:
    """Return how often each term occurs in each bag: a sparse float64 matrix ``(row, term)``.

    Examples
    --------
    >>> count_terms([["a", "b", "a"], []], ["a", "c"]).toarray().tolist()
    [[2.0, 0.0], [0.0, 0.0]]
    """
    return _counted(bags, {term: index for index, term in enumerate(vocabulary)}, grows=False)


def learn_terms(bags: Bags, *, min_rows: int, max_terms: int) -> tuple[tuple[str, ...], Any]:
    """Return the terms that occur in enough bags, in alphabetical order, and their counts.

    Parameters
    ----------
    bags
        The terms of each row; read once.
    min_rows
        In how many bags a term must occur at least.
    max_terms
        How many terms to keep at the most: those that occur in most bags.

    Examples
    --------
    >>> terms, counts = learn_terms([["b", "a"], ["b"], ["b", "c", "c", "a"]], min_rows=2, max_terms=10)
    >>> terms, counts.toarray().tolist()
    (('a', 'b'), [[1.0, 1.0], [0.0, 1.0], [1.0, 1.0]])
    """
    index: dict[str, int] = {}
    counts = _counted(bags, index, grows=True)
    rows_with = np.bincount(counts.indices, minlength=len(index))
    found = [(-int(n_rows), term) for term, n_rows in zip(index, rows_with, strict=True) if n_rows >= min_rows]
    terms = tuple(sorted(term for _, term in sorted(found)[:max_terms]))
    return terms, counts[:, [index[term] for term in terms]]


def _counted(bags: Bags, index: dict[str, int], *, grows: bool) -> Any:
    """Return the counts of the terms of the index, to which new ones are added if it grows."""
    starts, columns, counts = [0], [], []
    for bag in bags:
        for term, count in Counter(bag).items():
            column = index.setdefault(term, len(index)) if grows else index.get(term)
            if column is not None:
                columns.append(column)
                counts.append(count)
        starts.append(len(columns))
    return csr_matrix(
        (np.array(counts, dtype=np.float64), np.array(columns, dtype=np.int64), np.array(starts, dtype=np.int64)),
        shape=(len(starts) - 1, len(index)),
    )


def inverse_frequency(counts: Any) -> Float[np.ndarray, " term"]:
    """Return the weight of each term: ``1 + log((1 + rows) / (1 + rows with it))``."""
    n_rows, n_terms = counts.shape
    rows_with = np.bincount(counts.indices, minlength=n_terms)
    weights: Float[np.ndarray, " term"] = 1.0 + np.log((1.0 + n_rows) / (1.0 + rows_with))
    return weights


def tf_idf(counts: Any, weights: Float[np.ndarray, " term"]) -> Any:
    """Return ``(1 + log count) · weight``, each row scaled to length 1.

    Examples
    --------
    >>> tf_idf(count_terms([["a", "b"], []], ["a", "b"]), np.array([3.0, 4.0])).toarray().tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    values = (1.0 + np.log(counts.data)) * weights[counts.indices]
    lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=counts.shape[0]))
    return csr_matrix((values / lengths[rows], counts.indices, counts.indptr), shape=counts.shape)
