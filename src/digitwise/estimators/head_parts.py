"""A decoding head for a fitted target, put together."""

import torch

from digitwise.codecs import Codec, DigitTree, NumberLine, OpenLine, OpenTree, cells_of, tree_of
from digitwise.codecs.special_numbers import at_the_ends
from digitwise.estimators.fitted_target import FittedTarget
from digitwise.nn import Decoder
from digitwise.objectives import DecodingHead, Objective
from digitwise.policy import BestFirst, Policy


def decoding_head_for(
    target: FittedTarget,
    decoder: Decoder,
    objective: Objective,
    memory_dim: int,
    search: BestFirst | None = None,
) -> DecodingHead:
    """Return an untrained head that writes a fitted target, and predicts exactly or by search."""
    codec = target.codec
    assert codec is not None
    tree = tree_of(codec)
    policy = Policy(decoder.build(tree, memory_dim), codec, tree, number_line(codec, tree, target))
    return DecodingHead(
        policy,
        objective,
        target.edges_y,
        target.values_y,
        target.tails,
        is_whole=target.is_whole,
        search=search,
        inverse=target.scaling.inverse,
        forward=target.scaling.forward,
    )


def number_line(codec: Codec, tree: DigitTree | OpenTree, target: FittedTarget) -> NumberLine | OpenLine:
    """Return what sequences stand for; infinities stand for the last number on their side, and so does NaN."""
    moments = target.moments_y
    if not isinstance(tree, DigitTree):
        return OpenLine(codec, target.scaling.inverse, moments.mean, moments.std)
    numbers = torch.as_tensor(target.values_y)
    cell = cells_of(codec, tree).of_leaf
    values = torch.where(cell >= 0, numbers[cell.clamp(min=0)], codec.decode(tree.leaf_tokens))
    return NumberLine(at_the_ends(values, target.values_y[0], target.values_y[-1]), moments.mean, moments.std)
