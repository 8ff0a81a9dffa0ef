"""A progress bar over the trials of a search."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from digitwise.tuning.result import ranked
from digitwise.tuning.trial import Trial

ShowTrials = Callable[[tuple[Trial, ...]], None]


@contextmanager
def trial_bar(n_trials: int, select_by: str, show: bool) -> Iterator[ShowTrials]:
    """Yield a function that shows how far the trials have come; without ``show`` it does nothing.

    Parameters
    ----------
    n_trials
        How many there will be.
    select_by
        Name of the metric to show.
    show
        Whether to draw anything.
    """
    if not show:
        yield lambda trials: None
        return
    from rich import progress as rich

    columns = (
        rich.TextColumn("trial {task.completed:.0f}/{task.total:.0f}"),
        rich.BarColumn(),
        rich.TimeElapsedColumn(),
        rich.TextColumn("{task.fields[figures]}"),
    )
    with rich.Progress(*columns) as bar:
        task = bar.add_task("tuning", total=n_trials, figures="")

        def report(trials: tuple[Trial, ...]) -> None:
            best = ranked(trials, select_by)[:1]
            found = "".join(f"best {select_by} {trial.value:.4g} (trial {trial.number})" for trial in best)
            n_pruned = sum(trial.state == "pruned" for trial in trials)
            bar.update(task, completed=len(trials), figures=f"{found}  {n_pruned} pruned")

        yield report
