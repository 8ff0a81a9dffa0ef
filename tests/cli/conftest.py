"""A small table, a model trained on it, and a way to run commands in this process."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pd = pytest.importorskip("pandas")

from digitwise.cli import main


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Run a command with the given words."""
    monkeypatch.setenv("COLUMNS", "100")

    def call(*words: Any) -> Outcome:
        capsys.readouterr()
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call


@pytest.fixture
def fails(run: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run a command that must fail with exit code 2 and one line, and return that line."""

    def call(*words: Any) -> str:
        outcome = run(*words)
        lines = [line for line in outcome.err.splitlines() if not line.startswith("digitwise: note:")]
        assert outcome.code == 2, outcome
        assert outcome.out == ""
        assert len(lines) == 1 and lines[0].startswith("digitwise: "), outcome.err
        assert lines[0].endswith((".", "?"))
        return lines[0].removeprefix("digitwise: ")

    return call


def make_frame(n_rows: int = 60) -> "pd.DataFrame":
    rng = np.random.default_rng(0)
    size = rng.uniform(20, 200, n_rows)
    town = rng.choice(["Oslo", "Rome", "Bern"], n_rows)
    return pd.DataFrame(
        {
            "id": [f"h{i}" for i in range(n_rows)],
            "size": size.round(1),
            "town": town,
            "code": rng.choice(["01", "1", "7"], n_rows),
            "built": pd.date_range("2001-01-01", periods=n_rows, freq="W").strftime("%Y-%m-%d"),
            "garden": rng.choice([True, False], n_rows),
            "price": (3.5 * size + 40 * (town == "Rome") + rng.normal(0, 5, n_rows)).round(2),
        }
    )


@pytest.fixture(scope="session")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table with text, numbers, dates and booleans; not to be changed."""
    path = tmp_path_factory.mktemp("data") / "houses.csv"
    make_frame().to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def model(houses: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved model of the price; not to be changed."""
    path = tmp_path_factory.mktemp("models") / "model"
    options = ["--drop", "id", "--categorical", "code", "--max-epochs", "2"]
    assert main(["train", str(houses), "--target", "price", "--out", str(path), *options]) == 0
    return path
