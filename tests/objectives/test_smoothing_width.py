"""The bell's default width follows the targets."""

import numpy as np
import pytest

from digitwise import CrossEntropy, NormalizedCodec, SmoothedCrossEntropy
from digitwise.objectives.smoothed_targets import automatic_width

rng = np.random.default_rng(0)


def test_more_rows_get_a_narrower_bell() -> None:
    few, many = 0.5 + 0.1 * rng.standard_normal(300), 0.5 + 0.1 * rng.standard_normal(30_000)
    assert automatic_width(few) > 2 * automatic_width(many) > 0


def test_a_wider_law_gets_a_wider_bell() -> None:
    z = rng.uniform(size=1000)
    assert automatic_width(z / 10) == pytest.approx(automatic_width(z) / 10)


def test_few_distinct_values_are_not_blurred_into_each_other() -> None:
    z = rng.integers(0, 6, size=1000) / 6
    assert automatic_width(z) <= 1 / 6 / 4


def test_a_constant_target_gets_none() -> None:
    assert automatic_width(np.full(50, 0.5)) == 0.0


def test_the_width_must_be_settled_before_use_and_sensible() -> None:
    with pytest.raises(ValueError, match="at least 0"):
        SmoothedCrossEntropy(width=-1.0)
    with pytest.raises(ValueError, match="final_share must lie"):
        SmoothedCrossEntropy(final_share=1.5)
    with pytest.raises(ValueError, match="one weight per digit"):
        CrossEntropy(digit_weights=(1.0, 2.0)).adapt(np.zeros(3), NormalizedCodec())
    with pytest.raises(ValueError, match="non-negative"):
        CrossEntropy(digit_weights=(-1.0, 2.0))
    settled = SmoothedCrossEntropy().adapt(np.linspace(0, 1, 100), NormalizedCodec())
    assert isinstance(settled.width, float)
