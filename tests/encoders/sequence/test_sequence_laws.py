"""Laws of every encoder of text: ids are ids, and a row's memory is its own."""

import json

import pytest
import torch
from torch import Tensor

from digitwise.codecs import NormalizedCodec, tree_of
from digitwise.encoders.sequence import PADDING, SequenceEncoder, SequenceModule, TextTokenizer, tokenizer_from_dict
from digitwise.encoders.sequence.token_transformer import TokenTransformer
from digitwise.nn import Memory, Transformer, Tree
from digitwise.policy import Policy, leaf_probs
from tests.encoders.sequence.members import MEMBERS, TEXTS


@pytest.fixture(scope="module", params=MEMBERS)
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SequenceEncoder:
    return MEMBERS[request.param](tmp_path_factory.mktemp("member"))


@pytest.fixture(scope="module")
def tokenizer(settings: SequenceEncoder) -> TextTokenizer:
    return settings.tokenizer(TEXTS)


@pytest.fixture(scope="module")
def ids(tokenizer: TextTokenizer) -> Tensor:
    return torch.from_numpy(tokenizer.ids(TEXTS))


@pytest.fixture
def encoder(settings: SequenceEncoder, tokenizer: TextTokenizer) -> SequenceModule:
    torch.manual_seed(0)
    return settings.build(tokenizer).double().eval()


def test_members_keep_the_protocols(
    settings: SequenceEncoder, tokenizer: TextTokenizer, encoder: SequenceModule
) -> None:
    assert isinstance(settings, SequenceEncoder)
    assert isinstance(tokenizer, TextTokenizer)
    assert isinstance(encoder, SequenceModule)


def test_ids_are_in_range_and_padded_at_the_right(tokenizer: TextTokenizer, ids: Tensor) -> None:
    is_real = ids != PADDING
    assert is_real[:, 0].all()
    assert (is_real[:, 1:] <= is_real[:, :-1]).all()
    assert (ids[is_real] >= 0).all() and (ids[is_real] < tokenizer.n_ids).all()
    assert is_real.any(0).all(), "no column is padding alone"


def test_ids_of_a_text_do_not_depend_on_the_others(tokenizer: TextTokenizer, ids: Tensor) -> None:
    for row, text in zip(ids, TEXTS, strict=True):
        alone = torch.from_numpy(tokenizer.ids([text]))[0]
        assert row[: len(alone)].tolist() == alone.tolist()
        assert (row[len(alone) :] == PADDING).all()


def test_no_texts_are_no_rows(tokenizer: TextTokenizer) -> None:
    assert tokenizer.ids([]).shape[0] == 0


def test_a_stored_tokenizer_writes_the_same_ids(tokenizer: TextTokenizer, ids: Tensor) -> None:
    restored = tokenizer_from_dict(json.loads(json.dumps(tokenizer.to_dict())))
    assert restored.n_ids == tokenizer.n_ids
    assert restored.ids(TEXTS).tolist() == ids.tolist()


@pytest.mark.parametrize("wrong", ["CCO", ["CCO", None], [3.5]])
def test_only_strings_are_texts(tokenizer: TextTokenizer, wrong: object) -> None:
    with pytest.raises(Exception, match=r"Texts must be|Type-check error"):
        tokenizer.ids(wrong)


def same(memory: Memory, row: int, other: Memory, other_row: int, tolerance: float) -> None:
    """Check that two rows have the same memory, padding aside."""
    parts = []
    for each, index in ((memory, row), (other, other_row)):
        features = each.features[index]
        parts.append(features if each.mask is None else features[each.mask[index]])
    torch.testing.assert_close(parts[0], parts[1], rtol=tolerance, atol=tolerance)


def test_the_memory_of_a_row_is_its_own(encoder: SequenceModule, ids: Tensor) -> None:
    tolerance = 1e-9 if isinstance(encoder, TokenTransformer) else 1e-5  # some pretrained norms work in float32
    with torch.no_grad():
        together, padded = encoder(ids), encoder(torch.nn.functional.pad(ids, (0, 7), value=PADDING))
        assert together.features.shape[2] == encoder.out_dim
        assert together.features.isfinite().all()
        for row in range(len(ids)):
            alone = encoder(ids[row : row + 1])
            same(alone, 0, together, row, tolerance)
            same(alone, 0, padded, row, tolerance)


def test_the_memory_depends_on_the_text(encoder: SequenceModule, ids: Tensor) -> None:
    with torch.no_grad():
        pooled = encoder(ids).pooled
    distance = torch.cdist(pooled, pooled) + torch.eye(len(ids))
    assert distance.min() > 1e-6


@pytest.mark.parametrize("decoder", [Tree(), Transformer(dim=8, n_heads=2, n_layers=1, feed_forward_dim=8)])
def test_decoders_read_the_memory(encoder: SequenceModule, ids: Tensor, decoder: Tree | Transformer) -> None:
    codec = NormalizedCodec(base=2, length=3)
    tree = tree_of(codec)
    policy = Policy(decoder.build(tree, encoder.out_dim), codec, tree).double()
    with torch.no_grad():
        probs = leaf_probs(policy, encoder(ids))
    torch.testing.assert_close(probs.sum(1), torch.ones(len(ids), dtype=torch.float64))
