"""How far two texts of a row agree: features of a pair that neither text has by itself.

A translation and its source, a question and its answer, two sentences: what decides is often what they share. Each text
could be turned into numbers alone, but no tabular model finds out from two vectors that they point the same way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
from jaxtyping import Float

from digitwise.encoders.text.by_name import fitted_text_features
from digitwise.encoders.text.counts import most_varied
from digitwise.encoders.text.features import FittedTextFeatures, TextFeatures, check_texts, in_passes
from digitwise.encoders.text.ngrams import NGrams
from digitwise.encoders.text.read_once import ReadOnce
from digitwise.encoders.text.terms import count_terms, inverse_frequency, learn_terms, tf_idf

RUNS = (
    NGrams(tokens="word_parts", shortest=1, longest=1),
    NGrams(tokens="word_parts", shortest=2, longest=2),
    NGrams(tokens="characters", shortest=3, longest=4),
)
OVERLAPS = ("cosine", "share of the first", "share of the second", "shared over all")


@final
@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Settings of features of two texts.

    Of words, pairs of words and runs of 3 to 4 characters: the cosine of their TF-IDF vectors, and the shares of
    distinct ones, weighted by rarity, that both have. Then how the counts of frequent words differ, and lengths.

    Parameters
    ----------
    n_terms
        How many words, those that vary most between training texts, have a column with the absolute difference of the
        logarithms of their counts: a "not" that only one text has.
    vectors
        Features of single texts, such as `Embeddings`, that are compared too: their cosine and their distance, and per
        dimension the absolute difference and the product. None for none.

    Examples
    --------
    >>> first, second = ["A cat sleeps.", "A dog runs."], ["The cat sleeps.", "A dog is not here."]
    >>> fitted = Agreement(n_terms=2).fit(first, second)
    >>> fitted.transform(["A cat."], ["A cat."])[0, :4].round(6).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """

    n_terms: int = 32
    vectors: TextFeatures | None = None

    def __post_init__(self) -> None:
        """Check the settings."""
        if self.n_terms < 0:
            raise ValueError(f"n_terms must be at least 0, but got {self.n_terms}.")

    def fit(self, first: Sequence[str], second: Sequence[str], random_state: int = 0) -> "FittedAgreement":
        """Return the terms of all these texts, how rare they are, and what ``vectors`` learns."""
        check_pairs(first, second)
        texts = ReadOnce(first, second)
        terms, weights = [], []
        counted: tuple[str, ...] = ()
        for runs in RUNS:
            found, counts = learn_terms(runs.bags(texts), min_rows=2, max_terms=runs.max_terms)
            counted = counted or most_varied(found, counts, self.n_terms)
            terms.append(found)
            weights.append(inverse_frequency(counts))
        return FittedAgreement(
            terms=tuple(terms),
            weights=tuple(weights),
            counted=counted,
            vectors=None if self.vectors is None else self.vectors.fit(texts, random_state),
        )


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class FittedAgreement:
    """What `Agreement` learnt: by kind of runs, the terms and their weights; which words are compared; vectors."""

    kind: ClassVar[str] = "agreement"
    terms: tuple[tuple[str, ...], ...]
    weights: tuple[Float[np.ndarray, " _"], ...]
    counted: tuple[str, ...]
    vectors: FittedTextFeatures | None

    @property
    def names(self) -> tuple[str, ...]:
        """One name per feature."""
        names = [f"{name} of {runs.tokens} {runs.shortest}" for runs in RUNS for name in OVERLAPS]
        names += ["length of the first", "length of the second", "difference of lengths"]
        names += [f"difference of {term}" for term in self.counted]
        if self.vectors is not None:
            names += ["cosine of vectors", "distance of vectors"]
            names += [f"{how} of {name}" for how in ("difference", "product") for name in self.vectors.names]
        return tuple(names)

    def transform(self, first: Sequence[str], second: Sequence[str]) -> Float[np.ndarray, "row feature"]:
        """Return the features of each pair; NaN where they are not defined, such as shares of an empty text."""
        check_pairs(first, second)
        shared = in_passes(self._shared, first, second)
        if self.vectors is None:
            return shared
        return np.concatenate([shared, compared(self.vectors.transform(first), self.vectors.transform(second))], axis=1)

    def _shared(self, first: Sequence[str], second: Sequence[str]) -> Float[np.ndarray, "row feature"]:
        """Return the features that are counted: overlaps, lengths and differences."""
        parts = []
        for runs, terms, weights in zip(RUNS, self.terms, self.weights, strict=True):
            a, b = (count_terms(runs.bags(texts), terms) for texts in (first, second))
            parts.append(overlaps(a, b, weights))
        lengths = np.log1p([[len(a), len(b)] for a, b in zip(first, second, strict=True)]).reshape(len(first), 2)
        parts += [lengths, np.abs(lengths[:, :1] - lengths[:, 1:])]
        logs = [count_terms(RUNS[0].bags(texts), self.counted).log1p().toarray() for texts in (first, second)]
        parts.append(np.abs(logs[0] - logs[1]))
        return np.concatenate(parts, axis=1)

    def to_dict(self) -> dict[str, Any]:
        """Return everything learnt."""
        return {
            "kind": self.kind,
            "terms": [list(terms) for terms in self.terms],
            "weights": list(self.weights),
            "counted": list(self.counted),
            "vectors": None if self.vectors is None else self.vectors.to_dict(),
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "FittedAgreement":
        """Return what `to_dict` described."""
        return cls(
            terms=tuple(tuple(terms) for terms in state["terms"]),
            weights=tuple(np.asarray(weights, dtype=np.float64) for weights in state["weights"]),
            counted=tuple(state["counted"]),
            vectors=None if state["vectors"] is None else fitted_text_features(state["vectors"]),
        )


def check_pairs(first: Sequence[str], second: Sequence[str]) -> None:
    """Raise unless both are strings, equally many."""
    check_texts(first)
    check_texts(second)
    if len(first) != len(second):
        raise ValueError(f"Each row needs two texts, but got {len(first)} first and {len(second)} second ones.")


def overlaps(a: Any, b: Any, weights: Float[np.ndarray, " term"]) -> Float[np.ndarray, "row 4"]:
    """Return, of two sparse matrices of counts, what `OVERLAPS` names."""
    cosine = np.asarray(tf_idf(a, weights).multiply(tf_idf(b, weights)).sum(axis=1))[:, 0]
    in_a, in_b = (a > 0).astype(np.float64), (b > 0).astype(np.float64)
    both, of_a, of_b = in_a.multiply(in_b).tocsr() @ weights, in_a @ weights, in_b @ weights
    with np.errstate(invalid="ignore"):
        shares = [both / of_a, both / of_b, both / (of_a + of_b - both)]
    return np.stack([np.where((of_a > 0) & (of_b > 0), cosine, np.nan), *shares], axis=1)


def compared(a: Float[np.ndarray, "row dim"], b: Float[np.ndarray, "row dim"]) -> Float[np.ndarray, "row feature"]:
    """Return the cosine and the distance of two vectors per row, their absolute differences and their products."""
    lengths = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    with np.errstate(invalid="ignore"):
        cosine = np.where(lengths > 0, (a * b).sum(axis=1) / lengths, np.nan)
    distance = np.sqrt(((a - b) ** 2).sum(axis=1))
    return np.concatenate([cosine[:, None], distance[:, None], np.abs(a - b), a * b], axis=1)
