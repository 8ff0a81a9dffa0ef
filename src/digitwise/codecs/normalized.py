"""Fixed-point digits: the unit interval cut into ``base ** length`` equal cells."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.grammar import FORBIDDEN, Grammar
from digitwise.codecs.special_numbers import without_nan

MAX_CELLS = 2**52  # a float64 still tells neighbouring cells apart


@dataclass(frozen=True, kw_only=True)
class NormalizedCodec:
    """Write ``z`` in ``[0, 1)`` with ``length`` digits in base ``base``, most significant first.

    Leaf ``k`` is the cell ``[k / base**length, (k + 1) / base**length)`` and decodes to its mid-point. Token ids
    are the digits. Numbers outside saturate: below 0 they get the first cell, from 1 on the last one.

    Parameters
    ----------
    base
        Number of digits, at least 2.
    length
        Digits per number, at least 1; ``base ** length`` may not exceed 2**52.

    Raises
    ------
    ValueError
        If base or length is out of range.

    Notes
    -----
    *Differs from the paper*: GenRe² (arXiv 2512.06533) rounds ``z * base**length`` and decodes to ``k / base**length``,
    which biases the two end cells; here a leaf is a cell, so that every prefix covers an interval.

    References
    ----------
    Song and Bahri, "Decoding-based Regression", arXiv 2501.19383.

    Examples
    --------
    >>> codec = NormalizedCodec(base=10, length=3)
    >>> codec.encode(torch.tensor([0.25, 0.9999, 1.7], dtype=torch.float64)).tolist()
    [[2, 5, 0], [9, 9, 9], [9, 9, 9]]
    >>> codec.decode(torch.tensor([2, 5, 0])).item()
    0.2505
    """

    base: int = 2
    length: int = 8

    def __post_init__(self) -> None:
        """Check base and length."""
        if self.base < 2:
            raise ValueError(f"A codec needs base of at least 2, but got base={self.base}.")
        if self.length < 1:
            raise ValueError(f"A codec needs length of at least 1, but got length={self.length}.")
        if self.n_leaves > MAX_CELLS:
            raise ValueError(
                f"base ** length must not exceed 2**52 (float64 cannot tell the cells apart), but got "
                f"{self.base} ** {self.length}. Use fewer digits."
            )

    @property
    def vocab_size(self) -> int:
        """Number of digits."""
        return self.base

    @property
    def n_leaves(self) -> int:
        """Number of cells."""
        return int(self.base**self.length)

    @property
    def ordered(self) -> bool:
        """Always true: a larger number has a lexicographically larger sequence."""
        return True

    @property
    def canonical(self) -> bool:
        """Always true."""
        return True

    @property
    def span(self) -> tuple[float, float]:
        """The unit interval."""
        return 0.0, 1.0

    @property
    def grammar(self) -> Grammar:
        """Any digit may follow any digit; the state counts the digits written."""
        steps = torch.arange(1, self.length + 1).unsqueeze(1).expand(self.length, self.base)
        end = torch.full((1, self.base), FORBIDDEN)
        return Grammar(torch.cat([steps, end]))

    @property
    def _place_values(self) -> Int64[Tensor, " step"]:
        return torch.tensor([self.base ** (self.length - 1 - step) for step in range(self.length)])

    def encode(self, z: Float[Tensor, "*shape"]) -> Int64[Tensor, "*shape step"]:
        """Return the digits of the cell that holds each number; numbers outside saturate.

        Raises
        ------
        ValueError
            If a number is NaN.
        """
        cell = (without_nan(z) * self.n_leaves).floor().clamp(0, self.n_leaves - 1).long()
        return cell.unsqueeze(-1) // self._place_values.to(z.device) % self.base

    def decode(self, tokens: Int64[Tensor, "*shape step"]) -> Float[Tensor, "*shape"]:
        """Return the mid-point of each sequence's cell, float64."""
        return (self._cell(tokens) + 0.5) / self.n_leaves

    def resolution(self, z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return half a cell, for every number."""
        return torch.full_like(z, 0.5 / self.n_leaves)

    def cells(self, tokens: Int64[Tensor, "*shape step"]) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
        """Return the borders of each sequence's cell, float64; a number on a border belongs to the upper one."""
        cell = self._cell(tokens)
        return cell / self.n_leaves, (cell + 1) / self.n_leaves

    def _cell(self, tokens: Int64[Tensor, "*shape step"]) -> Float[Tensor, "*shape"]:
        return (tokens * self._place_values.to(tokens.device)).sum(-1).double()
