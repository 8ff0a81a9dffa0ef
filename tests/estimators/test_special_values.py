"""Targets that may be infinite, or no number at all."""

import numpy as np
import pytest

from digitwise import CRPS, DecodingRegressor, GenRe2, NormalizedCodec, SmoothedCrossEntropy, WithSpecialValues
from digitwise.objectives import Objective

SMALL = {"preset": "plain", "hidden_dim": 32, "n_layers": 2, "random_state": 0}
CODEC = WithSpecialValues(NormalizedCodec(base=2, length=5), values=("nan", "inf"))
RNG = np.random.default_rng(0)
X = RNG.uniform(size=(600, 2))
NUMBERS = X[:, 0] + 0.05 * RNG.standard_normal(600)
Y = np.where(X[:, 1] > 0.8, np.nan, np.where(X[:, 1] < 0.2, np.inf, NUMBERS))


def test_their_probabilities_and_the_law_of_the_numbers() -> None:
    model = DecodingRegressor(codec=CODEC, max_epochs=80, **SMALL).fit(X, Y)
    special = model.predict_special(X)
    assert special["nan"][np.isnan(Y)].mean() > 0.75
    assert special["inf"][np.isinf(Y)].mean() > 0.75
    finite = np.isfinite(Y)
    assert (special["nan"] + special["inf"])[finite].mean() < 0.2
    law = model.predict_distribution(X)
    np.testing.assert_allclose(law.probs.sum(1), 1.0)
    assert np.sqrt(np.mean((law.mean() - NUMBERS)[finite] ** 2)) < 0.12
    assert model.saturation_rate_ < 0.05


@pytest.mark.parametrize(
    "objective", [SmoothedCrossEntropy(), CRPS(), GenRe2(n_draws=4)], ids=lambda o: type(o).__name__
)
def test_any_second_stage_goes_on_from_there(objective: Objective) -> None:
    model = DecodingRegressor(codec=CODEC, max_epochs=2, finetune=objective, **SMALL).fit(X, Y)
    assert np.isfinite(model.predict(X)).all()
    assert np.isfinite(model.finetune_summary_["crps after"])


def test_saved_and_loaded(tmp_path: object) -> None:
    model = DecodingRegressor(codec=CODEC, max_epochs=1, finetune=None, **SMALL).fit(X, Y)
    model.save(f"{tmp_path}/m")
    loaded = DecodingRegressor.load(f"{tmp_path}/m")
    np.testing.assert_array_equal(loaded.predict_special(X)["nan"], model.predict_special(X)["nan"])


def test_values_that_the_codec_does_not_write_are_refused() -> None:
    with pytest.raises(ValueError, match="contains infinity"):
        DecodingRegressor(codec=CODEC, **SMALL).fit(X, np.where(np.isinf(Y), -np.inf, Y))
    with pytest.raises(ValueError, match="contains NaN"):
        DecodingRegressor(**SMALL).fit(X, Y)
    assert DecodingRegressor(max_epochs=1, finetune=None, **SMALL).fit(X, NUMBERS).predict_special(X) == {}
