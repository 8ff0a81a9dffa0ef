"""Weights that average to one leave a mean a mean, in every batch alike; members of an ensemble share targets."""

import pytest
import torch

from digitwise.nn.loss_output import Targets, weighted_mean


@pytest.mark.parametrize(
    ("values", "weight", "mean"),
    [
        ([1.0, 3.0], [1.0, 1.0], 2.0),
        ([1.0, 3.0], [0.0, 2.0], 3.0),
        ([1.0, 3.0], [2.0, 2.0], 4.0),  # heavy rows count as more rows, in this batch as in any other
        ([1.0, 3.0], [0.0, 0.0], 0.0),
    ],
)
def test_the_weighted_mean(values: list[float], weight: list[float], mean: float) -> None:
    result = weighted_mean(torch.tensor(values), torch.tensor(weight, dtype=torch.float64))
    assert result.item() == mean
    assert result.dtype == torch.float32  # that of the values


def test_targets_are_repeated_for_the_members_of_each_row() -> None:
    z, high = torch.tensor([1.0, 2.0], dtype=torch.float64), torch.tensor([1.0, torch.inf], dtype=torch.float64)
    targets = Targets(z, torch.tensor([0.5, 1.5]), 0.25, 10 * z, high, 10 * high).for_members(3)
    assert targets.z.tolist() == [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]
    assert targets.weight.tolist() == [0.5, 0.5, 0.5, 1.5, 1.5, 1.5]
    assert targets.in_data_units.tolist() == [10.0, 10.0, 10.0, 20.0, 20.0, 20.0]
    assert targets.z_high.tolist() == [1.0, 1.0, 1.0, torch.inf, torch.inf, torch.inf]
    assert targets.high_in_data_units.tolist() == [10.0, 10.0, 10.0, torch.inf, torch.inf, torch.inf]
    assert (targets.progress, targets.n_members) == (0.25, 3)


def test_several_targets_of_a_row_stay_together_and_what_is_absent_stays_absent() -> None:
    targets = Targets(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.ones(2)).for_members(2)
    assert targets.z.tolist() == [[1.0, 2.0], [1.0, 2.0], [3.0, 4.0], [3.0, 4.0]]
    assert targets.y is targets.z_high is targets.y_high is None


def test_a_single_network_takes_targets_as_they_are() -> None:
    targets = Targets(torch.ones(2), torch.ones(2))
    assert targets.for_members(1) is targets


def test_the_loss_of_an_ensemble_is_the_mean_of_its_members_losses() -> None:
    by_member, weight = torch.rand(4, 3), torch.tensor([0.5, 1.5, 2.0, 0.0])
    repeated = Targets(torch.zeros(4), weight).for_members(3).weight
    expected = torch.stack([weighted_mean(values, weight) for values in by_member.T]).mean()
    torch.testing.assert_close(weighted_mean(by_member.flatten(), repeated), expected)
