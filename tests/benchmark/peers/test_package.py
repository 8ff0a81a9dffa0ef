"""A package that is missing is named before anything runs, with what to install."""

from typing import Any

import pytest

from digitwise.benchmark.peers import PEERS, CatBoostCompetitor, RandomForestCompetitor
from digitwise.benchmark.peers.package import package


def missing(name: str) -> Any:
    raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@pytest.mark.parametrize(
    ("peer", "settings", "shown"),
    [
        ("catboost", {}, "CatBoost"),
        ("lightgbm", {}, "LightGBM"),
        ("xgboost", {}, "XGBoost"),
        ("pytabkit", {}, "pytabkit"),
        ("forest", {"quantiles": True}, "quantile-forest"),
    ],
)
def test_it_is_named(peer: str, settings: dict[str, Any], shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitwise.optional.import_module", missing)
    with pytest.raises(ModuleNotFoundError) as caught:
        PEERS[peer](**settings)
    assert f"needs {shown}," in str(caught.value)
    assert 'pip install "digitwise[bench]"' in str(caught.value)


def test_what_needs_no_package_starts_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitwise.optional.import_module", missing)
    for name in ("constant", "hist_gradient_boosting", "forest"):
        PEERS[name]()


def test_the_error_names_the_package_of_a_module() -> None:
    with pytest.raises(ModuleNotFoundError) as caught:
        package("no_such_package.part", "Nothing")
    assert caught.value.name == "no_such_package"


def test_what_is_there_is_returned() -> None:
    assert package("numpy.linalg", "NumPy").__name__ == "numpy.linalg"


def test_logarithms_and_laws_do_not_go_together() -> None:
    with pytest.raises(ValueError, match="log1p is for points only"):
        CatBoostCompetitor(law="normal", log1p=True)


def test_a_typo_in_a_setting_is_an_error() -> None:
    with pytest.raises(TypeError, match="quantile"):
        RandomForestCompetitor(quantile=True)
