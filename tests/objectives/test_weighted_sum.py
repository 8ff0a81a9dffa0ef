"""Sums of objectives: how they are written, what they log, and how their terms share a batch."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch

from digitwise import (
    CRPS,
    PPO,
    RAFT,
    CrossEntropy,
    ExpectedReward,
    NormalizedCodec,
    OnPolicy,
    ReMax,
    SmoothedCrossEntropy,
    WeightedSum,
)
from digitwise.codecs import Codec
from digitwise.nn import LossOutput, Memory, Targets
from digitwise.objectives import Objective, Reference, SequenceObjective
from digitwise.objectives.objective import call_objective, n_updates, needs_reference, uses_dropout
from digitwise.policy import Policy
from tests.contracts.policies import make_memory
from tests.contracts.sequence_objectives import make_line_policy, make_reference, make_targets

NAME = "tree-mixed"
ROWS = make_memory(3), make_targets(3)


def test_operators_make_flat_sums() -> None:
    one, two, three = CrossEntropy(), RAFT(), CRPS()
    assert one + two == WeightedSum(terms=((1.0, one), (1.0, two)))
    assert one + 10.0 * two == WeightedSum(terms=((1.0, one), (10.0, two)))
    assert 3.0 * (one + 2.0 * two) == WeightedSum(terms=((3.0, one), (6.0, two)))
    assert (one + two) + three == one + (two + three) == WeightedSum(terms=((1.0, one), (1.0, two), (1.0, three)))
    assert 2.0 * ReMax() + PPO() == WeightedSum(terms=((2.0, ReMax()), (1.0, PPO())))


@pytest.mark.parametrize("objective", [CrossEntropy() + RAFT(), 2.0 * ReMax()])
def test_sums_are_objectives_of_both_kinds(objective: WeightedSum) -> None:
    assert isinstance(objective, Objective)
    assert isinstance(objective, SequenceObjective)


@pytest.mark.parametrize("weight", [0.0, -1.0, math.nan, math.inf])
def test_weights_must_be_positive(weight: float) -> None:
    with pytest.raises(ValueError, match=r"Weights must be positive and finite, but RAFT\(\) has"):
        CrossEntropy() + weight * RAFT()


def test_a_sum_needs_a_term() -> None:
    with pytest.raises(ValueError, match="A sum needs at least one term"):
        WeightedSum(terms=())


def test_the_loss_is_the_weighted_sum_and_each_terms_own_is_logged() -> None:
    policy, terms = make_line_policy(NAME), (CrossEntropy(), RAFT(), ExpectedReward())
    apart = [call_objective(term, policy, *ROWS).loss for term in terms]
    output = (terms[0] + 10.0 * terms[1] + 0.5 * terms[2])(policy, *ROWS)
    torch.testing.assert_close(output.loss, apart[0] + 10.0 * apart[1] + 0.5 * apart[2])
    assert list(output.metrics) == ["loss_1", "loss_2", "loss_3", "reward_mean", "reward_spread"]
    for place, loss in enumerate(apart, start=1):
        torch.testing.assert_close(output.metrics[f"loss_{place}"], loss.detach())
    assert not any(metric.requires_grad for metric in output.metrics.values())


def test_a_sum_within_a_sum_leaves_the_outer_ones_losses_as_they_are() -> None:
    """As `CalibrationBudget` makes one: the fine-tuning's own sum, and the anchor."""
    policy, inner = make_line_policy(NAME), CrossEntropy() + 10.0 * RAFT()
    output = WeightedSum(terms=((1.0, inner), (0.1, CRPS())))(policy, *ROWS)
    torch.testing.assert_close(output.metrics["loss_1"], inner(policy, *ROWS).loss.detach())
    torch.testing.assert_close(output.metrics["loss_2"], CRPS()(policy, *ROWS).loss.detach())


def test_terms_are_adapted() -> None:
    z, codec = np.linspace(0, 1, 50), NormalizedCodec()
    adapted = (SmoothedCrossEntropy() + 2.0 * RAFT()).adapt(z, codec)
    assert adapted == SmoothedCrossEntropy().adapt(z, codec) + 2.0 * RAFT()
    assert isinstance(adapted.terms[0][1].width, float)


@pytest.mark.parametrize(
    ("objective", "dropout", "reference", "updates"),
    [
        (CrossEntropy(), True, False, 1),
        (CrossEntropy() + RAFT(), True, False, 1),
        (CrossEntropy() + ExpectedReward(), True, False, 1),
        (CrossEntropy() + ExpectedReward(kl_weight=0.1), True, True, 1),
        (CrossEntropy() + ReMax(), False, False, 1),
        (CrossEntropy() + OnPolicy(kl_weight=0.1), False, True, 1),
        (0.5 * CrossEntropy() + PPO(n_updates=3), False, False, 3),
        (PPO(n_updates=3) + PPO(n_updates=5), False, False, 5),
    ],
)
def test_a_sum_is_trained_as_its_most_demanding_term(
    objective: Objective, dropout: bool, reference: bool, updates: int
) -> None:
    assert uses_dropout(objective) == dropout
    assert needs_reference(objective) == reference
    assert n_updates(objective) == updates


@dataclass(frozen=True)
class Spy:
    """An objective that writes down what it is called with."""

    calls: list[tuple[Any, Any]] = field(default_factory=list)
    uses_dropout: bool = True
    needs_reference: bool = True
    n_updates: int = 3

    def adapt(self, z: np.ndarray, codec: Codec) -> "Spy":
        return self

    def __call__(
        self,
        policy: Policy,
        memory: Memory,
        targets: Targets,
        reference: Reference | None = None,
        experience: Any = None,
    ) -> LossOutput:
        self.calls.append((reference, experience))
        loss = policy.log_probs(memory, policy.codec.encode(targets.z).unsqueeze(1)).mean()
        return LossOutput(loss, {}, f"draws {len(self.calls)}")


def test_reference_and_experience_reach_the_terms_that_take_them() -> None:
    policy, reference, first, second = make_line_policy(NAME), make_reference(NAME, 3), Spy(), Spy()
    both = WeightedSum(terms=((1.0, first), (1.0, CrossEntropy()), (2.0, second)))
    output = both(policy, *ROWS, reference)
    assert output.experience == ("draws 1", None, "draws 1")
    both(policy, *ROWS, reference, output.experience)
    assert first.calls == second.calls == [(reference, None), (reference, "draws 1")]


def test_without_draws_there_is_no_experience() -> None:
    assert (CrossEntropy() + RAFT())(make_line_policy(NAME), *ROWS).experience is None


def test_draws_are_shared_by_the_updates_of_a_batch() -> None:
    policy, objective = make_line_policy(NAME), CrossEntropy() + PPO(n_draws=4)
    output = objective(policy, *ROWS)
    before = torch.get_rng_state()
    again = objective(policy, *ROWS, None, output.experience)
    assert torch.equal(torch.get_rng_state(), before)
    assert again.experience[1] is output.experience[1]
    torch.testing.assert_close(again.loss, output.loss)


def test_a_term_that_makes_one_step_on_its_draws_draws_afresh_for_each() -> None:
    """`OnPolicy` refuses ``n_updates=2`` without a clip; a sum with PPO must not bring it about."""
    policy, objective = make_line_policy(NAME), ReMax(n_draws=4) + PPO(n_draws=4, n_updates=2)
    output = objective(policy, *ROWS)
    again = objective(policy, *ROWS, None, output.experience)
    assert again.experience[1] is output.experience[1]
    assert again.experience[0] is not output.experience[0]
