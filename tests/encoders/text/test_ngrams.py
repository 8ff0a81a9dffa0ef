"""N-grams, counts and what they are made of."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from digitwise.encoders.text import Counts, NGrams, Shape
from digitwise.encoders.text.tokens import TOKENS, n_grams, smiles_tokens, word_parts, words

TEXTS = ["a b c a", "b c d", "a d d e", "c a b", "e e a b"]


def test_the_weights_are_those_of_scikit_learn() -> None:
    fitted = NGrams(n_components=5, min_rows=2).fit(TEXTS)
    reference = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=2, token_pattern=r"\w+")
    expected = reference.fit_transform(TEXTS)
    assert fitted.terms == tuple(reference.get_feature_names_out())
    np.testing.assert_allclose(fitted.weights, reference.idf_)
    # as many directions as texts: distances are kept
    features = fitted.transform(TEXTS)
    np.testing.assert_allclose(features @ features.T, (expected @ expected.T).toarray(), atol=1e-6)


@pytest.mark.parametrize(
    ("split", "text", "tokens"),
    [
        (words, "x_1<=.5&&y!=3e-4", ["x_1", "<=", ".5", "&&", "y", "!=", "3e-4"]),
        (words, "größe → 7.", ["größe", "→", "7", "."]),
        (word_parts, "HTTPServer2 __init__ fooBar", ["http", "server", "2", "init", "foo", "bar"]),
        (word_parts, "_ + 三つ", ["_", "+", "三つ"]),
        (smiles_tokens, "[13CH3]Br%12=N", ["[13CH3]", "Br", "%12", "=", "N"]),
    ],
)
def test_tokens(split, text, tokens) -> None:
    assert split(text) == tokens


def test_runs() -> None:
    assert list(n_grams(["a", "b"], 1, 3)) == ["a", "b", "a b"]
    assert list(n_grams("ab", 3, 5)) == []


def test_counted_are_the_runs_that_vary_most_and_no_two_alike() -> None:
    texts = ["x y x y x y z", "z", "x y z w", "w z z"]
    fitted = Counts(n_terms=3, longest=1).fit(texts)
    assert fitted.terms == ("x", "w", "z")  # y is where x is; z is everywhere and varies little
    assert np.array_equal(fitted.transform(["y x x"]), [[np.log(3), 0, 0]])


@pytest.mark.parametrize("tokens", TOKENS)
def test_long_texts_are_read_at_both_ends(tokens) -> None:
    middle = "C" * 50_000
    settings = NGrams(tokens=tokens, max_characters=8, min_rows=1)
    fitted = settings.fit(["abcd" + middle + "wxyz", "abcx"])
    assert not any("C" in term for term in fitted.terms)
    assert np.array_equal(fitted.transform(["abcd" + middle + "wxyz"]), fitted.transform(["abcd\nwxyz"]))
    assert Shape(max_characters=8).transform([middle])[0, 0] == np.log1p(50_000)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"shortest": 3, "longest": 2}, "1 <= shortest <= longest must hold, but got 3 and 2"),
        ({"n_components": -1}, "n_components must be at least 0"),
    ],
)
def test_settings_are_checked(settings, message) -> None:
    with pytest.raises(ValueError, match=message):
        NGrams(**settings)
