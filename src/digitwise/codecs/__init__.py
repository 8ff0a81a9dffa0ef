"""Codecs: numbers to token sequences and back; scalings: data units to the unit interval and back."""

from digitwise.codecs.bounded import Bounded
from digitwise.codecs.cells import Cells, cells_of, edges_of
from digitwise.codecs.codec import Codec
from digitwise.codecs.completions import covered, highest_completion, lowest_completion
from digitwise.codecs.decimal import DecimalCodec
from digitwise.codecs.digit_levels import DigitLevel, digit_levels
from digitwise.codecs.grammar import Grammar, grammar_of
from digitwise.codecs.hamming import HammingCodec
from digitwise.codecs.ieee import IEEECodec
from digitwise.codecs.leaf_values import leaf_values, saturation_rate
from digitwise.codecs.normalized import NormalizedCodec
from digitwise.codecs.number_line import NumberLine, OpenLine, StandardUnits
from digitwise.codecs.open_tree import OpenTree, is_enumerable, tree_of
from digitwise.codecs.published import P10Codec, PermissiveIEEECodec
from digitwise.codecs.reach import Reach
from digitwise.codecs.repeated import RepeatedCodec
from digitwise.codecs.scientific import ScientificCodec
from digitwise.codecs.special_values import WithSpecialValues
from digitwise.codecs.tree import DigitTree

__all__ = [
    "Bounded",
    "Cells",
    "Codec",
    "DecimalCodec",
    "DigitLevel",
    "DigitTree",
    "Grammar",
    "HammingCodec",
    "IEEECodec",
    "NormalizedCodec",
    "NumberLine",
    "OpenLine",
    "OpenTree",
    "P10Codec",
    "PermissiveIEEECodec",
    "Reach",
    "RepeatedCodec",
    "ScientificCodec",
    "StandardUnits",
    "WithSpecialValues",
    "cells_of",
    "covered",
    "digit_levels",
    "edges_of",
    "grammar_of",
    "highest_completion",
    "is_enumerable",
    "leaf_values",
    "lowest_completion",
    "saturation_rate",
    "tree_of",
]
