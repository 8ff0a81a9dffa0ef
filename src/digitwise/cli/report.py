"""``digitwise report``: one HTML page about a model."""

from digitwise.cli.console import say
from digitwise.cli.evaluate import read_rows
from digitwise.cli.options import Column, DataFile, Flag, ModelFolder, NewFile, OptionalText
from digitwise.cli.saved import features_for, load_model
from digitwise.cli.targets import check_columns
from digitwise.cli.writing import check_can_write
from digitwise.report import write_report


def report(
    model: ModelFolder,
    data: DataFile,
    /,
    *,
    target: Column,
    out: NewFile,
    title: OptionalText = None,
    unit: OptionalText = None,
    groups: OptionalText = None,
    drop_missing_target: Flag = False,
) -> None:
    """Write one HTML page about a model, with its scores and pictures.

    Use rows that it was not trained on. The page needs no other file and no network.

    Parameters
    ----------
    model
        Folder that digitwise train wrote.
    data
        Table with the model's columns and the target: CSV (also .csv.gz) or Parquet.
    target
        Column with the true values.
    out
        HTML file to write; it is replaced.
    title
        Heading of the page.
    unit
        Unit of the target, to be shown with its figures.
    groups
        Column with the group of each row, for models that were made conformal by group (in Python: load, conformalize,
        save).
    drop_missing_target
        Leave out rows whose target is missing, instead of stopping.

    Raises
    ------
    ValueError
        If the data or the model cannot be used.
    OSError
        If a file cannot be read or written.
    ImportError
        If matplotlib or jinja2 is not installed.
    """
    check_can_write(out)
    fitted = load_model(model)
    rest, y = read_rows(fitted, data, target, drop_missing=drop_missing_target)
    labels = None
    if groups is not None:
        check_columns(rest, [groups], data, "group column")
        labels = rest[groups].to_numpy()
    X = features_for(fitted, rest, data)
    write_report(fitted, X, y, out, title=title, target_name=target, unit=unit, groups=labels)
    say(f"Wrote {out}.")
