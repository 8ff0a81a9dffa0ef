"""The codecs and next-token models on which the laws of policies and objectives are checked."""

from dataclasses import dataclass

import torch
from torch import Tensor

from digitwise.codecs import (
    Bounded,
    Codec,
    Grammar,
    IEEECodec,
    NormalizedCodec,
    RepeatedCodec,
    ScientificCodec,
    WithSpecialValues,
    tree_of,
)
from digitwise.nn import Decoder, Memory, Transformer, Tree
from digitwise.nn.boosted_digits import BoostedDigits
from digitwise.nn.trees import ALL_LEAVES, Trees
from digitwise.policy import Policy

MEMORY_DIM = 16


@dataclass(frozen=True)
class MixedRadixCodec:
    """Three digits of bases 3, 3 and 2: a grammar that forbids a token, so that the mask matters."""

    vocab_size: int = 3
    length: int = 3
    ordered: bool = True
    canonical: bool = True
    span: tuple[float, float] = (0.0, 1.0)

    @property
    def grammar(self) -> Grammar:
        return Grammar(torch.tensor([[1, 1, 1], [2, 2, 2], [3, 3, -1], [-1, -1, -1]]))

    def encode(self, z: Tensor) -> Tensor:
        if torch.isnan(z).any():
            raise ValueError("Numbers to encode must not be NaN.")
        cell = (z.double() * 18).floor().clamp(0, 17).long().unsqueeze(-1)
        return cell // torch.tensor([6, 2, 1]) % torch.tensor([3, 3, 2])

    def decode(self, tokens: Tensor) -> Tensor:
        return ((tokens * torch.tensor([6, 2, 1])).sum(-1) + 0.5).double() / 18

    def resolution(self, z: Tensor) -> Tensor:
        return torch.full_like(z, 0.5 / 18)

    def cells(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        middle = self.decode(tokens)
        return middle - 0.5 / 18, middle + 0.5 / 18


CODECS: dict[str, Codec] = {
    "2x8": NormalizedCodec(base=2, length=8),
    "10x3": NormalizedCodec(base=10, length=3),
    "mixed": MixedRadixCodec(),
}
"""Of the unit interval, in the order of the token ids."""
OTHER_CODECS: dict[str, Codec] = {
    "ieee": IEEECodec(base=2, exponent_digits=1, mantissa_digits=2),
    "scientific": ScientificCodec(n_digits=1, min_exponent=-2, max_exponent=-1),
    "last": ScientificCodec(n_digits=1, min_exponent=-2, max_exponent=-1, exponent="last"),
    "bounded": Bounded(IEEECodec(base=3, exponent_digits=1, mantissa_digits=2), low=-0.1, high=1.0),
    "special": WithSpecialValues(NormalizedCodec(base=3, length=2)),
    "repeated": RepeatedCodec(NormalizedCodec(base=2, length=2), n_copies=2),
}
"""Other orders, or none; cells that are not equally wide; several spellings; infinities and NaN."""
DECODERS: dict[str, Decoder] = {
    "tree": Tree(),
    "transformer": Transformer(dim=32, n_heads=4, n_layers=2, feed_forward_dim=64),
}
USUAL_NAMES = [f"{decoder}-{codec}" for decoder in DECODERS for codec in CODECS]
NAMES = [*USUAL_NAMES, *(f"tree-{codec}" for codec in OTHER_CODECS)]
UNORDERED, SPELT_IN_MANY_WAYS = ("last", "repeated"), ("repeated",)


def ordered(names: list[str]) -> list[str]:
    """Return those whose codec is ordered."""
    return [name for name in names if not name.endswith(UNORDERED)]


def canonical(names: list[str]) -> list[str]:
    """Return those whose codec has one spelling per number."""
    return [name for name in names if not name.endswith(SPELT_IN_MANY_WAYS)]


def make_policy(name: str, spread: float = 4.0) -> Policy:
    """Return a random policy in float64 whose law is far from uniform."""
    decoder, codec = name.split("-")
    if decoder == "boosted":
        return boosted_policy(CODECS[codec])
    return random_policy(DECODERS[decoder], {**CODECS, **OTHER_CODECS}[codec], spread)


def random_policy(decoder: Decoder, codec: Codec, spread: float = 4.0) -> Policy:
    """Return the same for any decoder and codec."""
    torch.manual_seed(0)
    tree = tree_of(codec)
    policy = Policy(decoder.build(tree, MEMORY_DIM), codec, tree).double().eval()
    with torch.no_grad():
        for parameter in policy.parameters():
            parameter.mul_(spread if isinstance(decoder, Tree) else 1.5)
    return policy


def boosted_policy(codec: Codec) -> Policy:
    """Return boosted digits of random trees: more in some levels than fit in a table, none in the last."""
    generator = torch.Generator().manual_seed(0)
    tree = tree_of(codec)
    model = BoostedDigits(tree, MEMORY_DIM)
    model.guess.give(random_trees(10, MEMORY_DIM, 0.1, generator))
    for level in range(codec.length - 1):
        model.booster(level).give(random_trees(20 + 40 * level, MEMORY_DIM + 3, 0.3, generator))
    return Policy(model, codec, tree).double().eval()


def random_trees(n_trees: int, n_columns: int, spread: float, generator: torch.Generator) -> Trees:
    """Return trees of four leaves: 0 and 1 to the left of the root, 2 and 3 to the right."""
    masks = [ALL_LEAVES ^ 0b0011, ALL_LEAVES ^ 0b0001, ALL_LEAVES ^ 0b0100]
    return Trees(
        column=torch.randint(n_columns, (n_trees, 3), generator=generator),
        threshold=torch.randn(n_trees, 3, generator=generator),
        kept=torch.tensor(masks, dtype=torch.int16).repeat(n_trees, 1),
        value=spread * torch.randn(n_trees, 4, generator=generator),
        baseline=torch.tensor(0.3),
    )


def make_memory(n_rows: int, n_tokens: int = 1, seed: int = 0) -> Memory:
    """Return random features."""
    generator = torch.Generator().manual_seed(seed)
    return Memory(torch.randn(n_rows, n_tokens, MEMORY_DIM, generator=generator, dtype=torch.float64))
