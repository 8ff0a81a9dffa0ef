"""The log holds the rows of one run, one JSON object per line."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from digitwise.training import fit
from digitwise.training.run_log import RunLog
from tests.training.toy import make_network, make_rows, make_settings, scripted, stopped_in_epoch, validate


def read(path: Path) -> list[dict[str, Any]]:
    def not_json(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    return [json.loads(line, parse_constant=not_json) for line in path.read_text(encoding="utf-8").splitlines()]


def test_one_valid_row_per_epoch(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "log.jsonl"
    result = fit(make_network(), make_rows(), make_settings(), validate=validate, select_by="rmse", log_path=path)
    assert read(path) == result.history


def test_rows_are_there_as_soon_as_the_epoch_is_over(tmp_path: Path) -> None:
    path, lengths = tmp_path / "log.jsonl", []

    def watching(network: object) -> dict[str, float | int]:
        lengths.append(len(read(path)))
        return {"metric": 0.0}

    fit(make_network(), make_rows(), make_settings(), validate=watching, select_by="metric", log_path=path)
    assert lengths == [0, 1, 2, 3, 4, 5]


def test_figures_that_json_does_not_have_are_null(tmp_path: Path) -> None:
    path, settings = tmp_path / "log.jsonl", make_settings(max_epochs=3)
    check = scripted(math.nan, math.inf, 1.0)
    result = fit(make_network(), make_rows(), settings, validate=check, select_by="metric", log_path=path)
    assert [row["validation_metric"] for row in read(path)] == [None, None, 1.0]
    assert math.isnan(result.history[0]["validation_metric"])


def test_a_fresh_run_starts_a_fresh_log(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    for n_epochs in (5, 2):
        settings = make_settings(max_epochs=n_epochs)
        fit(make_network(), make_rows(), settings, validate=validate, select_by="rmse", log_path=path)
        assert [row["epoch"] for row in read(path)] == list(range(1, n_epochs + 1))


def test_a_resumed_run_goes_on_with_its_log(tmp_path: Path) -> None:
    files = {"log_path": tmp_path / "log.jsonl", "checkpoint_path": tmp_path / "state"}
    stop = stopped_in_epoch(4, RuntimeError("killed"))
    with pytest.raises(RuntimeError, match="killed"):
        fit(make_network(), make_rows(), make_settings(), validate=stop, select_by="rmse", **files)
    assert len(read(files["log_path"])) == 3
    # a run that is killed between log and checkpoint has logged an epoch that will be repeated
    RunLog(files["log_path"], [{"epoch": epoch} for epoch in (1, 2, 3, 4)])
    result = fit(make_network(), make_rows(), make_settings(), validate=validate, select_by="rmse", **files)
    assert read(files["log_path"]) == result.history
    assert [row["epoch"] for row in result.history] == [1, 2, 3, 4, 5, 6]


def test_a_refused_checkpoint_leaves_the_log_alone(tmp_path: Path) -> None:
    files = {"log_path": tmp_path / "log.jsonl", "checkpoint_path": tmp_path / "state"}
    files["log_path"].write_text("old\n", encoding="utf-8")
    files["checkpoint_path"].write_text("no checkpoint", encoding="utf-8")
    with pytest.raises(ValueError, match="must be a training checkpoint"):
        fit(make_network(), make_rows(), make_settings(), validate=validate, select_by="rmse", **files)
    assert files["log_path"].read_text(encoding="utf-8") == "old\n"


def test_without_a_path_there_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    RunLog(None).write({"epoch": 1})
    assert list(tmp_path.iterdir()) == []
