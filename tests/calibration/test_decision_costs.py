"""Decisions by the right law cost least, and as much as the law expects."""

import numpy as np
import pytest

from digitwise.calibration import decision_costs, expected_loss
from digitwise.distributions import Atoms, GaussianMixture, Histogram
from digitwise.metrics import pinball_loss
from digitwise.metrics.pinball import pinball

LEVELS = [0.05, 0.5, 0.9]
LAWS = {
    "mixture": GaussianMixture(np.ones((6, 1)), np.arange(6.0)[:, None], np.ones((6, 1))),
    "histogram": Histogram(np.linspace(0.0, 5.0, 9), np.random.default_rng(0).dirichlet(np.ones(8), size=6)),
    "atoms": Atoms([0.0, 1.0, 4.0], np.random.default_rng(0).dirichlet(np.ones(3), size=6)),
}


@pytest.mark.parametrize("name", LAWS)
def test_costs_are_the_losses_of_their_answers(name):
    law, y = LAWS[name], np.linspace(0.0, 5.0, 6)
    costs = decision_costs(law, y, law.mean(), LEVELS)
    for k, level in enumerate(LEVELS):

        def loss(prediction, y, level=level):
            return pinball(prediction, y, np.array(level))

        assert costs.by_law[k] == pytest.approx(pinball_loss(law, y, level))
        assert costs.expected[k] == pytest.approx(expected_loss(law, law.quantile(level), loss).mean())
        assert costs.by_point[k] == pytest.approx(loss(law.mean(), y).mean())
        others = [loss(np.full(6, answer), y).mean() for answer in np.linspace(-1.0, 6.0, 71)]
        assert costs.constant[k] <= min(others) + 1e-12


def test_the_right_law_is_worth_most_where_costs_differ_most():
    rng = np.random.default_rng(0)
    mean, std = rng.uniform(-3, 3, 4000), rng.uniform(0.3, 2.0, 4000)
    law = GaussianMixture(np.ones((4000, 1)), mean[:, None], std[:, None])
    costs = decision_costs(law, mean + std * rng.standard_normal(4000), mean, [0.1, 0.5, 0.9])
    np.testing.assert_allclose(costs.by_law, costs.expected, rtol=0.05)
    np.testing.assert_allclose(costs.by_law / costs.by_point, [0.44, 1.0, 0.44], atol=0.03)
    assert (costs.constant > costs.by_law).all()


@pytest.mark.parametrize(
    ("y", "levels", "sentence"),
    [([1.0] * 6, [0.0], "strictly between 0 and 1"), ([1.0] * 6, [[0.5]], "a list"), ([1.0] * 5, [0.5], "same rows")],
)
def test_errors_say_what_must_hold(y, levels, sentence):
    with pytest.raises(ValueError, match=sentence):
        decision_costs(LAWS["mixture"], y, [1.0] * len(y), levels)
