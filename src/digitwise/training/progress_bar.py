"""A progress bar over the epochs of a run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[dict[str, float | int]], None]


@contextmanager
def progress_bar(max_epochs: int, show: bool) -> Iterator[Report]:
    """Yield a function that shows an epoch's row of figures; without ``show`` it does nothing."""
    if not show:
        yield lambda row: None
        return
    from rich import progress as rich

    columns = (
        rich.TextColumn("epoch {task.completed:.0f}/{task.total:.0f}"),
        rich.BarColumn(),
        rich.TimeElapsedColumn(),
        rich.TimeRemainingColumn(),
        rich.TextColumn("{task.fields[figures]}"),
    )
    with rich.Progress(*columns) as bar:
        task = bar.add_task("training", total=max_epochs, figures="")

        def report(row: dict[str, float | int]) -> None:
            shown = {k.removeprefix("validation_"): v for k, v in row.items() if k.startswith("validation_")}
            figures = "  ".join(f"{name} {value:.4g}" for name, value in {"loss": row["train_loss"], **shown}.items())
            bar.update(task, completed=row["epoch"], figures=figures)

        yield report
