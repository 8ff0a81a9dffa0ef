"""A table and a text of each row in one memory."""

from typing import Protocol

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn

from digitwise.encoders.encoder import Encoder
from digitwise.encoders.sequence.sequence import SequenceModule
from digitwise.nn.memory import Memory


class Beside(nn.Module):
    """Encode columns and text each on their own, and put the results side by side.

    Parameters
    ----------
    table_encoder
        Numeric and categorical columns to memory; ensembles too, each member of which sees the same text.
    text_encoder
        Ids of the text to memory.
    dim
        Width of the memory; that of the text by default.
    as_one
        True makes one memory token, for decoders that read no more (`TreeDecoder`): the means of both memories, mixed
        by a hidden layer. False puts the table's tokens before the text's, both projected to the same width, with a
        mask: for cross-attention.
    dropout
        Dropout probability of the hidden layer.

    Examples
    --------
    >>> from digitwise.encoders import TabularEncoder
    >>> from digitwise.encoders.sequence import TextTransformer
    >>> settings = TextTransformer(dim=32, n_layers=1, pool="tokens")
    >>> tokenizer = settings.tokenizer([])
    >>> encoder = Beside(TabularEncoder(n_numeric=3), settings.build(tokenizer))
    >>> ids = torch.from_numpy(tokenizer.ids(["a text of 24 characters.", "short"]))
    >>> memory = encoder(torch.zeros(2, 3), torch.zeros(2, 0, dtype=torch.int64), ids)
    >>> memory.features.shape, memory.mask.sum(1)
    (torch.Size([2, 5, 32]), tensor([5, 2]))
    """

    def __init__(
        self,
        table_encoder: Encoder,
        text_encoder: SequenceModule,
        *,
        dim: int | None = None,
        as_one: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.table_encoder, self.text_encoder = table_encoder, text_encoder
        self.n_members = getattr(table_encoder, "n_members", 1)
        self.is_pretrained = getattr(text_encoder, "is_pretrained", False)
        self.out_dim = text_encoder.out_dim if dim is None else dim
        widths = (table_encoder.out_dim, text_encoder.out_dim)
        self.put: _Put = _AsOne(widths, self.out_dim, dropout) if as_one else _InOneRow(widths, self.out_dim)

    def forward(
        self,
        numeric: Float[Tensor, "batch numeric"],
        categorical: Int64[Tensor, "batch categorical"],
        ids: Int64[Tensor, "batch length"],
    ) -> Memory:
        """Return the memory of a batch of rows."""
        table, text = self.table_encoder(numeric, categorical), self.text_encoder(ids)
        if table.n_members > 1:
            text = text.take(torch.arange(text.n_rows, device=ids.device).repeat_interleave(table.n_members))
        both: Memory = self.put(table.by_member(), text)
        return Memory(both.features, both.mask, table.n_members)


class TextAlone(nn.Module):
    """Encode the text of each row; there are no other columns.

    Parameters
    ----------
    text_encoder
        Ids of the text to memory.
    """

    def __init__(self, text_encoder: SequenceModule) -> None:
        super().__init__()
        self.text_encoder, self.out_dim = text_encoder, text_encoder.out_dim
        self.is_pretrained = getattr(text_encoder, "is_pretrained", False)

    def forward(
        self,
        numeric: Float[Tensor, "batch numeric"],
        categorical: Int64[Tensor, "batch categorical"],
        ids: Int64[Tensor, "batch length"],
    ) -> Memory:
        """Return the memory of a batch of rows."""
        memory: Memory = self.text_encoder(ids)
        return memory


class _Put(Protocol):
    """How two memories become one."""

    def __call__(self, table: Memory, text: Memory) -> Memory: ...


class _InOneRow(nn.Module):
    """All tokens of both, projected to one width."""

    def __init__(self, widths: tuple[int, int], dim: int) -> None:
        super().__init__()
        self.table, self.text = (nn.Linear(width, dim) for width in widths)

    def forward(self, table: Memory, text: Memory) -> Memory:
        features = torch.cat([self.table(table.features), self.text(text.features)], dim=1)
        if table.mask is None and text.mask is None:
            return Memory(features)
        return Memory(features, torch.cat([_mask(table), _mask(text)], dim=1))


class _AsOne(nn.Module):
    """The means of both, mixed by a hidden layer."""

    def __init__(self, widths: tuple[int, int], dim: int, dropout: float) -> None:
        super().__init__()
        self.mix = nn.Sequential(nn.Linear(sum(widths), dim), nn.SiLU(), nn.Dropout(dropout), nn.Linear(dim, dim))

    def forward(self, table: Memory, text: Memory) -> Memory:
        return Memory(self.mix(torch.cat([table.pooled, text.pooled], dim=1)).unsqueeze(1))


def _mask(memory: Memory) -> Bool[Tensor, "batch memory"]:
    """Return which tokens are real, written out."""
    if memory.mask is not None:
        return memory.mask
    return torch.ones(memory.features.shape[:2], dtype=torch.bool, device=memory.features.device)
