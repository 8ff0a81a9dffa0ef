"""N-grams: which runs of tokens a text has, weighted by TF-IDF, reduced to a few directions and to a guess.

Two texts that share unusual runs of tokens lie close together. The directions are the first of a truncated singular
value decomposition of the training texts (latent semantic analysis). The guess is a ridge regression on all runs: what
many rare words say together is in none of the directions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, final

import numpy as np
from jaxtyping import Float, Float32

from digitwise.encoders.text.directions import main_directions
from digitwise.encoders.text.features import MAX_CHARACTERS, check_texts, head_and_tail, in_passes
from digitwise.encoders.text.guesses import Guesses, TextTargets, fit_guesses, text_keys
from digitwise.encoders.text.terms import count_terms, inverse_frequency, learn_terms, tf_idf
from digitwise.encoders.text.tokens import TOKENS, Tokens, n_grams


@final
@dataclass(frozen=True, kw_only=True)
class NGrams:
    """Settings of TF-IDF n-grams, reduced to directions, and to a guess at each target where these are at hand.

    Parameters
    ----------
    tokens
        ``"words"`` (of prose, code and SQL, with numbers and operators), ``"word_parts"`` (identifiers split, small
        letters), ``"characters"`` or ``"smiles"``.
    shortest, longest
        Lengths of the runs, in tokens.
    n_components
        How many directions, at the most: never more than there are texts or terms; 0 for none.
    min_rows
        In how many training texts a run must occur.
    max_terms
        How many runs are kept at the most: those that occur in most texts.
    max_characters
        Of longer texts only the first and the last half of so many characters are read.
    guess
        Whether the runs learn to guess at the targets, by ridge regression.

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
    guess: bool = True
    learns_from_targets: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the settings."""
        if self.tokens not in TOKENS:
            raise ValueError(f"tokens must be one of {', '.join(TOKENS)}, but got {self.tokens!r}.")
        if not 1 <= self.shortest <= self.longest:
            raise ValueError(f"1 <= shortest <= longest must hold, but got {self.shortest} and {self.longest}.")
        for name, least in (("n_components", 0), ("min_rows", 1), ("max_terms", 1), ("max_characters", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, but got {getattr(self, name)}.")

    def bags(self, texts: Sequence[str]) -> Iterator[Iterator[str]]:
        """Yield the runs of each text, one text at a time."""
        split = TOKENS[self.tokens]
        for text in texts:
            yield n_grams(split(head_and_tail(text, self.max_characters)), self.shortest, self.longest)

    def fit(self, texts: Sequence[str], random_state: int = 0, targets: TextTargets | None = None) -> "FittedNGrams":
        """Return the runs of these texts, their weights and main directions, and guesses at the targets."""
        check_texts(texts)
        terms, counts = learn_terms(self.bags(texts), min_rows=self.min_rows, max_terms=self.max_terms)
        weights = inverse_frequency(counts)
        rows = tf_idf(counts, weights)
        guesses = None
        if self.guess and targets is not None:
            guesses = fit_guesses(rows, text_keys(texts), targets, random_state)
        return FittedNGrams(
            settings=self,
            terms=terms,
            weights=weights,
            directions=main_directions(rows, self.n_components, random_state),
            guesses=guesses,
        )


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class FittedNGrams:
    """What `NGrams` learnt: the runs, the weight of each, the directions, and guesses where there were targets."""

    kind: ClassVar[str] = "ngrams"
    settings: NGrams
    terms: tuple[str, ...]
    weights: Float[np.ndarray, " term"]
    directions: Float32[np.ndarray, "term direction"]
    guesses: Guesses | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """One name per direction, then one per guess."""
        runs = f"{self.settings.tokens} {self.settings.shortest}-{self.settings.longest}"
        directions = tuple(f"{runs} direction {i + 1}" for i in range(self.directions.shape[1]))
        return directions + (() if self.guesses is None else self.guesses.names(runs))

    def transform(self, texts: Sequence[str]) -> Float[np.ndarray, "row feature"]:
        """Return how far each text goes in each direction, 0 for texts without a known run; then the guesses."""
        check_texts(texts)
        return in_passes(self._transform, texts)

    def _transform(self, texts: Sequence[str]) -> Float[np.ndarray, "row feature"]:
        rows = tf_idf(count_terms(self.settings.bags(texts), self.terms), self.weights)
        directions = np.asarray(rows @ self.directions.astype(np.float64))
        if self.guesses is None:
            return directions
        return np.concatenate([directions, self.guesses.transform(rows, text_keys(texts))], axis=1)

    def to_dict(self) -> dict[str, Any]:
        """Return everything learnt."""
        return {
            "kind": self.kind,
            "settings": asdict(self.settings),
            "terms": list(self.terms),
            "weights": self.weights,
            "directions": self.directions,
            "guesses": None if self.guesses is None else self.guesses.to_dict(),
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "FittedNGrams":
        """Return what `to_dict` described."""
        return cls(
            settings=NGrams(**state["settings"]),
            terms=tuple(state["terms"]),
            weights=np.asarray(state["weights"], dtype=np.float64),
            directions=np.asarray(state["directions"], dtype=np.float32),
            guesses=None if state["guesses"] is None else Guesses.from_dict(state["guesses"]),
        )
