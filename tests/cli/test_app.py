"""Help, versions, exit codes, and the two ways to start the program."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

import digitwise.cli.app as app
from digitwise.cli.train import ESTIMATORS, EstimatorName
from digitwise.estimators.base import final_classes
from digitwise.estimators.components import NAMED
from digitwise.estimators.one_target import OneTargetRegressor


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"]])
def test_overview_names_every_command(run: Callable, words: list[str]) -> None:
    outcome = run(*words)
    assert outcome.code == 0
    for name in app.COMMANDS:
        assert f"\n  {name} " in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 100


@pytest.mark.parametrize("name", app.COMMANDS)
def test_every_command_has_a_help_that_fits(run: Callable, name: str) -> None:
    outcome = run(name, "--help")
    assert outcome.code == 0
    assert outcome.out.startswith(f"usage: digitwise {name}")
    assert max(map(len, outcome.out.splitlines()[1:])) <= 100
    assert "``" not in outcome.out


def test_help_names_every_decoder(run: Callable) -> None:
    words = run("train", "--help").out.split()
    text = " ".join(word.strip("│.,") for word in words)
    for name in NAMED["decoder"]:
        assert name in text


@pytest.mark.parametrize("option", ["--objective", "--finetune"])
def test_a_wrong_objective_is_answered_with_the_names_of_all(
    fails: Callable, houses: Path, tmp_path: Path, option: str
) -> None:
    """The help gives examples; there are too many for a line."""
    sentence = fails("train", houses, "--target", "price", "--out", tmp_path / "m", option, "guess")
    for name in NAMED["objective"]:
        assert repr(name) in sentence


def test_every_estimator_can_be_trained() -> None:
    one_target = {kind for kind in final_classes(OneTargetRegressor) if kind.__module__.startswith("digitwise.")}
    assert set(ESTIMATORS.values()) == one_target
    assert set(ESTIMATORS) == set(EstimatorName.__args__)


def test_version(run: Callable) -> None:
    outcome = run("--version")
    assert (outcome.code, outcome.out) == (0, f"digitwise {app.__version__}\n")


def test_unknown_commands(fails: Callable) -> None:
    assert fails("trian") == "There is no command 'trian'. Did you mean train?"
    assert fails().startswith("Name a command first: train, tune, predict,")
    assert fails("--quick").startswith("Name a command first")


def test_wrong_options_end_with_2(run: Callable) -> None:
    outcome = run("inspect", "data.csv", "--tagret", "y")
    assert (outcome.code, outcome.out) == (2, "")
    assert "--tagret" in outcome.err


def test_debug_shows_where_an_error_comes_from(run: Callable) -> None:
    assert "Traceback" not in run("inspect", "no.csv", "--target", "y").err
    outcome = run("inspect", "no.csv", "--target", "y", "--debug")
    assert outcome.code == 2
    assert "Traceback" in outcome.err
    assert outcome.err.endswith("digitwise: The file 'no.csv' does not exist.\n")


def test_a_mistake_of_ours_is_not_blamed_on_the_user(run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise KeyError("oops")

    monkeypatch.setitem(app.COMMANDS, "demo", broken)
    outcome = run("demo")
    assert outcome.code == 1
    assert outcome.err.startswith("digitwise: Unexpected KeyError: 'oops'. Run the command with")


def test_missing_pandas_names_the_extra(fails: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    sentence = fails("inspect", "data.csv", "--target", "y")
    assert sentence == 'Tables need pandas. Install it with: pip install "digitwise[data]".'


def test_warnings_are_one_line(run: Callable, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(",y\n1,2\n2,3\n")
    outcome = run("inspect", tmp_path / "data.csv", "--target", "y")
    assert outcome.code == 0
    assert outcome.err.startswith("digitwise: note: Column 1 of ")
    assert len(outcome.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("data", "code", "n_lines", "error"),
    [("houses", 0, 61, ""), ("no.csv", 2, 0, "digitwise: The file 'no.csv' does not exist.\n")],
)
def test_runs_as_a_module(
    project_root: Path, model: Path, houses: Path, data: str, code: int, n_lines: int, error: str
) -> None:
    path = houses if data == "houses" else data
    process = subprocess.run(
        [sys.executable, "-m", "digitwise.cli", "predict", str(model), str(path), "--out", "-"],
        env={**os.environ, "PYTHONPATH": str(project_root / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode, process.stderr) == (code, error)
    assert len(process.stdout.splitlines()) == n_lines


def test_the_console_script_is_main(project_root: Path) -> None:
    project = tomllib.loads((project_root / "pyproject.toml").read_text())["project"]
    assert project["scripts"]["digitwise"] == "digitwise.cli:main"
