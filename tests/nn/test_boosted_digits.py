"""What is particular to boosted digits; the laws of all policies hold for them in tests/contracts."""

import pytest
import torch

from digitwise.codecs import NormalizedCodec, tree_of
from digitwise.nn import Memory
from digitwise.nn.boosted_digits import LEAST_REACH, BoostedDigits
from digitwise.policy import leaf_probs
from tests.contracts.policies import CODECS, OTHER_CODECS, boosted_policy, make_memory

CODEC = NormalizedCodec(base=2, length=8)


def test_untrained_digits_are_even() -> None:
    model = BoostedDigits(tree_of(CODEC), n_columns=3)
    logits = model.node_logits(Memory(torch.randn(2, 1, 3)))
    assert torch.equal(logits, torch.zeros(2, 255, 2))
    assert torch.equal(model.node_logits(Memory(torch.zeros(2, 1, 3)), torch.tensor([[0, 254]] * 2)), logits[:, :2])


def test_digits_are_even_where_a_row_hardly_comes_by() -> None:
    policy, memory = boosted_policy(CODEC), make_memory(50)
    reach = policy.tree.node_sums(policy.node_log_probs(memory)).exp()
    logits = policy.model.node_logits(memory)
    assert (logits[reach < LEAST_REACH] == 0).all()
    assert (logits[:, :127, 1][reach[:, :127] >= LEAST_REACH] != 0).all()
    assert (reach[:, :127] < LEAST_REACH).any()


def test_a_state_is_loaded_into_a_fresh_model() -> None:
    policy, memory = boosted_policy(CODEC), make_memory(10)
    fresh = boosted_policy(CODEC)
    fresh.model = BoostedDigits(policy.tree, policy.model.n_columns)
    fresh.load_state_dict(policy.state_dict())
    assert torch.equal(leaf_probs(fresh, memory), leaf_probs(policy, memory))


def test_the_type_of_numbers_does_not_change_a_prediction() -> None:
    policy, memory = boosted_policy(CODEC).float(), make_memory(10)
    single = Memory(memory.features.float())
    log_odds = policy.model.log_odds(single)
    again = policy.double().model.log_odds(Memory(single.features.double()))
    assert log_odds.dtype == torch.float32 and torch.equal(again.float(), log_odds)


def test_there_may_be_no_columns() -> None:
    model = BoostedDigits(tree_of(CODEC), n_columns=0)
    assert model.node_logits(Memory(torch.zeros(2, 1, 0))).shape == (2, 255, 2)


@pytest.mark.parametrize("codec", [CODECS["10x3"], CODECS["mixed"], OTHER_CODECS["special"]])
def test_digits_must_be_binary(codec) -> None:
    with pytest.raises(ValueError, match="must be binary"):
        BoostedDigits(tree_of(codec), n_columns=3)
