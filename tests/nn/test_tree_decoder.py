"""A large tree gathers the weights of the nodes it needs; a small one computes them all. The logits are the same."""

import pytest
import torch
from torch import Tensor

from digitwise.nn import Memory, TreeDecoder, tree_decoder
from tests.contracts.policies import CODECS, make_memory, make_policy

codecs = pytest.mark.parametrize("codec", list(CODECS))


def decoder(codec: str) -> TreeDecoder:
    model = make_policy(f"tree-{codec}").model
    assert isinstance(model, TreeDecoder)
    with torch.no_grad():
        model.bias.normal_(generator=torch.Generator().manual_seed(1))
    return model


def as_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_decoder, "DENSE_NODE_LIMIT", 0)


@codecs
def test_logits_are_linear_in_the_memory(codec: str) -> None:
    model, memory = decoder(codec), make_memory(4)
    logits = model.node_logits(memory)
    for node in range(0, model.tree.n_nodes, 5):
        expected = memory.features[:, 0] @ model.weight[:, node].T + model.bias[:, node]
        if model.is_binary:
            expected = torch.cat([torch.zeros_like(expected), expected], dim=1)
        torch.testing.assert_close(logits[:, node], expected)


@codecs
@pytest.mark.parametrize("n_tokens", [1, 3])
def test_gathered_nodes_equal_the_dense_ones(codec: str, n_tokens: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model, memory = decoder(codec), make_memory(4, n_tokens)
    nodes = torch.randint(model.tree.n_nodes, (4, 9), generator=torch.Generator().manual_seed(0))

    def logits_and_gradients() -> list[Tensor]:
        logits = model.node_logits(memory, nodes)
        return [logits, *torch.autograd.grad((logits**2).sum(), [model.weight, model.bias])]

    dense = logits_and_gradients()
    as_large(monkeypatch)
    for gathered, expected in zip(logits_and_gradients(), dense, strict=True):
        torch.testing.assert_close(gathered, expected)


@codecs
def test_sequences_and_steps_are_the_same_on_a_large_tree(codec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, memory = decoder(codec), make_memory(4)
    tokens = CODECS[codec].encode(torch.rand(4, 3, dtype=torch.float64))

    def ask(memory: Memory) -> tuple[Tensor, Tensor]:
        state = model.start(memory, 3)
        steps = [state.step(None)] + [state.step(tokens[..., step]) for step in range(tokens.shape[-1] - 1)]
        return model.sequence_logits(memory, tokens), torch.stack(steps, dim=2)

    forced, stepped = ask(memory)
    torch.testing.assert_close(forced, stepped)
    as_large(monkeypatch)
    for gathered in ask(memory):
        torch.testing.assert_close(gathered, forced)


def test_a_named_node_may_come_twice() -> None:
    model, memory = decoder("10x3"), make_memory(2)
    logits = model.node_logits(memory, torch.tensor([[0, 3, 3], [7, 0, 7]]))
    assert torch.equal(logits[0, 1], logits[0, 2])
    assert torch.equal(logits[1, 0], logits[1, 2])


def test_an_untrained_tree_is_nearly_uniform() -> None:
    torch.manual_seed(0)
    fresh = TreeDecoder(decoder("10x3").tree, 16)
    probs = fresh.node_logits(Memory(torch.randn(50, 1, 16))).softmax(-1)
    assert probs.max() < 0.5
    assert not torch.isnan(probs).any()
