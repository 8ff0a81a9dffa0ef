"""Bytes, local convolutions, and what is kept of long texts."""

import numpy as np
import pytest
import torch
from torch import nn

from digitwise.encoders.sequence import ByteTokenizer, TextTransformer, head_and_tail, tokenizer_from_dict
from digitwise.encoders.sequence.local_convolutions import LocalConvolutions

SMALL = {"dim": 16, "n_layers": 1, "n_heads": 2, "feed_forward_dim": 32, "dropout": 0.0}


@pytest.mark.parametrize(
    ("length", "max_length", "kept"),
    [
        (3, 3, [0, 1, 2]),
        (4, 3, [0, 1, 3]),
        (9, 4, [0, 1, 7, 8]),
        (9, 1, [0]),
        (0, 2, []),
    ],
)
def test_head_and_tail(length: int, max_length: int, kept: list[int]) -> None:
    assert head_and_tail(np.arange(length), max_length).tolist() == kept


def test_bytes_can_be_read_back() -> None:
    for text in ("", "plain", "数字 µ", "\x00\n", "\ud800"):
        row = ByteTokenizer(max_length=100).ids([text])[0]
        assert row[0] == 256
        assert bytes(row[1:].tolist()).decode("utf-8", errors="surrogatepass") == text


def test_long_texts_keep_both_ends_and_bounded_rows() -> None:
    tokenizer = TextTransformer(max_length=64).tokenizer([])
    middles = ["a" * 100_000, "b" * 90_000]
    ids = tokenizer.ids(["head" + middle + "tail" for middle in middles])
    assert ids.shape == (2, 64)
    assert bytes(ids[0, 1:5].tolist()) == b"head" and bytes(ids[1, -4:].tolist()) == b"tail"


def test_convolutions_equal_those_of_each_row_alone() -> None:
    torch.manual_seed(0)
    local = LocalConvolutions(dim=32, n_halvings=3).double()
    lengths = (1, 7, 8, 9, 23)
    hidden = torch.randn(len(lengths), 23, local.in_dim, dtype=torch.float64)
    mask = torch.arange(23) < torch.tensor(lengths).unsqueeze(1)
    out, kept = local(hidden, mask)
    for row, length in enumerate(lengths):
        x = hidden[row : row + 1, :length].transpose(1, 2)
        for stage in local.stages:
            x = nn.functional.gelu(stage(x))
        assert kept[row].sum() == x.shape[2] == -(-length // 8)
        torch.testing.assert_close(out[row, : x.shape[2]], local.norm(x.transpose(1, 2))[0])


def test_the_order_of_far_apart_words_matters() -> None:
    torch.manual_seed(0)
    settings = TextTransformer(**SMALL)
    tokenizer = settings.tokenizer([])
    encoder = settings.build(tokenizer)
    texts = ["first" + " " * 200 + "other", "other" + " " * 200 + "first"]
    one, other = encoder(torch.from_numpy(tokenizer.ids(texts))).pooled
    assert (one - other).abs().max() > 1e-5


def test_it_learns_to_count() -> None:
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    counts = rng.integers(0, 6, 48)
    texts = ["".join(rng.permutation(list("x" * count + "." * (20 - count)))) for count in counts]
    settings = TextTransformer(**SMALL, patch=4)
    tokenizer = settings.tokenizer(texts)
    encoder, read = settings.build(tokenizer), nn.Linear(16, 1)
    ids, y = torch.from_numpy(tokenizer.ids(texts)), torch.tensor(counts, dtype=torch.float32)
    optimizer = torch.optim.AdamW([*encoder.parameters(), *read.parameters()], lr=1e-2)
    for _ in range(40):
        loss = (read(encoder(ids).pooled).squeeze(1) - y).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.25 * y.var().item()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"dim": 0}, "dim must be at least 1"),
        ({"dim": 12, "n_heads": 4}, "multiple of 2 n_heads"),
        ({"patch": 6}, "power of 2"),
        ({"patch": 0}, "power of 2"),
        ({"dropout": 1.0}, "dropout"),
        ({"max_length": 0}, "max_length"),
        ({"pool": "mean"}, "pool must be"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(Exception, match=f"{message}|Type-check error"):
        TextTransformer(**wrong)


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="must be one of"):
        tokenizer_from_dict({"kind": "words"})
