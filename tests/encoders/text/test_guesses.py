"""Guesses at targets from the terms of texts."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from digitwise import NGrams, TextDecodingRegressor
from digitwise.encoders.text import Molecules, Together, fitted_text_features
from digitwise.encoders.text.features import LearnsFromTargets, fit_features
from digitwise.encoders.text.guesses import LEAST_TEXTS, N_FOLDS, PENALTIES, TextTargets, fit_guesses, text_keys
from digitwise.encoders.text.shape import Shape
from digitwise.encoders.text.terms import count_terms, inverse_frequency, learn_terms, tf_idf

WORDS = [f"w{number}" for number in range(12)]
RANDOM = np.random.default_rng(0)
TEXTS = [" ".join(RANDOM.choice(WORDS, size=6)) for _ in range(60)]
WORTH = dict(zip(WORDS, RANDOM.normal(size=len(WORDS)), strict=True))
Z = np.array([sum(WORTH[word] for word in text.split()) for text in TEXTS])


def targets(*columns, weight=None) -> TextTargets:
    z = np.stack(columns, axis=1)
    return TextTargets(z=z, weight=np.ones(len(z)) if weight is None else weight)


def rows_of(texts):
    terms, counts = learn_terms([text.split() for text in texts], min_rows=1, max_terms=100)
    return tf_idf(counts, inverse_frequency(counts)), terms


def test_a_new_text_is_guessed_by_the_regression_on_all() -> None:
    rows, terms = rows_of(TEXTS)
    guesses = fit_guesses(rows, text_keys(TEXTS), targets(Z), 0)
    new = ["w0 w1 w2", "w3 w3 w4"]
    new_rows = tf_idf(count_terms([text.split() for text in new], terms), np.ones(len(terms)))
    found = guesses.transform(new_rows, text_keys(new))[:, 0]
    by_penalty = [Ridge(penalty).fit(rows.toarray(), Z).predict(new_rows.toarray()) for penalty in PENALTIES]
    assert min(np.abs(expected - found).max() for expected in by_penalty) < 1e-3


def test_a_text_keeps_the_guess_of_a_regression_that_did_not_see_it() -> None:
    rows, _ = rows_of(TEXTS)
    keys = text_keys(TEXTS)
    guesses = fit_guesses(rows, keys, targets(Z), 0).transform(rows, keys)[:, 0]
    changed = Z.copy()
    changed[7] += 100.0  # its own target
    again = fit_guesses(rows, keys, targets(changed), 0).transform(rows, keys)[:, 0]
    folds = np.random.RandomState(0).permutation(len(np.unique(keys)))[np.unique(keys, return_inverse=True)[1]]
    same_fold = folds % N_FOLDS == folds[7] % N_FOLDS
    held_out = [
        Ridge(p).fit(rows[~same_fold].toarray(), changed[~same_fold]).predict(rows[7].toarray())[0] for p in PENALTIES
    ]
    assert min(abs(expected - again[7]) for expected in held_out) < 1e-3
    assert np.abs(again - guesses)[~same_fold].max() > 1  # the others' changes


def test_equal_texts_share_a_fold() -> None:
    texts = [*TEXTS[:20], *TEXTS[:20]]
    noise = np.random.default_rng(1).normal(size=20)
    rows, _ = rows_of(texts)
    keys = text_keys(texts)
    found = fit_guesses(rows, keys, targets(np.r_[noise, noise]), 0).transform(rows, keys)[:, 0]
    assert np.array_equal(found[:20], found[20:])
    assert np.corrcoef(found[:20], noise)[0, 1] < 0.5  # nobody saw the twin's number


def test_unknown_numbers_and_rows_without_weight_teach_nothing() -> None:
    rows, _ = rows_of(TEXTS)
    keys = text_keys(TEXTS)
    spoilt, missing, weight = Z.copy(), Z.copy(), np.ones(len(Z))
    spoilt[:9], missing[:9], weight[:9] = 1e6, np.nan, 0.0
    left_out = fit_guesses(rows, keys, targets(missing), 0)
    ignored = fit_guesses(rows, keys, targets(spoilt, weight=weight), 0)
    assert np.array_equal(left_out.coefficients, ignored.coefficients)
    assert np.array_equal(left_out.held_out, ignored.held_out)
    assert np.isfinite(left_out.held_out).all()


def test_each_target_has_its_guess() -> None:
    fitted = NGrams(n_components=2).fit(TEXTS, targets=targets(Z, -Z))
    assert fitted.names[2:] == ("guess 1 by words 1-2", "guess 2 by words 1-2")
    features = fitted.transform(["w1 w2", *TEXTS])
    np.testing.assert_allclose(features[:, 2], -features[:, 3], atol=1e-9)


@pytest.mark.parametrize("n", [1, LEAST_TEXTS - 1])
def test_few_texts_are_guessed_by_their_mean(n) -> None:
    rows, _ = rows_of(TEXTS[:n])
    guesses = fit_guesses(rows, text_keys(TEXTS[:n]), targets(Z[:n]), 0)
    np.testing.assert_allclose(guesses.transform(rows, text_keys(["new"] * n)), Z[:n].mean())


def test_texts_without_a_number_are_guessed_as_zero() -> None:
    rows, _ = rows_of(TEXTS)
    guesses = fit_guesses(rows, text_keys(TEXTS), targets(np.full(len(Z), np.nan)), 0)
    assert not guesses.held_out.any()


@pytest.mark.parametrize(
    "settings", [NGrams(n_components=0), Together(parts=(Shape(), NGrams(n_components=2)))], ids=["n-grams", "together"]
)
def test_what_was_saved_guesses_the_same(settings) -> None:
    assert isinstance(settings, LearnsFromTargets)
    fitted = settings.fit(TEXTS, targets=targets(Z))
    restored = fitted_text_features(fitted.to_dict())
    some = [*TEXTS[:5], "w5 w6", ""]
    assert restored.names == fitted.names
    assert np.array_equal(restored.transform(some), fitted.transform(some), equal_nan=True)


def test_guesses_can_be_left_out() -> None:
    for settings in (NGrams(n_components=2, guess=False), Shape()):
        assert fit_features(settings, TEXTS, 0, targets(Z)).names == settings.fit(TEXTS).names


def test_every_spelling_of_a_molecule_is_the_same_molecule() -> None:
    pytest.importorskip("rdkit")
    settings = Molecules(descriptors=False, n_substructures=0, n_components=0)
    smiles = ["C" * length + ending for length in range(1, 8) for ending in ("O", "N")]
    z = np.array([float(len(text)) for text in smiles])
    fitted = settings.fit(smiles, targets=targets(z))
    assert fitted.names == ("guess by substructures",)
    one, other = fitted.transform(["CCCO", "OCCC"])
    assert one == other


def test_a_word_that_decides_is_found_among_many() -> None:
    """The directions of a few hundred rare words say little; their sum in the guess says it all."""
    random = np.random.default_rng(2)
    words = [f"v{number}" for number in range(300)]
    worth = dict(zip(words, random.normal(size=300), strict=True))
    texts = [" ".join(random.choice(words, size=20, replace=False)) for _ in range(600)]
    y = np.array([sum(worth[word] for word in text.split()) for text in texts])
    chosen = {"preset": "fast", "random_state": 0, "finetune": None}
    error = {}
    for guess in (True, False):
        model = TextDecodingRegressor(encoder=NGrams(longest=1, n_components=8, guess=guess), **chosen)
        model.fit(texts[:450], y[:450])
        error[guess] = np.sqrt(np.mean((model.predict(texts[450:]) - y[450:]) ** 2)) / y.std()
    assert error[True] < 0.9 * error[False], error
