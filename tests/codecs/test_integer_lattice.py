"""One leaf for each whole number, within the bounds."""

import numpy as np
import pytest
import torch

from digitwise.codecs.integer_lattice import integer_lattice


@pytest.mark.parametrize(
    ("y", "settings"),
    [
        ([0.0, 2.0, 5.0], {}),
        ([0.0, 1.0], {}),
        ([7.0, 7.0], {}),
        ([-3.0, 4.0], {}),
        ([-3.0, 4.0], {"low": -3.0, "high": 4.0}),
        ([100.0, 3800.0], {"low": 90.5}),
        ([0.0, 23.0], {"high": 24.9}),
    ],
)
def test_every_number_has_a_leaf_of_its_own(y: list[float], settings: dict) -> None:
    found = integer_lattice(np.array(y), **settings)
    assert found is not None
    codec, scaling = found
    numbers = np.arange(min(y), max(y) + 1)
    tokens = codec.encode(torch.as_tensor(scaling.forward(numbers)))
    assert len(torch.unique(tokens, dim=0)) == len(numbers)
    np.testing.assert_allclose(scaling.inverse(codec.decode(tokens).numpy()), numbers, atol=1e-9)


@pytest.mark.parametrize(
    ("y", "settings", "span"),
    [
        ([0.0, 2.0, 5.0], {}, (-0.5, 7.5)),  # counts do not go below 0
        ([-3.0, 4.0], {}, (-7.5, 8.5)),
        ([-3.0, 4.0], {"low": -3.0, "high": 4.0}, (-3.0, 4.0)),
        ([1.0, 100.0], {"high": 100.0}, (-0.5, 100.0)),
        ([0.0, 5.0], {"low": 0.0}, (0.0, 7.5)),
        ([1.0, 5.0], {"low": 0.6}, (0.6, 8.5)),
    ],
)
def test_span(y: list[float], settings: dict, span: tuple[float, float]) -> None:
    found = integer_lattice(np.array(y), **settings)
    assert found is not None
    codec, scaling = found
    np.testing.assert_allclose(scaling.inverse(np.array(codec.span)), span)


def test_too_many_numbers_have_no_lattice() -> None:
    assert integer_lattice(np.array([0.0, 5000.0])) is None
    assert integer_lattice(np.array([0.0, 5000.0]), most=10_000) is not None
    assert integer_lattice(np.array([0.0, 4000.0]), high=4095.0) is not None
