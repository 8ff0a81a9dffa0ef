"""Members of an ensemble share each row's bell: the loss is that of targets repeated by hand."""

import pytest
import torch
from torch import Tensor

from digitwise import SmoothedCrossEntropy
from digitwise.nn import Memory, Targets
from digitwise.policy import Policy
from tests.contracts.policies import CODECS, OTHER_CODECS, make_memory, make_policy

N_ROWS, N_MEMBERS = 5, 3
NAMES = [f"tree-{codec}" for codec in (*CODECS, *OTHER_CODECS) if codec not in ("special",)] + ["transformer-mixed"]


def loss_and_slope(policy: Policy, memory: Memory, targets: Targets) -> tuple[Tensor, Tensor]:
    features = memory.features.clone().requires_grad_()
    loss = SmoothedCrossEntropy(width=0.08, final_share=0.5)(policy, Memory(features), targets).loss
    return loss, torch.autograd.grad(loss, features)[0]


def make_targets(policy: Policy, *, intervals: bool) -> tuple[Targets, Targets]:
    """Return the targets of some rows for all members, and the same repeated by hand."""
    low, high = policy.codec.span
    share = torch.rand(N_ROWS, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    z = low + share * (high - low)
    z_high = torch.where(torch.arange(N_ROWS) % 2 == 0, z, high) if intervals else None
    weight = torch.linspace(0.5, 1.5, N_ROWS)
    index = torch.arange(N_ROWS).repeat_interleave(N_MEMBERS)
    by_hand = Targets(z[index], weight[index], 0.4, z_high=None if z_high is None else z_high[index])
    return Targets(z, weight, 0.4, z_high=z_high).for_members(N_MEMBERS), by_hand


@pytest.mark.parametrize("intervals", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_the_bell_of_a_row_is_the_bell_of_its_members(name: str, intervals: bool) -> None:
    policy = make_policy(name)
    if intervals and not policy.codec.ordered:
        intervals = False  # they have no intervals
    shared, by_hand = make_targets(policy, intervals=intervals)
    memory = make_memory(N_ROWS * N_MEMBERS)
    for found, expected in zip(
        loss_and_slope(policy, memory, shared), loss_and_slope(policy, memory, by_hand), strict=True
    ):
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("name", NAMES)
def test_an_ensemble_s_loss_is_the_mean_of_its_members_losses(name: str) -> None:
    policy = make_policy(name)
    shared, by_hand = make_targets(policy, intervals=False)
    memory = make_memory(N_ROWS * N_MEMBERS)
    alone = Targets(by_hand.z[::N_MEMBERS], by_hand.weight[::N_MEMBERS], 0.4)
    losses = [
        loss_and_slope(policy, memory.take(slice(member, None, N_MEMBERS)), alone)[0] for member in range(N_MEMBERS)
    ]
    torch.testing.assert_close(loss_and_slope(policy, memory, shared)[0], torch.stack(losses).mean())
