"""Counts of single runs of tokens, each a feature of its own: what a tree can ask directly."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, final

import numpy as np
from jaxtyping import Float

from digitwise.encoders.text.features import MAX_CHARACTERS, check_texts, in_passes
from digitwise.encoders.text.ngrams import NGrams
from digitwise.encoders.text.terms import count_terms, learn_terms
from digitwise.encoders.text.tokens import Tokens


@final
@dataclass(frozen=True, kw_only=True)
class Counts:
    """Settings of counts: ``log(1 + count)`` of the runs of tokens that vary most between the training texts.

    Parameters
    ----------
    tokens, shortest, longest, max_characters
        As of `NGrams`.
    n_terms
        How many runs are counted, at the most.
    min_rows
        In how many training texts a run must occur.

    Examples
    --------
    >>> fitted = Counts(n_terms=2).fit(["a a a b", "b c", "a a b c", "b"])
    >>> fitted.names, fitted.transform(["a a z"]).round(2).tolist()
    (('count of a', 'count of a a'), [[1.1, 0.69]])
    """

    tokens: Tokens = "words"
    shortest: int = 1
    longest: int = 2
    n_terms: int = 64
    min_rows: int = 2
    max_characters: int = MAX_CHARACTERS

    def __post_init__(self) -> None:
        """Check the settings."""
        if self.n_terms < 1:
            raise ValueError(f"n_terms must be at least 1, but got {self.n_terms}.")
        self.runs()

    def runs(self) -> NGrams:
        """Return the runs that may be counted."""
        return NGrams(
            tokens=self.tokens,
            shortest=self.shortest,
            longest=self.longest,
            min_rows=self.min_rows,
            max_characters=self.max_characters,
        )

    def fit(self, texts: Sequence[str], random_state: int = 0) -> "FittedCounts":
        """Return the runs of these texts whose logarithms of counts have the largest variance."""
        check_texts(texts)
        runs = self.runs()
        terms, counts = learn_terms(runs.bags(texts), min_rows=self.min_rows, max_terms=runs.max_terms)
        return FittedCounts(settings=self, terms=most_varied(terms, counts, self.n_terms))


def most_varied(terms: Sequence[str], counts: Any, n_terms: int) -> tuple[str, ...]:
    """Return the terms whose ``log(1 + count)`` varies most; of those with equal counts in all rows only the first.

    Parameters
    ----------
    terms
        In alphabetical order.
    counts
        Sparse, ``(row, term)``.
    n_terms
        How many at the most.
    """
    logs = counts.log1p().tocsc()
    n_rows = logs.shape[0]
    sums, squares = np.asarray(logs.sum(axis=0))[0], np.asarray(logs.multiply(logs).sum(axis=0))[0]
    variance = squares / max(n_rows, 1) - (sums / max(n_rows, 1)) ** 2
    logs.sort_indices()
    chosen: dict[tuple[bytes, bytes], str] = {}
    for index in np.lexsort((np.arange(len(terms)), -variance.round(12))):
        if len(chosen) == n_terms or variance[index] <= 1e-12:
            break
        column = slice(logs.indptr[index], logs.indptr[index + 1])
        chosen.setdefault((logs.indices[column].tobytes(), logs.data[column].tobytes()), terms[index])
    return tuple(chosen.values())


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class FittedCounts:
    """What `Counts` learnt: which runs to count."""

    kind: ClassVar[str] = "counts"
    settings: Counts
    terms: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """One name per run."""
        return tuple(f"count of {term}" for term in self.terms)

    def transform(self, texts: Sequence[str]) -> Float[np.ndarray, "row feature"]:
        """Return ``log(1 + count)`` of each run."""
        check_texts(texts)
        bags = self.settings.runs().bags
        return in_passes(lambda part: np.asarray(count_terms(bags(part), self.terms).log1p().toarray()), texts)

    def to_dict(self) -> dict[str, Any]:
        """Return everything learnt."""
        return {"kind": self.kind, "settings": asdict(self.settings), "terms": list(self.terms)}

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "FittedCounts":
        """Return what `to_dict` described."""
        return cls(settings=Counts(**state["settings"]), terms=tuple(state["terms"]))
