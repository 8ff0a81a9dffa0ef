"""Several targets: loss and laws of a joint head, against the table of all combinations."""

import numpy as np
import pytest
import torch
from torch import Tensor

from digitwise.codecs import NumberLine
from digitwise.nn import Memory
from digitwise.nn.loss_output import Targets
from digitwise.objectives import CRPS, CrossEntropy, DecodingHead, JointHead, Objective, ReMax, SmoothedCrossEntropy
from digitwise.policy import Policy
from tests.policy.chains import MEMORY_DIM, joint_table, make_chain, make_rows

ORDER = (2, 0, 1)  # the third target is written first
NAMES = ("cost", "time", "size")


def make_head(objective: Objective) -> JointHead:
    chain = make_chain()
    heads = []
    for at in range(3):
        policy = chain.policy(at)
        edges = 10 * policy.edges.numpy()
        values = (edges[1:] + edges[:-1]) / 2
        line = NumberLine(torch.as_tensor(values), center=5.0, spread=2.0)
        policy = Policy(policy.model, policy.codec, policy.tree, line)
        heads.append(DecodingHead(policy, objective, edges, values))
    head = JointHead(heads, ORDER, NAMES, MEMORY_DIM)
    head.chain.conditioners = chain.conditioners
    return head.double().eval()


def make_targets() -> Targets:
    """Return six rows of three targets, some of them missing."""
    z = torch.rand(6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    z[1, 2] = z[2, 0] = z[3, 0] = z[3, 2] = z[4, 1] = torch.nan
    weight = torch.tensor([1.0, 2.0, 0.5, 1.0, 0.0, 1.5], dtype=torch.float64)
    return Targets(z, weight, y=10 * z)


def likelihood(head: JointHead, targets: Targets) -> Tensor:
    """Return the probability of each row's known targets, summed over what is missing."""
    table = joint_table(head.chain, make_rows(6))
    found = []
    for row, z in enumerate(targets.z):
        part = table[row]
        for at, target in enumerate(ORDER):
            if not z[target].isnan():
                leaf = head.chain.leaf_of(at, z[target].view(1))
                part = part.index_select(at, leaf)
        found.append(part.sum())
    return torch.stack(found)


def test_cross_entropy_is_the_joint_likelihood_of_what_is_known() -> None:
    head, targets = make_head(CrossEntropy()), make_targets()
    loss = head.loss(make_rows(6), targets).loss
    torch.testing.assert_close(loss, -(targets.weight * likelihood(head, targets).log()).mean())


def test_its_gradient_is_that_of_differences() -> None:
    head, targets = make_head(CrossEntropy()), make_targets()
    for parameter in (head.chain.conditioners[0].place, head.chain.policy(0).model.bias):
        slope = torch.autograd.grad(head.loss(make_rows(6), targets).loss, parameter)[0].flatten()[:3]
        flat = parameter.data.view(-1)
        for place in range(3):
            losses = []
            for sign in (1, -1):
                flat[place] += sign * 1e-6
                losses.append(head.loss(make_rows(6), targets).loss.item())
                flat[place] -= sign * 1e-6
            assert slope[place].item() == pytest.approx((losses[0] - losses[1]) / 2e-6, rel=1e-4, abs=1e-8)


@pytest.mark.parametrize(
    "objective", [SmoothedCrossEntropy(width=0.1), CRPS(), ReMax(n_draws=4), SmoothedCrossEntropy(width=0.0)], ids=repr
)
def test_any_objective_trains_all_parts(objective: Objective) -> None:
    head = make_head(objective)
    head.train()
    found = head.loss(make_rows(6), make_targets())
    found.loss.backward()
    for name, parameter in head.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
    assert all(name.split("_")[0] in NAMES for name in found.metrics)


def test_the_crps_of_incomplete_rows_is_that_of_their_marginal_law() -> None:
    head, targets = make_head(CRPS()), make_targets()
    row = [3]  # cost and size are missing: only time is known, which is written last
    only = Targets(targets.z[row], targets.weight[row], y=targets.y[row])
    loss = head.loss(Memory(make_rows(6).features[row]), only).loss
    law = joint_table(head.chain, make_rows(6))[row].sum((1, 2))
    policy = head.chain.policy(2)
    values, target = policy.line.standard_values, policy.read_targets(only.y[:, 1], "standard")
    error = (law * (values - target).abs()).sum()
    apart = (law[0] * law[0].unsqueeze(1) * (values - values.unsqueeze(1)).abs()).sum()
    torch.testing.assert_close(loss, only.weight[0] * (error - apart / 2))


def test_a_row_of_weight_zero_is_absent() -> None:
    head, targets = make_head(SmoothedCrossEntropy(width=0.1)), make_targets()
    other = targets.z.clone()
    other[4] = 0.5
    again = Targets(other, targets.weight, y=10 * other)
    torch.testing.assert_close(head.loss(make_rows(6), targets).loss, head.loss(make_rows(6), again).loss)


def test_the_law_of_all_targets() -> None:
    head = make_head(CrossEntropy())
    law = head.law(make_rows(6))
    table = joint_table(head.chain, make_rows(6))
    assert law.names == NAMES
    for target, name in enumerate(NAMES):
        axes = [axis + 1 for axis in range(3) if ORDER[axis] != target]
        np.testing.assert_allclose(law.marginal(name).probs, table.sum(axes).numpy(), atol=1e-9)
    standard_error = np.sqrt(law.variance() / law.draws.shape[1])
    half_a_leaf = 10 / 3 / 2  # draws from an open outer leaf have its outer edge as their mean, the law its middle
    assert (np.abs(law.draws.mean(1) - law.mean()) < half_a_leaf + 5 * standard_error).all()
    again = head.law(make_rows(6))
    np.testing.assert_array_equal(law.draws, again.draws)


def test_a_known_target_is_certain_and_changes_the_others() -> None:
    head = make_head(CrossEntropy())
    z = np.full((6, 3), np.nan)
    z[:, 0] = 0.6  # written in the middle
    law = head.law_given(make_rows(6), z)
    leaf = head.chain.leaf_of(1, torch.tensor([0.6]))
    table = joint_table(head.chain, make_rows(6)).index_select(2, leaf).squeeze(2)
    table = table / table.sum((1, 2), keepdim=True)
    np.testing.assert_allclose(law.marginal("size").probs, table.sum(2).numpy(), atol=1e-9)
    np.testing.assert_allclose(law.marginal("time").probs, table.sum(1).numpy(), atol=1e-9)
    assert (law.marginal("cost").probs.max(1) == 1.0).all()
    low, high = 10 * head.chain.policy(1).edges[leaf], 10 * head.chain.policy(1).edges[leaf + 1]
    assert ((law.draws[..., 0] >= low.item()) & (law.draws[..., 0] <= high.item())).all()


def test_laws_in_turn_are_conditional_and_of_the_rows_that_can_be_scored() -> None:
    head, targets = make_head(CrossEntropy()), make_targets()
    laws = head.laws_in_turn(make_rows(6), targets.z)
    assert [rows.tolist() for rows, _ in laws] == [[0, 4, 5], [0, 5], [0, 2, 4, 5]]
    log_prob = sum(
        np.log(law.probs[rows.tolist().index(0), head.chain.leaf_of(ORDER.index(t), targets.z[:1, t]).item()])
        for t, (rows, law) in enumerate(laws)
    )
    assert log_prob == pytest.approx(likelihood(head, targets)[0].log().item())
