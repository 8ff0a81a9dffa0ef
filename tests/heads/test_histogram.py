"""The histogram head: cross-entropy against bins, its own or those under a bell."""

import numpy as np
import pytest
import torch

from digitwise.codecs.bell import bell_on_leaves
from digitwise.heads import HistogramHead
from tests.contracts.heads import DIM, make_head, make_problem, make_target, targets_of


@pytest.mark.parametrize("smoothing", [0.0, 0.3, 2.0, 30.0])
def test_the_loss_is_the_cross_entropy_against_the_bell(smoothing: float) -> None:
    memory, y = make_problem()
    target = make_target(y)
    torch.manual_seed(0)
    head = HistogramHead(DIM, target.edges_y, target.values_y, smoothing).double()
    targets = targets_of(y, target, np.random.default_rng(1).random(len(y)))

    edges = torch.linspace(0, 1, 65, dtype=torch.float64)
    first, mass = bell_on_leaves(targets.z, edges, smoothing / 64)
    bell = torch.zeros(len(y), 64, dtype=torch.float64)
    for row in range(len(y)):
        bell[row, int(first[row]) : int(first[row]) + mass.shape[1]] = mass[row]
    torch.testing.assert_close(bell.sum(1), torch.ones(len(y), dtype=torch.float64))

    logits = head.out(memory.features[:, 0])
    cross_entropy = torch.nn.functional.cross_entropy(logits, bell, reduction="none")
    torch.testing.assert_close(head.loss(memory, targets).loss, (targets.weight * cross_entropy).mean())


def test_without_smoothing_it_is_minus_the_log_probability_of_the_own_bin() -> None:
    memory, y = make_problem()
    target = make_target(y)
    head = make_head("histogram", target)
    probs = head.law(memory).probs
    own = np.clip(np.searchsorted(target.edges_y, y, side="right") - 1, 0, 63)
    expected = -np.log(probs[np.arange(len(y)), own]).mean()
    assert head.loss(memory, targets_of(y, target)).loss.item() == pytest.approx(expected)


@pytest.mark.parametrize("scaling", ["affine", "log", "quantile"])
def test_the_law_has_the_bins_of_the_scaling_in_data_units(scaling: str) -> None:
    memory, y = make_problem()
    target = make_target(y, scaling)
    law = make_head("histogram", target).law(memory)
    np.testing.assert_allclose(law.edges, target.scaling.inverse(np.linspace(0, 1, 65)))
    np.testing.assert_allclose(law.probs.sum(1), 1.0)
    np.testing.assert_allclose(law.mean(), law.probs @ target.values_y)
