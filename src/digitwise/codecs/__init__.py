"""Codecs: numbers to token sequences and back; scalings: data units to the unit interval and back."""

from digitwise.codecs.codec import Codec
from digitwise.codecs.grammar import Grammar
from digitwise.codecs.leaf_values import leaf_values, saturation_rate
from digitwise.codecs.normalized import NormalizedCodec
from digitwise.codecs.number_line import NumberLine
from digitwise.codecs.reach import Reach
from digitwise.codecs.tree import DigitTree

__all__ = [
    "Codec",
    "DigitTree",
    "Grammar",
    "NormalizedCodec",
    "NumberLine",
    "Reach",
    "leaf_values",
    "saturation_rate",
]
