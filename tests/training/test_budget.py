"""What counts as beyond a calibration budget."""

import math
from typing import Any

import pytest

from digitwise import CalibrationBudget

NAN = math.nan
START = {"validation_crps": 2.0, "validation_nll": 1.0, "validation_coverage_90": 0.9}


@pytest.mark.parametrize(
    ("bounds", "crps", "nll", "coverage", "passed"),
    [
        ({}, 2.0, 1.0, 0.9, []),
        ({}, 1.0, 0.0, 1.0, []),  # better is never beyond
        ({}, 2.09, 99.0, 0.9, []),  # no bound on nll by default
        ({}, 2.11, 1.0, 0.9, ["crps"]),  # a share of the one before: 5 % of 2.0
        ({}, 2.0, 1.0, 0.86, []),
        ({}, 2.0, 1.0, 0.84, ["coverage"]),
        ({}, 9.0, 1.0, 0.1, ["crps", "coverage"]),
        ({}, NAN, 1.0, 0.9, ["crps"]),  # what is not known is beyond
        ({}, 2.0, 1.0, NAN, ["coverage"]),
        ({}, 2.0, NAN, 0.9, []),
        ({}, math.inf, 1.0, 0.9, ["crps"]),
        ({"crps": None}, 9.0, 1.0, 0.9, []),
        ({"coverage": None}, 2.0, 1.0, 0.0, []),
        ({"nll": 0.5}, 2.0, 1.5, 0.9, []),
        ({"nll": 0.5}, 2.0, 1.6, 0.9, ["nll"]),
        ({"nll": 0.5}, 2.0, NAN, 0.9, ["nll"]),
        ({"nll": 0.0, "crps": None, "coverage": None}, 9.0, 1.0, 0.0, []),
        ({"nll": 0.1, "crps": 0.1, "coverage": 0.1}, 3.0, 3.0, 0.3, ["crps", "nll", "coverage"]),
        ({"crps": 0.0}, 2.0, 1.0, 0.9, []),
        ({"crps": 0.0}, 2.0001, 1.0, 0.9, ["crps"]),
    ],
)
def test_the_bounds_that_an_epoch_lies_beyond(
    bounds: dict[str, Any], crps: float, nll: float, coverage: float, passed: list[str]
) -> None:
    row = {"validation_crps": crps, "validation_nll": nll, "validation_coverage_90": coverage}
    assert CalibrationBudget(**bounds).passed(START, row) == passed


@pytest.mark.parametrize(("after", "passed"), [(0.0, []), (1e-9, ["crps"])])
def test_a_perfect_start_may_not_get_worse(after: float, passed: list[str]) -> None:
    budget = CalibrationBudget(crps=0.5, coverage=None)
    assert budget.passed({"validation_crps": 0.0}, {"validation_crps": after}) == passed


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"crps": None, "coverage": None}, "needs at least one bound: crps, nll or coverage"),
        ({"crps": -0.1}, "crps must be finite and at least 0, or None, but got -0.1"),
        ({"nll": math.inf}, "nll must be finite and at least 0, or None, but got inf"),
        ({"coverage": NAN}, "coverage must be finite and at least 0, or None, but got nan"),
        ({"penalty": 0.0}, "penalty must be positive and finite, but got 0.0"),
        ({"penalty": math.inf}, "penalty must be positive and finite, but got inf"),
    ],
)
def test_impossible_settings_are_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CalibrationBudget(**settings)


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises((ValueError, TypeError), match="action"):
        CalibrationBudget(action="warn")
