"""Scalings that end at known bounds are the same scalings, narrower."""

import numpy as np
import pytest

from digitwise.codecs.auto_scaling import SCALINGS, make_scaling
from digitwise.codecs.scaling_within import check_within, scaling_within

Y = np.random.default_rng(0).exponential(size=300) + 0.01


@pytest.mark.parametrize("name", SCALINGS)
def test_the_ends_are_the_bounds(name: str) -> None:
    scaling = make_scaling(name, Y).scaling
    low, high = float(Y.min()), float(Y.max())
    narrow = scaling_within(scaling, low, high)
    assert (narrow.low, narrow.high) == pytest.approx((low, high))
    np.testing.assert_allclose(narrow.inverse(narrow.forward(Y)), Y)
    np.testing.assert_allclose(narrow.forward(np.array([low, high])), [0.0, 1.0], atol=1e-12)


@pytest.mark.parametrize("name", SCALINGS)
def test_bounds_out_of_reach_change_nothing(name: str) -> None:
    scaling = make_scaling(name, Y).scaling
    assert scaling_within(scaling, -1e6, 1e6) is scaling
    assert scaling_within(scaling, None, None) is scaling


def test_one_bound_leaves_the_other_end() -> None:
    scaling = make_scaling("affine", Y).scaling
    narrow = scaling_within(scaling, 0.0, None)
    assert (narrow.low, narrow.high) == (0.0, scaling.high)


def test_what_does_not_fit_is_an_error() -> None:
    scaling = make_scaling("affine", Y).scaling
    with pytest.raises(ValueError, match="leave something"):
        scaling_within(scaling, 1e6, None)
    with pytest.raises(ValueError, match="low must lie below high"):
        check_within(Y, 2.0, 1.0)
    with pytest.raises(ValueError, match="1 lie below and 2 above"):
        check_within(np.array([-1.0, 0.0, 5.0, 6.0]), 0.0, 4.0)
