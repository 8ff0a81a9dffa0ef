"""Settings from words: what they become, and what is refused."""

import pytest

from digitwise import DecodingRegressor
from digitwise.cli.settings import read_settings


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("max_epochs", "--set takes name=value, such as max_epochs=20, but got 'max_epochs'"),
        ("=3", "--set takes name=value"),
        ("max_epochs=", "--set takes name=value"),
        ("max_epoch=3", "has no parameter 'max_epoch'. Did you mean max_epochs"),
        ("random_state=3", "has an option of its own: use --seed"),
    ],
)
def test_wrong_settings(word: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_settings([word], DecodingRegressor(), {"random_state": "--seed"})


def test_the_last_of_two_counts() -> None:
    assert read_settings(["low=1", "low=-2.5"], DecodingRegressor(), {}) == {"low": -2.5}
