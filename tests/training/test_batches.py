"""Batches deal out every row once, evenly, in an order that the seed decides."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitwise.training import Rows, automatic_batch_size
from digitwise.training.batches import batch_count, shuffled_batches
from tests.training.toy import make_rows


def numbered(n_rows: int) -> Rows:
    number = torch.arange(n_rows)
    return Rows(number.float().unsqueeze(1), number.unsqueeze(1), number.double(), number.float(), number.double())


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 300), st.integers(1, 64))
def test_every_row_comes_once_and_batches_are_even(n_rows: int, batch_size: int) -> None:
    batches = list(shuffled_batches(numbered(n_rows), batch_size))
    sizes = [len(batch) for batch in batches]
    assert len(batches) == batch_count(n_rows, batch_size)
    assert max(sizes) - min(sizes) <= 1
    assert sorted(torch.cat([batch.z for batch in batches]).tolist()) == list(range(n_rows))


def test_the_parts_of_a_row_stay_together() -> None:
    for batch in shuffled_batches(numbered(50), 8):
        assert torch.equal(batch.numeric.squeeze(1), batch.weight)
        assert torch.equal(batch.categorical.squeeze(1), batch.z.long())
        assert torch.equal(batch.weight, batch.z.float())


def test_the_seed_decides_the_order() -> None:
    def order(seed: int) -> list[float]:
        torch.manual_seed(seed)
        return torch.cat([batch.z for batch in shuffled_batches(numbered(40), 8)]).tolist()

    assert order(0) == order(0)
    assert order(0) != order(1)


def test_the_order_is_drawn_at_once() -> None:
    torch.manual_seed(0)
    batches = shuffled_batches(numbered(40), 8)
    state = torch.get_rng_state()
    list(batches)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("index", [slice(2, 5), torch.tensor([2, 3, 4])])
def test_take_returns_the_named_rows(index: slice | torch.Tensor) -> None:
    taken = numbered(10).take(index)
    assert taken.z.tolist() == [2.0, 3.0, 4.0]
    assert len(taken) == 3


def test_rows_move_to_a_device_whole() -> None:
    moved = make_rows(3).to(torch.device("meta"))
    assert {part.device.type for part in vars(moved).values() if part is not None} == {"meta"}


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 10**7))
def test_the_automatic_size_is_a_power_of_two_within_bounds(n_rows: int) -> None:
    size = automatic_batch_size(n_rows)
    assert 32 <= size <= 256
    assert size & (size - 1) == 0
    assert size <= automatic_batch_size(2 * n_rows)
