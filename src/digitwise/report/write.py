"""Writing a report: whole, or not at all."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from digitwise.optional import optional_package
from digitwise.report.evidence import gather
from digitwise.report.page import compose_page


def write_report(
    model: Any,
    X: Any,
    y: Any,
    path: str | os.PathLike[str],
    *,
    title: str | None = None,
    n_rows: int = 8,
    target_name: str | None = None,
    unit: str | None = None,
    groups: Any = None,
) -> Path:
    """Write one HTML page about a fitted model, and return its path.

    The page holds the verdict in plain words, scores beside a baseline, calibration, what
    calibration and fine-tuning changed, the coverage of groups of rows, what decisions cost, example
    predictions with their digits, the worst rows, the data, the course of training, the settings, and
    how to load the model. It needs no network and no other file, follows the reader's light or dark
    setting, and prints.

    Parameters
    ----------
    model : estimator
        A fitted regressor of the package.
    X : frame or array
        Features of rows that the model has **not** been trained on; otherwise the scores flatter
        it.
    y : array-like of shape (row,)
        True values of those rows, in data units.
    path : str or path
        File to write; it is replaced in one step, so a failure leaves what was there before.
    title : str, optional
        Heading of the page.
    n_rows : int
        Number of rows whose predicted density is drawn, from 2 to 30.
    target_name, unit : str, optional
        Name of the target (by default what the model or ``y`` call it) and its unit.
    groups : array-like of shape (row,), optional
        Group of each row, for models that were made conformal by group.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    ValueError
        If ``X`` and ``y`` do not have the same two or more rows, or ``n_rows`` is out of range.
    FileNotFoundError
        If the folder of ``path`` does not exist.
    ModuleNotFoundError
        If matplotlib or jinja2 is not installed.
    """
    if not 2 <= n_rows <= 30:
        raise ValueError(f"n_rows must be from 2 to 30, but got {n_rows}.")
    evidence = gather(model, X, y, target_name=target_name, unit=unit, groups=groups)
    return _write_atomically(Path(path), _render(compose_page(evidence, title, n_rows)))


def _render(page: Mapping[str, Any]) -> str:
    """The page as HTML; every text is escaped."""
    jinja2 = optional_package("jinja2", "Reports need jinja2, which is not installed.", "plot")
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("digitwise.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    text: str = environment.get_template("report.html.j2").render(page)
    return text


def _write_atomically(path: Path, text: str) -> Path:
    """Write a file beside the wanted one and rename it, so that no reader sees half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path
