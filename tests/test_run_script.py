"""``run.py`` starts on a bare machine: standard library only, and clear about its jobs."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(project_root: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(project_root / "run.py"), *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
        check=False,
        timeout=60,
    )


def test_standard_library_only(project_root: Path) -> None:
    tree = ast.parse((project_root / "run.py").read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add((node.module or "").partition(".")[0])
    assert imported <= sys.stdlib_module_names


@pytest.mark.parametrize("arguments", [[], ["tset"]])
def test_anything_else_shows_the_jobs(project_root: Path, arguments: list[str]) -> None:
    result = run(project_root, *arguments)
    assert result.returncode == 2
    assert "usage: python run.py JOB" in result.stderr
    for job in ("demo", "test", "check"):
        assert f"\n  {job} " in result.stderr
    assert all(f"no job {name!r}" in result.stderr for name in arguments)


def test_help(project_root: Path) -> None:
    result = run(project_root, "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert "TORCH_CPU_INDEX" in result.stdout


def test_unknown_torch_build(project_root: Path) -> None:
    result = run(project_root, "test", TORCH="gpu", DIGITWISE_PYTHON="")
    assert result.returncode == 2
    assert result.stderr == "run.py: TORCH must be cpu, cuda or system, but it is 'gpu'.\n"


def test_arguments_and_exit_code_are_passed_on(project_root: Path) -> None:
    result = run(project_root, "test", "--no-such-option", DIGITWISE_PYTHON=sys.executable)
    assert result.returncode == 4  # pytest's code for a wrong command line
    assert "--no-such-option" in result.stderr


def test_every_extra_that_a_job_needs_exists(project_root: Path) -> None:
    import tomllib

    import run as script

    project = tomllib.loads((project_root / "pyproject.toml").read_text(encoding="utf-8"))
    extras = set(project["project"]["optional-dependencies"])
    for job, (_, needed, _) in script.JOBS.items():
        assert set(needed) <= extras, job
    assert set(script.CHECK) <= set(script.JOBS)
