"""Without Optuna tuning names the extra, and nothing else needs it."""

import sys

import pytest

from tests.tuning.problems import search


def test_missing_optuna_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ImportError, match=r'pip install "digitwise\[tune\]"'):
        search()
