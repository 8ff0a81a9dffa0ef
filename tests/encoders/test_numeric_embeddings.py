"""Embeddings of numbers: one column at a time; piecewise linear ones bend at the knots, periodic ones anywhere."""

import warnings
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from digitwise.encoders.numeric_embeddings import NumericEmbedding, Periodic, PiecewiseLinear, thinned

KNOTS = [(-2.0, -1.0, 0.0, 1.0, 3.0), (0.0, 1.0), (-1.0, -0.75, -0.5, 0.0, 0.25, 0.5, 8.0)]
KINDS = [PiecewiseLinear(n_bins=4, dim=3), Periodic(n_frequencies=4, dim=3, scale=0.5)]


def trained(settings: NumericEmbedding, knots: list[tuple[float, ...]] = KNOTS) -> nn.Module:
    """Return the module in double precision with weights as after training: none of them 0."""
    generator = torch.Generator().manual_seed(0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = settings.build(knots).double()
    with torch.no_grad():
        for weight in module.parameters():
            weight.add_(torch.randn(weight.shape, generator=generator, dtype=torch.float64))
    return module


def values(n_rows: int = 7) -> Tensor:
    return torch.randn(n_rows, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


@pytest.mark.parametrize("settings", KINDS)
def test_every_column_gets_a_vector_of_its_own(settings: NumericEmbedding) -> None:
    module, x = trained(settings), values()
    embedded = module(x)
    assert embedded.shape == (7, 3, settings.dim)
    for column in range(3):
        other = x.clone()
        other[:, column] += 0.3
        changed = (module(other) - embedded).abs().sum(dim=(0, 2)) > 0
        assert changed.tolist() == [place == column for place in range(3)]


@pytest.mark.parametrize("settings", KINDS)
def test_columns_do_not_share_weights(settings: NumericEmbedding) -> None:
    module = trained(settings, [KNOTS[0]] * 3)
    probes = torch.linspace(-2, 3, 21, dtype=torch.float64).unsqueeze(1).expand(-1, 3)  # a rectifier may hide one value
    first, second, third = module(probes).unbind(1)
    assert not torch.allclose(first, second) and not torch.allclose(second, third)


@pytest.mark.parametrize("settings", KINDS)
def test_all_weights_are_trained(settings: NumericEmbedding) -> None:
    module = trained(settings)
    module(values()).square().sum().backward()
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in module.parameters())


def bends(function: Callable[[Tensor], Tensor], low: float, high: float) -> list[float]:
    """Return where a piecewise linear function of one column bends, on a grid of eighths."""
    grid = torch.arange(low, high + 1e-9, 0.125, dtype=torch.float64)
    y = function(grid)
    curvature = (y[2:] - 2 * y[1:-1] + y[:-2]).abs().amax(dim=1)
    return grid[1:-1][curvature > 1e-9].tolist()


@pytest.mark.parametrize(("n_bins", "inner"), [(4, [-1.0, 0.0, 1.0]), (64, [-1.0, 0.0, 1.0]), (2, [0.0]), (1, [])])
def test_piecewise_linear_embeddings_bend_at_the_inner_knots_alone(n_bins: int, inner: list[float]) -> None:
    module = trained(PiecewiseLinear(n_bins=n_bins, dim=3), [KNOTS[0]])
    assert bends(lambda x: module(x.unsqueeze(1)).squeeze(1), -4.0, 6.0) == inner


def test_they_are_linear_before_training() -> None:
    module = PiecewiseLinear(n_bins=4, dim=3).build([KNOTS[0]]).double()
    assert bends(lambda x: module(x.unsqueeze(1)).squeeze(1), -4.0, 6.0) == []
    ends = module(torch.tensor([[-4.0], [6.0]], dtype=torch.float64))
    assert (ends[0] - ends[1]).abs().min() > 0


def test_columns_of_two_values_need_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        module = PiecewiseLinear().build([(0.0, 1.0), (-3.0, 8.0)])
    embedded = module(torch.tensor([[0.0, -3.0], [1.0, 8.0]]))
    assert torch.isfinite(embedded).all()
    assert (embedded[0] != embedded[1]).all()


def test_periodic_embeddings_do_not_know_the_knots() -> None:
    settings = Periodic(n_frequencies=4, dim=3)
    modules = []
    for knots in (KNOTS, [(0.0, 1.0)] * 3):
        torch.manual_seed(0)
        modules.append(settings.build(knots).double())
    torch.testing.assert_close(modules[0](values()), modules[1](values()), rtol=0, atol=0)


def test_a_larger_scale_makes_more_waves() -> None:
    x = torch.linspace(-2, 2, 401, dtype=torch.float64).unsqueeze(1)

    def turns(scale: float) -> float:
        torch.manual_seed(0)
        y = Periodic(n_frequencies=8, dim=8, scale=scale).build([(0.0, 1.0)]).double()(x).squeeze(1)
        slope = y.diff(dim=0)
        return (slope[1:] * slope[:-1] < 0).double().sum().item()

    assert turns(0.01) < turns(1.0) < turns(4.0)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: PiecewiseLinear(n_bins=0), "n_bins and dim must be at least 1, but got 0 and 8"),
        (lambda: PiecewiseLinear(dim=0), "got 16 and 0"),
        (lambda: Periodic(n_frequencies=0), "got 0, 8 and 0.1"),
        (lambda: Periodic(dim=-1), "got 16, -1"),
        (lambda: Periodic(scale=0.0), "scale above 0"),
        (lambda: Periodic(scale=float("nan")), "scale above 0"),
    ],
)
def test_sizes_are_checked(make: Callable[[], NumericEmbedding], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        make()


@pytest.mark.parametrize("n_bins", [1, 2, 3, 16, 63, 64, 65, 200])
def test_thinned_knots_keep_both_ends_and_their_order(n_bins: int) -> None:
    knots = [place**2 / 7 for place in range(65)]
    kept = thinned(knots, n_bins)
    assert kept[0] == knots[0] and kept[-1] == knots[-1]
    assert len(kept) == min(n_bins, 64) + 1
    assert kept == sorted(set(kept)) and set(kept) <= set(knots)
