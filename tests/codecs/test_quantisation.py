"""Errors of held-out targets, and how many lie outside the range of the others."""

import numpy as np
import pytest

from digitwise.codecs import Codec, NormalizedCodec, ScientificCodec
from digitwise.codecs.auto_scaling import IDENTITY, make_scaling
from digitwise.codecs.quantisation import FitCodec, Quantisation, quantisation


def normalized(base: int, length: int, margin: float = 0.05) -> FitCodec:
    def fit(y: np.ndarray, weight: np.ndarray) -> tuple:
        return NormalizedCodec(base=base, length=length), make_scaling("affine", y, margin, weight).scaling

    return fit


def in_data_units(codec: Codec) -> FitCodec:
    return lambda y, weight: (codec, IDENTITY)


def test_mid_points_of_many_even_targets_err_like_a_uniform_law() -> None:
    y = np.random.default_rng(0).uniform(0.0, 100.0, 5000)
    found = quantisation(y, None, normalized(10, 2, margin=0.0))
    assert found.error_of_middles == pytest.approx(1.0 / 12**0.5, rel=0.02)
    assert found.error_of_means == pytest.approx(1.0 / 12**0.5, rel=0.05)


def test_leaf_means_are_exact_for_few_levels() -> None:
    found = quantisation(np.tile([1.0, 2.0, 5.0], 30), None, normalized(2, 8))
    assert found.error_of_means == pytest.approx(0.0, abs=1e-9)
    assert found.relative_error == pytest.approx(0.0, abs=1e-9)
    assert found.error_of_middles > 1e-3


def test_the_error_is_that_of_targets_within_the_range() -> None:
    found = quantisation(np.array([0.0, 1.0]), None, normalized(2, 8))  # each is outside the range of the other
    assert np.isnan(found.error_of_means) and np.isnan(found.relative_error)
    assert found.saturation == 1.0


def test_saturation_counts_held_out_targets_only() -> None:
    y = np.array([*np.linspace(0.0, 1.0, 49), 1000.0])
    assert quantisation(y, None, normalized(2, 8, margin=0.0)).saturation >= 2 / 50
    assert quantisation(y, None, normalized(2, 8)).saturation == pytest.approx(1 / 50)


def test_significant_digits_bound_the_relative_error() -> None:
    y = 10 ** np.random.default_rng(0).uniform(-3.0, 5.0, 4000)
    for n_digits in (1, 2, 3):
        codec = ScientificCodec(n_digits=n_digits, min_exponent=-4, max_exponent=5, signs="positive")
        assert quantisation(y, None, in_data_units(codec)).relative_error < 0.5 * 10.0 ** (1 - n_digits)


def test_more_numbers_than_can_be_listed_are_read_one_by_one() -> None:
    y = np.random.default_rng(0).normal(size=300)
    found = quantisation(y, None, normalized(10, 9))
    assert 0 < found.error_of_means == found.error_of_middles < 1e-8


def test_one_row_cannot_be_held_out() -> None:
    found = quantisation(np.array([3.0]), None, normalized(2, 8))
    assert found.n_folds == 0 and np.isnan(found.saturation)
    assert isinstance(found, Quantisation)
