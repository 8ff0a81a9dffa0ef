"""Features of texts by name, and from what was saved."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from digitwise.encoders.text.counts import Counts, FittedCounts
from digitwise.encoders.text.embeddings import Embeddings, FittedEmbeddings
from digitwise.encoders.text.features import FittedTextFeatures, TextFeatures
from digitwise.encoders.text.literals import FittedLiterals, Literals
from digitwise.encoders.text.molecules import FittedMolecules, Molecules
from digitwise.encoders.text.ngrams import FittedNGrams, NGrams
from digitwise.encoders.text.several import FittedTogether, Together
from digitwise.encoders.text.shape import Shape

PRETRAINED = "hf:"
NAMED: Mapping[str, Callable[[], TextFeatures]] = MappingProxyType(
    {
        "ngram": lambda: Together(parts=(Shape(), Literals(), Counts(), NGrams())),
        "smiles": Molecules,
    }
)
RESTORED: Mapping[str, Callable[[Mapping[str, Any]], FittedTextFeatures]] = MappingProxyType(
    {
        kind.kind: kind.from_dict
        for kind in (FittedNGrams, FittedCounts, FittedLiterals, FittedMolecules, FittedEmbeddings, Shape)
    }
)


def text_features(name: str) -> TextFeatures:
    """Return the settings that a name stands for; ``"hf:"`` and a folder or name of a pretrained model is `Embeddings`.

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
        known = ", ".join([*NAMED, f"{PRETRAINED}<folder or name>"])
        raise ValueError(f"Features of texts must be one of {known}, or settings, but got {name!r}.")
    return NAMED[name]()


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
