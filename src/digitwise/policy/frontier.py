"""How far a law has been written out: its pieces, which are prefixes none of which is above another."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor
from torch.nn.functional import pad


@dataclass(frozen=True)
class Frontier:
    """Every row's whole law in pieces: whole numbers that were found, and prefixes that were left open.

    Parameters
    ----------
    log_probs
        ``(batch, piece)``, float64; those of a row sum to one. Minus infinity also where a row has fewer pieces.
    tokens
        ``(batch, piece, step)``: the tokens of each piece, followed by -1; nothing but -1 where a row has fewer pieces.
    n_nodes
        ``(batch,)``: prefixes that were run.
    """

    log_probs: Float[Tensor, "batch piece"]
    tokens: Int64[Tensor, "batch piece step"]
    n_nodes: Int64[Tensor, " batch"]

    @property
    def depth(self) -> Int64[Tensor, "batch piece"]:
        """Tokens of each piece; 0 where a row has fewer pieces."""
        return (self.tokens >= 0).sum(-1)

    @property
    def is_whole(self) -> Bool[Tensor, "batch piece"]:
        """Whether a piece is a whole number."""
        return self.tokens[..., -1] >= 0

    @property
    def mass_left(self) -> Float[Tensor, " batch"]:
        """The probability of all that is no whole number."""
        return self.log_probs.exp().masked_fill(self.is_whole, 0.0).sum(1)


def joined(frontiers: Sequence[Frontier]) -> Frontier:
    """Return the frontiers of several batches as one.

    Examples
    --------
    >>> half = torch.tensor([[0.5, 0.5]], dtype=torch.float64).log()
    >>> one = Frontier(half, torch.tensor([[[0, -1], [1, -1]]]), torch.tensor([1]))
    >>> whole = Frontier(half[:, :1] - half[:, :1], torch.tensor([[[0, 1]]]), torch.tensor([2]))
    >>> joined([one, whole]).depth.tolist()
    [[1, 1], [2, 0]]
    """
    most = max(frontier.log_probs.shape[1] for frontier in frontiers)
    log_probs = [pad(f.log_probs, (0, most - f.log_probs.shape[1]), value=-torch.inf) for f in frontiers]
    tokens = [pad(f.tokens, (0, 0, 0, most - f.tokens.shape[1]), value=-1) for f in frontiers]
    return Frontier(torch.cat(log_probs), torch.cat(tokens), torch.cat([f.n_nodes for f in frontiers]))
