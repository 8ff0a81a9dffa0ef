"""Laws of one of several numbers, given some of the others: sums over what the rest may be.

Numbers that are neither asked for nor given are summed over, exactly where there are few ways, else over a sample of
them. A number given *after* others in the sequence changes their law by Bayes' rule.
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.nn.memory import Memory
from digitwise.policy.chain import Chain, Particles

MOST_PARTICLES = 512
"""So many ways are followed for each row at the most; one unknown number of up to so many leaves is summed exactly."""
NEGLIGIBLE = 1e-9
"""Ways whose weights sum to less than this are dropped."""


@torch.no_grad()
def conditional_probs(
    chain: Chain,
    memory: Memory,
    position: int,
    given: Mapping[int, Int64[Tensor, " batch"]],
    *,
    most_particles: int = MOST_PARTICLES,
    generator: torch.Generator | None = None,
) -> Float[Tensor, "batch leaf"]:
    """Return the law of one position's number, given the leaves at some others.

    Parameters
    ----------
    chain, memory
        The policies and the rows.
    position
        Whose law; must not be given.
    given
        Position to the leaf that each row has there.
    most_particles
        How many ways to follow; beyond it they are sampled, without bias.
    generator
        Source of randomness for that.
    """
    last = max([position, *given])
    particles = chain.start(memory)
    for at in range(last + 1):
        log_probs = chain.leaf_log_probs(at, memory, particles)
        if at in given:
            particles = _write_given(chain, at, particles, log_probs, given[at])
        elif at == last:
            weights = torch.softmax(particles.log_weights, dim=1)
            return (weights.unsqueeze(-1) * log_probs.exp()).sum(1)
        else:
            particles = branch(chain, at, particles, log_probs, most_particles, generator)
    weights = torch.softmax(particles.log_weights, dim=1)
    n_leaves = chain.policy(position).tree.n_leaves
    return weights.new_zeros(len(weights), n_leaves).scatter_add_(1, particles.leaves[position], weights)


@torch.no_grad()
def joint_draws(
    chain: Chain,
    memory: Memory,
    n_draws: int,
    given: Mapping[int, Int64[Tensor, " batch"]],
    generator: torch.Generator | None = None,
) -> Particles:
    """Return draws of all numbers together, weighted by the given numbers that come after drawn ones."""
    particles = chain.start(memory, n_draws)
    for at in range(len(chain)):
        log_probs = chain.leaf_log_probs(at, memory, particles)
        if at in given:
            particles = _write_given(chain, at, particles, log_probs, given[at])
        else:
            uniform = torch.rand(particles.log_weights.shape, dtype=torch.float64, generator=generator)
            if at == 0:  # one draw from each of equal slices: the first number is spread evenly
                uniform = (uniform + torch.arange(n_draws)) / n_draws
            cdf = log_probs.double().exp().cumsum(-1)
            leaf = torch.searchsorted(cdf, uniform.to(cdf.device).unsqueeze(-1) * cdf[..., -1:]).squeeze(-1)
            particles = chain.write(at, particles, leaf.clamp(max=cdf.shape[-1] - 1))
    return particles


def branch(
    chain: Chain,
    position: int,
    particles: Particles,
    log_probs: Float[Tensor, "batch particle leaf"],
    most_particles: int,
    generator: torch.Generator | None = None,
    *,
    keep_likeliest: bool = False,
) -> Particles:
    """Return the particles with every number that may be written at a position.

    Ways without weight are dropped. If more than ``most_particles`` are left, that many are sampled; or the likeliest
    are kept, through which gradients flow, and which bound the sum from below.
    """
    weights = (particles.log_weights.unsqueeze(-1) + log_probs).flatten(1)
    n_leaves = log_probs.shape[-1]
    share = torch.softmax(weights.detach(), dim=1)
    in_order, order = share.sort(dim=1, descending=True)
    n_needed = int((in_order.cumsum(1) < 1 - NEGLIGIBLE).sum(1).max()) + 1
    n_needed = min(n_needed, weights.shape[1])
    if n_needed <= most_particles or keep_likeliest:
        chosen = order[:, : min(n_needed, most_particles)]
        log_weights = weights.gather(1, chosen)
    else:
        chosen = _resampled(share, most_particles, generator)
        log_weights = torch.logsumexp(weights, dim=1, keepdim=True).expand(-1, most_particles)
    return chain.write(position, particles.take(chosen // n_leaves, log_weights), chosen % n_leaves)


def _write_given(
    chain: Chain,
    position: int,
    particles: Particles,
    log_probs: Float[Tensor, "batch particle leaf"],
    leaf: Int64[Tensor, " batch"],
) -> Particles:
    """Return the particles after a known number, weighted by how likely they found it."""
    leaves = leaf.unsqueeze(1).expand(particles.log_weights.shape)
    likelihood = log_probs.gather(-1, leaves.unsqueeze(-1)).squeeze(-1)
    weighted = Particles(particles.contexts, particles.log_weights + likelihood, particles.leaves)
    return chain.write(position, weighted, leaves)


def _resampled(
    share: Float[Tensor, "batch way"], n_particles: int, generator: torch.Generator | None
) -> Int64[Tensor, "batch particle"]:
    """Return ways drawn in proportion to their shares, spread evenly (systematic resampling)."""
    start = torch.rand(len(share), 1, dtype=torch.float64, generator=generator)
    levels = ((start + torch.arange(n_particles)) / n_particles).to(share.device)
    cdf = share.double().cumsum(1)
    return torch.searchsorted(cdf, levels * cdf[:, -1:]).clamp(max=share.shape[1] - 1)
