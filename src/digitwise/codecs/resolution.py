"""How far a number may be moved by writing it, read off the cells."""

import torch
from jaxtyping import Float
from torch import Tensor

from digitwise.codecs.codec import Codec


def half_cell(codec: Codec, z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Return how far the border of the cell that each number falls into is from the number written, at most.

    Examples
    --------
    >>> from digitwise.codecs import ScientificCodec
    >>> half_cell(ScientificCodec(n_digits=3), torch.tensor([1234.0, -456.0], dtype=torch.float64)).tolist()
    [5.0, 0.5]
    """
    tokens = codec.encode(z)
    number = codec.decode(tokens)
    low, high = codec.cells(tokens)
    return torch.maximum(number - low, high - number)
