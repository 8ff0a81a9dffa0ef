"""The README's promises: its Python runs, its command lines parse, its links lead somewhere."""

import re
import shlex
from pathlib import Path

import pytest

from digitwise.cli import main


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


@pytest.fixture(scope="module")
def readme(project_root: Path) -> str:
    return (project_root / "README.md").read_text(encoding="utf-8")


def test_python_blocks_run(readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = blocks(readme, "python")
    assert code
    for block in code:
        exec(compile(block, "README.md", "exec"), {})
    assert (tmp_path / "model" / "config.json").is_file()


SUITE = """
name = "readme"
datasets = ["synthetic:line"]
[references]
rmse = "constant"
crps = "constant"
[[methods]]
name = "constant"
estimator = "constant"
[[methods]]
name = "fast"
estimator = "DecodingRegressor"
params = { preset = "fast" }
"""


def test_command_lines_run_in_order(readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np
    import pandas as pd

    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(60, 2)), columns=["a", "b"]).assign(y=lambda t: t["a"] + 1)
    table.to_csv("data.csv", index=False)
    table.to_csv("test.csv", index=False)
    table.drop(columns="y").to_csv("new.csv", index=False)
    (tmp_path / "tables").mkdir()
    (tmp_path / "suite.toml").write_text(SUITE, encoding="utf-8")
    lines = [
        line for block in blocks(readme, "console") for line in block.splitlines() if line.startswith("$ digitwise")
    ]
    assert len(lines) >= 5
    for line in lines:
        arguments = shlex.split(line.removeprefix("$ digitwise "), comments=True)
        if arguments[0] == "train":
            arguments += ["--max-epochs", "2"]
        if arguments[0] == "tune":
            arguments += ["--trials", "2", "--set", "max_epochs=2", "preset=plain"]
        assert main(arguments) in (0, None), line
    assert {"predictions.csv", "report.html", "model"} <= {path.name for path in tmp_path.iterdir()}


def test_run_py_lines_name_jobs_that_exist(readme: str, project_root: Path) -> None:
    jobs = re.findall(r"^\$ python run\.py (\S+)", readme, flags=re.MULTILINE)
    source = (project_root / "run.py").read_text(encoding="utf-8")
    assert jobs
    assert all(f'"{job}": (' in source for job in jobs)


def test_links_lead_somewhere(readme: str, project_root: Path) -> None:
    targets = [link for link in re.findall(r"\]\(([^)#]+)\)", readme) if not link.startswith("http")]
    assert targets
    assert [link for link in targets if not (project_root / link).exists()] == []
