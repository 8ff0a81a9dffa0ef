"""NaN and infinities as sequences of their own."""

from dataclasses import dataclass, field
from functools import lru_cache

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from digitwise.codecs.codec import Codec
from digitwise.codecs.grammar import Grammar, grammar_of
from digitwise.codecs.resolution import half_cell

SPECIAL: dict[str, float] = {"-inf": -torch.inf, "inf": torch.inf, "nan": torch.nan}
"""Names of the values that a codec cannot write as digits."""


@dataclass(frozen=True, kw_only=True)
class WithSpecialValues:
    """Another codec, whose first token may also be minus infinity, infinity or NaN; zeros follow.

    In number order minus infinity comes first, infinity behind all numbers and NaN last. Values that are not listed are
    treated as the codec does: NaN is refused, infinities saturate.

    Parameters
    ----------
    codec
        Writes the finite numbers. Bounds go inside: ``WithSpecialValues(Bounded(…))``.
    values
        Some of ``"nan"``, ``"-inf"`` and ``"inf"``. Their ids are the first free ones, in this order.

    Raises
    ------
    ValueError
        If a value is unknown or listed twice, or none is.

    Notes
    -----
    *Differs from* the published code (regress-lm), which repeats the special token to the end.

    Examples
    --------
    >>> from digitwise.codecs import NormalizedCodec
    >>> codec = WithSpecialValues(NormalizedCodec(base=10, length=2), values=("nan", "inf"))
    >>> codec.encode(torch.tensor([0.25, torch.nan, torch.inf, -torch.inf])).tolist()
    [[2, 5], [10, 0], [11, 0], [0, 0]]
    >>> codec.decode(torch.tensor([11, 0])).item()
    inf
    """

    codec: Codec = field(kw_only=False)
    values: tuple[str, ...] = ("nan", "-inf", "inf")

    def __post_init__(self) -> None:
        """Check the values."""
        known, names = ", ".join(repr(name) for name in SPECIAL), set(self.values)
        is_tuple, is_known = isinstance(self.values, tuple), names <= set(SPECIAL)
        if not is_tuple or not is_known or not names or len(names) < len(self.values):
            raise ValueError(f"values must be a tuple of some of {known}, each once, but got {self.values!r}.")

    @property
    def vocab_size(self) -> int:
        """That of the codec, and one id for each value."""
        return self.codec.vocab_size + len(self.values)

    @property
    def length(self) -> int:
        """That of the codec."""
        return self.codec.length

    @property
    def ordered(self) -> bool:
        """As the codec."""
        return self.codec.ordered

    @property
    def canonical(self) -> bool:
        """As the codec."""
        return self.codec.canonical

    @property
    def span(self) -> tuple[float, float]:
        """That of the codec: of finite numbers."""
        return self.codec.span

    @property
    def grammar(self) -> Grammar:
        """That of the codec, or one of the values followed by zeros."""
        return _grammar(self)

    def encode(self, z: Float[Tensor, "*shape"]) -> Int64[Tensor, "*shape step"]:
        """Return the tokens of the nearest number, or of a special value.

        Raises
        ------
        ValueError
            If a number is NaN and that is not among the values.
        """
        number = z.double()
        special = torch.stack([_is(number, name) for name in self.values], dim=-1)
        is_special = special.any(-1)
        tokens = self.codec.encode(number.masked_fill(is_special, 0.0)).masked_fill(is_special.unsqueeze(-1), 0)
        first = torch.where(is_special, self.codec.vocab_size + special.long().argmax(-1), tokens[..., 0])
        return torch.cat([first.unsqueeze(-1), tokens[..., 1:]], dim=-1)

    def decode(self, tokens: Int64[Tensor, "*shape step"]) -> Float[Tensor, "*shape"]:
        """Return the number or special value written, float64."""
        is_special, value, inner = self._taken_apart(tokens)
        return torch.where(is_special, value, self.codec.decode(inner))

    def resolution(self, z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return the distance from the number written to the farther border of its cell; 0 for special values."""
        return half_cell(self, z).nan_to_num(0.0)

    def cells(self, tokens: Int64[Tensor, "*shape step"]) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
        """Return the borders of the codec's cells; a special value is both its borders."""
        is_special, value, inner = self._taken_apart(tokens)
        low, high = self.codec.cells(inner)
        return torch.where(is_special, value, low), torch.where(is_special, value, high)

    def _taken_apart(self, tokens: Tensor) -> tuple[Bool[Tensor, "*shape"], Float[Tensor, "*shape"], Tensor]:
        """Return whether each sequence is special, its value if so, and otherwise the codec's sequence."""
        index = tokens[..., 0] - self.codec.vocab_size
        is_special = index >= 0
        values = torch.tensor([SPECIAL[name] for name in self.values], dtype=torch.float64, device=tokens.device)
        some_number = self.codec.encode(torch.zeros((), dtype=torch.float64, device=tokens.device))
        return is_special, values[index.clamp(min=0)], torch.where(is_special.unsqueeze(-1), some_number, tokens)


def _is(number: Float[Tensor, "*shape"], name: str) -> Bool[Tensor, "*shape"]:
    return number.isnan() if name == "nan" else number == SPECIAL[name]


@lru_cache(maxsize=64)
def _grammar(wrapper: WithSpecialValues) -> Grammar:
    inner = wrapper.codec.grammar

    def moves(state: tuple[str, int]) -> list[tuple[int, tuple[str, int]]]:
        kind, at = state  # the codec's state, or how many zeros are left
        if kind == "special":
            return [(0, ("special", at - 1))] if at > 0 else []
        numbers = [(token, ("number", int(inner.transitions[at, token]))) for token in inner.tokens_in_order(at)]
        if kind == "number":
            return numbers
        ids = range(wrapper.codec.vocab_size, wrapper.vocab_size)
        special = {
            name: (token, ("special", wrapper.length - 1)) for name, token in zip(wrapper.values, ids, strict=True)
        }
        before, behind = ["-inf"], ["inf", "nan"]
        return [
            *(special[name] for name in before if name in special),
            *numbers,
            *(special[name] for name in behind if name in special),
        ]

    return grammar_of(("start", 0), moves, wrapper.vocab_size, reordered=True)
