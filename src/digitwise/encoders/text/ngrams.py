"""N-grams: which runs of tokens a text has, weighted by TF-IDF and reduced to a few directions.

Two texts that share unusual runs of tokens lie close together. The directions are the first of a truncated singular
value decomposition of the training texts (latent semantic analysis).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, final

import numpy as np
from jaxtyping import Float, Float32

from digitwise.encoders.text.directions import main_directions
from digitwise.encoders.text.features import MAX_CHARACTERS, check_texts, head_and_tail, in_passes
from digitwise.encoders.text.terms import count_terms, inverse_frequency, learn_terms, tf_idf
from digitwise.encoders.text.tokens import TOKENS, Tokens, n_grams


@final
@dataclass(frozen=True, kw_only=True)
class NGrams:
    """Settings of TF-IDF n-grams, reduced.

    Parameters
    ----------
    tokens
        ``"words"`` (of prose, code and SQL, with numbers and operators), ``"word_parts"`` (identifiers split, small
        letters), ``"characters"`` or ``"smiles"``.
    shortest, longest
        Lengths of the runs, in tokens.
    n_components
        How many directions, at the most: never more than there are texts or terms.
    min_rows
        In how many training texts a run must occur.
    max_terms
        How many runs are kept at the most: those that occur in most texts.
    max_characters
        Of longer texts only the first and the last half of so many characters are read.

    Raises
    ------
    ValueError
        If the tokens are unknown or a size is too small.

    Examples
    --------
    >>> fitted = NGrams(n_components=2).fit(["for x in y", "while x < 3", "for y in x"])
    >>> fitted.names, fitted.transform(["for z"]).shape
    (('words 1-2 direction 1', 'words 1-2 direction 2'), (1, 2))
    """

    tokens: Tokens = "words"
    shortest: int = 1
    longest: int = 2
    n_components: int = 32
    min_rows: int = 2
    max_terms: int = 20_000
    max_characters: int = MAX_CHARACTERS

    def __post_init__(self) -> None:
        """Check the settings."""
        if self.tokens not in TOKENS:
            raise ValueError(f"tokens must be one of {', '.join(TOKENS)}, but got {self.tokens!r}.")
        if not 1 <= self.shortest <= self.longest:
            raise ValueError(f"1 <= shortest <= longest must hold, but got {self.shortest} and {self.longest}.")
        for name in ("n_components", "min_rows", "max_terms", "max_characters"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, but got {getattr(self, name)}.")

    def bags(self, texts: Sequence[str]) -> Iterator[Iterator[str]]:
        """Yield the runs of each text, one text at a time."""
        split = TOKENS[self.tokens]
        for text in texts:
            yield n_grams(split(head_and_tail(text, self.max_characters)), self.shortest, self.longest)

    def fit(self, texts: Sequence[str], random_state: int = 0) -> "FittedNGrams":
        """Return the runs of these texts, their weights and main directions."""
        check_texts(texts)
        terms, counts = learn_terms(self.bags(texts), min_rows=self.min_rows, max_terms=self.max_terms)
        weights = inverse_frequency(counts)
        directions = main_directions(tf_idf(counts, weights), self.n_components, random_state)
        return FittedNGrams(settings=self, terms=terms, weights=weights, directions=directions)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class FittedNGrams:
    """What `NGrams` learnt: the runs, the weight of each, and the directions."""

    kind: ClassVar[str] = "ngrams"
    settings: NGrams
    terms: tuple[str, ...]
    weights: Float[np.ndarray, " term"]
    directions: Float32[np.ndarray, "term direction"]

    @property
    def names(self) -> tuple[str, ...]:
        """One name per direction."""
        s = self.settings
        return tuple(f"{s.tokens} {s.shortest}-{s.longest} direction {i + 1}" for i in range(self.directions.shape[1]))

    def transform(self, texts: Sequence[str]) -> Float[np.ndarray, "row feature"]:
        """Return how far each text goes in each direction; 0 for texts without a known run."""
        check_texts(texts)
        return in_passes(self._transform, texts)

    def _transform(self, texts: Sequence[str]) -> Float[np.ndarray, "row feature"]:
        rows = tf_idf(count_terms(self.settings.bags(texts), self.terms), self.weights)
        return np.asarray(rows @ self.directions.astype(np.float64))

    def to_dict(self) -> dict[str, Any]:
        """Return everything learnt."""
        return {
            "kind": self.kind,
            "settings": asdict(self.settings),
            "terms": list(self.terms),
            "weights": self.weights,
            "directions": self.directions,
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "FittedNGrams":
        """Return what `to_dict` described."""
        return cls(
            settings=NGrams(**state["settings"]),
            terms=tuple(state["terms"]),
            weights=np.asarray(state["weights"], dtype=np.float64),
            directions=np.asarray(state["directions"], dtype=np.float32),
        )
