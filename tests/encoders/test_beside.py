"""A table and a text in one memory."""

import pytest
import torch
from torch import Tensor

from digitwise.encoders import Beside, TabularEncoder
from digitwise.encoders.sequence import TextTransformer

SETTINGS = TextTransformer(dim=16, n_layers=1, n_heads=2, feed_forward_dim=16, patch=1, dropout=0.0)
TEXTS = ["ab", "", "abcd"]


def make(*, pool: str = "tokens", n_members: int = 1, **settings: object) -> Beside:
    torch.manual_seed(0)
    table = TabularEncoder(2, [4], hidden_dim=8, n_layers=1, dropout=0.0, n_members=n_members)
    text = TextTransformer(**vars(SETTINGS) | {"pool": pool})
    return Beside(table, text.build(text.tokenizer([])), **settings).double().eval()


def rows() -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    numeric = torch.randn(3, 2, generator=generator, dtype=torch.float64)
    return numeric, torch.tensor([[2], [3], [2]]), torch.from_numpy(SETTINGS.tokenizer([]).ids(TEXTS))


def test_the_tokens_of_both_are_there() -> None:
    encoder = make(dim=12)
    memory = encoder(*rows())
    assert memory.features.shape == (3, 1 + 5, 12) and encoder.out_dim == 12
    assert memory.mask is not None
    assert memory.mask.tolist() == [[True] * (2 + len(text)) + [False] * (4 - len(text)) for text in TEXTS]


def test_no_mask_is_needed_where_all_are_real() -> None:
    memory = make(pool="attention")(*rows())
    assert memory.features.shape == (3, 2, 16) and memory.mask is None


@pytest.mark.parametrize("pool", ["attention", "tokens"])
def test_as_one_there_is_one_token(pool: str) -> None:
    memory = make(pool=pool, as_one=True)(*rows())
    assert memory.features.shape == (3, 1, 16) and memory.mask is None


@pytest.mark.parametrize("as_one", [True, False])
@pytest.mark.parametrize("n_members", [1, 3])
def test_a_row_is_its_own_and_depends_on_table_and_text(as_one: bool, n_members: int) -> None:
    encoder, (numeric, codes, ids) = make(as_one=as_one, n_members=n_members), rows()
    with torch.no_grad():
        memory = encoder(numeric, codes, ids)
        assert (memory.n_members, memory.n_rows) == (n_members, 3)
        pooled = memory.pooled
        torch.testing.assert_close(encoder(numeric[:1], codes[:1], ids[:1]).pooled, pooled[:n_members])
        other_table = encoder(numeric + 1, codes, ids).pooled
        other_text = encoder(numeric, codes, ids.flip(0)).pooled
    own = n_members  # of the first row
    assert (other_table - pooled).abs().amax(1).min() > 1e-4
    assert (other_text - pooled)[:own].abs().amax(1).min() > 1e-4


def test_gradients_reach_both() -> None:
    encoder = make()
    encoder(*rows()).pooled.square().sum().backward()
    first = (encoder.table_encoder.layers[0].weight, encoder.text_encoder.embedding.weight)
    assert all(weight.grad is not None and weight.grad.any() for weight in first)
