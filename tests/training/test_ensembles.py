"""A network with an ensemble: laws are the average of the members', whichever rows are beside; so are losses."""

import numpy as np
import pytest
import torch

from digitwise.codecs.affine_scaling import AffineScaling
from digitwise.distributions import Distribution
from digitwise.encoders.numeric_embeddings import PiecewiseLinear
from digitwise.encoders.tabular import TabularEncoder
from digitwise.heads import PointwiseHead, TargetMoments
from digitwise.nn.memory import Memory
from digitwise.training import Network, Rows, make_optimizer
from tests.contracts.heads import DIM, HEADS, make_head, make_target
from tests.training.toy import make_rows, make_settings

N_MEMBERS = 3
KNOTS = [(-2.0, -1.0, 0.0, 1.0, 2.0)] * 2
LEVELS = np.array([0.1, 0.5, 0.9])


def make_ensemble(name: str, n_members: int = N_MEMBERS) -> Network:
    """Return a network of two embedded columns, an indicator and a category, its members far from each other."""
    rows = make_rows(100)
    torch.manual_seed(0)
    encoder = TabularEncoder(
        3, [4], KNOTS, hidden_dim=DIM, n_layers=2, numeric_embedding=PiecewiseLinear(dim=4), n_members=n_members
    )
    with torch.no_grad():
        for scale in encoder.undecayed():
            scale.add_(torch.randn_like(scale))
    network = Network(encoder, make_head(name, make_target(rows.y.numpy())))
    network.settle_precision()
    network.finish(rows)
    return network.eval()


def member_laws(network: Network, rows: Rows) -> list[Distribution]:
    """Return the laws of each member as those of a network of its own."""
    with torch.no_grad():
        features = network.memory(rows).features.view(len(rows), N_MEMBERS, 1, DIM)
        return [network.head.law(Memory(features[:, member])) for member in range(N_MEMBERS)]


@pytest.mark.parametrize("name", HEADS)
def test_the_law_is_the_average_of_the_members_laws(name: str) -> None:
    network, rows = make_ensemble(name), make_rows(20, seed=1)
    law, members = network.law(rows), member_laws(network, rows)
    y = np.linspace(0.0, 1.0, 9)[None] + 1e-3
    np.testing.assert_allclose(law.cdf(y), np.mean([member.cdf(y) for member in members], axis=0), atol=2e-6)
    means = [member.mean() for member in members]
    np.testing.assert_allclose(law.mean(), np.mean(means, axis=0), rtol=1e-4)
    assert np.ptp(means, axis=0).min() > 1e-4, "members disagree"


@pytest.mark.parametrize("n_members", [1, N_MEMBERS])
@pytest.mark.parametrize("name", HEADS)
def test_a_law_does_not_depend_on_the_rows_beside_it(name: str, n_members: int) -> None:
    network, rows = make_ensemble(name, n_members), make_rows(70, seed=1)
    together = network.law(rows)
    y = np.linspace(0.0, 1.0, 9)[None] + 1e-3
    alone = np.vstack([network.law(rows.take(slice(row, row + 1))).cdf(y) for row in range(0, 70, 9)])
    np.testing.assert_allclose(alone, together.cdf(y)[::9], rtol=1e-9, atol=1e-12)
    order = torch.randperm(70, generator=torch.Generator().manual_seed(0))
    shuffled = network.law(rows.take(order))
    assert len(shuffled) == 70
    np.testing.assert_allclose(shuffled.cdf(y), together.cdf(y)[order.numpy()], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(network.law(rows.take(slice(3, 9))).mean(), together.mean()[3:9], rtol=1e-9)


@pytest.mark.parametrize("name", HEADS)
def test_the_loss_is_the_mean_of_the_members_losses(name: str) -> None:
    network, rows = make_ensemble(name), make_rows(20, seed=1)
    rows.weight[:] = torch.linspace(0.5, 1.5, 20)
    features = network.memory(rows).features.view(20, N_MEMBERS, 1, DIM)
    losses = [network.head.loss(Memory(features[:, member]), rows.targets(0.3)).loss for member in range(N_MEMBERS)]
    torch.testing.assert_close(network.loss(rows, 0.3).loss, torch.stack(losses).mean())
    assert not torch.allclose(losses[0], losses[1], rtol=1e-4)


def test_predictions_are_in_double_precision_for_a_single_network_and_in_single_for_an_ensemble() -> None:
    assert make_ensemble("pointwise", 1).dtype == torch.float64
    assert make_ensemble("pointwise").dtype == torch.float32


def test_blocks_do_not_change_which_rows_there_are() -> None:
    network = make_ensemble("histogram")
    assert [len(network.law(make_rows(n_rows))) for n_rows in (1, 63, 64, 65)] == [1, 63, 64, 65]


def test_finish_counts_every_member() -> None:
    network, rows = make_ensemble("pointwise"), make_rows(40, seed=1)
    moments = TargetMoments(0.5, 0.2)
    network.head = PointwiseHead(DIM, moments, AffineScaling(low=0.0, high=1.0))
    network.finish(rows)
    errors = [member.mean() - rows.z.numpy() for member in member_laws(network, rows)]
    assert network.head.residual_std.item() == pytest.approx(np.sqrt(np.mean(np.square(errors))) / 0.2, rel=1e-4)


def test_scales_of_members_are_not_decayed() -> None:
    network = make_ensemble("decoding").float()
    scales = {id(scale) for scale in network.encoder.undecayed()}
    assert len(scales) == 5  # two of each layer, and the last one
    before = {name: value.clone() for name, value in network.named_parameters()}
    optimizer = make_optimizer(network, make_settings(weight_decay=0.5, learning_rate=0.1))
    for parameter in network.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    shared = [layer.weight for layer in network.encoder.layers if hasattr(layer, "r")]
    for name, parameter in network.named_parameters():
        if id(parameter) in scales or name.endswith("bias"):
            assert torch.equal(parameter, before[name]), name
        elif any(parameter is weight for weight in shared):
            torch.testing.assert_close(parameter, before[name] * (1 - 0.1 * 0.5))
