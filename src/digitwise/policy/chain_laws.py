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
NEGLIGIBLE = 1e-6
"""Ways whose weights sum to less than this share are dropped."""


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
        if at in given:
            particles = chain.write_known(at, memory, particles, given[at])
            continue
        log_probs = chain.leaf_log_probs(at, memory, particles)
        if at == last:
            weights = torch.softmax(particles.log_weights, dim=1)
            return (weights.unsqueeze(-1) * log_probs.exp()).sum(1)
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
    key = torch.zeros_like(particles.log_weights, dtype=torch.int64)
    for at in range(len(chain)):
        if at in given:
            particles = chain.write_known(at, memory, particles, given[at])
            continue
        first, place = _distinct(key)  # draws that agree so far share their law
        log_probs = chain.leaf_log_probs(at, memory, particles.take(first, particles.log_weights.gather(1, first)))
        uniform = torch.rand(key.shape, dtype=torch.float64, generator=generator)
        if at == 0:  # one draw from each of equal slices: the first number is spread evenly
            uniform = (uniform + torch.arange(n_draws)) / n_draws
        cdf = log_probs.double().exp().cumsum(-1)
        level = uniform.to(cdf.device) * cdf[..., -1].gather(1, place)
        n_leaves = cdf.shape[-1]
        rising = (cdf + 2 * torch.arange(cdf.shape[1], device=cdf.device).unsqueeze(-1)).flatten(1)
        leaf = torch.searchsorted(rising, level + 2 * place) - n_leaves * place
        leaf = leaf.clamp(0, n_leaves - 1)
        particles = chain.write(at, particles, leaf)
        key = _distinct(place * n_leaves + leaf)[1]
    return particles


def _distinct(
    keys: Int64[Tensor, "batch particle"],
) -> tuple[Int64[Tensor, "batch different"], Int64[Tensor, "batch particle"]]:
    """Return, of each row, one particle for every different key, and which of them each particle's is.

    Rows with fewer different keys than others repeat one.

    Examples
    --------
    >>> first, place = _distinct(torch.tensor([[7, 3, 7, 3], [1, 2, 3, 2]]))
    >>> first.tolist(), place.tolist()
    ([[1, 0, 1], [0, 1, 2]], [[1, 0, 1, 0], [0, 1, 2, 1]])
    """
    in_order, order = keys.sort(dim=1, stable=True)
    is_new = torch.ones_like(in_order, dtype=torch.bool)
    is_new[:, 1:] = in_order[:, 1:] != in_order[:, :-1]
    rank = is_new.cumsum(1) - 1
    n_different = int(rank[:, -1].max()) + 1
    first = order[:, :1].repeat(1, n_different)
    rows = torch.arange(len(keys), device=keys.device).unsqueeze(1).expand_as(rank)
    first[rows[is_new], rank[is_new]] = order[is_new]
    return first, torch.empty_like(rank).scatter_(1, order, rank)


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


def _resampled(
    share: Float[Tensor, "batch way"], n_particles: int, generator: torch.Generator | None
) -> Int64[Tensor, "batch particle"]:
    """Return ways drawn in proportion to their shares, spread evenly (systematic resampling)."""
    start = torch.rand(len(share), 1, dtype=torch.float64, generator=generator)
    levels = ((start + torch.arange(n_particles)) / n_particles).to(share.device)
    cdf = share.double().cumsum(1)
    return torch.searchsorted(cdf, levels * cdf[:, -1:]).clamp(max=share.shape[1] - 1)
