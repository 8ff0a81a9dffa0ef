"""Rotary positions: queries and keys are turned by an angle that grows with their position.

The product of a query and a key then depends on how far apart they are, not on where they stand.
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor


def rotation(
    positions: Int64[Tensor, "*shape"], head_dim: int, like: Tensor, base: float = 10_000.0
) -> tuple[Float[Tensor, "*shape half"], Float[Tensor, "*shape half"]]:
    """Return cosine and sine of the angle of each pair of features at some positions.

    Parameters
    ----------
    positions
        Any integers.
    head_dim
        Width of a head, even.
    like
        Whose type and device the result has; angles are computed in float32 or better.
    base
        The slowest pair turns once in about ``2π base`` positions.

    References
    ----------
    Su et al., "RoFormer", arXiv 2104.09864; pairs are halves apart, as in most code since.
    """
    exact = torch.promote_types(like.dtype, torch.float32)
    steps = torch.arange(0, head_dim, 2, device=like.device, dtype=exact) / head_dim
    angle = positions.to(like.device, exact).unsqueeze(-1) * base**-steps
    return angle.cos().to(like.dtype), angle.sin().to(like.dtype)


def rotated(
    heads: Float[Tensor, "sequence head step head_dim"],
    angles: tuple[Float[Tensor, "*#shape half"], Float[Tensor, "*#shape half"]],
) -> Float[Tensor, "sequence head step head_dim"]:
    """Return queries or keys turned by the angles of their positions.

    Examples
    --------
    >>> x = torch.tensor([1.0, 0.0]).expand(1, 1, 3, 2)
    >>> rotated(x, rotation(torch.arange(3), 2, x)).round(decimals=3).squeeze()  # by one radian a step
    tensor([[ 1.0000,  0.0000],
            [ 0.5400,  0.8410],
            [-0.4160,  0.9090]])
    """
    cos, sin = angles
    first, second = heads.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)
