"""``digitwise inspect``: what it says is true of the table."""

from collections.abc import Callable
from pathlib import Path

import pytest


def test_describes_columns_and_target(run: Callable, houses: Path) -> None:
    outcome = run("inspect", houses, "--target", "price")
    assert outcome.code == 0
    lines = {line.split()[0]: line for line in outcome.out.splitlines() if line.strip()}
    assert "60 rows and 6 columns besides 'price'" in outcome.out
    for name, kind in {
        "size": "number",
        "town": "category",
        "built": "date",
        "garden": "yes/no",
    }.items():
        assert kind in lines[name]
    assert "affine:" in lines["scaling"]
    assert "What digits would make of 60 targets (5 folds)" in outcome.out
    for name in ("normalized", "normalized-10x3", "scientific"):
        assert name in lines
    assert "Recommended: " in outcome.out


def test_one_row_and_constant_targets_are_no_obstacle(run: Callable, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    for content in ("a,y\n1,2\n", "a,y\n1,2\n3,2\n4,2\n"):
        path.write_text(content)
        outcome = run("inspect", path, "--target", "y")
        assert (outcome.code, outcome.err) == (0, "")
    assert "Recommended: integer" in outcome.out


def test_constant_columns_are_marked(run: Callable, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b,y\n1,x,2\n1,,3\n1,z,4\n")
    outcome = run("inspect", tmp_path / "data.csv", "--target", "y")
    assert "left out: constant" in outcome.out


def test_bounds_and_whole_numbers_are_taken_at_their_word(run: Callable, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a,y\n" + "".join(f"{row},{row % 7}\n" for row in range(50)))
    assert "Recommended: integer" in run("inspect", path, "--target", "y", "--low", "0", "--high", "6").out
    outcome = run("inspect", path, "--target", "y", "--integer", "no", "--scaling", "symlog")
    assert "Recommended: normalized" in outcome.out and "symlog" in outcome.out


@pytest.mark.parametrize(
    ("words", "complaint"), [(("--low", "1"), "lie below"), (("--scaling", "logarithm"), "scaling must be one of")]
)
def test_what_does_not_fit_is_said(words: tuple[str, str], complaint: str, fails: Callable, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a,y\n" + "".join(f"{row},{row % 7}\n" for row in range(50)))
    assert complaint in fails("inspect", path, "--target", "y", *words)
