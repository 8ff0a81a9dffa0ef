"""The doctor's table says what is true of the targets."""

import numpy as np
import pytest

from digitwise.codecs.doctor import diagnose
from digitwise.codecs.fitted_codec import CODEC_FITS, fitted_codec

RNG = np.random.default_rng(0)
COUNTS = RNG.poisson(4.0, 400).astype(float)
WIDE = 10 ** RNG.uniform(-3.0, 5.0, 400)


def test_all_candidates_stand_side_by_side() -> None:
    found = diagnose(COUNTS)
    assert [candidate.name for candidate in found.candidates] == list(CODEC_FITS)
    for candidate in found.candidates:
        fitted = fitted_codec(candidate.name, COUNTS)
        assert (candidate.codec, candidate.scaling) == (fitted.codec, fitted.scaling)
        assert candidate.n_occupied == len(np.unique(COUNTS))
        assert sum(candidate.chance) == pytest.approx(sum(found["integer"].chance))  # all tell all counts apart
        assert candidate.error == pytest.approx(0.0, abs=1e-3)  # but for a held-out greatest count
        assert candidate.n_leaves >= candidate.n_occupied
    assert found.recommended == "integer"


def test_wide_ranges_want_relative_precision() -> None:
    found = diagnose(WIDE)
    assert "integer" not in [candidate.name for candidate in found.candidates]
    affine = diagnose(WIDE, scaling="affine")["normalized"]
    assert found["scientific"].relative_error < 0.05 < affine.relative_error
    assert found["scientific-3"].relative_error < found["scientific"].relative_error
    assert found.recommended == "normalized"
    assert diagnose(WIDE**5).recommended == "scientific"


def test_the_cost_is_that_of_the_tree_decoder() -> None:
    from digitwise.codecs import tree_of
    from digitwise.nn import TreeDecoder

    found = diagnose(WIDE, memory_dim=16)
    for candidate in found.candidates:
        if candidate.n_weights is not None:
            decoder = TreeDecoder(tree_of(candidate.codec), 16)
            assert candidate.n_nodes == decoder.tree.n_nodes
            assert candidate.n_weights == sum(weight.numel() for weight in decoder.parameters())


def test_trees_that_are_not_written_out_are_open() -> None:
    y = RNG.choice([-1.0, 1.0], 2000) * 10 ** RNG.uniform(-20.0, 19.0, 2000)
    found = diagnose(y)
    assert found["scientific-3"].n_weights is None
    assert "open" in str(found)


def test_the_table_lines_up_and_ends_with_the_advice() -> None:
    found = diagnose(COUNTS)
    text = str(found)
    header = next(line for line in text.splitlines() if line.startswith("codec"))
    rows = [line for line in text.splitlines() if line.startswith(tuple(CODEC_FITS)) and "%" in line]
    assert len(rows) == len(found.candidates)
    assert {len(row) for row in rows} == {len(header)}
    assert text.endswith(found.reason)
    assert all(len(line) <= 110 for line in text.splitlines())


@pytest.mark.parametrize("y", [np.array([2.0]), np.array([0.25, 0.25, 0.25]), np.zeros(3)])
def test_one_row_and_constants_are_no_obstacle(y: np.ndarray) -> None:
    found = diagnose(y)
    assert found["normalized"].chance == pytest.approx((0.0,) * 8)
    assert np.isnan(found["normalized"].error)
    assert str(found)


def test_weights_count_rows() -> None:
    weight = RNG.integers(0, 3, 400).astype(float)
    weighted = diagnose(WIDE, weight)
    repeated = diagnose(np.repeat(WIDE, weight.astype(int)))
    for one, other in zip(weighted.candidates, repeated.candidates, strict=True):
        assert one.chance == pytest.approx(other.chance)
        assert (one.codec, one.n_occupied) == (other.codec, other.n_occupied)


def test_many_rows_are_thinned_out_and_the_answer_is_the_same_each_time() -> None:
    y = RNG.normal(size=25_000)
    first, second = diagnose(y), diagnose(y)
    assert first.n_rows == 10_000
    assert [c.chance for c in first.candidates] == [c.chance for c in second.candidates]


def test_candidates_are_found_by_name() -> None:
    with pytest.raises(KeyError, match="no candidate 'roman'"):
        diagnose(COUNTS)["roman"]
