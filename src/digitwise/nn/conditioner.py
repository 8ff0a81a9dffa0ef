"""Numbers already written, for the decoder of the next one."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

PLACE_SCALE = 4.0
"""Places run over a range of this width, so that they weigh as much as features do."""


class Conditioner(nn.Module):
    """A row's memory, changed by the numbers that were written before: ``m + W₂ relu(W₁ m + Σ numbers)``.

    A number enters by its digits (an embedding of each) and by its place among all numbers of its codec. What does not
    depend on the numbers is computed once per row, so that many possible numbers cost little.

    Parameters
    ----------
    earlier
        ``(vocab_size, length)`` of the codec of each earlier number.
    memory_dim
        Width of the memory's features.

    Examples
    --------
    >>> conditioner = Conditioner([(2, 8)], memory_dim=4)
    >>> number = conditioner.number(0, torch.zeros(5, 3, 8, dtype=torch.int64), torch.zeros(5, 3))
    >>> conditioner(torch.zeros(5, 4), number).shape  # five rows, three possible numbers each
    torch.Size([5, 3, 4])
    """

    def __init__(self, earlier: Sequence[tuple[int, int]], memory_dim: int) -> None:
        super().__init__()
        self.digits = nn.ModuleList(nn.Embedding(vocab_size * length, memory_dim) for vocab_size, length in earlier)
        for embedding, (_, length) in zip(self.digits, earlier, strict=True):
            nn.init.normal_(_weight(embedding), std=0.3 / length**0.5)
        self.place = nn.Parameter(torch.randn(len(earlier), memory_dim) * 0.3)
        self.row = nn.Linear(memory_dim, memory_dim)
        self.out = nn.Linear(memory_dim, memory_dim)

    def number(
        self, index: int, tokens: Int64[Tensor, "*shape step"], place: Float[Tensor, "*shape"]
    ) -> Float[Tensor, "*shape dim"]:
        """Return what an earlier number adds.

        Parameters
        ----------
        index
            Which of the earlier numbers it is.
        tokens
            Its digits.
        place
            Where it stands among the numbers of its codec, 0 to 1.
        """
        weight = _weight(self.digits[index])
        length = tokens.shape[-1]
        rows = tokens + torch.arange(length, device=tokens.device) * (len(weight) // length)
        standing = ((place - 0.5) * PLACE_SCALE).to(weight.dtype).unsqueeze(-1)
        return weight[rows].sum(-2) + standing * self.place[index]

    def forward(
        self, features: Float[Tensor, "batch dim"], numbers: Float[Tensor, "batch particle dim"]
    ) -> Float[Tensor, "batch particle dim"]:
        """Return the features of each row for each way in which the earlier numbers may be."""
        changed: Tensor = self.out(torch.relu(self.row(features).unsqueeze(1) + numbers))
        return features.unsqueeze(1) + changed


def _weight(embedding: nn.Module) -> Tensor:
    """Return an embedding's weights, as what they are."""
    assert isinstance(embedding, nn.Embedding)
    return embedding.weight
