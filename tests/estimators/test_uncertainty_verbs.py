"""The two parts of a prediction's variance."""

import numpy as np
import pytest

from digitwise import DecodingRegressor

X = np.random.default_rng(0).uniform(-1, 1, size=(200, 2))
Y = X[:, 0] + 0.3 * np.random.default_rng(1).normal(size=200)


@pytest.mark.parametrize(
    "settings",
    [
        {"model": "network", "preset": "default"},
        {"model": "mixed"},
        {"preset": "fast"},
        {"model": "network", "n_folds": 2},
    ],
    ids=["ensemble", "mixed", "boosted", "folds"],
)
def test_the_parts_add_up_to_the_variance_of_the_mixture(settings) -> None:
    model = DecodingRegressor(max_epochs=2, random_state=0, **settings).fit(X, Y)
    model.parts_ = [type(part)(part.network, part.boosted, part.share, 1.0) for part in model.parts_]  # not sharpened
    parts = model.predict_uncertainty(X)
    np.testing.assert_allclose(parts["data"] + parts["model"], model.predict_variance(X), rtol=1e-6)
    assert (parts["data"] > 0).all() and (parts["model"] >= 0).all()


def test_one_network_knows_nothing_of_what_it_does_not_know() -> None:
    model = DecodingRegressor(preset="plain", model="network", max_epochs=2, random_state=0).fit(X, Y)
    parts = model.predict_uncertainty(X)
    assert (parts["model"] == 0).all()
    np.testing.assert_allclose(parts["data"], model.predict_variance(X))


def test_members_disagree_far_from_the_training_rows() -> None:
    model = DecodingRegressor(model="network", max_epochs=20, random_state=0).fit(X, Y)
    near, far = (model.predict_uncertainty(scale * X)["model"].mean() for scale in (0.5, 5.0))
    assert far > 3 * near
