"""Mean relative errors: by hand, whatever the unit, and with a floor."""

import numpy as np
import pytest

from digitwise.metrics.relative import mean_relative_error, relative_floor

Y = np.array([0.0, 1.0, 2.0, -50.0, 1000.0])
PREDICTION = np.array([1.0, 2.0, 2.0, 50.0, 1000.0])


@pytest.mark.parametrize(("floor", "expected"), [(1.0, (1 + 1 + 2) / 5), (100.0, (0.01 + 0.01 + 1) / 5)])
def test_by_hand(floor: float, expected: float) -> None:
    assert mean_relative_error(Y, PREDICTION, floor=floor) == pytest.approx(expected)


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_it_has_no_unit(unit: float) -> None:
    assert mean_relative_error(unit * Y, unit * PREDICTION) == pytest.approx(mean_relative_error(Y, PREDICTION))


def test_a_weight_of_two_is_the_row_twice() -> None:
    weight = np.array([1.0, 2.0, 0.0, 1.0, 3.0])
    repeated = np.repeat(np.arange(5), weight.astype(int))
    weighted = mean_relative_error(Y, PREDICTION, weight, floor=1.0)
    assert weighted == pytest.approx(mean_relative_error(Y[repeated], PREDICTION[repeated], floor=1.0))


def test_the_floor_is_a_size_that_occurs() -> None:
    assert relative_floor(np.zeros(3)) == 1.0
    assert 1.0 <= relative_floor(Y) <= 2.0
    with pytest.raises(ValueError, match="above 0"):
        mean_relative_error(Y, PREDICTION, floor=0.0)
