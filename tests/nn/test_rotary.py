"""Rotary positions: scores depend on how far apart two places are, lengths of vectors do not change."""

import torch

from digitwise.nn.attention import Attention
from digitwise.nn.rotary import rotated, rotation

HEAD_DIM = 6


def scores(positions: torch.Tensor) -> torch.Tensor:
    """Return the products of one query and one key, each at all positions."""
    generator = torch.Generator().manual_seed(0)
    query, key = (torch.randn(1, 1, 1, HEAD_DIM, generator=generator, dtype=torch.float64) for _ in range(2))
    angles = rotation(positions, HEAD_DIM, query)
    query, key = (rotated(each.expand(1, 1, len(positions), HEAD_DIM), angles) for each in (query, key))
    return (query @ key.transpose(-1, -2))[0, 0]


def test_scores_depend_on_the_distance_alone() -> None:
    found = scores(torch.arange(12))
    torch.testing.assert_close(scores(torch.arange(500, 512)), found)
    for distance in range(-11, 12):
        diagonal = found.diagonal(distance)
        torch.testing.assert_close(diagonal, diagonal[:1].expand_as(diagonal))
    assert (found[0, 1:] - found[0, 0]).abs().min() > 1e-3


def test_lengths_stay() -> None:
    x = torch.randn(2, 3, 7, HEAD_DIM, generator=torch.Generator().manual_seed(0))
    angles = rotation(torch.randint(1000, (2, 1, 7)), HEAD_DIM, x)
    torch.testing.assert_close(rotated(x, angles).norm(dim=-1), x.norm(dim=-1))


def test_attention_with_angles_sees_the_order_and_not_the_start() -> None:
    torch.manual_seed(0)
    attention = Attention(12, 2).double()
    x = torch.randn(1, 5, 12, dtype=torch.float64)
    with torch.no_grad():
        plain = attention(x, x)
        turned, shifted = (attention(x, x, angles=rotation(torch.arange(5) + start, 6, x)) for start in (0, 90))
        backward = attention(x.flip(1), x.flip(1), angles=rotation(torch.arange(5), 6, x)).flip(1)
        torch.testing.assert_close(attention(x.flip(1), x.flip(1)).flip(1), plain)
    torch.testing.assert_close(turned, shifted)
    assert (turned - backward).abs().max() > 1e-3 and (turned - plain).abs().max() > 1e-3
