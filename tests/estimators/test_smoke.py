"""What people try first: it must learn simple things by default, in seconds."""

import numpy as np
import pytest

from digitwise import DecodingRegressor

rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, size=400)
SETS = {
    "y = x": (x, 0.05),
    "a line in odd units": (1e6 + 2.5e4 * x, 0.05),
    "tiny units": (3e-9 * x, 0.05),
    "a step": (np.where(x > 0.2, 5.0, -1.0), 0.3),
    "a heavy tail": (np.exp(4 * x), 0.1),
}


@pytest.mark.parametrize("name", list(SETS))
def test_simple_functions_are_learnt_by_default(name: str) -> None:
    y, bound = SETS[name]
    model = DecodingRegressor(random_state=0, max_epochs=60).fit(x[:300, None], y[:300])
    error = np.sqrt(np.mean((model.predict(x[300:, None]) - y[300:]) ** 2))
    assert error < bound * y.std()
    law = model.predict_distribution(x[300:, None])
    assert law.crps(y[300:]).mean() < bound * y.std()


@pytest.mark.parametrize("value", [0.0, 7.0, -1e9])
def test_a_constant_is_learnt(value: float) -> None:
    model = DecodingRegressor(random_state=0, max_epochs=10).fit(x[:50, None], np.full(50, value))
    np.testing.assert_allclose(model.predict(x[:5, None]), value, atol=1e-2 * max(1.0, abs(value)))


def test_two_rows_are_enough_to_start() -> None:
    model = DecodingRegressor(random_state=0, max_epochs=50).fit(np.array([[0.0], [1.0]]), [1.0, 2.0])
    low, high = model.predict(np.array([[0.0], [1.0]]))
    assert 0.9 <= low <= high <= 2.1


def test_one_row_is_refused_with_a_reason() -> None:
    with pytest.raises(ValueError, match="minimum of 2 is required"):
        DecodingRegressor().fit(np.array([[0.0]]), [1.0])


def test_columns_that_say_nothing_give_the_law_of_the_targets() -> None:
    y = rng.normal(size=500)
    model = DecodingRegressor(random_state=0, max_epochs=20).fit(np.zeros((500, 2)), y)
    quantiles = model.predict_quantiles(np.zeros((1, 2)), [0.1, 0.5, 0.9])[0]
    np.testing.assert_allclose(quantiles, np.quantile(y, [0.1, 0.5, 0.9]), atol=0.25)


def test_two_modes_are_kept_apart() -> None:
    """Where a point forecast gives a value that never occurs, the law shows both that do."""
    side = rng.integers(0, 2, size=1000) * 2 - 1
    features = rng.uniform(size=(1000, 1))
    y = side * (1 + features[:, 0]) + 0.05 * rng.normal(size=1000)
    law = DecodingRegressor(random_state=0, max_epochs=40).fit(features, y).predict_distribution([[0.5]])
    assert abs(law.mean()[0]) < 0.4
    assert law.prob_above(0.0)[0] == pytest.approx(0.5, abs=0.15)
    assert law.cdf(1.0)[0] - law.cdf(-1.0)[0] < 0.1
