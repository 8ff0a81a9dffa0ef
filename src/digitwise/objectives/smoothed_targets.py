"""Number-level smoothing: cross-entropy against a narrow bell on the leaves.

Cross-entropy on the target's own digits does not know that the next leaf is nearly right. Spreading the target over its
neighbours *as numbers* (not per digit: 0.4999 and 0.5000 share no digit) tells it so.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float

from digitwise.codecs.bell import bell_on_leaves, spread_over_nodes
from digitwise.codecs.codec import Codec
from digitwise.nn.loss_output import LossOutput, Targets, weighted_mean
from digitwise.nn.memory import Memory
from digitwise.objectives.weighted_sum import Combinable
from digitwise.policy.policy import Policy


@dataclass(frozen=True, kw_only=True)
class SmoothedCrossEntropy(Combinable):
    """Cross-entropy against a Gaussian bell around ``z`` on the leaves.

    Parameters
    ----------
    width
        Standard deviation of the bell in scaled units (the training range is about 1), or ``"auto"``:
        ``automatic_width`` of the training targets. 0 is plain cross-entropy.

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
    needs only the nodes above the leaves of the bell, a few neighbours beside the target's own path.
    HL-Gauss (Imani and White, arXiv 1806.04613) does the same for a flat histogram.

    Examples
    --------
    >>> SmoothedCrossEntropy(width=0.02)
    SmoothedCrossEntropy(width=0.02, final_share=0.1)
    """

    width: float | Literal["auto"] = "auto"
    final_share: float = 0.1

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
            If the codec is not ordered.
        """
        if not codec.ordered:
            raise ValueError("Number-level smoothing needs an ordered codec. Use CrossEntropy with this one.")
        return replace(self, width=automatic_width(z)) if self.width == "auto" else self

    def __call__(self, policy: Policy, memory: Memory, targets: Targets) -> LossOutput:
        """Return the loss of a batch.

        Raises
        ------
        ValueError
            If the width is still automatic: call ``adapt`` first.
        """
        if isinstance(self.width, str):
            raise ValueError("The width is still 'auto'. Call adapt(z_train, codec) first.")
        width = self.width * (1 - (1 - self.final_share) * targets.progress)
        first, mass = bell_on_leaves(targets.z, policy.codec.leaf_edges(), width)
        nodes, node_mass = spread_over_nodes(policy.tree, first, mass)
        log_probs = policy.node_log_probs(memory, nodes)
        terms = torch.where(node_mass > 0, node_mass.to(log_probs.dtype) * log_probs, 0.0)
        return LossOutput(weighted_mean(-terms.sum((1, 2)), targets.weight))


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
