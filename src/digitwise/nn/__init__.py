"""Networks: the memory an encoder hands over, and the decoders that write digits from it."""

from digitwise.nn.decoders import Decoder, Transformer, Tree
from digitwise.nn.digit_decoder import DigitDecoder
from digitwise.nn.loss_output import LossOutput, Targets
from digitwise.nn.memory import Memory
from digitwise.nn.next_token_model import DecodingState, NextTokenModel, PrefixForest
from digitwise.nn.tree_decoder import TreeDecoder

__all__ = [
    "Decoder",
    "DecodingState",
    "DigitDecoder",
    "LossOutput",
    "Memory",
    "NextTokenModel",
    "PrefixForest",
    "Targets",
    "Transformer",
    "Tree",
    "TreeDecoder",
]
