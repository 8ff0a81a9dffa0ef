"""A table row becomes one memory token for each member of the ensemble."""

import pytest
import torch
from torch import Tensor, nn

from digitwise.encoders.numeric_embeddings import Periodic, PiecewiseLinear
from digitwise.encoders.tabular import TabularEncoder, embedding_dim

KNOTS = [(-2.0, -0.5, 0.0, 1.0), (0.0, 1.0)]
N_MEMBERS, DIM = 3, 8


def make(seed: int = 0, **settings: object) -> TabularEncoder:
    """Return an encoder of two columns of values, an indicator and a category, with random scales."""
    torch.manual_seed(seed)
    encoder = TabularEncoder(3, [5], KNOTS, hidden_dim=DIM, n_layers=2, **settings).double().eval()
    with torch.no_grad():
        for scale in encoder.undecayed():
            scale.add_(0.3 * torch.randn_like(scale))
    return encoder


def rows(n_rows: int = 6) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    numeric = torch.randn(n_rows, 3, generator=generator, dtype=torch.float64)
    numeric[:, 2] = torch.arange(n_rows) % 2
    return numeric, torch.randint(2, 5, (n_rows, 1), generator=generator)


@pytest.mark.parametrize("embedding", [None, PiecewiseLinear(dim=4), Periodic(dim=4)])
@pytest.mark.parametrize("n_members", [1, N_MEMBERS])
def test_every_member_gets_a_token(n_members: int, embedding: PiecewiseLinear | Periodic | None) -> None:
    encoder = make(n_members=n_members, numeric_embedding=embedding)
    memory = encoder(*rows())
    assert memory.features.shape == (6 * n_members, 1, encoder.out_dim)
    assert (memory.n_members, memory.n_rows, memory.mask) == (n_members, 6, None)


def test_a_member_is_a_plain_network_with_its_own_scales() -> None:
    encoder = make(n_members=N_MEMBERS)
    numeric, codes = rows()
    found = encoder(numeric, codes).features.view(6, N_MEMBERS, DIM)
    first, second = (layer for layer in encoder.layers if hasattr(layer, "r"))
    last = encoder.layers[-1].weight
    for member in range(N_MEMBERS):
        x = torch.cat([numeric, encoder.embeddings[0].weight[codes[:, 0]]], dim=1)
        for layer in (first, second):
            own = layer.s[member].unsqueeze(1) * layer.weight * layer.r[member]  # of shape (out, in)
            x = nn.functional.silu(x @ own.T + layer.bias[member])
        torch.testing.assert_close(found[:, member], x * last[member])


def test_members_differ_from_the_start_in_every_row() -> None:
    torch.manual_seed(0)
    encoder = TabularEncoder(3, [5], KNOTS, hidden_dim=DIM, n_members=N_MEMBERS, n_layers=2).double().eval()
    found = encoder(*rows()).features.view(6, N_MEMBERS, DIM)
    for member in range(N_MEMBERS):
        for other in range(member):
            assert ((found[:, member] - found[:, other]).abs().amax(dim=1) > 1e-4).all()


def test_members_share_all_but_their_scales_and_biases() -> None:
    one, many = (sum(p.numel() for p in make(n_members=k).parameters()) for k in (1, N_MEMBERS))
    width = 3 + embedding_dim(5)
    scales = N_MEMBERS * (width + 4 * DIM)  # of what goes in and out of both layers, and of the features
    assert many - one == scales + (N_MEMBERS - 1) * 2 * DIM


def test_what_a_member_learns_leaves_the_scales_of_the_others_alone() -> None:
    encoder = make(n_members=N_MEMBERS)
    encoder(*rows()).features.view(6, N_MEMBERS, DIM)[:, 1].square().sum().backward()
    for scale in encoder.undecayed():
        assert scale.grad[[0, 2]].abs().sum() == 0 < scale.grad[1].abs().sum()


def test_dropout_is_off_outside_training_and_differs_between_members() -> None:
    encoder = make(n_members=N_MEMBERS, dropout=0.5)
    torch.testing.assert_close(encoder(*rows()).features, encoder(*rows()).features, rtol=0, atol=0)
    dropped = encoder.train()(*rows()).features.view(6, N_MEMBERS, DIM) == 0
    assert not torch.equal(dropped[:, 0], dropped[:, 1])


@pytest.mark.parametrize("n_members", [1, N_MEMBERS])
@pytest.mark.parametrize("embedding", [PiecewiseLinear(dim=4), Periodic(dim=4)])
def test_values_are_embedded_and_indicators_are_not(embedding: PiecewiseLinear | Periodic, n_members: int) -> None:
    """What the first layer sees: the indicator as it is, of the values what the embedding makes of them."""
    encoder = make(n_members=n_members, numeric_embedding=embedding)
    numeric, codes = rows()
    seen: list[Tensor] = []
    encoder.layers[0].register_forward_hook(lambda layer, inputs, output: seen.append(inputs[0]))
    encoder(numeric, codes)
    (inputs,) = seen
    assert inputs.shape[-1] == 2 * 4 + 1 + embedding_dim(5)
    inputs = inputs.reshape(6, -1, inputs.shape[-1])[:, 0]

    def is_seen(column: Tensor) -> bool:
        return bool((inputs == column.unsqueeze(1)).all(dim=0).any())

    assert is_seen(numeric[:, 2])
    assert not is_seen(numeric[:, 0]) and not is_seen(numeric[:, 1])
    assert all(map(is_seen, encoder.numeric_embedding(numeric[:, :2]).flatten(1).T))


@pytest.mark.parametrize("n_members", [1, N_MEMBERS])
@pytest.mark.parametrize("embedding", [None, PiecewiseLinear(), Periodic()])
def test_without_columns_all_rows_look_alike(embedding: PiecewiseLinear | Periodic | None, n_members: int) -> None:
    torch.manual_seed(0)
    encoder = TabularEncoder(0, hidden_dim=DIM, numeric_embedding=embedding, n_members=n_members).eval()
    features = encoder(torch.zeros(4, 0), torch.zeros(4, 0, dtype=torch.int64)).features.view(4, n_members, DIM)
    assert torch.isfinite(features).all()
    assert torch.equal(features, features[:1].expand(4, -1, -1))


@pytest.mark.parametrize("embedding", [PiecewiseLinear(), Periodic()])
def test_indicators_and_categories_alone_need_no_embedding_of_numbers(embedding: PiecewiseLinear | Periodic) -> None:
    torch.manual_seed(0)
    encoder = TabularEncoder(1, [4], hidden_dim=DIM, numeric_embedding=embedding, n_members=2).eval()
    features = encoder(torch.tensor([[0.0], [1.0]]), torch.tensor([[2], [2]])).features.view(2, 2, DIM)
    assert not torch.allclose(features[0], features[1])


def test_columns_of_two_values_are_embedded() -> None:
    torch.manual_seed(0)
    encoder = TabularEncoder(2, [], [(0.0, 1.0)] * 2, hidden_dim=DIM, numeric_embedding=PiecewiseLinear()).eval()
    numeric = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    features = encoder(numeric, torch.zeros(4, 0, dtype=torch.int64)).features.squeeze(1)
    assert len(features.unique(dim=0)) == 4


def test_unseen_and_missing_categories_add_nothing_before_training() -> None:
    encoder = make()
    numeric = rows(1)[0].expand(3, -1)
    unseen, missing, known = encoder(numeric, torch.tensor([[0], [1], [2]])).features.squeeze(1)
    assert torch.equal(unseen, missing) and not torch.allclose(unseen, known)


def test_a_plain_network_has_no_scales() -> None:
    assert make().undecayed() == []
