"""Knots: quantiles of the training values in the units of the network."""

import json

import numpy as np
import pytest
import torch

from digitwise.encoders.columns import Columns
from digitwise.encoders.columns_numeric import N_KNOTS, fit_numeric
from digitwise.encoders.numeric_embeddings import PiecewiseLinear

RNG = np.random.default_rng(0)
COLUMNS = {
    "normal": RNG.normal(5, 3, size=300),
    "heavy tails": RNG.standard_cauchy(size=300) * 1e6,
    "few values": RNG.integers(0, 4, size=300),
    "two values": RNG.choice([-7.0, 3.0], size=300),
    "flag": RNG.random(300) < 0.2,
    "gaps": np.where(RNG.random(300) < 0.3, np.nan, RNG.exponential(size=300)),
    "rare": np.r_[np.full(299, 1.0), 2.0],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_the_first_and_the_last_knot_are_the_scaled_extremes(name: str) -> None:
    X = COLUMNS[name][:, None]
    columns = Columns.fit(X)
    (knots,) = columns.knots
    scaled = columns.transform(X).numeric[:, 0][torch.as_tensor(~np.isnan(X[:, 0].astype(float)))]
    assert (knots[0], knots[-1]) == (scaled.min().item(), scaled.max().item())
    assert list(knots) == sorted(set(knots)) and len(knots) <= N_KNOTS


@pytest.mark.parametrize("name", ["normal", "heavy tails", "gaps"])
def test_knots_are_quantiles(name: str) -> None:
    """Between two neighbours lies a 64th of the training values."""
    X = COLUMNS[name][:, None]
    columns = Columns.fit(X)
    (knots,) = columns.knots
    scaled = columns.transform(X[~np.isnan(X[:, 0])]).numeric[:, 0].numpy()
    assert len(knots) == N_KNOTS
    counts, _ = np.histogram(scaled, knots)
    np.testing.assert_allclose(counts, len(scaled) / (N_KNOTS - 1), atol=1.01)


@pytest.mark.parametrize(("name", "n_values"), [("few values", 4), ("two values", 2), ("flag", 2), ("rare", 2)])
def test_columns_of_few_values_have_few_knots(name: str, n_values: int) -> None:
    """At most one between two neighbouring values, where a level falls right between their rows."""
    (knots,) = Columns.fit(COLUMNS[name][:, None]).knots
    assert 2 <= len(knots) < 2 * n_values


@pytest.mark.parametrize("values", [[0.0, 1.0, 1.0000003, 2.0], [0.0, 1, 2, 3, 3.0000004, 5, 6], [1e300, -1e300, 0.0]])
def test_knots_differ_in_single_precision(values: list[float]) -> None:
    knots = Columns.fit(np.array(values)[:, None]).knots
    assert (np.diff(np.array(knots[0], dtype=np.float32)) > 0).all()
    for n_bins in (16, 64):
        PiecewiseLinear(n_bins=n_bins).build(knots)


def test_only_columns_of_values_have_knots_in_the_order_of_the_tensor() -> None:
    nan = np.nan
    table = [[7.0, nan, 1.0, "a"], [7.0, 5.0, 10.0, "b"], [7.0, 5.0, 100.0, "b"], [7.0, 5.0, 30.0, "a"]]
    columns = Columns.fit(table)  # a constant, a constant with a gap, values, a category
    assert [column.knots == () for column in columns.numeric] == [True, False]
    assert len(columns.knots) == 1
    assert columns.numeric_names == ["x2", "x1 is missing"]
    scaled = columns.transform(table).numeric[:, 0]
    assert (columns.knots[0][0], columns.knots[0][-1]) == (scaled.min().item(), scaled.max().item())


def test_a_constant_column_has_none() -> None:
    assert fit_numeric("x", "number", np.array([3.0, 3.0, np.nan])).knots == ()


def test_rows_in_another_order_have_the_same_knots() -> None:
    X = COLUMNS["heavy tails"][:, None]
    assert Columns.fit(X).knots == Columns.fit(X[::-1]).knots


def test_knots_survive_json() -> None:
    columns = Columns.fit(np.column_stack([COLUMNS["heavy tails"], COLUMNS["gaps"]]))
    again = Columns.from_dict(json.loads(json.dumps(columns.to_dict())))
    assert again == columns
    assert again.knots == columns.knots and len(again.knots) == 2
