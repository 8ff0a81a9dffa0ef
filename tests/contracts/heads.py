"""The heads on which the laws of heads are checked, and a toy problem for them."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from digitwise import CrossEntropy, SmoothedCrossEntropy
from digitwise.codecs import DigitTree, NormalizedCodec, edges_of, tree_of
from digitwise.codecs.affine_scaling import AffineScaling
from digitwise.codecs.log_scaling import LogScaling, SymlogScaling
from digitwise.codecs.quantile_scaling import QuantileScaling
from digitwise.estimators.fitted_target import FittedTarget, fit_target
from digitwise.heads import Head, HistogramHead, MixtureDensityHead, PointwiseHead, QuantileHead
from digitwise.nn import Memory, Targets, Transformer, Tree
from digitwise.objectives import DecodingHead, Objective
from digitwise.policy import Policy

DIM = 8
CODEC = NormalizedCodec(base=2, length=6)
SCALINGS = {"affine": AffineScaling, "log": LogScaling, "symlog": SymlogScaling, "quantile": QuantileScaling}


def _decoding(decoder: Tree | Transformer, objective: Objective) -> Callable[[FittedTarget], Head]:
    def make(target: FittedTarget) -> DecodingHead:
        tree = DigitTree(CODEC.grammar, CODEC.length)
        policy = Policy(decoder.build(tree, DIM), CODEC, tree)
        return DecodingHead(policy, objective, target.edges_y, target.values_y)

    return make


HEADS: dict[str, Callable[[FittedTarget], Head]] = {
    "pointwise": lambda target: PointwiseHead(DIM, target.moments, target.scaling),
    "mixture_density": lambda target: MixtureDensityHead(DIM, 3, target.moments, target.scaling),
    "quantile": lambda target: QuantileHead(DIM, 20, target.moments, target.scaling),
    "histogram": lambda target: HistogramHead(DIM, target.edges_y, target.values_y, 0.0),
    "histogram_smoothed": lambda target: HistogramHead(DIM, target.edges_y, target.values_y, 1.5),
    "decoding": _decoding(Tree(), CrossEntropy()),
    "decoding_smoothed": _decoding(Tree(), SmoothedCrossEntropy(width=0.02)),
    "decoding_transformer": _decoding(
        Transformer(dim=16, n_heads=2, n_layers=1, feed_forward_dim=32, dropout=0.0), SmoothedCrossEntropy(width=0.02)
    ),
}


def make_problem(n_rows: int = 30, unit: float = 1.0, shift: float = 0.0) -> tuple[Memory, np.ndarray]:
    """Return features and positive targets in data units that are nearly a function of them."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(n_rows, 1, DIM))
    y = np.exp(0.5 * features[:, 0, 0] + 0.02 * rng.normal(size=n_rows))
    return Memory(torch.as_tensor(features)), shift + unit * y


def make_target(y: np.ndarray, scaling: str = "affine") -> FittedTarget:
    """Return the target as an estimator would fit it, with 64 leaves."""
    fitted = SCALINGS[scaling].fit(y, margin=0.05)
    return fit_target(y, np.ones_like(y), fitted, edges_of(CODEC, tree_of(CODEC)).numpy())


def make_head(name: str, target: FittedTarget, seed: int = 0) -> nn.Module:
    """Return an untrained head in float64."""
    torch.manual_seed(seed)
    head = HEADS[name](target)
    assert isinstance(head, nn.Module)
    return head.double().eval()


def targets_of(y: np.ndarray, target: FittedTarget, weight: np.ndarray | None = None) -> Targets:
    """Return scaled targets with their weights."""
    ones = np.ones_like(y) if weight is None else weight
    return Targets(torch.as_tensor(target.scaling.forward(y)), torch.as_tensor(ones))


def train(head: nn.Module, memory: Memory, targets: Targets, n_steps: int = 150, rate: float = 0.05) -> list[float]:
    """Return the losses of some full-batch steps, with clipping and decay as in training; then finish the head."""
    optimizer = torch.optim.Adam(head.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_steps)
    losses = []
    for _ in range(n_steps):
        loss = head.loss(memory, targets).loss
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(head.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    with torch.no_grad():
        head.finish(memory, targets)
    return losses
