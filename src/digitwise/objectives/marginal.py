"""The likelihood of a number when some of those written before it are not known: a sum over what they may be."""

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from digitwise.codecs.bell import bell_on_leaves, even_edges, place_of
from digitwise.nn.loss_output import Targets
from digitwise.nn.memory import Memory
from digitwise.objectives.cross_entropy import CrossEntropy
from digitwise.objectives.objective import Objective
from digitwise.objectives.proper_scores import CRPS, crps_of_atoms
from digitwise.objectives.smoothed_targets import SmoothedCrossEntropy
from digitwise.policy.chain import Chain, Particles
from digitwise.policy.chain_laws import branch

MOST_WAYS = 2**11
"""Rows times ways in one step; beyond it the likeliest ways of each row are followed, which bounds the likelihood."""


def marginal_losses(
    chain: Chain,
    position: int,
    memory: Memory,
    leaves: Int64[Tensor, "batch target"],
    known: Bool[Tensor, "batch target"],
    order: tuple[int, ...],
    objective: Objective,
    targets: Targets,
) -> Float[Tensor, " batch"]:
    """Return ``-log Σ p(earlier) p(number | earlier)`` of each row, smoothed as the objective smooths; or its CRPS.

    Parameters
    ----------
    chain, position, memory
        Whose number, and the rows.
    leaves, known, order
        The leaf of each target, which of them are known, and which target each position writes.
    objective
        `SmoothedCrossEntropy` (with its bell), `CrossEntropy` or `CRPS`. Others have no use for such rows: they give 0.
    targets
        The number's targets.
    """
    losses = targets.z.new_zeros(len(targets.z)).to(memory.features.dtype)
    earlier = list(order[:position])
    patterns, group = torch.unique(known[:, earlier], dim=0, return_inverse=True)
    for index, pattern in enumerate(patterns):
        rows = (group == index).nonzero().squeeze(1)
        part = Memory(memory.features[rows], None if memory.mask is None else memory.mask[rows])
        particles = chain.start(part)
        for at, is_known in enumerate(pattern.tolist()):
            particles = _written(chain, at, part, particles, leaves[rows, order[at]] if is_known else None)
        log_probs = chain.leaf_log_probs(position, part, particles)
        log_weights = torch.log_softmax(particles.log_weights, dim=1)
        log_law = torch.logsumexp(log_weights.unsqueeze(-1) + log_probs, dim=1)
        losses = losses.index_put((rows,), _losses_of_law(chain, position, log_law, objective, targets, rows))
    return losses


def _written(
    chain: Chain, position: int, memory: Memory, particles: Particles, leaf: Int64[Tensor, " batch"] | None
) -> Particles:
    """Return the particles after a number that is known, or after every number that it may be."""
    if leaf is None:
        most = max(1, MOST_WAYS // len(memory.features))
        log_probs = chain.leaf_log_probs(position, memory, particles)
        return branch(chain, position, particles, log_probs, most, keep_likeliest=True)
    return chain.write_known(position, memory, particles, leaf)


def _losses_of_law(
    chain: Chain,
    position: int,
    log_law: Float[Tensor, "batch leaf"],
    objective: Objective,
    targets: Targets,
    rows: Int64[Tensor, " pick"],
) -> Float[Tensor, " pick"]:
    """Return what an objective makes of laws that are sums over the numbers before."""
    policy = chain.policy(position)
    if isinstance(objective, CRPS):
        values = policy.line.standard_values.to(log_law.dtype)
        target = policy.read_targets(targets.in_data_units[rows], "standard").to(log_law.dtype)
        return crps_of_atoms(log_law.exp(), values, target)
    if not isinstance(objective, SmoothedCrossEntropy | CrossEntropy):
        return log_law.sum(1) * 0.0
    cells = policy.cells
    width = objective.width_at(targets.progress) if isinstance(objective, SmoothedCrossEntropy) else 0.0
    n_cells = len(cells.edges) - 1
    first, mass = bell_on_leaves(place_of(targets.z[rows], cells.edges), even_edges(n_cells), width)
    picked = cells.log_probs(log_law).gather(1, first.unsqueeze(1) + torch.arange(mass.shape[1], device=mass.device))
    return -torch.where(mass > 0, mass.to(picked.dtype) * picked, 0.0).sum(1)
