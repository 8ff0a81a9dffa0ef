"""Number-level smoothing: cross-entropy against a narrow bell on the leaves.

Cross-entropy on the target's own digits does not know that the next leaf is nearly right. Spreading the target over its
neighbours *as numbers* (not per digit: 0.4999 and 0.5000 share no digit) tells it so.
"""

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from digitwise.codecs.bell import bell_on_leaves, even_edges, place_of, shaken, spread_over_nodes
from digitwise.codecs.cells import edges_of
from digitwise.codecs.codec import Codec
from digitwise.codecs.open_tree import tree_of
from digitwise.nn.loss_output import LossOutput, Targets, weighted_mean
from digitwise.nn.memory import Memory
from digitwise.objectives.intervals import likelihood_losses
from digitwise.objectives.weighted_sum import Combinable
from digitwise.policy.enumeration import leaf_log_probs
from digitwise.policy.policy import Policy


@dataclass(frozen=True, kw_only=True)
class SmoothedCrossEntropy(Combinable):
    """Cross-entropy against a Gaussian bell around the target on the cells.

    Parameters
    ----------
    width
        Standard deviation of the bell, as a share of all cells; or ``"auto"``: ``automatic_width`` of where the
        training targets stand among them. 0 is plain cross-entropy. In `NormalizedCodec`, whose cells are equally
        wide, that is a distance in scaled units.
    final_share
        The bell narrows steadily over the planned steps, to this share of its width. A wide bell steadies the start; a
        law can never be sharper than the bell it is taught with, so the end wants a narrow one. The validation metric
        chooses the epoch, and so the width.

    Raises
    ------
    ValueError
        If the width is negative or not a number, or the share is not in [0, 1].

    Notes
    -----
    With target weights ``q`` on the leaves the loss is ``-Σ_leaf q(leaf) log p(leaf)``. Summed per inner node it
    needs only the nodes above the leaves of the bell, a few neighbours beside the target's own path. Where leaves are
    not in number order, or several write one number, it is a sum over all cells; where they are too many to list, one
    number is drawn from the bell, which has the same expectation. Of a target of which only an interval is known the
    loss is minus the log-probability of the cells from end to end, without a bell.
    HL-Gauss (Imani and White, arXiv 1806.04613) does the same for a flat histogram.

    Examples
    --------
    >>> SmoothedCrossEntropy(width=0.02)
    SmoothedCrossEntropy(width=0.02, final_share=0.1)
    """

    width: float | Literal["auto"] = "auto"
    final_share: float = 0.1
    takes_intervals: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the width and the share."""
        if not 0 <= self.final_share <= 1:
            raise ValueError(f"final_share must lie in [0, 1], but got {self.final_share}.")
        if self.width != "auto" and not 0 <= self.width < math.inf:
            raise ValueError(f"width must be 'auto' or a finite number of at least 0, but got {self.width!r}.")

    def adapt(self, z: Float[np.ndarray, " row"], codec: Codec) -> "SmoothedCrossEntropy":
        """Return the objective with its width settled.

        Raises
        ------
        ValueError
            If the codec is not ordered and has too many numbers to list.
        """
        edges = edges_of(codec, tree_of(codec))
        if self.width != "auto":
            return self
        return replace(self, width=automatic_width(place_of(torch.as_tensor(z).double(), edges).numpy()))

    def width_at(self, progress: float) -> float:
        """Return the bell's width after some share of the planned steps.

        Raises
        ------
        ValueError
            If the width is still automatic: call ``adapt`` first.
        """
        if isinstance(self.width, str):
            raise ValueError("The width is still 'auto'. Call adapt(z_train, codec) first.")
        return self.width * (1 - (1 - self.final_share) * progress)

    def __call__(self, policy: Policy, memory: Memory, targets: Targets) -> LossOutput:
        """Return the loss of a batch.

        Raises
        ------
        ValueError
            If the width is still automatic: call ``adapt`` first.
        """
        width = self.width_at(targets.progress)

        def of_numbers(memory: Memory, z: Tensor) -> Tensor:
            return _losses(policy, memory, z, width, targets.n_members if len(z) == len(targets.z) else 1)

        return LossOutput(weighted_mean(likelihood_losses(policy, memory, targets, of_numbers), targets.weight))


def _losses(
    policy: Policy, memory: Memory, z: Float[Tensor, " batch"], width: float, n_members: int
) -> Float[Tensor, " batch"]:
    """Return the smoothed cross-entropy of each row; consecutive members of a row share its bell."""
    if not policy.is_enumerable:
        tokens = policy.codec.encode(shaken(z, policy.edges, width)).unsqueeze(1)
        return -policy.log_probs(memory, tokens).sum((1, 2))
    cells = policy.cells
    n_cells = len(cells.edges) - 1
    first, mass = bell_on_leaves(place_of(z[::n_members], cells.edges), even_edges(n_cells), width)
    if cells.is_one_to_one:
        nodes, edge_mass = (
            part.repeat_interleave(n_members, dim=0) for part in spread_over_nodes(policy.tree, first, mass)
        )
        log_probs = policy.node_log_probs(memory, nodes)
        return -torch.where(edge_mass > 0, edge_mass.to(log_probs.dtype) * log_probs, 0.0).sum((1, 2))
    first, mass = (part.repeat_interleave(n_members, dim=0) for part in (first, mass))
    log_probs = cells.log_probs(leaf_log_probs(policy, memory))
    log_probs = log_probs.gather(1, first.unsqueeze(1) + torch.arange(mass.shape[1], device=mass.device))
    return -torch.where(mass > 0, mass.to(log_probs.dtype) * log_probs, 0.0).sum(1)


def automatic_width(z: Float[np.ndarray, " row"]) -> float:
    """Return a bell width that suits the training targets, in scaled units.

    A fifth of their spread at 1000 rows, shrinking like a kernel width with more rows (power -1/5); never more than a
    quarter of the median gap where the targets take few values, so that a bell does not blur one value into the next.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> round(automatic_width(0.5 + 0.1 * rng.standard_normal(1000)), 3)
    0.019
    """
    interquartile = float(np.quantile(z, 0.75) - np.quantile(z, 0.25))
    spread = min(float(np.std(z)), interquartile / 1.349) if interquartile > 0 else float(np.std(z))
    width = 0.2 * spread * math.pow(1000 / max(len(z), 1), 0.2)
    distinct = np.unique(z)
    if 2 <= len(distinct) <= len(z) / 10:
        width = min(width, float(np.median(np.diff(distinct))) / 4)
    return width
