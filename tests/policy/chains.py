"""Small chains of policies, and their whole joint law by brute force."""

import itertools

import torch
from torch import Tensor

from digitwise.codecs import Codec, DigitTree, NormalizedCodec
from digitwise.nn import Memory, Transformer, Tree
from digitwise.policy import Chain, Policy

MEMORY_DIM = 6
CODECS: tuple[Codec, ...] = (
    NormalizedCodec(base=2, length=2),
    NormalizedCodec(base=3, length=1),
    NormalizedCodec(base=2, length=2),
)


def make_chain(n_numbers: int = 3, *, transformer: bool = False, codecs: tuple[Codec, ...] = CODECS) -> Chain:
    """Return a random chain in float64 whose numbers depend on each other strongly."""
    torch.manual_seed(0)
    decoder = Transformer(dim=8, n_heads=2, n_layers=1, feed_forward_dim=16) if transformer else Tree()
    policies = []
    for codec in codecs[:n_numbers]:
        tree = DigitTree(codec.grammar, codec.length)
        policies.append(Policy(decoder.build(tree, MEMORY_DIM), codec, tree))
    chain = Chain(policies, MEMORY_DIM).double().eval()
    with torch.no_grad():
        for parameter in chain.parameters():
            parameter.mul_(2.0)
    return chain


def make_rows(n_rows: int) -> Memory:
    """Return random features."""
    return Memory(torch.randn(n_rows, 1, MEMORY_DIM, dtype=torch.float64, generator=torch.Generator().manual_seed(1)))


def joint_table(chain: Chain, memory: Memory) -> Tensor:
    """Return the probability of every combination of leaves, ``(batch, leaf, …)``, one sequence at a time."""
    sizes = [chain.policy(at).tree.n_leaves for at in range(len(chain))]
    table = torch.zeros(len(memory.features), *sizes, dtype=torch.float64)
    for leaves in itertools.product(*map(range, sizes)):
        particles = chain.start(memory)
        total = torch.zeros(len(memory.features), dtype=torch.float64)
        for at, leaf in enumerate(leaves):
            policy = chain.policy(at)
            tokens = policy.tree.leaf_tokens[leaf].expand(len(total), 1, -1)
            total += policy.log_probs(chain.memory_at(at, memory, particles), tokens).sum((1, 2)).detach()
            particles = chain.write(at, particles, torch.full((len(total), 1), leaf))
        table[:, *leaves] = total.exp()
    return table
