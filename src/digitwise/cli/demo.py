"""``digitwise demo``: two small data sets, three methods, one report; nothing is downloaded."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np

from digitwise import metrics
from digitwise.cli.console import figure, print_table, say
from digitwise.cli.options import Flag, NewFolder
from digitwise.cli.writing import check_can_save
from digitwise.datasets import (
    Dataset,
    Split,
    load_code_metrics,
    load_diabetes,
    make_bimodal,
    make_line,
    train_validation_test,
)
from digitwise.distributions import GaussianMixture
from digitwise.estimators import (
    DecodingRegressor,
    DistributionalRegressor,
    HistogramRegressor,
    PointwiseRegressor,
    TextDecodingRegressor,
)
from digitwise.report import write_report

METHODS: dict[str, type[DistributionalRegressor]] = {
    "decoding": DecodingRegressor,
    "histogram": HistogramRegressor,
    "pointwise": PointwiseRegressor,
}
TEXT_METHODS: dict[str, type[DistributionalRegressor]] = {**METHODS, "decoding": TextDecodingRegressor}
SHOWN = ("rmse", "crps", "nll", "coverage_90", "width_90")
HEADER = ["", "RMSE", "CRPS", "NLL", "cover 90%", "width 90%", "seconds"]
SEED = 0


def demo(
    *,
    out: NewFolder = Path("demo_report"),
    quick: Flag = False,
    text: Flag = False,
) -> None:
    """Train on two small data sets, compare with other methods, and write a report.

    Takes a minute or two, needs no network, and gives the same figures each time.

    Parameters
    ----------
    out
        Folder for the report and the model.
    quick
        Fewer rows and epochs: some seconds, worse figures.
    text
        Read source code in the place of tables: functions of Python's own library, and how many instructions they
        compile to, and how much memory compiling them takes.

    Raises
    ------
    OSError
        If the folder cannot be written to.
    """
    check_can_save(out / "model")
    if text:
        targets: tuple[Literal["instructions", "memory"], ...] = ("instructions", "memory")
        datasets = [load_code_metrics(target, 300 if quick else 2000) for target in targets]
    else:
        datasets = [load_diabetes(), make_bimodal(1000 if quick else 4000, random_state=SEED)]
    methods = TEXT_METHODS if text else METHODS
    settings = {"scaling": "auto", "random_state": SEED, "n_jobs": 1}  # one thread: same figures
    if quick:
        settings["max_epochs"] = 20
    if text:
        settings |= {"text": "all", "scaling": "log"}
    with _progress(len(datasets) * len(methods)) as advance:
        _warm_up()
        results = [_compare(dataset, methods, settings, advance) for dataset in datasets]
    for dataset, (table, _, split) in zip(datasets, results, strict=True):
        print_table(_title(dataset, split), HEADER, table)
        say("")
    say("RMSE, CRPS, NLL and width: the lower the better. Cover should be 90%.\n")
    _keep(out, datasets[-1], results[-1][1], results[-1][2])


def _warm_up() -> None:
    """Train a little, so that the first method's seconds do not include what PyTorch loads late."""
    line = make_line(20)
    DecodingRegressor(max_epochs=1, n_jobs=1, random_state=SEED).fit(line.X, line.y)


def _compare(
    dataset: Dataset,
    methods: Mapping[str, type[DistributionalRegressor]],
    settings: dict[str, Any],
    advance: Callable[[str], None],
) -> tuple[list[list[str]], DistributionalRegressor, Split]:
    """Return a row of figures per method, the decoding model, and the split."""
    split = train_validation_test(dataset, SEED)
    y = dataset.y
    train, validation, test = (rows_of(dataset.X, part) for part in split)
    table, models = [], {}
    for name, kind in methods.items():
        advance(f"{dataset.name}: {name}")
        started = time.perf_counter()
        model = kind(**settings).fit(
            train,
            y[split.train],
            validation_data=(validation, y[split.validation]),
        )
        seconds = time.perf_counter() - started
        law = model.predict_distribution(test)
        table.append([name, *_figures(y[split.test], law.mean(), law), f"{seconds:.1f}"])
        models[name] = model
    if dataset.true_law is not None:
        truth = GaussianMixture(*dataset.true_law(test))
        table += [[], ["the true law", *_figures(y[split.test], truth.mean(), truth), ""]]
    return table, models["decoding"], split


def rows_of(X: Any, rows: np.ndarray) -> Any:
    """Return some rows of an array or a pandas frame."""
    return X[rows] if isinstance(X, np.ndarray) else X.iloc[rows]


def _figures(y: np.ndarray, point: np.ndarray, law: Any) -> list[str]:
    found = metrics.evaluate(y, point, law, SHOWN)
    return [f"{value:.1%}" if name == "coverage_90" else figure(value) for name, value in found.items()]


def _title(dataset: Dataset, split: Split) -> str:
    sizes = f"{len(split.train):,} training, {len(split.validation):,} validation rows"
    return f"{dataset.name}: {len(split.test):,} test rows ({sizes})"


def _keep(out: Path, dataset: Dataset, model: DistributionalRegressor, split: Split) -> None:
    """Write report and model of the last data set, and say how to go on."""
    folder, page = out / "model", out / "report.html"
    model.save(folder)
    try:
        write_report(
            model,
            rows_of(dataset.X, split.test),
            dataset.y[split.test],
            page,
            title=f"The {dataset.name} data, predicted digit by digit",
        )
        say(f"Report of the decoding model on the {dataset.name} data: {page}")
    except ImportError as error:
        say(f"No report was written. {error}")
    name = type(model).__name__
    say(
        f"The model is in {folder}. Load it with:\n"
        f'  from digitwise import {name}; model = {name}.load("{folder.as_posix()}")\n'
        "Train on a table of your own, and save the model, with:\n"
        "  digitwise train your.csv --target COLUMN --out my_model"
    )


@contextmanager
def _progress(n_steps: int) -> Iterator[Callable[[str], None]]:
    """Yield a function that shows what is done next."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    if not sys.stderr.isatty():
        yield lambda text: print(f"training {text} ...", file=sys.stderr, flush=True)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("getting ready", total=n_steps)
        started: list[str] = []

        def advance(text: str) -> None:
            bar.update(task, description=f"training {text}", completed=len(started))
            started.append(text)

        yield advance
