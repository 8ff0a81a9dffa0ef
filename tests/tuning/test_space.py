"""Ranges, and the default space."""

from typing import Any

import pytest

from digitwise import DecodingRegressor, MixtureDensityRegressor
from digitwise.tuning import DEFAULT_SPACE, Choice, FloatRange, IntegerRange, Range, default_space
from digitwise.tuning.space import NOT_SEARCHED, check_space

RANGES: list[tuple[Range, list[Any], list[Any]]] = [
    (FloatRange(1e-4, 1e-2, log=True), [1e-4, 1e-3, 1e-2], [0, 1, None, True, "auto"]),
    (IntegerRange(1, 6), [1, 6], [0, 2.5, None, True, "auto"]),
    (Choice(("auto", None, 32)), ["auto", None, 32], [64, "guess"]),
]


@pytest.mark.parametrize(("values", "inside", "outside"), RANGES)
def test_what_a_range_holds(values: Range, inside: list[Any], outside: list[Any]) -> None:
    assert isinstance(values, Range)
    assert all(values.holds(value) for value in inside)
    assert not any(values.holds(value) for value in outside)
    for value in inside:
        assert values.restored(values.stored(value)) == value
        values.distribution().to_internal_repr(values.stored(value))


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (FloatRange, (1.0, 0.0)),
        (FloatRange, (0.0, 1.0, True)),
        (FloatRange, (0.0, float("inf"))),
        (FloatRange, (float("nan"), 1.0)),
        (IntegerRange, (3, 2)),
        (IntegerRange, (0, 2, True)),
        (Choice, ((),)),
        (Choice, ((1, "1"),)),
    ],
)
def test_ranges_that_cannot_be(kind: type, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match="needs"):
        kind(*arguments)


@pytest.mark.parametrize("estimator", [DecodingRegressor(), MixtureDensityRegressor()])
def test_the_default_space_suits(estimator: Any) -> None:
    assert default_space(estimator) == DEFAULT_SPACE
    assert not set(DEFAULT_SPACE) & set(NOT_SEARCHED)
    assert set(NOT_SEARCHED) <= set(estimator.get_params())


def test_the_default_space_holds_the_settings_of_the_estimator() -> None:
    estimator = DecodingRegressor(hidden_dim=1000, n_layers=8, dropout=0.7, batch_size=100, weight_decay=0)
    space = default_space(estimator, fixed=("dropout",))
    check_space(space, estimator)
    assert space["hidden_dim"] == IntegerRange(64, 1000, log=True)
    assert 100 in space["batch_size"].options  # type: ignore[attr-defined]
    assert set(DEFAULT_SPACE) - set(space) == {"dropout", "weight_decay"}
