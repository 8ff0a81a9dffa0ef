"""Strided convolutions that bring thousands of characters to hundreds of positions."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

KERNEL = 5
NARROWEST = 16


class LocalConvolutions(nn.Module):
    """Halve the length several times, each time with a convolution over 5 neighbours.

    The first stages work on many positions and are narrow, the last one has the full width: all of them together cost
    about as much as one. Windows overlap, so that it matters little where in a patch a word begins; after three stages
    a position has seen 29 characters.

    What lies beyond the end of a row is zero at every stage, however much padding there is.

    Parameters
    ----------
    dim
        Width of what comes out.
    n_halvings
        Stages, at least 1.

    Attributes
    ----------
    in_dim
        Width of what goes in.

    Examples
    --------
    >>> local = LocalConvolutions(dim=64, n_halvings=3)
    >>> hidden, mask = local(torch.zeros(2, 100, local.in_dim), torch.ones(2, 100, dtype=torch.bool))
    >>> hidden.shape, mask.shape
    (torch.Size([2, 13, 64]), torch.Size([2, 13]))
    """

    def __init__(self, dim: int, n_halvings: int) -> None:
        super().__init__()
        widths = [max(NARROWEST, dim >> places) for places in range(n_halvings - 1, -1, -1)]
        self.in_dim = max(NARROWEST, dim >> n_halvings)
        self.stages = nn.ModuleList(
            nn.Conv1d(source, target, KERNEL, stride=2, padding=KERNEL // 2)
            for source, target in zip([self.in_dim, *widths[:-1]], [*widths[:-1], dim], strict=True)
        )
        self.norm = nn.LayerNorm(dim)

    def forward(
        self, hidden: Float[Tensor, "batch length in_dim"], mask: Bool[Tensor, "batch length"]
    ) -> tuple[Float[Tensor, "batch shorter dim"], Bool[Tensor, "batch shorter"]]:
        """Return the shortened rows, and where they are real: where the middle of a window is."""
        channels = hidden.transpose(1, 2)
        for stage in self.stages:
            channels = stage(channels.masked_fill(~mask.unsqueeze(1), 0.0))
            channels = nn.functional.gelu(channels)
            mask = mask[:, ::2]
        return torch.as_tensor(self.norm(channels.transpose(1, 2))), mask
