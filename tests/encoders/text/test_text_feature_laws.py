"""Laws of every kind of features of texts."""

import json
import tracemalloc

import numpy as np
import pytest

from digitwise.encoders.text import Counts, FittedTextFeatures, NGrams, TextFeatures, fitted_text_features
from digitwise.encoders.text.features import ROWS_PER_PASS, check_texts
from tests.encoders.text.members import MEMBERS


@pytest.fixture(params=MEMBERS, scope="module")
def member(request):
    settings, texts = MEMBERS[request.param]
    return settings, texts, settings.fit(texts, random_state=0)


def through_a_file(value):
    """What JSON and arrays keep of a state."""
    if isinstance(value, dict):
        return {key: through_a_file(part) for key, part in value.items()}
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        return [through_a_file(part) for part in value]
    return value.copy() if isinstance(value, np.ndarray) else json.loads(json.dumps(value))


def test_settings_and_what_they_learn_follow_the_protocols(member) -> None:
    settings, _, fitted = member
    assert isinstance(settings, TextFeatures)
    assert isinstance(fitted, FittedTextFeatures)


def test_there_is_a_column_for_each_name(member) -> None:
    _, texts, fitted = member
    features = fitted.transform(texts)
    assert features.shape == (len(texts), len(fitted.names))
    assert features.dtype == np.float64
    assert len(set(fitted.names)) == len(fitted.names) > 0
    assert not np.isinf(features).any()


def test_rows_do_not_see_each_other(member) -> None:
    _, texts, fitted = member
    together = fitted.transform(texts)
    alone = np.concatenate([fitted.transform([text]) for text in texts])
    backwards = fitted.transform(texts[::-1])[::-1]
    assert np.array_equal(together, alone, equal_nan=True)
    assert np.array_equal(together, backwards, equal_nan=True)
    assert fitted.transform([]).shape == (0, len(fitted.names))


def test_what_was_saved_gives_the_same_features(member) -> None:
    _, texts, fitted = member
    restored = fitted_text_features(through_a_file(fitted.to_dict()))
    assert restored.names == fitted.names
    assert np.array_equal(restored.transform(texts), fitted.transform(texts), equal_nan=True)


def test_the_same_texts_teach_the_same(member) -> None:
    settings, texts, fitted = member
    again = settings.fit(texts, random_state=0)
    assert again.names == fitted.names
    assert np.array_equal(again.transform(texts), fitted.transform(texts), equal_nan=True)


def test_one_training_text_is_enough(member) -> None:
    settings, texts, _ = member
    fitted = settings.fit(texts[:1])
    assert fitted.transform(texts).shape == (len(texts), len(fitted.names))


def test_missing_texts_are_refused() -> None:
    with pytest.raises(TypeError, match="row 1 holds nan of type float"):
        check_texts(["", float("nan")])


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind 'tea leaves'"):
        fitted_text_features({"kind": "tea leaves"})


@pytest.mark.parametrize("settings", [NGrams(n_components=2), Counts(n_terms=2)], ids=["n-grams", "counts"])
def test_what_many_texts_need_besides_their_features_is_bounded(settings) -> None:
    rng = np.random.default_rng(0)
    words = [f"w{number}" for number in range(400)]
    texts = [" ".join(rng.choice(words, size=30)) for _ in range(4 * ROWS_PER_PASS)]
    fitted = settings.fit(texts[:500])

    def peak(some):
        tracemalloc.start()
        try:
            features = fitted.transform(some)
            return tracemalloc.get_traced_memory()[1] - 2 * features.nbytes
        finally:
            tracemalloc.stop()

    assert peak(texts) < 1.5 * peak(texts[:ROWS_PER_PASS])
