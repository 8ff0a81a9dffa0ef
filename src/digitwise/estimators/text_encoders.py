"""How an estimator reads texts: by name, by settings, or several of them at once."""

from collections.abc import Sequence
from typing import Any

from digitwise.encoders.columns_text import TextReading
from digitwise.encoders.sequence import SequenceEncoder, SmilesTransformer, TextTransformer
from digitwise.encoders.text import TextFeatures, Together, text_features

TextEncoder = str | TextFeatures | SequenceEncoder
SEQUENCES = {"transformer": TextTransformer, "smiles_transformer": SmilesTransformer}


def text_reading(encoder: TextEncoder | Sequence[TextEncoder]) -> TextReading:
    """Return how texts are read.

    Parameters
    ----------
    encoder
        ``"auto"``, ``"ngram"``, ``"smiles"``, ``"hf:<folder or name>"``, ``"transformer"``, ``"smiles_transformer"``,
        settings of features or of an encoder, or a list of these of which one at the most is an encoder.

    Raises
    ------
    ValueError
        If a name is unknown, the list is empty or has two encoders.
    TypeError
        If an object is neither.

    Examples
    --------
    >>> text_reading(["ngram", "transformer"]).sequence.patch
    8
    """
    if isinstance(encoder, str) and encoder == "auto":
        return TextReading()
    listed: list[Any] = list(encoder) if isinstance(encoder, list | tuple) else [encoder]
    found = [_settings(one) for one in listed]
    sequences = [one for one in found if isinstance(one, SequenceEncoder)]
    features = [one for one in found if not isinstance(one, SequenceEncoder)]
    if not found or len(sequences) > 1:
        raise ValueError(
            f"encoder must name at least one way to read texts, and at most one that is trained, but got {encoder!r}."
        )
    together = Together(parts=tuple(features)) if len(features) > 1 else next(iter(features), None)
    return TextReading(features=together, sequence=next(iter(sequences), None))


def _settings(encoder: TextEncoder) -> TextFeatures | SequenceEncoder:
    if isinstance(encoder, str):
        return SEQUENCES[encoder]() if encoder in SEQUENCES else text_features(encoder, also=("auto", *SEQUENCES))
    if isinstance(encoder, type) or not isinstance(encoder, TextFeatures | SequenceEncoder):
        raise TypeError(
            "encoder must be a name, settings of features such as NGrams(), settings of an encoder such as "
            f"TextTransformer(), or a list of these, but got {encoder!r}."
        )
    return encoder
