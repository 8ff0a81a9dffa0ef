"""Which digit of a prediction is uncertain: every kind of enumerated law, and errors for the others."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from digitwise import (
    BestFirst,
    DecodingRegressor,
    HammingCodec,
    NormalizedCodec,
    P10Codec,
    ScientificCodec,
    TextDecodingRegressor,
    WithSpecialValues,
)
from tests.estimators.estimators import ESTIMATORS

X = np.random.default_rng(0).uniform(-1, 1, size=(150, 2))
LAST = ScientificCodec(n_digits=2, min_exponent=-1, max_exponent=1, exponent="last")
Y = 3 * X[:, 0] + np.random.default_rng(1).normal(scale=0.3, size=150)


def fitted(y=Y, **settings):
    settings = {"codec": NormalizedCodec(base=2, length=5), "preset": "plain", "max_epochs": 2} | settings
    return DecodingRegressor(random_state=0, **settings).fit(X, y)


def leaf_entropy(model, rows):
    probs = model.predict_distribution(rows).probs
    return -np.sum(probs * np.log(np.where(probs > 0, probs, 1.0)), axis=1)


@pytest.mark.parametrize(
    ("name", "recalibration"),
    [
        *((name, None) for name in ("decoding", "transformer", "ensemble", "boosted", "mixed", "folds")),
        *((name, method) for name in ("decoding", "mixed") for method in ("smooth", "conformal", "digits")),
    ],
)
def test_digits_add_up_to_the_entropy_of_the_final_law(name: str, recalibration: str | None) -> None:
    model = ESTIMATORS[name](max_epochs=1).fit(X[:100], Y[:100])
    if recalibration:
        model.recalibrate(X[100:], Y[100:], method=recalibration)
    found = model.predict_digit_entropy(X)
    assert found.shape == (150, model.codec_.length)
    np.testing.assert_allclose(found.sum(axis=1), leaf_entropy(model, X), rtol=1e-9)


@pytest.mark.parametrize("codec", [HammingCodec(), LAST, "auto"], ids=["hamming", "exponent_last", "auto"])
def test_other_ways_to_write_numbers(codec) -> None:
    model = fitted(codec=codec)
    found = model.predict_digit_entropy(X[:5])
    np.testing.assert_allclose(found.sum(axis=1), leaf_entropy(model, X[:5]), rtol=1e-9, atol=1e-12)


def test_whole_numbers() -> None:
    model = fitted(np.round(4 * Y), integer=True, codec="auto")
    np.testing.assert_allclose(model.predict_digit_entropy(X[:5]).sum(axis=1), leaf_entropy(model, X[:5]), rtol=1e-9)


def test_with_special_values_it_is_the_law_of_the_number() -> None:
    y = np.where(X[:, 1] > 0.5, np.nan, Y)
    model = fitted(y, codec=WithSpecialValues(NormalizedCodec(base=2, length=4), values=("nan",)))
    np.testing.assert_allclose(model.predict_digit_entropy(X[:5]).sum(axis=1), leaf_entropy(model, X[:5]), rtol=1e-9)


def test_texts() -> None:
    model = TextDecodingRegressor(codec=NormalizedCodec(base=2, length=4), preset="plain", max_epochs=1, random_state=0)
    model.fit([f"do {n} times" for n in range(60)], range(60))
    assert model.predict_digit_entropy(["do 7 times"]).shape == (1, 4)


def test_the_last_digit_is_less_sure_than_the_first() -> None:
    entropy = fitted(max_epochs=60, learning_rate=1e-2).predict_digit_entropy(X).mean(axis=0)
    assert entropy[0] < 0.5 * entropy[-1]


def test_what_has_no_digits_says_so() -> None:
    with pytest.raises(ValueError, match="laws that are enumerated"):
        fitted(enumeration=BestFirst()).predict_digit_entropy(X)
    with pytest.raises(ValueError, match="one sequence of digits for each number"):
        fitted(codec=P10Codec(n_digits=2, exponent_range=1)).predict_digit_entropy(X)
    with pytest.raises(NotFittedError):
        DecodingRegressor().predict_digit_entropy(X)
