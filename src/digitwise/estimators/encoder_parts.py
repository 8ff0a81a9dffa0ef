"""The encoder of fitted columns: of numbers and categories, of texts, or of both."""

from typing import Any

from digitwise.encoders.beside import Beside, TextAlone
from digitwise.encoders.columns import Columns
from digitwise.encoders.encoder import Encoder, TextReader
from digitwise.encoders.sequence import SequenceEncoder
from digitwise.encoders.tabular import TabularEncoder
from digitwise.estimators.recipes import Recipe


def make_encoder(
    columns: Columns,
    recipe: Recipe,
    *,
    n_layers: int,
    dropout: float,
    sequence: SequenceEncoder | None,
    as_one: bool,
) -> Encoder | TextReader:
    """Return an untrained encoder.

    Parameters
    ----------
    columns
        What is encoded.
    recipe
        Width, members and embeddings of the part for numbers and categories.
    n_layers, dropout
        Of that part.
    sequence
        Settings of the encoder that reads the texts; None where none does.
    as_one
        Whether text and columns become one memory token, for decoders that read no more.
    """
    tokenizer = None if columns.texts is None else columns.texts.tokenizer
    text_encoder: Any = None if sequence is None or tokenizer is None else sequence.build(tokenizer)
    if text_encoder is not None and columns.n_numeric == 0 and not columns.cardinalities:
        return TextAlone(text_encoder)
    table_encoder = TabularEncoder(
        columns.n_numeric,
        columns.cardinalities,
        columns.knots,
        hidden_dim=recipe.hidden_dim,
        n_layers=n_layers,
        dropout=dropout,
        numeric_embedding=recipe.numeric_embedding,
        n_members=recipe.n_members,
    )
    return table_encoder if text_encoder is None else Beside(table_encoder, text_encoder, as_one=as_one)
