"""The likelihood of a number when some of those written before it are not known: a sum over what they may be."""

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from digitwise.codecs.bell import bell_on_leaves, even_edges, place_of
from digitwise.nn.loss_output import Targets
from digitwise.nn.memory import Memory
from digitwise.objectives.objective import Objective
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
    """Return ``-log Σ p(earlier) p(number | earlier)`` of each row, smoothed as the objective smooths.

    Parameters
    ----------
    chain, position, memory
        Whose number, and the rows.
    leaves, known, order
        The leaf of each target, which of them are known, and which target each position writes.
    objective
        `SmoothedCrossEntropy` lends its bell; with any other the number's own cell is asked for.
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
        losses = losses.index_put((rows,), _smoothed(chain, position, log_law, objective, targets, rows))
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


def _smoothed(
    chain: Chain,
    position: int,
    log_law: Float[Tensor, "batch leaf"],
    objective: Objective,
    targets: Targets,
    rows: Int64[Tensor, " pick"],
) -> Float[Tensor, " pick"]:
    """Return minus the log-probability of the targets' cells, or of a bell around them."""
    cells = chain.policy(position).cells
    width = objective.width_at(targets.progress) if isinstance(objective, SmoothedCrossEntropy) else 0.0
    n_cells = len(cells.edges) - 1
    first, mass = bell_on_leaves(place_of(targets.z[rows], cells.edges), even_edges(n_cells), width)
    picked = cells.log_probs(log_law).gather(1, first.unsqueeze(1) + torch.arange(mass.shape[1], device=mass.device))
    return -torch.where(mass > 0, mass.to(picked.dtype) * picked, 0.0).sum(1)
