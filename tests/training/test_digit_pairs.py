import numpy as np
import torch

from digitwise.training.digit_pairs import LEAST_MASS, bell_on_prefixes, pairs_of_level

PLACE = torch.tensor([0.1, 0.5, 0.77], dtype=torch.float64)
X = torch.tensor([[1.0, 0.15], [2.0, 0.4], [3.0, 0.8]])


def test_a_bell_without_width_is_the_target_s_own_path() -> None:
    bell = bell_on_prefixes(PLACE, 0.0, 4)
    assert bell.argmax(1).tolist() == [1, 8, 12] and bell.sum(1).tolist() == [1.0, 1.0, 1.0]
    pairs = pairs_of_level(X, bell, torch.ones(3).double(), level=2)
    assert (
        pairs.x[:, 2].tolist() == [0, 2, 3] and pairs.share.tolist() == [0, 0, 0] and pairs.weight.tolist() == [1] * 3
    )


def test_pairs_are_the_prefixes_that_the_bell_touches() -> None:
    bell, weight = bell_on_prefixes(PLACE, 0.05, 5), torch.tensor([1.0, 2.0, 0.0]).double()
    pairs = pairs_of_level(X, bell, weight, level=1)
    # the middle one stands on the border of both halves; the last has no weight
    assert pairs.x[:, [0, 2]].tolist() == [[1, 0], [2, 0], [2, 1]]
    np.testing.assert_allclose(pairs.weight, [1, 1, 1], atol=1e-2)
    np.testing.assert_allclose(pairs.share, [0, 1, 0], atol=1e-2)
    np.testing.assert_allclose(pairs.x[:, 3], [0.15 - 0.25, 0.4 - 0.25, 0.4 - 0.75], atol=1e-6)
    deep = pairs_of_level(X, bell, weight, level=4)
    masses = bell.view(3, 16, 2).sum(2)
    assert len(deep.x) == int((masses[:2] > LEAST_MASS).sum())


def test_hard_labels_have_the_same_cross_entropy() -> None:
    pairs = pairs_of_level(X, bell_on_prefixes(PLACE, 0.1, 4), torch.ones(3).double(), level=3)
    x, label, weight = pairs.labelled()
    log_odds = 3 * x[:, 1] - x[:, 3]
    losses = np.logaddexp(0, log_odds) - label * log_odds
    soft = pairs.loss(3 * pairs.x[:, 1] - pairs.x[:, 3])
    np.testing.assert_allclose(np.average(losses, weights=weight), soft, rtol=1e-6)
    assert (weight > 0).all()
