"""Attention is the textbook formula, with and without a cache."""

import math

import pytest
import torch
from torch import Tensor, nn

from digitwise.nn.attention import Attention, KeyValueCache

DIM = 12


def make(n_heads: int = 3) -> Attention:
    torch.manual_seed(0)
    return Attention(DIM, n_heads).double()


def random(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def written_out(attention: Attention, queries: Tensor, source: Tensor, may_look: Tensor) -> Tensor:
    """Return softmax(q kᵀ / √d) v, head by head."""
    query = attention.query(queries)
    key, value = attention.key_value(source).chunk(2, dim=-1)
    width = DIM // attention.n_heads
    heads = []
    for head in range(attention.n_heads):
        part = slice(head * width, (head + 1) * width)
        scores = query[..., part] @ key[..., part].transpose(1, 2) / math.sqrt(width)
        heads.append(scores.masked_fill(~may_look, -torch.inf).softmax(-1) @ value[..., part])
    return attention.out(torch.cat(heads, dim=-1))


def as_torchs(attention: Attention) -> nn.MultiheadAttention:
    """Return torch's module with the same weights."""
    torchs = nn.MultiheadAttention(DIM, attention.n_heads, batch_first=True).double()
    with torch.no_grad():
        torchs.in_proj_weight.copy_(torch.cat([attention.query.weight, attention.key_value.weight]))
        torchs.in_proj_bias.copy_(torch.cat([attention.query.bias, attention.key_value.bias]))
    torchs.out_proj.load_state_dict(attention.out.state_dict())
    return torchs


@pytest.mark.parametrize("n_heads", [1, 3, 12])
def test_it_is_the_textbook_formula(n_heads: int) -> None:
    attention, queries, source = make(n_heads), random(4, 5, DIM), random(4, 7, DIM, seed=2)
    mask = random(4, 5, 7, seed=3) > -0.5
    mask[:, :, 0] = True
    everything = torch.ones(1, 1, 7, dtype=torch.bool)
    for may_look in (None, mask, mask[:, :1], mask[:1]):
        answer = attention(queries, source, may_look)
        torch.testing.assert_close(
            answer, written_out(attention, queries, source, everything if may_look is None else may_look)
        )
    torch.testing.assert_close(attention(queries, source), as_torchs(attention)(queries, source, source)[0])


def test_causal_steps_look_back_only() -> None:
    attention, steps = make(), random(2, 6, DIM)
    back = torch.ones(6, 6, dtype=torch.bool).tril()
    answer = attention(steps, steps, is_causal=True)
    torch.testing.assert_close(answer, written_out(attention, steps, steps, back))
    torch.testing.assert_close(answer, as_torchs(attention)(steps, steps, steps, attn_mask=~back)[0])


@pytest.mark.parametrize("chunks", [[1] * 6, [2, 1, 3], [6]])
def test_a_cache_gives_what_one_pass_gives(chunks: list[int]) -> None:
    attention, steps = make(), random(2, 6, DIM)
    cache = attention.new_cache(2, 6)
    answers, done = [], 0
    for part in steps.split(chunks, dim=1):
        back = torch.ones(done + part.shape[1], done + part.shape[1], dtype=torch.bool).tril()[done:]
        answers.append(attention(part, part, back.unsqueeze(0), cache=cache))
        done += part.shape[1]
        assert cache.size == done
    torch.testing.assert_close(torch.cat(answers, dim=1), attention(steps, steps, is_causal=True))


def test_appending_returns_all_steps_so_far_without_a_copy() -> None:
    cache = KeyValueCache(torch.empty(2, 3, 5, 4), torch.empty(2, 3, 5, 4))
    first, second = torch.rand(2, 3, 2, 4), torch.rand(2, 3, 1, 4)
    cache.append(first, -first)
    keys, values = cache.append(second, -second)
    assert torch.equal(keys, torch.cat([first, second], dim=2))
    assert torch.equal(values, -keys)
    assert keys.data_ptr() == cache.keys.data_ptr()


def test_selecting_keeps_the_named_draws_of_every_row() -> None:
    number = torch.arange(6.0).view(6, 1, 1, 1).expand(6, 2, 4, 3)  # two rows of three draws
    cache = KeyValueCache(number.clone(), -number, size=2)
    cache.select(3, torch.tensor([2, 0, 0, 1]))
    kept = torch.tensor([2.0, 0, 0, 1, 5, 3, 3, 4])
    assert torch.equal(cache.keys[:, :, :2], kept.view(8, 1, 1, 1).expand(8, 2, 2, 3))
    assert torch.equal(cache.values[:, :, :2], -cache.keys[:, :, :2])
    assert (cache.size, cache.keys.shape) == (2, (8, 2, 4, 3))  # room for the steps to come


def test_selected_draws_go_on_as_if_they_had_always_been_there() -> None:
    attention, steps, more = make(), random(6, 3, DIM), random(4, 1, DIM, seed=2)
    cache, draws = attention.new_cache(6, 4), torch.tensor([2, 0])
    attention(steps, steps, torch.ones(3, 3, dtype=torch.bool).tril().unsqueeze(0), cache=cache)
    cache.select(3, draws)
    kept = torch.cat([steps.unflatten(0, (2, 3))[:, draws].flatten(0, 1), more], dim=1)
    expected = attention(kept, kept, is_causal=True)[:, -1:]
    torch.testing.assert_close(attention(more, more, cache=cache), expected)


def test_with_one_source_step_the_answer_does_not_depend_on_the_query() -> None:
    attention, queries, source = make(), random(4, 5, DIM), random(4, 1, DIM, seed=2)
    torch.testing.assert_close(attention.single_source(source).expand(4, 5, DIM), attention(queries, source))


def test_heads_that_do_not_divide_the_width_are_named() -> None:
    with pytest.raises(ValueError, match="dim must be a multiple of n_heads, but got dim=12 and n_heads=5"):
        Attention(12, 5)
