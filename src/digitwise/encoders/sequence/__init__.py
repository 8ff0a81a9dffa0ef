"""Encoders of raw text: settings, tokenizers and modules."""

from digitwise.encoders.sequence.bytes import ByteTokenizer
from digitwise.encoders.sequence.head_and_tail import head_and_tail
from digitwise.encoders.sequence.hugging_face import HuggingFace
from digitwise.encoders.sequence.hugging_face_tokenizer import HuggingFaceTokenizer
from digitwise.encoders.sequence.regression_lm import RegressionLM, load_regression_lm
from digitwise.encoders.sequence.sequence import PADDING, SequenceEncoder, SequenceModule, TextTokenizer
from digitwise.encoders.sequence.smiles_augmentation import augmented
from digitwise.encoders.sequence.smiles_tokens import SmilesTokenizer, smiles_tokens
from digitwise.encoders.sequence.smiles_transformer import SmilesTransformer
from digitwise.encoders.sequence.text_transformer import TextTransformer
from digitwise.encoders.sequence.tokenizers import tokenizer_from_dict

__all__ = [
    "PADDING",
    "ByteTokenizer",
    "HuggingFace",
    "HuggingFaceTokenizer",
    "RegressionLM",
    "SequenceEncoder",
    "SequenceModule",
    "SmilesTokenizer",
    "SmilesTransformer",
    "TextTokenizer",
    "TextTransformer",
    "augmented",
    "head_and_tail",
    "load_regression_lm",
    "smiles_tokens",
    "tokenizer_from_dict",
]
