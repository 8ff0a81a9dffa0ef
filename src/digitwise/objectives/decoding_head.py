"""A policy and its objective behind the same interface as the other heads."""

from typing import Any

import numpy as np
from jaxtyping import Float
from torch import nn

from digitwise.distributions import Histogram
from digitwise.nn.loss_output import LossOutput, Targets
from digitwise.nn.memory import Memory
from digitwise.objectives.objective import Objective, call_objective, n_updates, needs_reference, uses_dropout
from digitwise.objectives.reference import Reference
from digitwise.policy.enumeration import leaf_probs
from digitwise.policy.policy import Policy


class DecodingHead(nn.Module):
    """Write the number digit by digit; predict with the exact law of the digit tree.

    Parameters
    ----------
    policy
        Model and codec.
    objective
        What to minimise; its automatic settings settled.
    edges_y, values_y
        Borders and values of the codec's cells in data units.
    """

    def __init__(
        self,
        policy: Policy,
        objective: Objective,
        edges_y: Float[np.ndarray, " edge"],
        values_y: Float[np.ndarray, " leaf"],
    ) -> None:
        super().__init__()
        self.policy, self.objective = policy, objective
        self.edges_y, self.values_y = edges_y, values_y

    @property
    def uses_dropout(self) -> bool:
        """Whether the objective trains with dropout."""
        return uses_dropout(self.objective)

    @property
    def needs_reference(self) -> bool:
        """Whether the objective asks for the policy that fine-tuning started from."""
        return needs_reference(self.objective)

    @property
    def n_updates(self) -> int:
        """Optimiser steps on each batch."""
        return n_updates(self.objective)

    def loss(
        self,
        memory: Memory,
        targets: Targets,
        reference: Reference | None = None,
        experience: Any = None,
    ) -> LossOutput:
        """Return the objective's loss."""
        return call_objective(self.objective, self.policy, memory, targets, reference, experience)

    def refer(self, memory: Memory) -> Reference:
        """Return what this head is to another one that refers to it."""
        return Reference(self.policy, memory)

    def law(self, memory: Memory) -> Histogram:
        """Return the exact laws, data units; the outermost leaves are open."""
        probs = self.policy.cells.probs(leaf_probs(self.policy, memory)).cpu().double().numpy()
        return Histogram(edges=self.edges_y, probs=probs, values=self.values_y, tails="exponential")

    def finish(self, memory: Memory, targets: Targets) -> None:
        """Nothing is left to set."""
