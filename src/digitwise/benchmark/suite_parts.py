"""What a suite is made of: methods, what they are divided by, and a published table to stand beside."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*")


@dataclass(frozen=True, kw_only=True)
class Method:
    """A named way to predict.

    Parameters
    ----------
    name
        What tables call it.
    estimator
        One of `digitwise.benchmark.ESTIMATORS`.
    params
        Its parameters, on top of the suite's shared ones.
    params_of
        Data set to further parameters that hold on it alone.
    only_datasets
        The data sets it runs on; None for all of the suite.
    starts_from
        Another method, whose fitted model this one fine-tunes (its parameter ``finetune``): every second stage then
        starts from the same first one, which is trained once. Its own parameters are those of the other method.
    calibrate
        How it calibrates the method that it starts from.
    splits_itself
        Whether it gets training and validation rows together, as users have them who call ``fit(X, y)``, and holds out
        what it needs by itself.

    Raises
    ------
    ValueError
        If the name is not plain, or it starts from another method without saying how it goes on.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 (pydantic reads it off the class)

    name: str
    estimator: str
    params: dict[str, Any] = field(default_factory=dict)
    params_of: dict[str, dict[str, Any]] = field(default_factory=dict)
    only_datasets: tuple[str, ...] | None = None
    starts_from: str | None = None
    calibrate: Literal["smooth", "conformal", "digits", "intervals", "mapie"] | None = None
    splits_itself: bool = False

    def __post_init__(self) -> None:
        """Check the name, and that a method which starts from another does one thing with it."""
        check_name("A method", self.name)
        if self.splits_itself and self.starts_from is not None:
            raise ValueError(f"{self.name} starts from {self.starts_from}, so splits_itself belongs there.")
        if self.starts_from is not None and self.params_of:
            raise ValueError(f"{self.name} starts from {self.starts_from}, so params_of belongs there.")
        if self.calibrate is not None and (self.starts_from is None or self.params):
            raise ValueError(
                f"{self.name} calibrates, so it needs another method to start from and has no parameters of its own, "
                f"but it has starts_from={self.starts_from!r} and {sorted(self.params)}."
            )
        if self.calibrate is None and self.starts_from is not None and set(self.params) != {"finetune"}:
            raise ValueError(
                f"{self.name} starts from {self.starts_from}, so its parameters are those of that method and "
                f"'finetune', but it has {sorted(self.params)}."
            )

    def on(self, dataset: str) -> "Method":
        """Return the method with the parameters that it has on a data set."""
        return replace(self, params={**self.params, **self.params_of.get(dataset, {})}, params_of={})


@dataclass(frozen=True, kw_only=True)
class References:
    """The methods that the others are divided by.

    Parameters
    ----------
    rmse, crps
        Names of methods of the suite.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    rmse: str = "pointwise"
    crps: str = "histogram"


@dataclass(frozen=True, kw_only=True)
class Published:
    """A published table of test RMSE that the report puts the results beside.

    Parameters
    ----------
    rmse
        CSV file, seen from the suite's folder; None if the command names it.
    names
        Data set to what the table calls it. ``"talent:NAME"`` is called ``NAME`` by itself.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    rmse: str | None = None
    names: dict[str, str] = field(default_factory=dict)


def check_known(wanted: Sequence[str], known: Sequence[str], what: str) -> None:
    """Raise ``ValueError`` with the nearest known names if a wanted one is not among them."""
    for name in wanted:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=3)
            hint = f"Did you mean {' or '.join(close)}?" if close else f"Known: {', '.join(known)}."
            raise ValueError(f"There is no {what} {name!r}. {hint}")


def check_name(what: str, name: str) -> None:
    """Raise ``ValueError`` if a name is not plain."""
    if not PLAIN_NAME.fullmatch(name):
        raise ValueError(f"{what} is named with small letters, digits, '_', '.' and '-', but got {name!r}.")
