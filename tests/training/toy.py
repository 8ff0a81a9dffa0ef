"""A small problem, a small network with dropout, and what validates it."""

from collections.abc import Callable

import numpy as np
import torch

from digitwise.codecs import DigitTree, NormalizedCodec, edges_of, tree_of
from digitwise.codecs.affine_scaling import AffineScaling
from digitwise.encoders.tabular import TabularEncoder
from digitwise.heads import PointwiseHead, TargetMoments
from digitwise.nn import Tree
from digitwise.objectives import DecodingHead, Objective
from digitwise.policy import Policy
from digitwise.training import Network, Rows, TrainingSettings

SETTINGS = {"max_epochs": 6, "batch_size": 16, "learning_rate": 1e-2, "weight_decay": 1e-2, "patience": None}


def make_settings(**changes: object) -> TrainingSettings:
    return TrainingSettings(**SETTINGS | changes)


def make_rows(n_rows: int = 50, seed: int = 0) -> Rows:
    generator = torch.Generator().manual_seed(seed)
    numeric = torch.randn(n_rows, 3, generator=generator)
    codes = torch.randint(4, (n_rows, 1), generator=generator)
    z = 0.5 + 0.1 * numeric[:, 0] + 0.05 * codes.squeeze(1)
    return Rows(numeric, codes, z.double(), torch.ones(n_rows), z.double())


def make_network(seed: int = 0, hidden_dim: int = 8, dropout: float = 0.2) -> Network:
    torch.manual_seed(seed)
    encoder = TabularEncoder(3, [4], hidden_dim=hidden_dim, n_layers=2, dropout=dropout)
    head = PointwiseHead(encoder.out_dim, TargetMoments(0.5, 0.2), AffineScaling(low=0.0, high=1.0))
    return Network(encoder, head)


def validate(network: Network) -> dict[str, float | int]:
    rows = make_rows(20, seed=1)
    rmse = float(np.sqrt(np.mean((network.law(rows).mean() - rows.z.numpy()) ** 2)))
    return {"rmse": rmse, "minus_rmse": -rmse}


def scripted(*metrics: float) -> Callable[[Network], dict[str, float | int]]:
    """Return a validation whose figures are known before."""
    figures = iter(metrics)
    return lambda network: {"metric": next(figures)}


def stopped_in_epoch(epoch: int, error: BaseException) -> Callable[[Network], dict[str, float | int]]:
    """Return a validation that raises the error in an epoch."""
    calls = iter(range(1, epoch + 1))

    def stopping(network: Network) -> dict[str, float | int]:
        if next(calls) == epoch:
            raise error
        return validate(network)

    return stopping


def weights_of(network: Network) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}


def same_weights(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def without_seconds(history: list[dict[str, float | int]]) -> list[dict[str, float | int]]:
    return [{name: value for name, value in row.items() if name != "seconds"} for row in history]


def make_decoder(objective: Objective, seed: int = 0, hidden_dim: int = 8, dropout: float = 0.2) -> Network:
    """Return a small network that writes three digits in base 3, on the rows above."""
    codec = NormalizedCodec(base=3, length=3)
    tree = DigitTree(codec.grammar, codec.length)
    torch.manual_seed(seed)
    encoder = TabularEncoder(3, [4], hidden_dim=hidden_dim, n_layers=2, dropout=dropout)
    policy = Policy(Tree().build(tree, encoder.out_dim), codec, tree)
    edges = edges_of(codec, tree_of(codec)).numpy()
    return Network(encoder, DecodingHead(policy, objective, edges, (edges[1:] + edges[:-1]) / 2))
