"""A memory pools its real tokens."""

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
