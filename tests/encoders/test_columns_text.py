"""Texts of a table: read once, in fit and in each table, whatever is made of them."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
import torch

from digitwise import DecodingRegressor, Finetune, Literals, NGrams, TextTransformer, Together
from digitwise.encoders import Columns, ColumnTensors
from digitwise.encoders.columns_text import TextReading
from digitwise.encoders.text import Embeddings, Shape, embeddings
from tests.encoders.text.tiny_models import write_model

N = 24
FRAME = pd.DataFrame(
    {
        "first": [f"a b c {'d ' * (n % 5)}item {n}" for n in range(N)],
        "size": [None if n % 7 == 0 else float(n) for n in range(N)],
        "second": [f"b c {'e ' * (n % 3)}item {n // 2} of {n}" for n in range(N)],
        "kind": ["x" if n % 2 else "y" for n in range(N)],
    }
)
SMALL = TextTransformer(dim=16, n_layers=1, n_heads=2, feed_forward_dim=32, max_length=32)
FEATURES = Together(parts=(Literals(), NGrams(n_components=3)))


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
    pytest.importorskip("transformers")
    return write_model("bert", tmp_path_factory.mktemp("bert"))


def same(a: ColumnTensors, b: ColumnTensors) -> bool:
    ids = [[] if tensors.ids is None else tensors.ids.tolist() for tensors in (a, b)]
    return torch.equal(a.numeric, b.numeric) and torch.equal(a.categorical, b.categorical) and ids[0] == ids[1]


@dataclass(frozen=True)
class Counted:
    """Settings of features that count how often each text is turned into numbers."""

    rows: Counter[str] = field(default_factory=Counter)

    def fit(self, texts, random_state=0):
        return self

    names = ("length",)

    def transform(self, texts):
        self.rows.update(texts)
        return np.array([[len(text)] for text in texts], dtype=np.float64)

    def to_dict(self):
        return {"kind": "counted"}


@pytest.mark.parametrize(
    "reading",
    [
        None,
        TextReading(),
        TextReading(features=FEATURES),
        TextReading(features=None, sequence=SMALL),
        TextReading(features=Shape(), sequence=SMALL),
    ],
    ids=["none", "automatic", "features", "sequence", "both"],
)
@pytest.mark.parametrize("columns", [["first"], ["first", "second"], list(FRAME)], ids=["one", "two", "beside"])
def test_fitting_gives_the_tensors_of_transforming(reading, columns) -> None:
    table = FRAME[columns]
    fitted, tensors = Columns.fit_transform(table, reading=reading)
    assert same(tensors, fitted.transform(table))
    alone = Columns.fit(table, reading=reading)
    assert alone.feature_names == fitted.feature_names and alone.numeric == fitted.numeric
    assert same(tensors, alone.transform(table))


@pytest.mark.parametrize("n_components", [None, 3])
def test_vectors_of_a_pair_are_made_once(model_folder, n_components, monkeypatch) -> None:
    read: Counter[str] = Counter()
    embed = embeddings.embed

    def counted(model, texts, settings):
        read.update(texts)
        return embed(model, texts, settings)

    monkeypatch.setattr(embeddings, "embed", counted)
    reading = TextReading(features=Embeddings(path=model_folder, n_components=n_components))
    fitted, tensors = Columns.fit_transform(FRAME, reading=reading)
    assert any("cosine of vectors" in name for name in fitted.numeric_names)
    texts = [*FRAME["first"], *FRAME["second"]]
    assert read == Counter(texts)
    again = fitted.transform(FRAME)
    assert read == Counter(texts * 2)
    assert same(tensors, again)


def test_other_settings_make_vectors_of_their_own(model_folder) -> None:
    first = Embeddings(path=model_folder, n_components=None)
    last = Embeddings(path=model_folder, n_components=None, pooling="last")
    fitted, tensors = Columns.fit_transform(
        FRAME[["first"]], reading=TextReading(features=Together(parts=(first, last)))
    )
    assert same(tensors, fitted.transform(FRAME[["first"]]))
    half = tensors.numeric.shape[1] // 2
    assert not torch.allclose(tensors.numeric[:, :half], tensors.numeric[:, half:])


def test_the_order_of_columns_does_not_swap_the_texts_of_a_pair() -> None:
    fitted = Columns.fit(FRAME, reading=TextReading(features=FEATURES))
    assert same(fitted.transform(FRAME[["kind", "second", "size", "first"]]), fitted.transform(FRAME))


@pytest.mark.parametrize("settings", [{}, {"n_folds": 3}, {"model": "mixed"}], ids=["plain", "folds", "mixed"])
def test_fit_makes_the_features_of_each_row_once(settings) -> None:
    counted = Counted()
    texts = [f"text number {n} " + "x" * n for n in range(60)]
    chosen = {"preset": "fast", "max_epochs": 1, "random_state": 0, "finetune": None} | settings
    DecodingRegressor(encoder=counted, **chosen).fit(pd.DataFrame({"text": texts}), np.arange(60.0))
    assert counted.rows == Counter(texts)


def test_fine_tuning_makes_them_once_more() -> None:
    counted = Counted()
    texts = [f"text number {n} " + "x" * n for n in range(60)]
    model = DecodingRegressor(encoder=counted, model="network", max_epochs=1, random_state=0)
    table, y = pd.DataFrame({"text": texts}), np.arange(60.0)
    model.fit(table, y).fine_tune(table, y, finetune=Finetune(objective="raft", max_epochs=1))
    assert counted.rows == Counter(texts * 2)


def test_taken_rows_are_those_of_the_rows_alone() -> None:
    fitted, tensors = Columns.fit_transform(FRAME, reading=TextReading(features=FEATURES, sequence=SMALL))
    index = np.array([3, 0, 10])
    assert same(tensors.take(index), fitted.transform(FRAME.iloc[index]))
