import pytest
import torch

from digitwise.nn.trees import (
    ALL_LEAVES,
    TREES_PER_TABLE,
    Trees,
    mean_of,
    no_trees,
    tables_of,
    tree_sums,
    tree_sums_of_pairs,
)
from tests.contracts.policies import random_trees


def walked(trees: Trees, x: torch.Tensor) -> torch.Tensor:
    """Sum random trees of four leaves by walking through them, split by split."""
    sums = torch.zeros(len(x), dtype=torch.float64)
    for column, threshold, value in zip(trees.column, trees.threshold, trees.value, strict=True):
        right = x[:, column] > threshold
        leaf = torch.where(right[:, 0], 2 + right[:, 2].long(), right[:, 1].long())
        sums += value[leaf]
    return sums


@pytest.mark.parametrize("n_trees", [1, TREES_PER_TABLE, TREES_PER_TABLE + 7])
def test_looking_up_equals_walking(n_trees: int) -> None:
    generator = torch.Generator().manual_seed(0)
    trees, x = random_trees(n_trees, 5, 1.0, generator), torch.randn(3000, 5, generator=generator)
    x[:10] = trees.threshold.flatten()[torch.arange(10) % trees.threshold.numel()].unsqueeze(1)  # on the thresholds
    torch.testing.assert_close(tree_sums(tables_of(trees), x), walked(trees, x), rtol=1e-5, atol=1e-5)


def test_pairs_see_the_columns_of_their_row_and_their_own() -> None:
    generator = torch.Generator().manual_seed(0)
    tables = tables_of(random_trees(200, 5, 1.0, generator))
    x, more = torch.randn(40, 3, generator=generator), torch.randn(2500, 2, generator=generator)
    rows = torch.randint(40, (2500,), generator=generator)
    together = torch.cat([x[rows], more], dim=1)
    torch.testing.assert_close(tree_sums_of_pairs(tables, x, rows, more), tree_sums(tables, together))


def test_a_row_alone_gets_the_same_sum() -> None:
    generator = torch.Generator().manual_seed(0)
    tables, x = tables_of(random_trees(200, 5, 1.0, generator)), torch.randn(50, 5, generator=generator)
    alone = torch.cat([tree_sums(tables, x[i : i + 1]) for i in range(50)])
    assert torch.equal(alone, tree_sums(tables, x))


def test_a_mean_of_boosters() -> None:
    generator = torch.Generator().manual_seed(0)
    boosters, x = [random_trees(n, 5, 1.0, generator) for n in (3, 9)], torch.randn(50, 5, generator=generator)
    mean = mean_of(boosters)
    assert mean.baseline.item() == pytest.approx(0.3)
    expected = (walked(boosters[0], x) + walked(boosters[1], x)) / 2
    torch.testing.assert_close(tree_sums(tables_of(mean), x), expected, rtol=1e-5, atol=1e-5)


def test_no_trees_add_nothing() -> None:
    assert len(no_trees()) == 0
    assert tree_sums(tables_of(no_trees()), torch.zeros(2, 0)).tolist() == [0.0, 0.0]


def test_masks_are_positive_numbers() -> None:
    assert torch.tensor(ALL_LEAVES, dtype=torch.int16).item() == ALL_LEAVES
