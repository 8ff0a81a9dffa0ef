"""The codecs and next-token models on which the laws of policies and objectives are checked."""

from dataclasses import dataclass

import torch
from torch import Tensor

from digitwise.codecs import Codec, Grammar, NormalizedCodec, tree_of
from digitwise.nn import Decoder, Memory, Transformer, Tree
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
DECODERS: dict[str, Decoder] = {
    "tree": Tree(),
    "transformer": Transformer(dim=32, n_heads=4, n_layers=2, feed_forward_dim=64),
}
NAMES = [f"{decoder}-{codec}" for decoder in DECODERS for codec in CODECS]


def make_policy(name: str, spread: float = 4.0) -> Policy:
    """Return a random policy in float64 whose law is far from uniform."""
    return random_policy(DECODERS[name.split("-")[0]], CODECS[name.split("-")[1]], spread)


def random_policy(decoder: Decoder, codec: Codec, spread: float = 4.0) -> Policy:
    """Return the same for any decoder and codec."""
    torch.manual_seed(0)
    tree = tree_of(codec)
    policy = Policy(decoder.build(tree, MEMORY_DIM), codec, tree).double().eval()
    with torch.no_grad():
        for parameter in policy.parameters():
            parameter.mul_(spread if isinstance(decoder, Tree) else 1.5)
    return policy


def make_memory(n_rows: int, n_tokens: int = 1, seed: int = 0) -> Memory:
    """Return random features."""
    generator = torch.Generator().manual_seed(seed)
    return Memory(torch.randn(n_rows, n_tokens, MEMORY_DIM, generator=generator, dtype=torch.float64))
