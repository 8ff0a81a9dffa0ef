"""Which scaling targets get, and why; names, fitted scalings and errors."""

import gzip
import json
from io import BytesIO

import numpy as np
import pytest

from digitwise.codecs.affine_scaling import AffineScaling
from digitwise.codecs.auto_scaling import (
    choose_scaling,
    effective_cells,
    make_scaling,
    scaling_from_dict,
    tail_weight,
)

RNG = np.random.default_rng(2)
LOGNORMAL = RNG.lognormal(0, 1.5, 3000)
MIXED_SCALES = np.concatenate([1e6 + RNG.normal(size=2000), 1.001e6 + RNG.normal(size=2000)])


@pytest.mark.parametrize(
    ("y", "name", "word"),
    [
        (np.full(9, 3.0), "affine", "are constant"),
        ([4.0], "affine", "are constant"),
        ([0.0, 1.0] * 50, "affine", "2 distinct"),
        (RNG.poisson(4, 3000), "affine", "a cell each"),
        (RNG.integers(0, 100, 2000), "affine", "a cell each"),
        (RNG.normal(size=3000), "affine", "effective cells"),
        (RNG.uniform(size=3000), "affine", "effective cells"),
        (RNG.normal(size=40), "affine", ""),
        (RNG.exponential(size=3000), "affine", "effective cells"),
        (np.append(10 + RNG.normal(size=2000), 30.0), "affine", "tail weight"),  # one outlier
        (np.append(10 + RNG.normal(size=2000), 1e4), "quantile", "does not help"),
        (LOGNORMAL, "log", "tail is heavy"),
        (10.0 ** np.arange(10).repeat(5), "log", "tail is heavy"),
        (np.append(LOGNORMAL, np.zeros(500)), "symlog", "tail is heavy"),
        (RNG.standard_t(1.5, 3000), "symlog", "tail is heavy"),
        (-LOGNORMAL, "symlog", "tail is heavy"),
        (MIXED_SCALES, "quantile", "does not help"),
        (100 * RNG.beta(200, 1, 3000) ** 30, "affine", ""),
    ],
)
def test_choice(y, name, word):
    choice = choose_scaling(y)
    assert choice.scaling.name == name, choice.reason
    assert choice.reason.startswith(f"{name}: ")
    assert word in choice.reason
    assert choice.reason.endswith(".")


@pytest.mark.parametrize("y", [LOGNORMAL, -LOGNORMAL, MIXED_SCALES, RNG.normal(size=500)])
def test_units_weights_and_order_do_not_change_the_choice(y):
    name = choose_scaling(y).scaling.name
    assert choose_scaling(1e-3 * y).scaling.name == name
    assert choose_scaling(y[::-1]) == choose_scaling(y)
    times = RNG.integers(0, 3, len(y))
    assert choose_scaling(y, sample_weight=times) == choose_scaling(np.repeat(y, times))


@pytest.mark.parametrize("name", ["affine", "log", "symlog", "quantile"])
def test_names(name):
    choice = make_scaling(name, LOGNORMAL, 0.1)
    assert choice.scaling.name == name
    assert "as asked" in choice.reason
    again = make_scaling(choice.scaling, [1.0, 2.0])
    assert again.scaling is choice.scaling
    assert "given" in again.reason


def test_auto_is_choose_scaling():
    weights = np.arange(len(LOGNORMAL)) % 2
    assert make_scaling("auto", LOGNORMAL, 0.1, weights) == choose_scaling(LOGNORMAL, margin=0.1, sample_weight=weights)


@pytest.mark.parametrize(
    ("scaling", "y", "error", "message"),
    [
        ("logarithm", [1.0], ValueError, "affine, log, symlog, quantile, identity, auto"),
        ("log", [0.0, 1.0], ValueError, "smallest is 0. Use symlog"),
        ("log", [-2.0, 1.0], ValueError, "smallest is -2. Use symlog"),
        ("auto", [np.nan], ValueError, "must be finite"),
        (AffineScaling, [1.0], TypeError, "a fitted scaling such as"),
        (None, [1.0], TypeError, "a fitted scaling such as"),
        (3, [1.0], TypeError, "a fitted scaling such as"),
    ],
)
def test_errors(scaling, y, error, message):
    from digitwise.codecs import auto_scaling  # the bare function, without the type checks of tests

    function = getattr(auto_scaling.make_scaling, "__wrapped__", auto_scaling.make_scaling)
    with pytest.raises(error, match=message):
        function(scaling, y)


def test_unknown_scaling_in_a_file():
    with pytest.raises(ValueError, match="A scaling is one of affine, log, symlog, quantile"):
        scaling_from_dict({"name": "cubic"})


def test_effective_cells():
    even = (np.arange(256) + 0.5) / 256
    assert effective_cells(even, np.ones(256)) == pytest.approx(256)
    assert effective_cells(np.array([0.2, 0.2001]), np.ones(2)) == pytest.approx(1)
    assert effective_cells(np.array([0.2, 0.7]), np.array([1.0, 3.0])) == pytest.approx(1.7547654)


@pytest.mark.parametrize(("y", "expected"), [(RNG.normal(size=200_000), 3.82), (RNG.exponential(size=200_000), 8.1)])
def test_tail_weight(y, expected):
    values = np.unique(y)
    assert tail_weight(values, np.ones(len(values))) == pytest.approx(expected, rel=0.03)


def test_tail_weight_of_a_law_with_a_large_atom():
    assert tail_weight(np.array([0.0, 1.0]), np.array([3.0, 1.0])) == np.inf


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("abalone", "affine"),
        ("cameras_1000", "log"),
        ("concrete_compressive_strength", "affine"),
        ("nmes1988_visits", "affine"),
        ("socmob", "symlog"),
        ("wine_quality_red", "affine"),
    ],
)
def test_real_targets(shared_data, name, expected):
    index = json.loads((shared_data / "index.json").read_text())
    entry = next(entry for entry in index["datasets"] if entry["name"] == name)
    table = gzip.decompress((shared_data / entry["file"]).read_bytes())
    column = table.split(b"\n", 1)[0].decode().strip().split(",").index(entry["target"])
    y = [float(line.rsplit(b",", 1)[-1]) for line in BytesIO(table).readlines()[1:]]
    assert column == table.split(b"\n", 1)[0].count(b",")  # the target is the last column
    choice = choose_scaling(y)
    assert choice.scaling.name == expected, choice.reason
