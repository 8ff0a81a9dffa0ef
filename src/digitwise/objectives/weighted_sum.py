"""Sums of objectives: ``SmoothedCrossEntropy() + 10 * RAFT()``."""

import math
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from jaxtyping import Float

from digitwise.codecs.codec import Codec
from digitwise.nn.loss_output import LossOutput, Targets
from digitwise.nn.memory import Memory
from digitwise.objectives.objective import (
    Objective,
    call_objective,
    n_updates,
    needs_reference,
    takes_intervals,
    uses_dropout,
)
from digitwise.objectives.reference import Reference
from digitwise.policy.policy import Policy


class Combinable:
    """Objectives that can be added, and multiplied by a weight."""

    def __add__(self, other: Objective) -> "WeightedSum":
        """Return the sum of both."""
        return WeightedSum(terms=(*_terms_of(self), *_terms_of(other)))

    def __rmul__(self, weight: float) -> "WeightedSum":
        """Return this objective, weighted."""
        return WeightedSum(terms=tuple((weight * own, term) for own, term in _terms_of(self)))


@dataclass(frozen=True, kw_only=True)
class WeightedSum(Combinable):
    """A sum of weighted objectives, minimised together.

    Parameters
    ----------
    terms
        Pairs of a positive weight and an objective.

    Raises
    ------
    ValueError
        If there is no term or a weight is not positive.

    Examples
    --------
    >>> from digitwise import CrossEntropy, RAFT
    >>> CrossEntropy() + 10 * RAFT()
    WeightedSum(terms=((1.0, CrossEntropy(digit_weights=None)), (10.0, RAFT())))
    """

    terms: tuple[tuple[float, Objective], ...]

    def __post_init__(self) -> None:
        """Check the weights."""
        if not self.terms:
            raise ValueError("A sum needs at least one term, but got none.")
        for weight, term in self.terms:
            if not 0 < weight < math.inf:
                raise ValueError(f"Weights must be positive and finite, but {term!r} has {weight}.")

    @property
    def uses_dropout(self) -> bool:
        """Whether all terms are made for dropout."""
        return all(uses_dropout(term) for _, term in self.terms)

    @property
    def needs_reference(self) -> bool:
        """Whether a term asks for the policy that fine-tuning started from."""
        return any(needs_reference(term) for _, term in self.terms)

    @property
    def takes_intervals(self) -> bool:
        """Whether all terms know what to do with targets of which only an interval is known."""
        return all(takes_intervals(term) for _, term in self.terms)

    @property
    def n_updates(self) -> int:
        """Optimiser steps on each batch."""
        return max(n_updates(term) for _, term in self.terms)

    def adapt(self, z: Float[np.ndarray, " row"], codec: Codec) -> "WeightedSum":
        """Return the sum with its terms' automatic settings settled."""
        return WeightedSum(terms=tuple((weight, term.adapt(z, codec)) for weight, term in self.terms))

    def __call__(
        self,
        policy: Policy,
        memory: Memory,
        targets: Targets,
        reference: Reference | None = None,
        experience: Any = None,
    ) -> LossOutput:
        """Return the summed loss of a batch; each term's own loss is logged as ``loss_<place>``.

        A term that makes fewer steps on a batch than the sum draws afresh for each.
        """
        earlier = (None,) * len(self.terms) if experience is None else experience
        outputs = [
            call_objective(
                term, policy, memory, targets, reference, past if n_updates(term) == self.n_updates else None
            )
            for (_, term), past in zip(self.terms, earlier, strict=True)
        ]
        parts = [weight * output.loss for (weight, _), output in zip(self.terms, outputs, strict=True)]
        metrics = {f"loss_{place}": output.loss.detach() for place, output in enumerate(outputs, start=1)}
        for output in outputs:  # a term that is a sum keeps its terms' losses to itself
            metrics |= {name: value for name, value in output.metrics.items() if not name.startswith("loss_")}
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        experiences = tuple(output.experience for output in outputs)
        return LossOutput(total, metrics, experiences if any(e is not None for e in experiences) else None)


def _terms_of(objective: object) -> tuple[tuple[float, Objective], ...]:
    if isinstance(objective, WeightedSum):
        return objective.terms
    return ((1.0, cast(Objective, objective)),)
