"""The bar over the trials: drawn where asked for, silent otherwise."""

import pytest

from tests.tuning.problems import search


def test_it_shows_how_far_the_search_has_come(capsys: pytest.CaptureFixture[str]) -> None:
    search(n_trials=2, verbose=1)
    assert "trial 2/2" in capsys.readouterr().out


def test_by_default_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    search(n_trials=2)
    assert capfd.readouterr() == ("", "")
