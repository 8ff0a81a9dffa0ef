"""Exponents, signs and bounds follow the targets."""

import numpy as np
import pytest
import torch

from digitwise.codecs import Bounded, ScientificCodec
from digitwise.codecs.scientific_range import scientific_for


@pytest.mark.parametrize(
    ("y", "settings", "exponents", "signs", "span"),
    [
        ([1.0, 100.0], {}, (-1, 2), "positive", (10**-0.1, 10**2.1)),
        ([1.0, 100.0], {"margin": 0.5}, (-1, 3), "positive", (0.1, 1000.0)),
        ([0.0, 1.0, 100.0], {}, (-1, 2), "non_negative", (-0.05, 10**2.1)),
        ([-100.0, 1.0], {}, (-1, 2), "all", (-(10**2.1), 10**0.1)),
        ([-100.0, -1.0], {}, (-1, 2), "all", (-(10**2.1), -(10**-0.1))),
        ([-100.0, 0.0], {}, (1, 2), "all", (-100 * 10**0.02, 0.0)),
        ([1.0, 100.0], {"low": 0.0}, (-1, 2), "positive", (10**-0.1, 10**2.1)),
        ([0.0, 1.0, 100.0], {"low": 0.0}, (-1, 2), "non_negative", (0.0, 10**2.1)),
        ([1.0, 100.0], {"low": 0.9, "high": 101.0}, (-1, 2), "positive", (0.9, 101.0)),
        ([5.0, 5.0], {}, (0, 0), "positive", (5 / 10**0.02, 5 * 10**0.02)),
        ([0.0, 0.0], {}, (-1, 1), "non_negative", (-0.05, 10.0)),
    ],
)
def test_range(y: list[float], settings: dict, exponents: tuple, signs: str, span: tuple) -> None:
    found = scientific_for(np.array(y), n_digits=2, **settings)
    codec = found.codec if isinstance(found, Bounded) else found
    assert isinstance(codec, ScientificCodec)
    assert (codec.min_exponent, codec.max_exponent) == exponents
    assert codec.signs == signs
    assert found.span == pytest.approx(span)
    assert found.grammar.count(found.length) >= 3


@pytest.mark.parametrize(
    ("y", "whole"),
    [
        ([0.0, 7.0, 120.0], True),
        ([3.0, 5.0], True),
        ([7.0, 7.0], True),
        ([0.0, 0.0], True),
        ([4000.0, 90_000.0], False),
    ],
)
def test_whole_numbers_are_written_without_a_point(y: list[float], whole: bool) -> None:
    codec = scientific_for(np.array(y), n_digits=2, integer=True)
    assert isinstance(codec, Bounded) and isinstance(codec.codec, ScientificCodec)
    assert codec.codec.integer is whole
    assert codec.grammar.count(codec.length) >= 3
    written = codec.decode(codec.encode(torch.linspace(0.0, 150.0, 400, dtype=torch.float64)))
    assert bool((written == written.round()).all())


def test_rounding_noise_around_zero_is_not_written_digit_by_digit() -> None:
    y = np.concatenate([[1e-17, -2e-16], np.random.default_rng(0).normal(size=998)])
    codec = scientific_for(y)
    assert isinstance(codec, Bounded) and isinstance(codec.codec, ScientificCodec)
    assert codec.codec.min_exponent >= -5


def test_rows_of_weight_zero_are_absent() -> None:
    y, weight = np.array([1e9, 2.0, 30.0, -1.0]), np.array([0.0, 1.0, 1.0, 0.0])
    assert scientific_for(y, weight) == scientific_for(np.array([2.0, 30.0]))


def test_every_target_is_written_to_its_digits() -> None:
    y = 10 ** np.random.default_rng(1).uniform(-6.0, 9.0, 3000)
    codec = scientific_for(y, n_digits=3)
    written = codec.decode(codec.encode(torch.as_tensor(y))).numpy()
    kept = y > np.quantile(y, 0.01)
    assert (np.abs(written - y) <= 0.005 * y)[kept].all()
