"""A rule on a few facts about the target."""

import numpy as np
import pytest

from digitwise.codecs.recommend import recommend
from digitwise.codecs.target_facts import is_whole

RNG = np.random.default_rng(0)
WIDE = 10 ** RNG.uniform(-3.0, 5.0, 500)


@pytest.mark.parametrize(
    ("y", "settings", "name"),
    [
        (RNG.poisson(4.0, 300).astype(float), {}, "integer"),
        (RNG.poisson(4.0, 300).astype(float), {"integer": False}, "normalized"),
        (RNG.normal(size=300), {}, "normalized"),
        (WIDE, {}, "normalized"),  # a logarithmic scaling does
        (np.round(1e4 * WIDE), {}, "normalized"),
        (WIDE**5, {}, "scientific"),
        (RNG.choice([-1.0, 1.0], 500) * WIDE**2, {}, "scientific"),
        (np.full(5, 0.5), {}, "normalized"),
        (np.zeros(5), {}, "integer"),
        (np.arange(500.0, 2500.0), {}, "normalized"),
        (np.arange(500.0, 2500.0), {"integer": True}, "integer"),  # then nothing but whole numbers is written
        (np.arange(500.0, 9000.0), {"integer": True}, "scientific"),
    ],
)
def test_which_digits(y: np.ndarray, settings: dict, name: str) -> None:
    advice = recommend(y, **settings)
    assert advice.name == name
    assert advice.reason.endswith(".")


def test_rows_of_weight_zero_and_scale_have_no_say() -> None:
    counts = RNG.poisson(4.0, 100).astype(float)
    y, weight = np.concatenate([counts, [0.5]]), np.concatenate([np.ones(100), [0.0]])
    assert recommend(y, weight) == recommend(counts)
    assert recommend(1e-6 * WIDE).name == recommend(WIDE).name


def test_facts() -> None:
    assert not is_whole(np.array([1.0, 2.5])) and is_whole(np.array([-1.0, 0.0]))
    assert not is_whole(np.array([2.0**60]))
    with pytest.raises(ValueError, match="whole numbers"):
        recommend(np.array([0.5]), integer=True)
    with pytest.raises(ValueError, match="positive weight"):
        recommend(np.array([0.5]), np.zeros(1))
