"""Standard units: scaled targets less their mean, in units of their spread."""

import numpy as np
import pytest
import torch

from digitwise.codecs.affine_scaling import AffineScaling
from digitwise.codecs.log_scaling import LogScaling
from digitwise.heads import TargetMoments
from digitwise.heads.standardizer import Standardizer, as_numpy


def test_weights_count_like_repeated_rows() -> None:
    z, counts = np.array([0.1, 0.4, 0.9]), np.array([3.0, 0.0, 2.0])
    repeated = np.repeat(z, counts.astype(int))
    moments = TargetMoments.of(z, counts)
    assert moments.mean == pytest.approx(repeated.mean())
    assert moments.std == pytest.approx(repeated.std())


def test_the_spread_of_equal_targets_counts_as_one() -> None:
    assert TargetMoments.of(np.full(3, 0.5), np.ones(3)) == TargetMoments(0.5, 1.0)


def test_standard_targets_have_mean_zero_and_spread_one() -> None:
    z = torch.rand(50, dtype=torch.float64)
    standardizer = Standardizer(TargetMoments.of(z.numpy(), np.ones(50)), AffineScaling(low=0.0, high=1.0))
    standard = standardizer(z)
    assert standard.mean().item() == pytest.approx(0.0, abs=1e-12)
    assert standard.std(correction=0).item() == pytest.approx(1.0)
    np.testing.assert_allclose(standardizer.values_to_data_units(standard.numpy()[None])[0], z.numpy())


@pytest.mark.parametrize("scaling", [AffineScaling(low=-5.0, high=15.0), LogScaling(low=1.0, high=100.0)])
def test_laws_and_numbers_come_to_the_same_data_units(scaling: AffineScaling | LogScaling) -> None:
    standardizer = Standardizer(TargetMoments(0.4, 0.1), scaling)
    median = np.array([[-1.0], [0.0], [2.0]])
    law = standardizer.to_data_units(np.ones((3, 1)), median, np.full((3, 1), 0.5))
    np.testing.assert_allclose(law.median(), standardizer.values_to_data_units(median)[:, 0], rtol=1e-6)


def test_arrays_are_detached_float64() -> None:
    array = as_numpy(torch.ones(2, dtype=torch.float32, requires_grad=True) * 2)
    assert array.dtype == np.float64
    assert array.tolist() == [2.0, 2.0]
