import copy
import pickle

import torch

from digitwise.nn.boosted_trees import BoostedTrees
from tests.contracts.policies import random_trees

X = torch.randn(20, 4, generator=torch.Generator().manual_seed(1))


def filled(n_trees: int = 30) -> BoostedTrees:
    booster = BoostedTrees()
    booster.give(random_trees(n_trees, 4, 1.0, torch.Generator().manual_seed(0)))
    return booster


def test_it_is_the_constant_0_until_trees_are_given() -> None:
    booster = BoostedTrees()
    assert not booster.is_trained and torch.equal(booster(X), torch.zeros(20, dtype=torch.float64))
    assert filled().is_trained and filled()(X).std() > 0.5


def test_a_state_with_other_numbers_of_trees_is_loaded() -> None:
    for start in (BoostedTrees(), filled(7), filled(50)):
        start(X)
        start.load_state_dict(filled().state_dict())
        assert torch.equal(start(X), filled()(X))
    booster = filled()
    booster.load_state_dict(BoostedTrees().state_dict())
    assert torch.equal(booster(X), BoostedTrees()(X))


def test_its_type_does_not_change_a_prediction() -> None:
    booster = filled()
    single = booster(X)
    assert torch.equal(booster.double()(X.double()), single)


def test_copies_predict_the_same() -> None:
    booster = filled()
    expected = booster(X)
    assert torch.equal(copy.deepcopy(booster)(X), expected)
    assert torch.equal(pickle.loads(pickle.dumps(booster))(X), expected)


def test_new_trees_take_the_place_of_the_old() -> None:
    booster = filled(50)
    booster(X)
    booster.give(filled().trees)
    assert torch.equal(booster(X), filled()(X))
