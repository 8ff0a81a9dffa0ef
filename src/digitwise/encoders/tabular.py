"""A multilayer perceptron over numeric columns and embedded categories."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from digitwise.nn.memory import Memory


class TabularEncoder(nn.Module):
    """Encode a table row as one memory token.

    Parameters
    ----------
    n_numeric
        Numeric columns, scaled.
    cardinalities
        Number of codes of each categorical column.
    hidden_dim, n_layers, dropout
        Width, number and dropout of the hidden layers.

    Examples
    --------
    >>> encoder = TabularEncoder(n_numeric=3, cardinalities=[5], hidden_dim=16, n_layers=2)
    >>> encoder(torch.zeros(4, 3), torch.zeros(4, 1, dtype=torch.int64)).features.shape
    torch.Size([4, 1, 16])
    """

    def __init__(
        self,
        n_numeric: int,
        cardinalities: Sequence[int] = (),
        *,
        hidden_dim: int = 256,
        n_layers: int = 3,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.embeddings = nn.ModuleList(nn.Embedding(codes, embedding_dim(codes)) for codes in cardinalities)
        for embedding in self.embeddings:  # unseen (0) and missing (1) add nothing until training shows them
            nn.init.zeros_(embedding.weight[:2])  # type: ignore[index]
        width = n_numeric + sum(embedding_dim(codes) for codes in cardinalities)
        self._is_empty = width == 0  # all columns constant: the law depends on nothing
        layers: list[nn.Module] = []
        for index in range(n_layers):
            source = max(width, 1) if index == 0 else hidden_dim
            layers += [nn.Linear(source, hidden_dim), nn.SiLU(), nn.Dropout(dropout)]
        self.layers = nn.Sequential(*layers)
        self.out_dim = hidden_dim

    def forward(
        self, numeric: Float[Tensor, "batch numeric"], categorical: Int64[Tensor, "batch categorical"]
    ) -> Memory:
        """Return one memory token per row."""
        embedded = [embed(codes) for embed, codes in zip(self.embeddings, categorical.unbind(1), strict=True)]
        features = numeric.new_zeros(len(numeric), 1) if self._is_empty else torch.cat([numeric, *embedded], dim=1)
        return Memory(self.layers(features).unsqueeze(1))


def embedding_dim(codes: int) -> int:
    """Return the width of the embedding of a column with so many codes: about the square root, at most 32."""
    return min(32, max(2, round(1.6 * math.sqrt(codes))))
