"""A memory pools its real tokens, and keeps the members of a row together."""

from dataclasses import replace

import pytest
import torch

from digitwise.nn import Memory


def test_without_a_mask_all_tokens_count() -> None:
    features = torch.rand(4, 3, 5)
    torch.testing.assert_close(Memory(features).pooled, features.mean(1))


def test_masked_tokens_do_not_count() -> None:
    features = torch.rand(3, 3, 5)
    mask = torch.tensor([[True, False, False], [True, True, False], [False, True, True]])
    pooled = Memory(features, mask).pooled
    expected = torch.stack([features[0, 0], features[1, :2].mean(0), features[2, 1:].mean(0)])
    torch.testing.assert_close(pooled, expected)
    features[~mask] = 1e9
    torch.testing.assert_close(Memory(features, mask).pooled, expected)


def test_a_single_token_is_its_own_mean() -> None:
    features = torch.rand(4, 1, 5)
    assert torch.equal(Memory(features).pooled, features[:, 0])
    assert torch.equal(Memory(features, torch.ones(4, 1, dtype=torch.bool)).pooled, features[:, 0])


MASK = torch.rand(6, 4, generator=torch.Generator().manual_seed(0)) < 0.6
MASK[:, 0] = True
ENSEMBLE = Memory(torch.arange(6.0 * 4 * 5).view(6, 4, 5), MASK, n_members=2)
"""Three rows of two members."""


def test_a_row_has_as_many_entries_as_members() -> None:
    assert (Memory(torch.rand(6, 1, 5)).n_rows, ENSEMBLE.n_rows, replace(ENSEMBLE, n_members=3).n_rows) == (6, 3, 2)


def test_by_member_every_member_is_a_row() -> None:
    apart = ENSEMBLE.by_member()
    assert (apart.n_rows, apart.n_members) == (6, 1)
    assert torch.equal(apart.features, ENSEMBLE.features) and torch.equal(apart.mask, MASK)
    assert torch.equal(apart.pooled, ENSEMBLE.pooled)


@pytest.mark.parametrize(
    ("rows", "entries"),
    [
        (torch.tensor([2, 0, 2]), [4, 5, 0, 1, 4, 5]),
        (torch.tensor([], dtype=torch.int64), []),
        (slice(1, 3), [2, 3, 4, 5]),
        (slice(0, 1), [0, 1]),
    ],
)
def test_members_stay_together(rows: torch.Tensor | slice, entries: list[int]) -> None:
    taken = ENSEMBLE.take(rows)
    assert taken.n_members == 2
    assert torch.equal(taken.features, ENSEMBLE.features[entries])
    assert torch.equal(taken.mask, MASK[entries])
    unmasked = Memory(ENSEMBLE.features, n_members=2).take(rows)
    assert unmasked.mask is None
    assert torch.equal(unmasked.features, ENSEMBLE.features[entries])


def test_single_rows_are_taken_as_they_are() -> None:
    taken = ENSEMBLE.by_member().take(torch.tensor([5, 5, 1]))
    assert taken.n_rows == 3
    assert torch.equal(taken.features, ENSEMBLE.features[[5, 5, 1]]) and torch.equal(taken.mask, MASK[[5, 5, 1]])
