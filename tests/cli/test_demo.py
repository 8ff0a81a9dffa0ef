"""``digitwise demo``: the table, the report and the model it leaves."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import digitwise.cli.app  # noqa: F401
from digitwise import DecodingRegressor, TextDecodingRegressor
from digitwise.datasets import make_bimodal, make_line


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows, so that the demo takes no time."""
    import sys

    module: ModuleType = sys.modules["digitwise.cli.demo"]
    monkeypatch.setattr(module, "load_diabetes", lambda: make_line(40))
    monkeypatch.setattr(module, "make_bimodal", lambda *_, **__: make_bimodal(60))


def test_compares_and_reports(run: Callable, small: None, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    pytest.importorskip("jinja2")
    outcome = run("demo", "--quick", "--out", tmp_path / "demo")
    assert outcome.code == 0, outcome.err
    assert outcome.out.count("decoding") >= 2
    assert outcome.out.count("the true law") == 2
    for words in ("RMSE", "CRPS", "NLL", "cover 90%", "12 test rows", "digitwise train your.csv"):
        assert words in outcome.out
    assert str(tmp_path / "demo" / "report.html") in outcome.out
    assert (tmp_path / "demo" / "report.html").is_file()
    assert DecodingRegressor.load(tmp_path / "demo" / "model").n_features_in_ == 3


def test_reads_source_code(run: Callable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    from digitwise.datasets import load_code_metrics

    few = load_code_metrics("instructions", n_rows=80)
    monkeypatch.setattr(sys.modules["digitwise.cli.demo"], "load_code_metrics", lambda *_: few)
    outcome = run("demo", "--text", "--quick", "--out", tmp_path / "demo")
    assert outcome.code == 0, outcome.err
    assert outcome.out.count("code_instructions") >= 2
    loaded = TextDecodingRegressor.load(tmp_path / "demo" / "model")
    assert loaded.predict(["def f(x):\n    return x + 1\n"]).shape == (1,)


def test_does_not_touch_other_folders(fails: Callable, small: None, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "mine.txt").write_text("x")
    assert "exists and is not a saved model." in fails("demo", "--quick", "--out", tmp_path)
