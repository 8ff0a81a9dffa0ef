"""Laws of every scaling: increasing, invertible, widened by the margin, stored and restored."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitwise.codecs.affine_scaling import AffineScaling
from digitwise.codecs.auto_scaling import scaling_from_dict
from digitwise.codecs.log_scaling import LogScaling, SymlogScaling
from digitwise.codecs.quantile_scaling import QuantileScaling
from digitwise.codecs.scaling import (
    CONSTANT_HALF_WIDTH,
    Scaling,
    distinct_values,
    widened_range,
)

SCALINGS = [AffineScaling, LogScaling, SymlogScaling, QuantileScaling]
RNG = np.random.default_rng(0)
POSITIVE_TARGETS = {
    "uniform": RNG.uniform(2, 3, 500),
    "lognormal": RNG.lognormal(3, 2, 2000),
    "counts": RNG.poisson(3, 400) + 1.0,
    "tied": np.repeat([1.0, 2.0, 50.0], [300, 2, 1]),
    "large offset": 1e9 + RNG.normal(size=300),
    "tiny": RNG.lognormal(-20, 1, 300),
    "one row": np.array([7.5]),
    "constant": np.full(20, 1e-3),
    "nearly constant": np.array([1.0, 1.0 + 1e-15]),
    "two": np.array([1.0, 1000.0]),
    "outlier": np.append(RNG.uniform(1, 2, 300), 1e9),
}
SIGNED_TARGETS = {
    "normal": RNG.normal(size=1000),
    "zero": np.zeros(5),
    "zeros and a tail": np.append(np.zeros(500), RNG.lognormal(0, 2, 500)),
    "two-sided": RNG.standard_t(1.5, 2000),
    "noise around zero": np.append(RNG.normal(size=300) * 1e-17, [-3.0, 4.0]),
    "negative": -RNG.lognormal(size=300),
}
CASES = [
    pytest.param(cls, y, id=f"{cls.name}-{label}")
    for cls in SCALINGS
    for label, y in (POSITIVE_TARGETS | ({} if cls is LogScaling else SIGNED_TARGETS)).items()
]


def floats(numbers: list[float]) -> np.ndarray:
    return np.array(numbers, dtype=np.float64)


def probes(scaling: Scaling, y: np.ndarray) -> np.ndarray:
    """Numbers inside, at the ends of and far outside a range, increasing and well apart."""
    width = scaling.high - scaling.low
    grid = scaling.low + width * np.linspace(-2, 3, 401)
    far = width * np.array([10.0, 1e4])
    numbers = [grid, y, [scaling.low, scaling.high], scaling.low - far, scaling.high + far]
    ordered = np.unique(np.concatenate(numbers))
    gap = 1e-13 * max(np.abs(ordered[[0, -1]]).max(), 1e-300)
    return ordered[np.append(True, np.diff(ordered) > gap)]


@pytest.mark.parametrize(("cls", "y"), CASES)
def test_laws(cls, y):
    scaling = cls.fit(y, margin=0.05)
    assert isinstance(scaling, Scaling)
    assert scaling.low < y.min() <= y.max() < scaling.high or len(np.unique(y)) == 2
    np.testing.assert_allclose(scaling.forward([scaling.low, scaling.high]), [0, 1], atol=1e-12)
    np.testing.assert_allclose(scaling.inverse([0.0, 1.0]), [scaling.low, scaling.high], rtol=1e-12, atol=1e-300)

    numbers = probes(scaling, y)
    z = scaling.forward(numbers)
    assert z.dtype == np.float64
    assert (np.diff(z) >= 0).all()
    size = np.maximum(np.abs(numbers), max(abs(scaling.low), abs(scaling.high)))
    assert (np.abs(scaling.inverse(z) - numbers) <= 1e-12 * size).all()

    slope = scaling.derivative(numbers)
    assert slope.shape == numbers.shape
    assert (slope > 0).all()
    assert np.isfinite(slope).all()


@pytest.mark.parametrize(("cls", "y"), CASES)
def test_survives_json_and_arrays(cls, y):
    scaling = cls.fit(y)
    state = scaling.to_dict()
    assert scaling_from_dict(state) == scaling
    assert hash(scaling_from_dict(state)) == hash(scaling)
    text = json.dumps(state, default=np.ndarray.tolist)
    assert scaling_from_dict(json.loads(text)) == scaling
    assert cls.from_dict(state) == scaling


@pytest.mark.parametrize("cls", SCALINGS)
@pytest.mark.parametrize("label", ["uniform", "lognormal", "outlier"])
def test_strictly_increasing_where_float64_can_tell(cls, label):
    scaling = cls.fit(POSITIVE_TARGETS[label])
    width = scaling.high - scaling.low
    numbers = scaling.low + width * np.linspace(-5, 6, 20001)
    assert (np.diff(scaling.forward(numbers)) > 0).all()


@pytest.mark.parametrize("cls", SCALINGS)
def test_derivative_is_the_slope(cls):
    scaling = cls.fit(POSITIVE_TARGETS["lognormal"])
    middles = scaling.inverse(np.linspace(-0.5, 1.5, 97))
    step = 1e-6 * np.abs(middles)
    slope = (scaling.forward(middles + step) - scaling.forward(middles - step)) / (2 * step)
    np.testing.assert_allclose(scaling.derivative(middles), slope, rtol=1e-4)


@pytest.mark.parametrize("cls", SCALINGS)
def test_goes_on_as_a_straight_line(cls):
    scaling = cls.fit(POSITIVE_TARGETS["lognormal"])
    for end, z_end, outward in ((scaling.low, 0, -1), (scaling.high, 1, 1)):
        distance = np.array([0.5, 1.0, 100.0]) * abs(end)
        slope = scaling.derivative(end)
        far = scaling.forward(end + outward * distance)
        np.testing.assert_allclose(far, z_end + outward * distance * slope, rtol=1e-9)


@pytest.mark.parametrize("cls", SCALINGS)
@pytest.mark.parametrize("margin", [0.0, 0.05, 0.5])
def test_margin_is_a_fraction_of_the_range(cls, margin):
    y = POSITIVE_TARGETS["lognormal"]
    ends = cls.fit(y, margin=margin).forward([y.min(), y.max()])
    np.testing.assert_allclose(ends, [margin / (1 + 2 * margin), (1 + margin) / (1 + 2 * margin)])


@pytest.mark.parametrize("cls", SCALINGS)
@pytest.mark.parametrize("value", [1e-3, 1.0, 12345.6])
@pytest.mark.parametrize("margin", [0.0, 0.05])
def test_a_constant_sits_in_the_middle(cls, value, margin):
    scaling = cls.fit(np.full(3, value), margin=margin)
    assert scaling.forward(value) == pytest.approx(0.5, abs=1e-2)
    assert scaling.low < value < scaling.high
    assert scaling.high - scaling.low <= 25 * CONSTANT_HALF_WIDTH * max(1, value)


@pytest.mark.parametrize("cls", SCALINGS)
def test_keeps_shapes(cls):
    scaling = cls.fit([1.0, 2.0, 5.0])
    for verb in (scaling.forward, scaling.inverse, scaling.derivative):
        assert verb(2).shape == ()
        assert verb([1, 2]).shape == (2,)
        assert verb(np.ones((2, 3, 4))).shape == (2, 3, 4)
        assert verb(np.empty(0)).shape == (0,)


@pytest.mark.parametrize("cls", SCALINGS)
def test_weights_count_like_repeated_rows(cls):
    y = POSITIVE_TARGETS["lognormal"][:300]
    times = RNG.integers(0, 4, len(y))
    assert cls.fit(y, sample_weight=times) == cls.fit(np.repeat(y, times))


@pytest.mark.parametrize("cls", SCALINGS)
def test_a_row_of_weight_zero_is_absent(cls):
    y = [1.0, 2.0, 4.0]
    assert cls.fit([*y, np.nan, -1e9], sample_weight=[1, 1, 1, 0, 0]) == cls.fit(y)


@pytest.mark.parametrize("cls", SCALINGS)
@pytest.mark.parametrize(
    ("y", "options", "message"),
    [
        ([1.0, np.nan], {}, "1 of 2 are NaN or infinite"),
        ([1.0, np.inf], {}, "must be finite"),
        ([], {}, "at least one row"),
        ([[1.0, 2.0]], {}, "one axis"),
        ([1.0, 2.0], {"sample_weight": [0.0, 0.0]}, "at least one row"),
        ([1.0, 2.0], {"sample_weight": [1.0]}, "one weight per row"),
        ([1.0, 2.0], {"sample_weight": [1.0, -1.0]}, "at least 0"),
        ([1.0, 2.0], {"margin": -0.1}, "margin must be"),
    ],
)
def test_says_what_is_wrong(cls, y, options, message):
    with pytest.raises(ValueError, match=message):
        cls.fit(y, **options)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: AffineScaling(low=1.0, high=1.0), "low < high"),
        (lambda: AffineScaling(low=0.0, high=np.inf), "finite ends"),
        (lambda: AffineScaling.fit([-1.7e308, 1.7e308]), "finite ends"),
        (lambda: AffineScaling.fit([0.0, 1e-310]), "width that float64 can hold"),
        (lambda: LogScaling(low=0.0, high=1.0), "low above 0"),
        (lambda: LogScaling(low=1e-200, high=1e200), "ratio"),
        (lambda: SymlogScaling(low=0.0, high=1.0, linear_threshold=0.0), "linear_threshold"),
        (lambda: LogScaling.fit([0.0, 1.0]), "symlog"),
        (
            lambda: QuantileScaling(knots_y=floats([0, 1]), knots_z=floats([0, 0])),
            "strictly increasing",
        ),
        (lambda: QuantileScaling(knots_y=floats([0, 1]), knots_z=floats([0, 2])), "from 0 to 1"),
        (lambda: QuantileScaling.fit([0.0, 1.0], n_knots=1), "n_knots"),
    ],
)
def test_checks_its_values(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@settings(max_examples=50, deadline=None)
@given(
    y=st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=30),
    other=st.floats(-1e9, 1e9, allow_subnormal=False),
)
def test_any_targets_any_number(y, other):
    values = np.array(y)
    if 0 < np.ptp(values) < 1e-200:
        return
    for cls in (AffineScaling, SymlogScaling, QuantileScaling):
        scaling = cls.fit(values)
        numbers = np.append(values, other)
        size = np.maximum(np.abs(numbers), max(abs(scaling.low), abs(scaling.high)))
        error = np.abs(scaling.inverse(scaling.forward(numbers)) - numbers)
        assert (error <= 1e-11 * size).all()


def test_distinct_values():
    values, weights = distinct_values([3.0, 1.0, 3.0, 9.0], [1.0, 0.5, 1.0, 0.0])
    assert values.tolist() == [1.0, 3.0]
    assert weights.tolist() == [0.5, 2.0]


@pytest.mark.parametrize(
    ("low", "high", "margin", "expected"),
    [
        (0.0, 10.0, 0.1, (-1.0, 11.0)),
        (-4.0, -2.0, 0.0, (-4.0, -2.0)),
        (0.0, 0.0, 0.5, (-0.001, 0.001)),
        (2000.0, 2000.0, 0.0, (1998.0, 2002.0)),
    ],
)
def test_widened_range(low, high, margin, expected):
    assert widened_range(low, high, margin) == pytest.approx(expected)
