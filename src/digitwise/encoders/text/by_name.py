"""Features of texts by name, and from what was saved."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

from digitwise.encoders.text.counts import Counts, FittedCounts
from digitwise.encoders.text.embeddings import Embeddings, FittedEmbeddings
from digitwise.encoders.text.features import FittedTextFeatures, TextFeatures
from digitwise.encoders.text.literals import FittedLiterals, Literals
from digitwise.encoders.text.molecules import FittedMolecules, Molecules, parsed
from digitwise.encoders.text.ngrams import FittedNGrams, NGrams
from digitwise.encoders.text.several import FittedTogether, Together
from digitwise.encoders.text.shape import Shape

PRETRAINED = "hf:"
LOOKED_AT = 50
"""So many texts decide whether all are molecules."""
ONLY_GUESSES = (
    NGrams(tokens="word_parts", n_components=0),
    NGrams(tokens="characters", shortest=4, longest=4, n_components=0),
)
NAMED: Mapping[str, Callable[[], TextFeatures]] = MappingProxyType(
    {
        "ngram": lambda: Together(parts=(Shape(), Literals(), Counts(), NGrams(), *ONLY_GUESSES)),
        "smiles": Molecules,
    }
)
RESTORED: Mapping[str, Callable[[Mapping[str, Any]], FittedTextFeatures]] = MappingProxyType(
    {
        kind.kind: kind.from_dict
        for kind in (FittedNGrams, FittedCounts, FittedLiterals, FittedMolecules, FittedEmbeddings, Shape)
    }
)


def text_features(name: str, also: Sequence[str] = ()) -> TextFeatures:
    """Return the settings that a name stands for; ``"hf:"`` and a folder or name of a pretrained model is `Embeddings`.

    Parameters
    ----------
    name
        The name.
    also
        What else the caller understands, for the sentence about unknown names.

    Raises
    ------
    ValueError
        If the name is unknown.

    Examples
    --------
    >>> text_features("hf:models/small-bert").path
    'models/small-bert'
    """
    if name.startswith(PRETRAINED) and len(name) > len(PRETRAINED):
        return Embeddings(path=name[len(PRETRAINED) :])
    if name not in NAMED:
        known = ", ".join([*NAMED, f"{PRETRAINED}<folder or name>", *also])
        raise ValueError(f"Texts are read by one of {known}, or by settings, but got {name!r}.")
    return NAMED[name]()


def automatic_features(texts: Sequence[str]) -> TextFeatures:
    """Return what suits some texts: `Molecules` if the first 50 are SMILES and rdkit is installed, n-grams otherwise.

    Examples
    --------
    >>> type(automatic_features(["for x in y:", "pass"])).__name__
    'Together'
    """
    if find_spec("rdkit") is not None and _look_like_molecules(texts[:LOOKED_AT]):
        return text_features("smiles")
    return text_features("ngram")


def fitted_text_features(state: Mapping[str, Any]) -> FittedTextFeatures:
    """Return what ``to_dict`` of any fitted features described.

    Raises
    ------
    ValueError
        If the kind is unknown.

    Examples
    --------
    >>> fitted = Together(parts=(Shape(), Literals())).fit(["x < 3", "y > 4"])
    >>> fitted_text_features(fitted.to_dict()).names == fitted.names
    True
    """
    kind = str(state.get("kind"))
    if kind == FittedTogether.kind:
        return FittedTogether(parts=tuple(fitted_text_features(part) for part in state["parts"]))
    if kind not in RESTORED:
        raise ValueError(f"The saved features of texts are of an unknown kind {kind!r}. Upgrade digitwise.")
    return RESTORED[kind](state)


def _look_like_molecules(texts: Sequence[str]) -> bool:
    """Return whether texts are SMILES: no spaces, nothing empty, and rdkit reads them."""
    if any(not text or text.split() != [text] for text in texts):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the texts that are none
        return all(molecule is not None for molecule in parsed(texts, "missing"))
