"""Texts to numbers: lists, tables with texts beside numbers, features, encoders that are trained, and saved models."""

import numpy as np
import pandas as pd
import pytest

from digitwise import (
    DecodingRegressor,
    Finetune,
    JointDecodingRegressor,
    Literals,
    NGrams,
    QualifiedTargets,
    SmilesTransformer,
    TextDecodingRegressor,
    TextTransformer,
    Together,
)
from digitwise.estimators.text_encoders import text_reading

N = 120
NUMBERS = np.arange(1, N + 1)
TEXTS = [f"for i in range({number}): work()" for number in NUMBERS]
Y = NUMBERS.astype(float)
SMALL = TextTransformer(dim=16, n_layers=1, n_heads=2, feed_forward_dim=32, max_length=64)
FEATURES = Together(parts=(Literals(), NGrams(n_components=2)))


def small(**settings) -> TextDecodingRegressor:
    chosen = {"encoder": FEATURES, "preset": "fast", "random_state": 0} | settings
    return TextDecodingRegressor(**chosen)


@pytest.mark.parametrize(
    "X",
    [TEXTS, tuple(TEXTS), np.array(TEXTS), pd.Series(TEXTS), pd.DataFrame({"code": TEXTS}), [[text] for text in TEXTS]],
    ids=["list", "tuple", "array", "series", "frame", "rows"],
)
def test_texts_may_come_in_any_of_the_usual_ways(X) -> None:
    model = small().fit(X, Y)
    assert model.n_features_in_ == 1
    assert np.corrcoef(model.predict(X), Y)[0, 1] > 0.95


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"model": "mixed", "preset": "default", "max_epochs": 2},
        {"encoder": SMALL, "max_epochs": 2},
        {"encoder": [FEATURES, SMALL], "preset": "default", "model": "network", "max_epochs": 2},
        {
            "encoder": TextTransformer(
                dim=16, n_layers=1, n_heads=2, feed_forward_dim=32, max_length=64, pool="tokens"
            ),
            "decoder": "transformer",
            "max_epochs": 1,
        },
    ],
    ids=["features", "mixed", "trained", "both", "tokens"],
)
def test_rows_stand_alone_and_saved_models_predict_the_same(settings, tmp_path) -> None:
    model = small(**settings).fit(TEXTS, Y)
    expected = model.predict_quantiles(TEXTS)
    assert np.isfinite(expected).all()
    alone = np.concatenate([model.predict_quantiles([text]) for text in TEXTS[:3]])
    np.testing.assert_allclose(alone, expected[:3], rtol=1e-9)
    model.save(tmp_path / "model")
    loaded = TextDecodingRegressor.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_quantiles(TEXTS), expected)
    assert loaded.get_params()["encoder"] == model.get_params()["encoder"]


def test_a_model_of_a_frame_reads_a_list() -> None:
    frame = pd.DataFrame({"code": TEXTS})
    model = small().fit(frame, Y)
    with pytest.warns(UserWarning, match="valid feature names"):
        from_list = model.predict(TEXTS)
    np.testing.assert_array_equal(from_list, model.predict(frame))


def test_a_trained_encoder_learns_what_it_reads() -> None:
    rng = np.random.default_rng(0)
    words = rng.integers(0, 2, size=(240, 4))
    texts = [" ".join("yes" if word else "no" for word in row) for row in words]
    y = words @ [1.0, 2.0, 4.0, 8.0]
    encoder = TextTransformer(dim=32, n_layers=1, n_heads=2, feed_forward_dim=32, max_length=32, patch=4)
    model = TextDecodingRegressor(encoder=encoder, max_epochs=15, learning_rate=3e-3, random_state=0)
    model.fit(texts[:200], y[:200])
    assert model.model_ == "network"
    assert model.score(texts[200:], y[200:]) > 0.6


def test_numbers_categories_and_texts_in_one_table() -> None:
    rng = np.random.default_rng(0)
    size, kind = rng.normal(size=N), rng.choice(["a", "b"], size=N)
    frame = pd.DataFrame({"size": size, "kind": pd.Categorical(kind), "note": [f"{text} then stop" for text in TEXTS]})
    y = Y + 20 * size + 30 * (kind == "b")
    for model in (DecodingRegressor(encoder=FEATURES, preset="fast", random_state=0), small()):
        model.fit(frame, y)
        assert model.columns_.texts.names == ("note",)
        assert model.columns_.categorical_names == ["kind"]
        assert model.score(frame, y) > 0.8


def test_short_strings_of_a_table_stay_categories() -> None:
    frame = pd.DataFrame({"id": [f"id{number}" for number in NUMBERS], "x": Y})
    model = DecodingRegressor(model="network", max_epochs=1, random_state=0).fit(frame, Y)
    assert model.columns_.texts.names == () and model.columns_.categorical_names == ["id"]
    listed = DecodingRegressor(model="network", max_epochs=1, text=["id"], encoder=FEATURES).fit(frame, Y)
    assert listed.columns_.texts.names == ("id",)


def test_two_texts_are_compared() -> None:
    first, second = ["one two three"] * N, [("one two three" if n % 2 else "four five six") for n in NUMBERS]
    y = (NUMBERS % 2).astype(float) + 0.01 * NUMBERS
    swap = NUMBERS % 3 == 0
    a = [s if flip else f for f, s, flip in zip(first, second, swap, strict=True)]
    b = [f if flip else s for f, s, flip in zip(first, second, swap, strict=True)]
    model = small(encoder=NGrams(n_components=2)).fit(pd.DataFrame({"a": a, "b": b}), y)
    assert any("cosine" in name for name in model.columns_.numeric_names)
    assert model.score(pd.DataFrame({"a": a, "b": b}), y) > 0.5


def test_texts_guess_at_each_of_several_targets_where_it_is_known() -> None:
    words = np.random.default_rng(0).choice(["up", "down", "left"], size=(N, 4))
    frame = pd.DataFrame({"way": [" ".join(row) for row in words], "x": Y})
    targets = pd.DataFrame({"ups": (words == "up").sum(1) + 0.01 * Y, "lefts": (words == "left").sum(1) - 0.01 * Y})
    targets.loc[::7, "ups"] = np.nan
    model = JointDecodingRegressor(encoder=NGrams(n_components=2), text=["way"], max_epochs=1, finetune=None)
    columns = model.fit(frame, targets).columns_
    named = [name for name in columns.numeric_names if "guess" in name]
    assert named == ["way: guess 1 by words 1-2", "way: guess 2 by words 1-2"]
    guesses = columns.transform(frame).numeric[:, [columns.numeric_names.index(name) for name in named]].numpy()
    assert np.corrcoef(guesses[:, 0], (words == "up").sum(1))[0, 1] > 0.8
    assert np.corrcoef(guesses[:, 1], (words == "left").sum(1))[0, 1] > 0.8


def test_texts_guess_at_intervals_too() -> None:
    low, high = Y.copy(), Y.copy()
    low[::3], high[::3] = Y[::3] - 5, Y[::3] + 5
    low[2::9], high[2::9] = Y[2::9], np.inf
    model = small(encoder=NGrams(longest=1, n_components=0), preset="default", max_epochs=1)
    columns = model.fit([f"{'x ' * int(y)}" for y in Y], QualifiedTargets(low, high)).columns_
    guesses = columns.transform([[f"{'x ' * int(y)}"] for y in Y]).numeric[:, 0].numpy()
    assert np.isfinite(guesses).all()


def test_missing_texts_are_empty() -> None:
    texts = [None if number % 10 == 0 else text for number, text in zip(NUMBERS, TEXTS, strict=True)]
    model = small().fit(texts, Y)
    assert np.isfinite(model.predict([None, "", TEXTS[0]])).all()
    assert model.predict([None])[0] == model.predict([""])[0]


def test_fine_tuning_works_on_top_of_a_text_encoder() -> None:
    stage = Finetune(objective="remax", max_epochs=1)
    model = small(encoder=SMALL, preset="default", max_epochs=2, finetune=stage).fit(TEXTS, Y)
    assert model.finetune_summary_["epochs"] == 1


def test_the_second_stage_may_leave_the_encoder_alone() -> None:
    stage = Finetune(objective="raft", max_epochs=2, keep_start=False, freeze_encoder=True)
    model = small(encoder=SMALL, preset="default", max_epochs=2, finetune=None).fit(TEXTS, Y)
    encoder, head = (
        {n: w.clone() for n, w in part.named_parameters()} for part in (model.network_.encoder, model.network_.head)
    )
    model.fine_tune(TEXTS, Y, finetune=stage)
    assert all((weight == encoder[name]).all() for name, weight in model.network_.encoder.named_parameters())
    assert any((weight != head[name]).any() for name, weight in model.network_.head.named_parameters())
    assert all(weight.requires_grad for weight in model.network_.parameters())


def test_wide_targets_get_digits_that_suit_them() -> None:
    model = small().fit(TEXTS, 10.0 ** (Y / 20))
    assert type(model.scaling_).__name__ != "AffineScaling" or type(model.codec_).__name__ != "NormalizedCodec"


def test_molecules_are_spelled_in_many_ways() -> None:
    pytest.importorskip("rdkit")
    molecules = ["C" * length + end for length in range(1, 21) for end in ("", "O", "N", "Cl")]
    y = np.array([len(text) for text in molecules], dtype=float)
    encoder = SmilesTransformer(dim=16, n_layers=1, n_heads=2, feed_forward_dim=32, n_spellings=3)
    model = TextDecodingRegressor(encoder=encoder, max_epochs=2, random_state=0).fit(molecules, y)
    assert model.fit_summary_["training rows"] == 3 * 64
    framed = TextDecodingRegressor(encoder=encoder, max_epochs=2, random_state=0)
    framed.fit(pd.DataFrame({"molecule": molecules}), y).partial_fit(pd.DataFrame({"molecule": molecules[:20]}), y[:20])
    assert framed.update_summary_["replayed rows"] == 3 * 64 + 16
    automatic = TextDecodingRegressor(model="network", max_epochs=2, random_state=0).fit(molecules, y)
    assert any("MolWt" in name for name in automatic.columns_.numeric_names)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"encoder": "words"}, "Texts are read by one of"),
        ({"encoder": []}, "at least one way to read texts"),
        ({"encoder": [SMALL, SMALL]}, "at most one that is trained"),
        ({"text": ["other"]}, "text must list"),
        ({"encoder": SMALL, "model": "boosted"}, "Use model='network'"),
    ],
)
def test_errors_say_what_to_do(settings, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        small(**settings).fit(TEXTS, Y)


def test_objects_of_other_kinds_are_refused() -> None:
    with pytest.raises(TypeError, match="encoder must be a name, settings"):
        text_reading(3)
    with pytest.raises(TypeError, match=r"Write \[text\]"):
        small().fit("one text", [1.0])
