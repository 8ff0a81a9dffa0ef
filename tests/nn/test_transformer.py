"""A decoder layer does the same whether rows share their start, bring one memory token, or several draws."""

import pytest
import torch
from torch import Tensor

from digitwise.nn import Memory
from digitwise.nn.transformer import CrossContext, DecoderLayer

DIM = 12
STEPS = 5


def make(dropout: float = 0.0) -> DecoderLayer:
    torch.manual_seed(0)
    return DecoderLayer(DIM, 3, 20, dropout).double()


def random(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def memory_of(n_tokens: int, is_masked: bool = False) -> Memory:
    mask = torch.arange(n_tokens) <= torch.tensor([0, 1, n_tokens, n_tokens]).unsqueeze(1)
    return Memory(random(4, n_tokens, DIM, seed=2), mask if is_masked else None)


memories = pytest.mark.parametrize("memory", [memory_of(1), memory_of(3), memory_of(3, True)], ids=["1", "3", "masked"])


@memories
def test_the_layer_written_out(memory: Memory) -> None:
    layer, hidden = make(), random(4, STEPS, DIM)
    normed = layer.self_norm(hidden)
    expected = hidden + layer.self_attention(normed, normed, is_causal=True)
    mask = None if memory.mask is None else memory.mask.unsqueeze(1)
    expected = expected + layer.cross_attention(layer.cross_norm(expected), memory.features, mask)
    expected = expected + layer.feed_forward(layer.feed_norm(expected))
    torch.testing.assert_close(layer(hidden, layer.context(memory), is_causal=True), expected)


@memories
def test_a_start_that_rows_share_equals_the_same_start_for_every_row(memory: Memory) -> None:
    layer, hidden = make(), random(1, STEPS, DIM)
    mask = torch.ones(1, STEPS, STEPS, dtype=torch.bool).tril()
    context = layer.context(memory)
    shared = layer(hidden, context, mask)
    assert shared.shape == (4, STEPS, DIM)
    torch.testing.assert_close(shared, layer(hidden.expand(4, -1, -1), context, mask))


@memories
def test_draws_of_a_row_see_the_memory_of_that_row(memory: Memory) -> None:
    layer, hidden = make(), random(4, 3, STEPS, DIM)  # three draws per row
    context = layer.context(memory)
    together = layer(hidden.flatten(0, 1), context, is_causal=True).unflatten(0, (4, 3))
    for draw in range(3):
        torch.testing.assert_close(together[:, draw], layer(hidden[:, draw], context, is_causal=True))


def test_the_answer_of_a_single_memory_token_is_found_without_its_queries() -> None:
    layer, hidden, memory = make(), random(4, STEPS, DIM), memory_of(1)
    context = layer.context(memory)
    assert context.answer is not None
    attended = layer(hidden, CrossContext(None, memory), is_causal=True)
    torch.testing.assert_close(layer(hidden, context, is_causal=True), attended)


def test_dropout_is_drawn_for_every_draw_and_step() -> None:
    layer, memory = make(dropout=0.5).train(), memory_of(1)
    hidden = random(1, 1, DIM).expand(8, STEPS, DIM)  # two draws per row
    out = layer(hidden, layer.context(memory), is_causal=True)
    assert len(torch.unique(out.flatten(0, 1), dim=0)) == 8 * STEPS
