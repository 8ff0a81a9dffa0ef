"""The levels of a digit tree have the borders that the codec itself gives its prefixes."""

import numpy as np
import pytest
import torch

from digitwise.codecs import (
    Bounded,
    Codec,
    NormalizedCodec,
    RepeatedCodec,
    ScientificCodec,
    covered,
    digit_levels,
    edges_of,
    tree_of,
)

CODECS = {
    "binary": NormalizedCodec(base=2, length=4),
    "decimal": NormalizedCodec(base=10, length=2),
    "scientific": ScientificCodec(n_digits=2, min_exponent=-1, max_exponent=1),
    "bounded": Bounded(ScientificCodec(n_digits=2, min_exponent=-1, max_exponent=1), low=0.0, high=9.0),
}


@pytest.mark.parametrize("name", CODECS)
def test_borders_are_those_of_the_prefixes(name: str) -> None:
    codec: Codec = CODECS[name]
    levels = digit_levels(codec, edges_of(codec, tree_of(codec)).numpy(), codec.length + 3)
    assert len(levels) == codec.length
    for level in levels:
        low, high = covered(codec, torch.from_numpy(level.tokens))
        np.testing.assert_allclose(level.borders[:-1], low, atol=1e-12)
        np.testing.assert_allclose(level.borders[1:], high, atol=1e-12)
        assert (np.diff(level.borders) > 0).all()


@pytest.mark.parametrize(
    ("codec", "n_edges"),
    [(NormalizedCodec(base=2, length=3), 5), (RepeatedCodec(NormalizedCodec(base=2, length=2), n_copies=2), 5)],
)
def test_without_one_interval_for_each_prefix_there_are_no_levels(codec: Codec, n_edges: int) -> None:
    with pytest.raises(ValueError, match="ordered codec whose tree is enumerated, with 4 leaves"):
        digit_levels(codec, np.arange(float(n_edges)), 2)
