"""A policy and its objective behind the same interface as the other heads."""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from digitwise.codecs.special_values import SPECIAL, WithSpecialValues
from digitwise.distributions import Atoms, BoundedLaw, Histogram, Tail
from digitwise.distributions.bounded_law import joined_bounds
from digitwise.nn.loss_output import LossOutput, Targets
from digitwise.nn.memory import Memory
from digitwise.objectives.objective import Objective, call_objective, n_updates, needs_reference, uses_dropout
from digitwise.objectives.reference import Reference
from digitwise.objectives.special_rows import joined, rows_of, special_loss, special_rows
from digitwise.policy.best_first import BestFirst, best_first, passes
from digitwise.policy.enumeration import member_probs
from digitwise.policy.frontier import Frontier
from digitwise.policy.frontier_law import DataUnits, frontier_law
from digitwise.policy.policy import Policy

TINY = sys.float_info.min

Units = Callable[[np.ndarray], np.ndarray]


class DecodingHead(nn.Module):
    """Write the number digit by digit; predict with the exact law of the digit tree, or the likeliest part of it.

    Parameters
    ----------
    policy
        Model and codec.
    objective
        What to minimise; its automatic settings settled.
    edges_y, values_y
        Borders and values of the codec's cells in data units.
    tails
        Whether the mass of the lowest and of the highest cell falls off beyond it, or ends there.
    is_whole
        Whether each cell is one whole number: then laws have mass on these alone, and are exact.
    search
        Ends the search that laws come from; None for exact laws, which need a tree that is written out.
    inverse, forward
        Scaled units to data units and back.
    """

    def __init__(
        self,
        policy: Policy,
        objective: Objective,
        edges_y: Float[np.ndarray, " edge"],
        values_y: Float[np.ndarray, " leaf"],
        tails: tuple[Tail, Tail] = ("exponential", "exponential"),
        *,
        is_whole: bool = False,
        search: BestFirst | None = None,
        inverse: Units = np.asarray,
        forward: Units = np.asarray,
    ) -> None:
        super().__init__()
        self.policy, self.objective, self.search = policy, objective, search
        self._inverse, self._forward = inverse, forward
        self.edges_y, self.values_y, self.tails, self.is_whole = edges_y, values_y, tails, is_whole

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """The objective, as heads of several targets have it."""
        return (self.objective,)

    @objectives.setter
    def objectives(self, objectives: tuple[Objective, ...]) -> None:
        (self.objective,) = objectives

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
        """Return the objective's loss; special values, where the codec writes some, count by their likelihood."""
        is_special = special_rows(self.policy, targets)
        if is_special is None or not is_special.any():
            return call_objective(self.objective, self.policy, memory, targets, reference, experience)
        special, finite = is_special.nonzero().squeeze(1), (~is_special).nonzero().squeeze(1)
        parts = [(special_loss(self.policy, memory.take(special), rows_of(targets, special)), len(special))]
        if len(finite):
            other = None if reference is None else Reference(reference.policy, reference.memory.take(finite))
            numbers = rows_of(targets, finite)
            found = call_objective(self.objective, self.policy, memory.take(finite), numbers, other, experience)
            parts.insert(0, (found, len(finite)))
        return joined(parts, len(is_special))

    def refer(self, memory: Memory) -> Reference:
        """Return what this head is to another one that refers to it."""
        return Reference(self.policy, memory)

    mixes_members = True

    def law(self, memory: Memory) -> Histogram | Atoms:
        """Return the laws, data units; the outermost cells are open, unless the target is bounded there.

        Where the memory holds an ensemble, its members' laws are averaged leaf by leaf.
        """
        if self.search is None or self.is_whole:
            return self.law_of(member_probs(self.policy, memory))
        return self.bounds(memory, self.search).histogram()

    def bounds(self, memory: Memory, search: BestFirst) -> BoundedLaw:
        """Return what a search finds out about the laws, with bounds, data units.

        Raises
        ------
        ValueError
            If the codec is not ordered, or laws have mass on whole numbers alone.
        """
        parts = passes(memory.features.shape[0], search)
        return joined_bounds([self.bounds_of(best_first(self.policy, memory.take(rows), part)) for rows, part in parts])

    def bounds_of(self, frontier: Frontier) -> BoundedLaw:
        """Return the same for what is known already."""
        if self.is_whole:
            raise ValueError("Laws of whole numbers are exact and have no bounds: use predict_distribution.")
        ends = (float(self.edges_y[0]), float(self.edges_y[-1]))
        units = DataUnits(inverse=self._inverse, forward=self._forward, ends=ends, tails=self.tails)
        return frontier_law(self.policy, frontier, units)

    def law_of(self, probs: Float[Tensor, "row leaf"]) -> Histogram | Atoms:
        """Return the laws with given probabilities of the leaves, data units; given that the number is a finite one."""
        by_cell = self.policy.cells.probs(probs).cpu().double().numpy()
        if not self.policy.cells.all_finite:
            by_cell = by_cell / by_cell.sum(axis=1, keepdims=True)
        if self.is_whole:
            return Atoms(np.round(self.values_y), by_cell)
        return Histogram(edges=self.edges_y, probs=by_cell, values=self.values_y, tails=self.tails)

    def special_probs(self, memory: Memory) -> dict[str, Float[np.ndarray, " row"]]:
        """Return the probability of each special value, by name; empty if the codec writes none."""
        codec = self.policy.codec
        if not isinstance(codec, WithSpecialValues):
            return {}
        tokens = codec.encode(torch.tensor([SPECIAL[name] for name in codec.values], dtype=torch.float64))
        with torch.no_grad():
            rows = tokens.to(memory.features.device).expand(len(memory.features), -1, -1)
            by_member = self.policy.log_probs(memory.by_member(), rows).sum(-1).exp().double()
            probs = by_member.view(-1, memory.n_members, by_member.shape[1]).mean(1).cpu().numpy()
        return dict(zip(codec.values, probs.T, strict=True))

    def numbers_in(
        self, cell: Int64[np.ndarray, "*shape"], part: Float[np.ndarray, "*shape"]
    ) -> Float[np.ndarray, "*shape"]:
        """Return the number at some part (0 to 1) of the mass of some cells, data units.

        Uniform random parts give draws from the law of `law_of`, given the cell.
        """
        if self.is_whole:
            return np.asarray(np.round(self.values_y)[cell])
        edges, widths = self.edges_y, np.diff(self.edges_y)
        y = edges[cell] + part * widths[cell]
        if self.tails[0] == "exponential":
            y = np.where(cell == 0, edges[1] + widths[0] * np.log(np.maximum(part, TINY)), y)
        if self.tails[1] == "exponential":
            y = np.where(cell == len(widths) - 1, edges[-2] - widths[-1] * np.log(np.maximum(1 - part, TINY)), y)
        return np.asarray(y)

    def finish(self, memory: Memory, targets: Targets) -> None:
        """Nothing is left to set."""
