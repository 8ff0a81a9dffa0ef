"""Agreement of two texts."""

import numpy as np
import pytest

from digitwise.encoders.text import Agreement, NGrams, Shape
from digitwise.encoders.text.features import ROWS_PER_PASS
from digitwise.encoders.text.pairs import FittedAgreement, compared

FIRST = ["A man is playing a guitar.", "The cat is not here", "", "Dogs run in the park", "A woman cuts an onion"]
SECOND = ["A man plays the guitar.", "The cat is here", "Nobody sings.", "In the park dogs run", "An onion is cut"]
SETTINGS = [Agreement(), Agreement(n_terms=0), Agreement(n_terms=4, vectors=NGrams(n_components=3))]


@pytest.fixture(params=SETTINGS, ids=["words", "overlaps", "vectors"])
def fitted(request):
    return request.param.fit(FIRST, SECOND)


def test_rows_depend_on_their_pair_alone(fitted) -> None:
    together = fitted.transform(FIRST, SECOND)
    assert together.shape == (len(FIRST), len(fitted.names))
    assert len(set(fitted.names)) == len(fitted.names) and not np.isinf(together).any()
    alone = [fitted.transform([a], [b]) for a, b in zip(FIRST, SECOND, strict=True)]
    assert np.array_equal(together, np.concatenate(alone), equal_nan=True)
    assert fitted.transform([], []).shape == (0, len(fitted.names))


def test_many_pairs_are_as_few(fitted) -> None:
    many = ROWS_PER_PASS // len(FIRST) + 1
    some = fitted.transform(FIRST, SECOND)
    assert np.array_equal(fitted.transform(FIRST * many, SECOND * many), np.tile(some, (many, 1)), equal_nan=True)


def test_what_was_saved_gives_the_same_features(fitted) -> None:
    restored = FittedAgreement.from_dict(fitted.to_dict())
    assert restored.names == fitted.names
    assert np.array_equal(restored.transform(FIRST, SECOND), fitted.transform(FIRST, SECOND), equal_nan=True)


def test_overlaps_tell_how_much_is_shared() -> None:
    fitted = Agreement().fit(FIRST, SECOND)
    rows = fitted.transform(["the man", "the man", "the man", ""], ["the man", "the cat", "guitar", "man"])
    cosine, of_first, of_second, of_all = rows[:, :4].T
    np.testing.assert_allclose([cosine[0], of_first[0], of_second[0], of_all[0]], 1.0)
    assert 0 < of_all[1] < of_first[1] < 1
    assert cosine[2] == of_first[2] == 0
    assert np.isnan(cosine[3]) and np.isnan(of_first[3]) and of_second[3] == 0


def test_a_word_that_only_one_text_has_shows() -> None:
    fitted = Agreement().fit(FIRST, SECOND)
    column = fitted.names.index("difference of is")
    assert fitted.transform(["it is", "it is"], ["it", "is it"])[:, column].tolist() == [np.log(2), 0.0]


def test_vectors_are_compared() -> None:
    row = compared(np.array([[3.0, 4.0]]), np.array([[6.0, 8.0]]))[0]
    assert row.tolist() == [1.0, 5.0, 3.0, 4.0, 18.0, 32.0]


def test_each_row_needs_two_texts() -> None:
    with pytest.raises(ValueError, match="got 2 first and 1 second"):
        Agreement(vectors=Shape()).fit(["a", "b"], ["a"])
