"""Molecules from SMILES: computed properties, which substructures they are made of, and what these say. Needs RDKit.

The substructures are atoms with everything up to a few bonds around them (Morgan or circular fingerprints), counted by
RDKit's number for each and not folded into a fixed length.
"""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, final

import numpy as np
from jaxtyping import Float, Float32, Int64

from digitwise.encoders.text.counts import most_varied
from digitwise.encoders.text.directions import main_directions
from digitwise.encoders.text.features import check_texts
from digitwise.encoders.text.guesses import Guesses, TextTargets, fit_guesses, text_keys
from digitwise.encoders.text.terms import count_terms, inverse_frequency, learn_terms, tf_idf
from digitwise.optional import optional_package

LOGGED = frozenset({"Ipc"})  # grows exponentially with the size of the molecule
LARGEST = 1e9
ROWS_NAMED = 5


@final
@dataclass(frozen=True, kw_only=True)
class Molecules:
    """Settings of the features of molecules.

    Parameters
    ----------
    descriptors
        Whether all descriptors of RDKit are computed (217; some milliseconds a molecule). Those that it cannot compute
        for a molecule are NaN.
    n_substructures
        How many substructures have a column of their own, ``log(1 + count)``: those that vary most between the training
        molecules.
    n_components
        How many main directions of the TF-IDF of all substructures.
    radius
        How many bonds around an atom belong to its substructure.
    max_terms
        How many substructures are kept at the most, of those that at least two training molecules have.
    invalid
        What happens to texts that are no molecule: ``"raise"`` a ValueError that names their rows, or ``"missing"``:
        all of their features are NaN, with a warning.
    guess
        Whether the substructures learn to guess at the targets, by ridge regression.

    Raises
    ------
    ValueError
        If a setting is out of range.

    Examples
    --------
    >>> fitted = Molecules(descriptors=False, n_substructures=3, n_components=2).fit(["CCO", "CCCO", "CCN"])
    >>> len(fitted.names), fitted.transform(["CCCCO"]).shape
    (4, (1, 4))
    """

    descriptors: bool = True
    n_substructures: int = 128
    n_components: int = 32
    radius: int = 2
    max_terms: int = 20_000
    invalid: Literal["raise", "missing"] = "raise"
    guess: bool = True
    learns_from_targets: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the settings."""
        if self.n_substructures < 0 or self.n_components < 0 or self.radius < 0 or self.max_terms < 1:
            raise ValueError(
                "n_substructures, n_components and radius must be at least 0 and max_terms at least 1, but got "
                f"{self.n_substructures}, {self.n_components}, {self.radius} and {self.max_terms}."
            )
        if self.invalid not in ("raise", "missing"):
            raise ValueError(f'invalid must be "raise" or "missing", but got {self.invalid!r}.')

    def fit(self, texts: Sequence[str], random_state: int = 0, targets: TextTargets | None = None) -> "FittedMolecules":
        """Return the substructures of these molecules, their weights and main directions, guesses at the targets."""
        molecules = parsed(texts, self.invalid)
        valid = [row for row, molecule in enumerate(molecules) if molecule is not None]
        found = [molecules[row] for row in valid]
        terms, counts = learn_terms(substructures(found, self.radius), min_rows=2, max_terms=self.max_terms)
        weights = inverse_frequency(counts)
        rows = tf_idf(counts, weights)
        guesses = None
        if self.guess and targets is not None:
            guesses = fit_guesses(rows, molecule_keys(found), targets.take(valid), random_state)
        return FittedMolecules(
            settings=self,
            descriptors=tuple(descriptor_functions()) if self.descriptors else (),
            terms=terms,
            counted=most_varied(terms, counts, self.n_substructures),
            weights=weights,
            directions=main_directions(rows, self.n_components, random_state),
            guesses=guesses,
        )


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class FittedMolecules:
    """What `Molecules` learnt: descriptors' names, substructures, those counted, weights, directions, and guesses."""

    kind: ClassVar[str] = "molecules"
    settings: Molecules
    descriptors: tuple[str, ...]
    terms: tuple[str, ...]
    counted: tuple[str, ...]
    weights: Float[np.ndarray, " term"]
    directions: Float32[np.ndarray, "term direction"]
    guesses: Guesses | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the descriptors, of the counted substructures (RDKit's numbers), of directions and guesses."""
        counted = tuple(f"count of substructure {term}" for term in self.counted)
        directions = tuple(f"substructures {i + 1}" for i in range(self.directions.shape[1]))
        guesses = () if self.guesses is None else self.guesses.names("substructures")
        return self.descriptors + counted + directions + guesses

    def transform(self, texts: Sequence[str]) -> Float[np.ndarray, "row feature"]:
        """Return the features of each molecule.

        Raises
        ------
        ValueError
            If a text is no molecule and ``invalid="raise"``, or this RDKit lacks a descriptor that training had.
        """
        molecules = parsed(texts, self.settings.invalid)
        valid = [row for row, molecule in enumerate(molecules) if molecule is not None]
        found = [molecules[row] for row in valid]
        bags = list(substructures(found, self.settings.radius))
        rows = tf_idf(count_terms(bags, self.terms), self.weights)
        parts = [
            self._described(found),
            count_terms(bags, self.counted).log1p().toarray(),
            rows @ self.directions.astype(np.float64),
        ]
        if self.guesses is not None:
            parts.append(self.guesses.transform(rows, molecule_keys(found)))
        features = np.full((len(texts), len(self.names)), np.nan)
        features[valid] = np.concatenate(parts, axis=1)
        return features

    def _described(self, molecules: Sequence[Any]) -> Float[np.ndarray, "row descriptor"]:
        functions = descriptor_functions() if self.descriptors else {}
        unknown = [name for name in self.descriptors if name not in functions]
        if unknown:
            raise ValueError(
                f"This RDKit lacks descriptors that the model was trained with: {', '.join(unknown)}. "
                "Install the version of RDKit that it was trained with."
            )
        with _rdkit("rdkit.rdBase").BlockLogs():
            rows = [[described(functions[name], name, molecule) for name in self.descriptors] for molecule in molecules]
        return np.array(rows, dtype=np.float64).reshape(len(molecules), len(self.descriptors))

    def to_dict(self) -> dict[str, Any]:
        """Return everything learnt."""
        return {
            "kind": self.kind,
            "settings": asdict(self.settings),
            "descriptors": list(self.descriptors),
            "terms": list(self.terms),
            "counted": list(self.counted),
            "weights": self.weights,
            "directions": self.directions,
            "guesses": None if self.guesses is None else self.guesses.to_dict(),
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "FittedMolecules":
        """Return what `to_dict` described."""
        return cls(
            settings=Molecules(**state["settings"]),
            descriptors=tuple(state["descriptors"]),
            terms=tuple(state["terms"]),
            counted=tuple(state["counted"]),
            weights=np.asarray(state["weights"], dtype=np.float64),
            directions=np.asarray(state["directions"], dtype=np.float32),
            guesses=None if state["guesses"] is None else Guesses.from_dict(state["guesses"]),
        )


def parsed(texts: Sequence[str], invalid: Literal["raise", "missing"]) -> list[Any]:
    """Return RDKit's molecules, None for texts that are none.

    Raises
    ------
    ValueError
        If there are such texts, and ``invalid="raise"``.
    """
    check_texts(texts)
    chem = _rdkit("rdkit.Chem")
    with _rdkit("rdkit.rdBase").BlockLogs():
        molecules = [chem.MolFromSmiles(text.strip()) if text.strip() else None for text in texts]
    bad = [row for row, molecule in enumerate(molecules) if molecule is None]
    if bad:
        some = ", ".join(f"{row} ({texts[row]!r})" for row in bad[:ROWS_NAMED]) + (", …" if bad[ROWS_NAMED:] else "")
        said = f"Texts must be SMILES of molecules, but {len(bad)} of {len(texts)} are not: rows {some}."
        if invalid == "raise":
            raise ValueError(f'{said} Correct or drop them, or set invalid="missing".')
        warnings.warn(f"{said} All of their features are missing.", stacklevel=3)
    return molecules


def molecule_keys(molecules: Sequence[Any]) -> Int64[np.ndarray, " row"]:
    """Return a number for each molecule, the same for all ways to write it."""
    chem = _rdkit("rdkit.Chem")
    return text_keys([chem.MolToSmiles(molecule) for molecule in molecules])


def substructures(molecules: Sequence[Any], radius: int) -> Sequence[dict[str, int]]:
    """Return how often each substructure occurs in each molecule, by RDKit's number for it."""
    if len(molecules) == 0:
        return []
    generator = _rdkit("rdkit.Chem.rdFingerprintGenerator").GetMorganGenerator(radius=radius)
    found = (generator.GetSparseCountFingerprint(molecule).GetNonzeroElements() for molecule in molecules)
    return [{str(number): count for number, count in counts.items()} for counts in found]


def descriptor_functions() -> dict[str, Any]:
    """Return RDKit's descriptors: functions of a molecule, by name."""
    return dict(_rdkit("rdkit.Chem.Descriptors").descList)


def described(function: Any, name: str, molecule: Any) -> float:
    """Return a descriptor within ±1e9, as logarithm if it grows exponentially, NaN where it cannot be computed."""
    try:
        value = float(function(molecule))
    except (ValueError, ZeroDivisionError, OverflowError, RuntimeError):
        return math.nan
    if math.isnan(value):
        return math.nan
    value = math.copysign(math.log1p(abs(value)), value) if name in LOGGED else value
    return min(max(value, -LARGEST), LARGEST)


def _rdkit(module: str) -> Any:
    return optional_package(module, "Features of molecules need RDKit.", "chem")
