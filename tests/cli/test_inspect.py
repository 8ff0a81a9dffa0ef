"""``digitwise inspect``: what it says is true of the table."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from digitwise import NormalizedCodec
from digitwise.cli.quantisation import quantisation


def test_describes_columns_and_target(run: Callable, houses: Path) -> None:
    outcome = run("inspect", houses, "--target", "price")
    assert outcome.code == 0
    lines = {line.split()[0]: line for line in outcome.out.splitlines() if line.strip()}
    assert "60 rows and 6 columns besides 'price'" in outcome.out
    for name, kind in {
        "size": "number",
        "town": "category",
        "built": "date",
        "garden": "yes/no",
    }.items():
        assert kind in lines[name]
    assert "affine:" in lines["scaling"]
    for words in ("base 2 × 8", "base 10 × 3", "of 256", "of 1,000", "With margin 0.05,"):
        assert words in outcome.out


def test_one_row_and_constant_targets_are_no_obstacle(run: Callable, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    for content in ("a,y\n1,2\n", "a,y\n1,2\n3,2\n4,2\n"):
        path.write_text(content)
        outcome = run("inspect", path, "--target", "y")
        assert (outcome.code, outcome.err) == (0, "")
    assert "1 of 256" in outcome.out


def test_constant_columns_are_marked(run: Callable, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b,y\n1,x,2\n1,,3\n1,z,4\n")
    outcome = run("inspect", tmp_path / "data.csv", "--target", "y")
    assert "left out: constant" in outcome.out


def test_mid_points_of_many_even_targets_err_like_a_uniform_law() -> None:
    y = np.random.default_rng(0).uniform(0.0, 100.0, 5000)
    found = quantisation(y, NormalizedCodec(base=10, length=2), "affine", 0.0)
    assert found.error_of_middles == pytest.approx(1.0 / 12**0.5, rel=0.02)
    assert (found.n_occupied, found.n_leaves) == (100, 100)


def test_leaf_means_are_exact_for_few_levels() -> None:
    y = np.tile([1.0, 2.0, 5.0], 30)
    found = quantisation(y, NormalizedCodec(base=2, length=8), "affine", 0.05)
    assert found.error_of_means == pytest.approx(0.0, abs=1e-9)
    assert found.error_of_middles > 1e-3
    assert found.n_occupied == 3


def test_the_error_is_that_of_targets_within_the_range() -> None:
    y = np.array([0.0, 1.0])  # held out one by one, each is outside the range of the other
    found = quantisation(y, NormalizedCodec(base=2, length=8), "affine", 0.05)
    assert np.isnan(found.error_of_means)
    assert found.saturation == 1.0


def test_saturation_counts_held_out_targets_only() -> None:
    y = np.array([*np.linspace(0.0, 1.0, 49), 1000.0])
    codec = NormalizedCodec(base=2, length=8)
    assert quantisation(y, codec, "affine", 0.0).saturation >= 2 / 50
    assert quantisation(y, codec, "affine", 0.05).saturation == pytest.approx(1 / 50)
