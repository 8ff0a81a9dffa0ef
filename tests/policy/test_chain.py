"""Laws of several numbers, against the table of all their combinations."""

import pytest
import torch

from digitwise.policy.chain_laws import conditional_probs, joint_draws
from tests.policy.chains import joint_table, make_chain, make_rows

ROWS = 3
chains = pytest.mark.parametrize("transformer", [False, True], ids=["tree", "transformer"])


def leaf(*values: int) -> torch.Tensor:
    return torch.tensor(values)


@chains
def test_the_joint_law_sums_to_one(transformer: bool) -> None:
    table = joint_table(make_chain(transformer=transformer), make_rows(ROWS))
    torch.testing.assert_close(table.flatten(1).sum(1), torch.ones(ROWS, dtype=torch.float64))


@chains
@pytest.mark.parametrize("position", [0, 1, 2])
def test_marginal_laws_are_sums_over_the_others(position: int, transformer: bool) -> None:
    chain, memory = make_chain(transformer=transformer), make_rows(ROWS)
    others = [axis + 1 for axis in range(3) if axis != position]
    torch.testing.assert_close(conditional_probs(chain, memory, position, {}), joint_table(chain, memory).sum(others))


@chains
@pytest.mark.parametrize(
    ("position", "given"),
    [
        (2, {0: leaf(3, 0, 1)}),
        (2, {0: leaf(1, 1, 2), 1: leaf(0, 2, 1)}),
        (0, {1: leaf(2, 0, 1)}),  # given after what is asked for: Bayes' rule
        (0, {2: leaf(3, 1, 0)}),  # with an unknown one in between
        (1, {0: leaf(0, 1, 2), 2: leaf(3, 3, 0)}),
    ],
)
def test_conditional_laws_are_shares_of_the_table(
    position: int, given: dict[int, torch.Tensor], transformer: bool
) -> None:
    chain, memory = make_chain(transformer=transformer), make_rows(ROWS)
    table = joint_table(chain, memory)
    for row in range(ROWS):
        part = table[row]
        for axis, leaves in given.items():
            part = part.index_select(axis, leaves[row : row + 1])
        law = part.sum([axis for axis in range(3) if axis != position])
        found = conditional_probs(chain, memory, position, given)[row]
        torch.testing.assert_close(found, law / law.sum())


def test_too_many_ways_are_sampled_without_bias() -> None:
    chain, memory = make_chain(), make_rows(ROWS)
    generator = torch.Generator().manual_seed(0)
    found = torch.stack(
        [conditional_probs(chain, memory, 2, {}, most_particles=3, generator=generator) for _ in range(2000)]
    )
    exact = joint_table(chain, memory).sum((1, 2))
    error = (found.mean(0) - exact).abs() / (found.std(0) / 2000**0.5 + 1e-9)
    assert found.std(0).max() > 0.01
    assert error.max() < 5


def test_draws_follow_the_joint_law() -> None:
    chain, memory = make_chain(), make_rows(ROWS)
    n_draws = 40_000
    drawn = joint_draws(chain, memory, n_draws, {}, torch.Generator().manual_seed(0))
    exact = joint_table(chain, memory).flatten(1)
    place = (drawn.leaves[0] * 3 + drawn.leaves[1]) * 4 + drawn.leaves[2]
    for row in range(ROWS):
        share = torch.bincount(place[row], minlength=48) / n_draws
        assert ((share - exact[row]).abs() < 5 * (exact[row] / n_draws).sqrt() + 1e-4).all()
    assert torch.equal(drawn.log_weights, torch.zeros_like(drawn.log_weights))


def test_draws_given_a_later_number_are_weighted_by_how_likely_they_make_it() -> None:
    chain, memory = make_chain(), make_rows(ROWS)
    given = {2: leaf(3, 1, 0)}
    drawn = joint_draws(chain, memory, 40_000, given, torch.Generator().manual_seed(0))
    weights = torch.softmax(drawn.log_weights, dim=1)
    share = torch.zeros(ROWS, 4, dtype=torch.float64).scatter_add_(1, drawn.leaves[0], weights)
    torch.testing.assert_close(share, conditional_probs(chain, memory, 0, given), atol=0.02, rtol=0)
    assert torch.equal(drawn.leaves[2], given[2].unsqueeze(1).expand(-1, 40_000))
