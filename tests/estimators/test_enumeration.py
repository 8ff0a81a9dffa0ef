"""Laws of long codecs, by search: they are the exact ones where both can be had, and lie within their bounds."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from digitwise import (
    BestFirst,
    Bounded,
    DecodingRegressor,
    HammingCodec,
    IEEECodec,
    NormalizedCodec,
    ScientificCodec,
    Transformer,
)
from digitwise.codecs import Codec
from digitwise.distributions import BoundedLaw, Histogram

RNG = np.random.default_rng(0)
X = RNG.standard_normal((240, 2))
Y = np.exp(X[:, 0] + 0.2 * RNG.standard_normal(240))
SMALL = {
    "preset": "plain",
    "hidden_dim": 16,
    "n_layers": 2,
    "max_epochs": 4,
    "finetune": None,
    "random_state": 0,
    "learning_rate": 3e-3,
}
TRANSFORMER = Transformer(dim=16, n_heads=2, n_layers=1, feed_forward_dim=32, dropout=0.0)
EVERYTHING = BestFirst(tolerance=0.0, max_nodes=10**9)
OPEN: dict[str, Codec] = {
    "normalized": NormalizedCodec(base=10, length=7),
    "bits": NormalizedCodec(base=2, length=24),
    "scientific": ScientificCodec(n_digits=6, min_exponent=-2, max_exponent=2),
    "ieee": IEEECodec(base=10, exponent_digits=1, mantissa_digits=5),
    "bounded": Bounded(IEEECodec(), low=0.0, high=100.0),
}
LEVELS = np.linspace(0.01, 0.99, 30)


def fitted(codec: Codec, **more: object) -> DecodingRegressor:
    return DecodingRegressor(codec=codec, decoder=TRANSFORMER, **{**SMALL, **more}).fit(X, Y)


@pytest.mark.parametrize("name", list(OPEN))
def test_long_codecs_have_laws_by_search(name: str, tmp_path: object) -> None:
    model = fitted(OPEN[name], point_estimate="median", enumeration=BestFirst(max_nodes=32))
    assert np.isfinite(model.predict(X)).all()
    law, bounds = model.predict_distribution(X), model.predict_bounds(X)
    assert isinstance(law, Histogram)
    assert (bounds.n_nodes <= 32).all()
    for answer, (low, high) in (
        (law.mean(), bounds.mean_bounds()),
        (law.quantile(LEVELS), bounds.quantile_bounds(LEVELS)),
        (law.cdf(Y), bounds.cdf_bounds(Y)),
    ):
        slack = 1e-9 * np.maximum(1.0, np.abs(np.where(np.isfinite(answer), answer, 0.0)))
        assert (low <= answer + slack).all()
        assert (answer <= high + slack).all()
    model.save(f"{tmp_path}/model")
    loaded = DecodingRegressor.load(f"{tmp_path}/model")
    assert loaded.enumeration == BestFirst(max_nodes=32)
    assert_array_equal(loaded.predict_interval(X), model.predict_interval(X))


@pytest.mark.parametrize("scaling", ["affine", "log"])
@pytest.mark.parametrize("low", [None, 0.0])
def test_a_search_to_the_end_predicts_the_exact_law(scaling: str, low: float | None) -> None:
    settings = {"scaling": scaling, "low": low}
    codec = NormalizedCodec(base=3, length=4)
    exact = fitted(codec, **settings).predict_distribution(X)
    searched = fitted(codec, enumeration=EVERYTHING, **settings).predict_distribution(X)
    for verb, argument in (("cdf", Y), ("quantile", LEVELS), ("log_prob", Y), ("crps", Y)):
        assert_allclose(getattr(searched, verb)(argument), getattr(exact, verb)(argument), rtol=1e-6, atol=1e-9)
    assert_allclose(searched.mean(), exact.mean(), rtol=1e-6)
    assert searched.tails == exact.tails


def test_bounds_of_exact_laws_are_closed_unless_asked_otherwise() -> None:
    model = fitted(NormalizedCodec(base=3, length=4))
    law, bounds = model.predict_distribution(X), model.predict_bounds(X)
    assert_allclose(bounds.mean_bounds().low, law.mean())
    assert_allclose(bounds.mean_bounds().high, law.mean())
    assert_allclose(bounds.mass_left, 0.0)
    early = model.predict_bounds(X, BestFirst(max_nodes=4))
    assert (early.n_nodes == 4).all()
    assert (early.mean_bounds().low <= law.mean()).all()
    assert (law.mean() <= early.mean_bounds().high).all()
    low, high = early.log_prob_bounds(Y)
    assert (low <= law.log_prob(Y) + 1e-9).all()
    assert (law.log_prob(Y) <= high + 1e-9).all()


def test_bounds_get_narrower_round_by_round() -> None:
    model = fitted(OPEN["normalized"])
    assert model.predict_bounds(X[:3]).n_nodes.tolist() == [BestFirst().max_nodes] * 3  # "auto"
    laws = list(model.refine_bounds(X[:3], BestFirst(max_nodes=60)))
    assert all(isinstance(law, BoundedLaw) for law in laws)
    widths = np.array([np.subtract(*law.quantile_bounds(0.5)[::-1]) for law in laws])
    assert (np.diff(widths, axis=0) <= 1e-12).all()
    assert (widths[-1] < widths[0] / 10).all()
    stretches = [laws[-1].after(n_tokens) for n_tokens in (1, 2, 3)]
    assert (np.diff([stretch.prob for stretch in stretches], axis=0) <= 0).all()


def test_whole_numbers_stay_exact() -> None:
    y = np.floor(Y)
    model = DecodingRegressor(codec="integer", integer=True, enumeration=BestFirst(max_nodes=2), **SMALL).fit(X, y)
    exact = DecodingRegressor(codec="integer", integer=True, **SMALL).fit(X, y)
    assert_allclose(model.predict(X), exact.predict(X))
    with pytest.raises(ValueError, match="Laws of whole numbers are exact"):
        model.predict_bounds(X)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"enumeration": "fast"}, TypeError, "enumeration must be 'auto' or a BestFirst"),
        ({"enumeration": BestFirst}, TypeError, "enumeration must be 'auto' or a BestFirst"),
        ({"enumeration": BestFirst(), "codec": HammingCodec()}, ValueError, "needs an ordered codec"),
        ({"codec": NormalizedCodec(base=10, length=7)}, ValueError, "Use decoder='transformer', or fewer digits"),
    ],
)
def test_what_cannot_be_searched_is_named(settings: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        DecodingRegressor(**{**SMALL, **settings}).fit(X, Y)


def test_unordered_codecs_have_no_bounds() -> None:
    model = DecodingRegressor(codec=HammingCodec(), **SMALL).fit(X, Y)
    with pytest.raises(ValueError, match="cover no intervals"):
        model.predict_bounds(X)
