"""Hard bounds, whole numbers, and codecs that follow the targets."""

import numpy as np
import pytest
import torch

from digitwise import DecodingRegressor, JointDecodingRegressor, NormalizedCodec
from digitwise.codecs import Bounded, IEEECodec, ScientificCodec
from digitwise.distributions import Atoms

SMALL = {"preset": "plain", "hidden_dim": 16, "n_layers": 2, "max_epochs": 3, "finetune": None, "random_state": 0}
RNG = np.random.default_rng(0)
X = RNG.standard_normal((200, 2))
Y = np.exp(2 * X[:, 0] + RNG.standard_normal(200))
COUNTS = RNG.poisson(np.exp(X[:, 0])).astype(float)


@pytest.mark.parametrize(
    "codec", ["normalized", "scientific", "auto", "normalized-10x3", ScientificCodec(n_digits=1)], ids=repr
)
@pytest.mark.parametrize("high", [None, 700.0])
def test_nothing_is_predicted_outside_of_hard_bounds(codec: object, high: float | None) -> None:
    y = np.clip(Y, None, 500.0)
    model = DecodingRegressor(codec=codec, low=0.0, high=high, **SMALL).fit(X, y)
    law = model.predict_distribution(10 * X)
    assert law.quantile(0.0).min() >= 0
    assert (law.prob_above(-1e-9) == 1).all()
    assert np.isinf(law.log_prob(-0.001)).all()
    draws = model.sample(X, n_draws=200, random_state=0)
    assert draws.min() >= 0
    if high is not None:
        assert law.quantile(1.0).max() <= high
        assert draws.max() <= high
        assert (law.prob_above(high) == 0).all()


def test_a_bounded_law_has_its_mass_inside() -> None:
    law = DecodingRegressor(low=0.0, high=1.0, **SMALL).fit(X, 1 / (1 + Y)).predict_distribution(X)
    np.testing.assert_allclose(law.cdf(1.0) - law.cdf(-1e-12), 1.0)


@pytest.mark.parametrize("codec", ["auto", "integer"])
def test_whole_numbers_get_mass_on_whole_numbers_alone(codec: str) -> None:
    model = DecodingRegressor(codec=codec, integer=True, low=0, **SMALL).fit(X, COUNTS)
    law = model.predict_distribution(X)
    assert isinstance(law, Atoms)
    np.testing.assert_array_equal(law.values, np.round(law.values))
    assert law.values.min() == 0
    draws = model.sample(X, n_draws=50, random_state=0)
    np.testing.assert_array_equal(draws, np.round(draws))
    assert np.isfinite(law.log_prob(COUNTS)).all()


def test_whole_numbers_of_many_sizes_are_written_with_significant_digits() -> None:
    y = np.round(10 ** RNG.uniform(0, 6, size=200))
    model = DecodingRegressor(codec="auto", integer=True, **SMALL).fit(X, y)
    numbers = model.codec_.decode(model.codec_.encode(torch.as_tensor(y))).numpy()
    np.testing.assert_array_equal(numbers, np.round(numbers))
    np.testing.assert_allclose(numbers, y, rtol=0.06)


def test_each_target_has_limits_of_its_own() -> None:
    model = JointDecodingRegressor(
        codec={"y0": "normalized", "y1": "auto"},
        low=0.0,
        high={"y0": 1.0, "y1": None},
        integer={"y0": False, "y1": True},
        **SMALL,
    ).fit(X, np.column_stack([1 / (1 + Y), COUNTS]))
    draws = model.sample(X, n_draws=40, random_state=0)
    assert draws[..., 0].min() >= 0
    assert draws[..., 0].max() <= 1
    np.testing.assert_array_equal(draws[..., 1], np.round(draws[..., 1]))


def test_limits_are_saved(tmp_path: object) -> None:
    model = DecodingRegressor(codec="scientific", low=0.0, high=5e4, **SMALL).fit(X, Y)
    model.save(f"{tmp_path}/m")
    loaded = DecodingRegressor.load(f"{tmp_path}/m")
    assert loaded.codec_ == model.codec_
    assert isinstance(loaded.codec_, Bounded | ScientificCodec)
    np.testing.assert_array_equal(loaded.predict_quantiles(X), model.predict_quantiles(X))


@pytest.mark.parametrize(
    ("settings", "y", "message"),
    [
        ({"low": 1.0}, Y, "Targets must lie within the bounds, low=1.0 and high=None, but"),
        ({"low": 1.0, "high": 1.0}, Y, "low must lie below high"),
        ({"low": np.nan}, Y, "low must be a finite number"),
        ({"integer": True}, COUNTS, "integer=True needs a codec that writes whole numbers"),
        ({"integer": True, "codec": NormalizedCodec()}, COUNTS, "integer=True needs a codec that writes whole numbers"),
        ({"integer": True, "codec": "auto"}, Y, "integer=True needs whole numbers as targets"),
        ({"codec": "scientific", "scaling": "log"}, Y, 'scaling must be "auto"'),
        ({"codec": IEEECodec()}, Y, "decoder='transformer', or fewer digits"),
    ],
)
def test_limits_that_do_not_fit(settings: dict[str, object], y: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DecodingRegressor(**{**SMALL, **settings}).fit(X, y)
