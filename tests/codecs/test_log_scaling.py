"""Log and symlog scalings: what their formulas promise."""

import numpy as np
import pytest

from digitwise.codecs.log_scaling import SMALLEST_THRESHOLD, LogScaling, SymlogScaling


def test_equal_ratios_are_equal_steps():
    scaling = LogScaling.fit([1e-3, 1e3], margin=0.1)
    steps = np.diff(scaling.forward(10.0 ** np.arange(-3, 4)))
    np.testing.assert_allclose(steps, steps[0])


def test_symlog_is_odd_about_zero():
    y = np.array([-50.0, -3.0, 3.0, 50.0])
    scaling = SymlogScaling.fit(y)
    np.testing.assert_allclose(scaling.forward(y) + scaling.forward(-y), 1.0)
    assert scaling.forward(0.0) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        ([0.0, 0.0, 1.0, 2.0, 3.0, 4.0], 1.0),  # zeros do not count
        ([-1.0, -2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], 2.0),  # signs do not matter
        ([1e-17, -1e-17, 2e-17, 4.0], 4.0 * SMALLEST_THRESHOLD),  # rounding noise
        ([0.0, 0.0], 1.0),
    ],
)
def test_threshold_is_the_lower_quartile_of_the_sizes(y, expected):
    assert SymlogScaling.fit(y).linear_threshold == expected


@pytest.mark.parametrize("cls", [LogScaling, SymlogScaling])
def test_units_do_not_matter(cls):
    y = np.array([0.5, 2.0, 30.0, 400.0])
    z = cls.fit(y).forward(y)
    np.testing.assert_allclose(cls.fit(1e6 * y).forward(1e6 * y), z, rtol=1e-12)
