"""Several targets behind the interface of a head: one sequence, a decoding head for each target's part of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn

from digitwise.distributions import Atoms, Histogram, JointLaw
from digitwise.nn.loss_output import LossOutput, Targets
from digitwise.nn.memory import Memory
from digitwise.objectives.decoding_head import DecodingHead
from digitwise.objectives.marginal import marginal_losses
from digitwise.objectives.objective import Objective
from digitwise.objectives.reference import Reference
from digitwise.policy.chain import Chain
from digitwise.policy.chain_laws import conditional_probs, joint_draws

N_DRAWS = 256
"""Joint draws of each row in a predicted law."""
ROWS_PER_PASS = 64


class JointHead(nn.Module):
    """Write one number after another; each part of the sequence sees the numbers written before.

    Parameters
    ----------
    heads
        One for each target, in the order in which they are written.
    order
        Which target each of them is.
    names
        Of the targets, in the order of the targets.
    memory_dim
        Width of the memory's features.

    Notes
    -----
    Loss and likelihood are those of one joint sequence, ``Σ_j -log p(y_j | x, y_<j)``, with the objective of each head
    in the place of the logarithm. A row in which earlier targets are missing trains the later ones by their marginal
    likelihood or CRPS (`marginal_losses`); other objectives than these leave such targets out.
    """

    def __init__(
        self, heads: Sequence[DecodingHead], order: Sequence[int], names: Sequence[str], memory_dim: int
    ) -> None:
        super().__init__()
        self.chain = Chain([head.policy for head in heads], memory_dim)
        self.heads, self.order, self.names = list(heads), tuple(order), tuple(names)

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """The objectives of the targets, in the order of the targets."""
        return tuple(self.heads[self.order.index(target)].objective for target in range(len(self.order)))

    @objectives.setter
    def objectives(self, objectives: Sequence[Objective]) -> None:
        for head, target in zip(self.heads, self.order, strict=True):
            head.objective = objectives[target]

    @property
    def uses_dropout(self) -> bool:
        """Whether the objectives train with dropout."""
        return all(head.uses_dropout for head in self.heads)

    @property
    def needs_reference(self) -> bool:
        """Whether an objective asks for the policy that fine-tuning started from."""
        return any(head.needs_reference for head in self.heads)

    @property
    def n_updates(self) -> int:
        """Optimiser steps on each batch."""
        return max(head.n_updates for head in self.heads)

    def loss(
        self,
        memory: Memory,
        targets: Targets,
        reference: "JointReference | None" = None,
        experience: Any = None,
    ) -> LossOutput:
        """Return the sum over the targets of their heads' losses; NaN marks a missing target."""
        leaves, known = self._leaves(targets.z)
        batch = len(known)
        total = memory.features.sum() * 0.0
        metrics: dict[str, Tensor] = {}
        experiences: list[Any] = []
        for position, (head, target) in enumerate(zip(self.heads, self.order, strict=True)):
            follows = known[:, list(self.order[:position])].all(1)
            whole = (known[:, target] & follows).nonzero().squeeze(1)
            parts = (known[:, target] & ~follows).nonzero().squeeze(1)
            earlier = None if experience is None else experience[position]
            experiences.append(None)
            if len(whole):
                at = self.memory_at(position, memory, leaves, whole)
                beside = None if reference is None else reference.at(position, leaves, whole)
                found = head.loss(at, _part(targets, target, whole), beside, earlier)
                total = total + found.loss * (len(whole) / batch)
                metrics |= {f"{self.names[target]}_{name}": value for name, value in found.metrics.items()}
                experiences[position] = found.experience
            if len(parts):
                rows = _rows(memory, parts)
                losses = marginal_losses(
                    self.chain,
                    position,
                    rows,
                    leaves[parts],
                    known[parts],
                    self.order,
                    head.objective,
                    _part(targets, target, parts),
                )
                total = total + (targets.weight[parts].to(losses.dtype) * losses).sum() / batch
        has_draws = any(item is not None for item in experiences)
        return LossOutput(total, metrics, experiences if has_draws else None)

    def memory_at(
        self, position: int, memory: Memory, leaves: Int64[Tensor, "batch target"], rows: Int64[Tensor, " pick"]
    ) -> Memory:
        """Return the memory of a position for rows whose earlier numbers are known."""
        memory = _rows(memory, rows)
        particles = self.chain.start(memory)
        for at in range(position):
            particles = self.chain.write(at, particles, leaves[rows, self.order[at]].unsqueeze(1))
        return self.chain.memory_at(position, memory, particles)

    def refer(self, memory: Memory) -> "JointReference":
        """Return what this head is to another one that refers to it."""
        return JointReference(self, memory)

    def law(self, memory: Memory) -> JointLaw:
        """Return the laws of all targets together, data units; the marginals exact, the rest in draws."""
        return self.law_given(memory, np.full((len(memory.features), len(self.names)), np.nan))

    @torch.no_grad()
    def law_given(
        self, memory: Memory, z: Float[np.ndarray, "row target"], *, n_draws: int = N_DRAWS, seed: int = 0
    ) -> JointLaw:
        """Return the laws of the targets, given some of them.

        Parameters
        ----------
        memory
            The rows.
        z
            Known targets, scaled units; NaN where they are not known, in whole columns. The law of a known target is
            its cell.
        n_draws
            Joint draws of each row.
        seed
            Of the draws.
        """
        leaves, known = self._leaves(torch.as_tensor(z))
        given = {at: target for at, target in enumerate(self.order) if bool(known[:, target].all())}
        generator = torch.Generator().manual_seed(seed)
        probs: list[list[Tensor]] = [[] for _ in self.order]
        drawn: list[Tensor] = []
        weights: list[Tensor] = []
        for start in range(0, len(z), ROWS_PER_PASS):
            rows = torch.arange(start, min(start + ROWS_PER_PASS, len(z)))
            part, at_leaf = _rows(memory, rows), {at: leaves[rows, target] for at, target in given.items()}
            for at in range(len(self.order)):
                probs[at].append(self._probs(at, part, at_leaf, generator))
            particles = joint_draws(self.chain, part, n_draws, at_leaf, generator)
            drawn.append(torch.stack(particles.leaves, dim=-1))
            weights.append(torch.softmax(particles.log_weights, dim=1))
        laws = {self.names[target]: self._histogram(at, torch.cat(probs[at])) for at, target in enumerate(self.order)}
        random = np.random.default_rng(seed)
        leaf = torch.cat(drawn).cpu().numpy()
        columns = [self._numbers(at, leaf[..., at], random) for at in range(len(self.order))]
        draws = np.stack([columns[self.order.index(target)] for target in range(len(self.order))], axis=-1)
        return JointLaw(
            draws,
            marginals={name: laws[name] for name in self.names},
            weights=torch.cat(weights).cpu().double().numpy(),
        )

    def laws_in_turn(
        self, memory: Memory, z: Float[Tensor, "row target"]
    ) -> list[tuple[np.ndarray, Histogram | Atoms]]:
        """Return, for each target, the rows where it and all earlier ones are known, and its law given these.

        Scoring them in turn scores the joint law: it is how epochs are compared.
        """
        leaves, known = self._leaves(z)
        laws: list[tuple[np.ndarray, Histogram | Atoms]] = []
        for target in range(len(self.order)):
            position = self.order.index(target)
            rows = known[:, [*self.order[:position], target]].all(1).nonzero().squeeze(1)
            laws.append((rows.cpu().numpy(), self.heads[position].law(self.memory_at(position, memory, leaves, rows))))
        return laws

    def finish(self, memory: Memory, targets: Targets) -> None:
        """Nothing is left to set."""

    def _leaves(
        self, z: Float[Tensor, "batch target"]
    ) -> tuple[Int64[Tensor, "batch target"], Bool[Tensor, "batch target"]]:
        """Return the leaf of each target, and which are known."""
        known = ~z.isnan()
        leaves = torch.zeros(z.shape, dtype=torch.int64, device=z.device)
        for position, target in enumerate(self.order):
            leaves[:, target] = self.chain.leaf_of(position, z[:, target].nan_to_num())
        return leaves, known

    def _probs(
        self, position: int, memory: Memory, given: Mapping[int, Tensor], generator: torch.Generator
    ) -> Float[Tensor, "batch leaf"]:
        if position in given:
            n_leaves = self.chain.policy(position).tree.n_leaves
            return torch.nn.functional.one_hot(given[position], n_leaves).to(memory.features.dtype)
        return conditional_probs(self.chain, memory, position, given, generator=generator)

    def _histogram(self, position: int, probs: Float[Tensor, "batch leaf"]) -> Histogram | Atoms:
        return self.heads[position].law_of(probs)

    def _numbers(
        self, position: int, leaf: Int64[np.ndarray, "row draw"], random: np.random.Generator
    ) -> Float[np.ndarray, "row draw"]:
        """Return a number from the cell of each leaf, data units."""
        head = self.heads[position]
        cell = head.policy.cells.of_leaf.numpy()[leaf]
        return head.numbers_in(cell, random.uniform(size=cell.shape))


class JointReference:
    """A joint head, and what it looks at: what another one refers to."""

    def __init__(self, head: JointHead, memory: Memory) -> None:
        self.head, self.memory = head, memory

    def at(self, position: int, leaves: Int64[Tensor, "batch target"], rows: Int64[Tensor, " pick"]) -> Reference:
        """Return the reference of one position's policy."""
        memory = self.head.memory_at(position, self.memory, leaves, rows)
        return Reference(self.head.chain.policy(position), memory)


def _rows(memory: Memory, rows: Int64[Tensor, " pick"]) -> Memory:
    return Memory(memory.features[rows], None if memory.mask is None else memory.mask[rows])


def _part(targets: Targets, target: int, rows: Int64[Tensor, " pick"]) -> Targets:
    """Return one target of some rows."""
    y = targets.in_data_units
    return Targets(targets.z[rows, target], targets.weight[rows], targets.progress, y[rows, target])
