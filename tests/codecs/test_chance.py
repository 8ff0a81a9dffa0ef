"""The loss of a model that sees no features is the entropy of the targets' digits."""

import numpy as np
import pytest
import torch

from digitwise.codecs import NormalizedCodec
from digitwise.codecs.chance import chance_losses


def test_even_digits_cost_their_logarithm() -> None:
    codec = NormalizedCodec(base=3, length=3)
    tokens = codec.encode((torch.arange(27) + 0.5).double() / 27).numpy()
    np.testing.assert_allclose(chance_losses(tokens), np.log(3))


def test_the_sum_is_the_entropy_of_whole_numbers() -> None:
    tokens = np.random.default_rng(0).integers(0, 3, size=(500, 4)) ** 2
    _, counts = np.unique(tokens, axis=0, return_counts=True)
    share = counts / counts.sum()
    assert chance_losses(tokens).sum() == pytest.approx(-(share * np.log(share)).sum())


def test_constants_cost_nothing_and_a_weight_of_two_is_the_row_twice() -> None:
    assert chance_losses(np.full((5, 3), 7)).tolist() == [0.0, 0.0, 0.0]
    tokens = np.array([[0, 1], [0, 2], [1, 1]])
    weight = np.array([2.0, 1.0, 3.0])
    repeated = np.repeat(tokens, weight.astype(int), axis=0)
    np.testing.assert_allclose(chance_losses(tokens, weight), chance_losses(repeated))


def test_a_later_digit_is_judged_given_the_earlier_ones() -> None:
    tokens = np.array([[0, 0], [1, 1]] * 10)  # the second digit repeats the first
    np.testing.assert_allclose(chance_losses(tokens), [np.log(2), 0.0], atol=1e-12)
