"""Ids of texts: some rows at a time, in a small type."""

import tracemalloc

import numpy as np
import pytest
import torch

from digitwise import TextDecodingRegressor, TextTransformer
from digitwise.encoders import Columns
from digitwise.encoders.columns_tensors import ROWS_PER_PASS, TextSequences
from digitwise.encoders.columns_text import TextReading
from digitwise.encoders.sequence import PADDING

SMALL = TextTransformer(dim=16, n_layers=1, n_heads=2, feed_forward_dim=32, max_length=300)
READING = TextReading(features=None, sequence=SMALL)
N = 6 * ROWS_PER_PASS + 5
TEXTS = [f"{number} {'x' * (number % 290)}" for number in range(N)]


def test_ids_are_those_of_the_tokenizer_in_a_small_type() -> None:
    columns, tensors = Columns.fit_transform([[text] for text in TEXTS], text="all", reading=READING)
    expected = SMALL.tokenizer([]).ids(TEXTS)
    assert columns.n_numeric == 0 and tensors.ids is not None
    assert tensors.ids.dtype == torch.int16
    assert np.array_equal(tensors.ids.numpy(), expected)
    assert torch.equal(columns.transform([[text] for text in TEXTS]).ids, tensors.ids)


def test_rows_that_are_asked_for_have_the_ids_of_these_rows_alone() -> None:
    table = [[text] for text in TEXTS[:20]]
    columns, tensors = Columns.fit_transform(table, text="all", reading=READING)
    some = columns.read(table).take(slice(3, 9))
    assert torch.equal(some.ids, columns.transform(table[3:9]).ids)
    assert torch.equal(tensors.take(np.arange(3, 9)).ids, some.ids)
    assert len(tensors.take(np.arange(0))) == 0


@pytest.mark.parametrize("largest", [126, 127, 128, 32_767, 32_768, 2**31 - 1, 2**31])
def test_no_id_is_too_large(largest) -> None:
    class Numbers:
        n_ids = largest + 1

        def ids(self, texts):
            return np.array([[int(text), PADDING] for text in texts], dtype=np.int64)

        def to_dict(self):
            return {}

    texts = ["1"] * ROWS_PER_PASS + [str(largest)]
    ids = TextSequences(texts=texts, tokenizer=Numbers()).ids(slice(None))
    assert ids[:, 0].tolist() == [1] * ROWS_PER_PASS + [largest] and (ids[:, 1] == PADDING).all()
    assert largest <= np.iinfo(ids.dtype).max <= max(127, 2 * largest**2)


def test_predictions_make_ids_of_some_rows_at_a_time() -> None:
    model = TextDecodingRegressor(encoder=SMALL, max_epochs=1, finetune=None, random_state=0)
    model.fit(TEXTS[:40], np.arange(40.0))
    passes: list[int] = []

    def rows_of(rows):
        passes.append(len(rows))
        return rows

    def read(texts):
        tracemalloc.start()
        try:
            lengths = model._read(texts, lambda rows: (rows.ids != PADDING).sum(1).numpy(), laws_of=rows_of)
            return lengths, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    _, peak_of_one = read(TEXTS[:ROWS_PER_PASS])
    passes.clear()
    lengths, peak = read(TEXTS)
    assert lengths.tolist() == [min(1 + len(text), 300) for text in TEXTS]
    assert sum(passes) == N and max(passes) <= ROWS_PER_PASS
    assert peak < 1.5 * peak_of_one
