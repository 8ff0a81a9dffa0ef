"""A multilayer perceptron over embedded numbers and categories, or an ensemble of them that share most weights."""

import math
from collections.abc import Sequence

import tabm
import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from digitwise.encoders.numeric_embeddings import NumericEmbedding
from digitwise.nn.memory import Memory


class TabularEncoder(nn.Module):
    """Encode a table row as one memory token, once for each member.

    Members share the weights of all layers and scale what goes in and out of them in their own way (a batch ensemble,
    `tabm`). They start differently in the first layer, are trained side by side, each on its own loss, and cost less
    than as many networks.

    Parameters
    ----------
    n_numeric
        Numeric columns, scaled: the values first, then indicators of missing cells.
    cardinalities
        Number of codes of each categorical column.
    knots
        Quantiles of each column of values, of which there are as many; needed for embeddings.
    hidden_dim, n_layers, dropout
        Width, number and dropout of the hidden layers.
    numeric_embedding
        How values are embedded; None takes them as they are. Indicators are never embedded.
    n_members
        Members of the ensemble; 1 is a plain network.

    References
    ----------
    Gorishniy, Kotelnikov and Babenko, "TabM", arXiv 2410.24210. *Differs from the paper*: what comes after the
    encoder is shared by all members, which scale their features a last time instead.

    Examples
    --------
    >>> encoder = TabularEncoder(n_numeric=3, cardinalities=[5], hidden_dim=16, n_layers=2, n_members=4)
    >>> memory = encoder(torch.zeros(2, 3), torch.zeros(2, 1, dtype=torch.int64))
    >>> memory.features.shape, memory.n_rows
    (torch.Size([8, 1, 16]), 2)
    """

    def __init__(
        self,
        n_numeric: int,
        cardinalities: Sequence[int] = (),
        knots: Sequence[Sequence[float]] = (),
        *,
        hidden_dim: int = 256,
        n_layers: int = 3,
        dropout: float = 0.1,
        numeric_embedding: NumericEmbedding | None = None,
        n_members: int = 1,
    ) -> None:
        super().__init__()
        self.embeddings = nn.ModuleList(nn.Embedding(codes, embedding_dim(codes)) for codes in cardinalities)
        for embedding in self.embeddings:  # unseen (0) and missing (1) add nothing until training shows them
            nn.init.zeros_(embedding.weight[:2])  # type: ignore[index]
        width = n_numeric + sum(embedding_dim(codes) for codes in cardinalities)
        self.n_embedded = 0
        if numeric_embedding is not None and len(knots) > 0:
            self.n_embedded = len(knots)
            self.numeric_embedding = numeric_embedding.build(knots)
            width += self.n_embedded * (numeric_embedding.dim - 1)
        self._is_empty = width == 0  # all columns constant: the law depends on nothing
        self.n_members = n_members
        layers: list[nn.Module] = []
        for index in range(n_layers):
            source = max(width, 1) if index == 0 else hidden_dim
            layers += [self._linear(source, hidden_dim, is_first=index == 0), nn.SiLU(), nn.Dropout(dropout)]
        if n_members > 1:
            layers.append(tabm.ElementwiseAffine((n_members, hidden_dim), bias=False, scaling_init="ones"))
        self.layers = nn.Sequential(*layers)
        self.out_dim = hidden_dim

    def undecayed(self) -> list[nn.Parameter]:
        """Return the members' scales: around 1, so that decay towards 0 would be wrong."""
        ensembles = [layer for layer in self.layers if isinstance(layer, tabm.LinearBatchEnsemble)]
        last = [layer.weight for layer in self.layers if isinstance(layer, tabm.ElementwiseAffine)]
        return [*(scale for layer in ensembles for scale in (layer.r, layer.s)), *last]

    def _linear(self, source: int, target: int, *, is_first: bool) -> nn.Module:
        if self.n_members == 1:
            return nn.Linear(source, target)
        start = ("normal" if is_first else "ones", "ones")
        layer: nn.Module = tabm.LinearBatchEnsemble(source, target, k=self.n_members, scaling_init=start)
        return layer

    def forward(
        self, numeric: Float[Tensor, "batch numeric"], categorical: Int64[Tensor, "batch categorical"]
    ) -> Memory:
        """Return one memory token per row and member."""
        parts = [embed(codes) for embed, codes in zip(self.embeddings, categorical.unbind(1), strict=True)]
        if self.n_embedded:
            parts.insert(0, self.numeric_embedding(numeric[:, : self.n_embedded]).flatten(1))
        features = torch.cat([numeric[:, self.n_embedded :], *parts], dim=1)
        if self._is_empty:
            features = numeric.new_zeros(len(numeric), 1)
        if self.n_members == 1:
            return Memory(self.layers(features).unsqueeze(1))
        features = self.layers(features.unsqueeze(1).expand(-1, self.n_members, -1))
        return Memory(features.flatten(0, 1).unsqueeze(1), n_members=self.n_members)


def embedding_dim(codes: int) -> int:
    """Return the width of the embedding of a column with so many codes: about the square root, at most 32."""
    return min(32, max(2, round(1.6 * math.sqrt(codes))))
