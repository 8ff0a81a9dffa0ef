"""Texts as numbers: what a tabular encoder or boosted digits then take."""

from digitwise.encoders.text.by_name import automatic_features, fitted_text_features, text_features
from digitwise.encoders.text.counts import Counts
from digitwise.encoders.text.embeddings import Embeddings
from digitwise.encoders.text.features import FittedTextFeatures, TextFeatures
from digitwise.encoders.text.literals import Literals
from digitwise.encoders.text.molecules import Molecules
from digitwise.encoders.text.ngrams import NGrams
from digitwise.encoders.text.pairs import Agreement
from digitwise.encoders.text.several import Together
from digitwise.encoders.text.shape import Shape

__all__ = [
    "Agreement",
    "Counts",
    "Embeddings",
    "FittedTextFeatures",
    "Literals",
    "Molecules",
    "NGrams",
    "Shape",
    "TextFeatures",
    "Together",
    "automatic_features",
    "fitted_text_features",
    "text_features",
]
