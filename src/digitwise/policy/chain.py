"""Several numbers in one sequence: one policy after another, each of which sees the numbers written before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jaxtyping import Float, Int64
from torch import Tensor, nn

from digitwise.nn.conditioner import Conditioner
from digitwise.nn.memory import Memory
from digitwise.policy.enumeration import leaf_log_probs
from digitwise.policy.policy import Policy


@dataclass(frozen=True)
class Particles:
    """Ways in which the numbers so far may be, several per row, weighted.

    Parameters
    ----------
    contexts
        For each position, what the numbers so far add to its memory.
    log_weights
        Unnormalised; the weights of a row are proportional to the probability of its numbers.
    leaves
        The leaf written at each position so far.
    """

    contexts: tuple[Float[Tensor, "batch particle dim"], ...]
    log_weights: Float[Tensor, "batch particle"]
    leaves: tuple[Int64[Tensor, "batch particle"], ...] = ()

    def take(self, index: Int64[Tensor, "batch pick"], log_weights: Float[Tensor, "batch pick"]) -> "Particles":
        """Return the named particles of each row, with other weights."""
        contexts = tuple(c.gather(1, index.unsqueeze(-1).expand(-1, -1, c.shape[-1])) for c in self.contexts)
        return Particles(contexts, log_weights, tuple(leaf.gather(1, index) for leaf in self.leaves))


class Chain(nn.Module):
    """Policies in the order in which their numbers are written.

    Parameters
    ----------
    policies
        One for each number; their trees must be written out.
    memory_dim
        Width of the memory's features.
    """

    def __init__(self, policies: Sequence[Policy], memory_dim: int) -> None:
        super().__init__()
        self.policies = nn.ModuleList(policies)
        sizes = [(policy.codec.vocab_size, policy.codec.length) for policy in policies]
        self.conditioners = nn.ModuleList(Conditioner(sizes[:at], memory_dim) for at in range(1, len(policies)))
        self.memory_dim = memory_dim

    def __len__(self) -> int:
        """Return how many numbers are written."""
        return len(self.policies)

    def policy(self, position: int) -> Policy:
        """Return the policy of a position."""
        policy = self.policies[position]
        assert isinstance(policy, Policy)
        return policy

    def start(self, memory: Memory, n_particles: int = 1) -> Particles:
        """Return particles that have written nothing."""
        features = memory.features
        nothing = features.new_zeros(len(features), n_particles, self.memory_dim)
        return Particles((nothing,) * len(self), features.new_zeros(nothing.shape[:2]))

    def memory_at(self, position: int, memory: Memory, particles: Particles) -> Memory:
        """Return the memory of a position, one row for each particle of each row."""
        n_particles = particles.log_weights.shape[1]
        if position == 0:
            mask = None if memory.mask is None else memory.mask.repeat_interleave(n_particles, 0)
            return Memory(memory.features.repeat_interleave(n_particles, 0), mask)
        features = self.conditioners[position - 1](memory.pooled, particles.contexts[position])
        return Memory(features.flatten(0, 1).unsqueeze(1))

    def leaf_log_probs(
        self, position: int, memory: Memory, particles: Particles
    ) -> Float[Tensor, "batch particle leaf"]:
        """Return the law of a position's number for each particle."""
        log_probs = leaf_log_probs(self.policy(position), self.memory_at(position, memory, particles))
        return log_probs.view(*particles.log_weights.shape, -1)

    def log_prob_of(
        self, position: int, memory: Memory, particles: Particles, leaves: Int64[Tensor, "batch particle"]
    ) -> Float[Tensor, "batch particle"]:
        """Return how likely each particle finds a number; only the way to it is looked at."""
        policy = self.policy(position)
        tokens = policy.tree.leaf_tokens[leaves].flatten(0, 1).unsqueeze(1)
        log_probs = policy.log_probs(self.memory_at(position, memory, particles), tokens)
        return log_probs.sum((1, 2)).view(leaves.shape)

    def write_known(
        self, position: int, memory: Memory, particles: Particles, leaf: Int64[Tensor, " batch"]
    ) -> Particles:
        """Return the particles after a number that is known, weighted by how likely they found it."""
        leaves = leaf.unsqueeze(1).expand(particles.log_weights.shape)
        likelihood = self.log_prob_of(position, memory, particles, leaves)
        weighted = replace(particles, log_weights=particles.log_weights + likelihood)
        return self.write(position, weighted, leaves)

    def write(self, position: int, particles: Particles, leaves: Int64[Tensor, "batch particle"]) -> Particles:
        """Return the particles after a number was written; their weights stay as they are."""
        policy = self.policy(position)
        tokens = policy.tree.leaf_tokens
        place = (policy.cells.of_leaf.to(tokens.device) + 0.5) / (len(policy.cells.edges) - 1)
        if leaves.numel() < policy.tree.n_leaves:  # otherwise each number is looked at once, for all that wrote it
            tokens, place = tokens[leaves], place[leaves]
        contexts = list(particles.contexts)
        for later in range(position + 1, len(self)):
            conditioner = self.conditioners[later - 1]
            assert isinstance(conditioner, Conditioner)
            numbers = conditioner.number(position, tokens, place)
            contexts[later] = contexts[later] + (numbers if numbers.ndim == 3 else numbers[leaves])
        return replace(particles, contexts=tuple(contexts), leaves=(*particles.leaves, leaves))

    def leaf_of(self, position: int, z: Float[Tensor, " batch"]) -> Int64[Tensor, " batch"]:
        """Return the leaf that a number, scaled units, is written as."""
        policy = self.policy(position)
        return policy.tree.leaf_of(policy.codec.encode(z).unsqueeze(1)).squeeze(1)
