"""What a benchmark compares: a suite of data sets, seeds and methods, read from a TOML file.

A suite is everything that decides the figures, apart from the code. Keys that mean nothing are
refused, so that a misspelt setting cannot pass for a default.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

ALL = ":*"
"""How a pattern ends that stands for all data sets of a kind."""
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

    def __post_init__(self) -> None:
        """Check the name, and that a method which starts from another does one thing with it."""
        _check_name("A method", self.name)
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


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Data sets, seeds and methods; every combination is one cell.

    Parameters
    ----------
    name, description
        Short identifier, and what the suite is for.
    datasets
        Names of tables of a folder, features of its queries such as ``"features:sql_cardinality"``, tasks of the TALENT
        benchmark such as ``"talent:cpu_act"`` (``"talent:*"`` for all that are regressions), or built-in ones such as
        ``"embedded:diabetes"``.
    methods
        What is compared.
    seeds
        Each decides split, initialisation and batches of a repetition.
    drop
        Data set to columns that are no features, such as those that give the target away.
    max_train
        Cap on the training rows; None for none.
    max_validation
        Cap on the validation rows, which are predicted after every epoch; None for none.
    max_calibration
        Training rows kept apart for methods that calibrate; None for none. No method trains on them.
    coverages
        Coverages of the intervals that are scored one by one; none by default.
    threads
        CPU threads of a cell.
    shared
        Parameters of all the package's estimators (other methods do not get them).
    references
        The methods that the others are divided by.
    focus
        The methods whose weak sides the report spells out; None for all that write digits.
    groups
        Named lists of data sets that the report looks at separately, such as those that defaults were chosen on.
    published
        A published table to put the results beside; None for none.

    Raises
    ------
    ValueError
        If names or seeds repeat, lists are empty, or a name does not refer to anything.

    Examples
    --------
    >>> suite = Suite(
    ...     name="tiny",
    ...     datasets=("embedded:diabetes",),
    ...     methods=(
    ...         Method(name="pointwise", estimator="PointwiseRegressor"),
    ...         Method(name="histogram", estimator="HistogramRegressor"),
    ...     ),
    ...     seeds=(0, 1),
    ... )
    >>> [method.name for method in suite.methods_on("embedded:diabetes")]
    ['pointwise', 'histogram']
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    name: str
    datasets: tuple[str, ...]
    methods: tuple[Method, ...]
    description: str = ""
    seeds: tuple[int, ...] = (0,)
    drop: dict[str, tuple[str, ...]] = field(default_factory=dict)
    max_train: int | None = None
    max_validation: int | None = None
    max_calibration: int | None = None
    coverages: tuple[float, ...] = ()
    threads: int = 1
    shared: dict[str, Any] = field(default_factory=dict)
    references: References = field(default_factory=References)
    focus: tuple[str, ...] | None = None
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    published: Published | None = None

    def __post_init__(self) -> None:
        """Check that the parts fit together."""
        _check_name("A suite", self.name)
        names = [method.name for method in self.methods]
        for what, values in (
            ("datasets", self.datasets),
            ("methods", names),
            ("seeds", self.seeds),
        ):
            if len(values) == 0 or len(set(values)) < len(values):
                raise ValueError(f"A suite needs {what}, each named once, but {self.name} has {list(values)}.")
        counts = {
            "threads": self.threads,
            "max_train": self.max_train,
            "max_validation": self.max_validation,
            "max_calibration": self.max_calibration,
        }
        for name, count in counts.items():
            if count is not None and count < 1:
                raise ValueError(f"{name} must be at least 1, but {self.name} has {name}={count}.")
        if min(self.seeds) < 0:
            raise ValueError(f"Seeds must be at least 0, but {self.name} has {list(self.seeds)}.")
        check_known([self.references.rmse, self.references.crps], names, "reference method")
        check_known(self.focus or (), names, "method in focus")
        self._check_named(tuple(self.drop), "data set to drop columns of")
        for group, members in self.groups.items():
            _check_name("A group", group)
            if len(members) == 0 or len(set(members)) < len(members):
                raise ValueError(f"A group needs data sets, each named once, but {group} has {list(members)}.")
            self._check_named(members, f"data set of group {group}")
        if self.published is not None:
            self._check_named(tuple(self.published.names), "data set with a published name")
        self._check_stages()
        for method in self.methods:
            self._check_named((*(method.only_datasets or ()), *method.params_of), f"data set of {method.name}")

    def _check_stages(self) -> None:
        """Check coverages, and that fine-tuning starts from a first stage, and calibration from any but another one."""
        if not all(0.0 < coverage < 1.0 for coverage in self.coverages):
            raise ValueError(f"coverages must lie between 0 and 1, but {self.name} has {list(self.coverages)}.")
        starts = {
            "first stage": [method.name for method in self.methods if method.starts_from is None],
            "method to calibrate": [method.name for method in self.methods if method.calibrate is None],
        }
        for method in self.methods:
            if method.starts_from is not None:
                what = "first stage" if method.calibrate is None else "method to calibrate"
                check_known([method.starts_from], starts[what], f"{what} of {method.name}")
            if method.calibrate is not None and self.max_calibration is None:
                raise ValueError(
                    f"{method.name} calibrates, so {self.name} must say on how many rows: max_calibration."
                )

    def _check_named(self, wanted: Sequence[str], what: str) -> None:
        """Check names of data sets; what a pattern may stand for is not known yet."""
        kinds = tuple(name.removesuffix("*") for name in self.datasets if name.endswith(ALL))
        check_known([name for name in wanted if not name.startswith(kinds)], self.datasets, what)

    def methods_on(self, dataset: str) -> tuple[Method, ...]:
        """Return the methods that run on a data set, with the parameters they have there."""
        return tuple(m.on(dataset) for m in self.methods if m.only_datasets is None or dataset in m.only_datasets)

    def method(self, name: str) -> Method:
        """Return a method by its name."""
        return next(method for method in self.methods if method.name == name)

    def restrict(
        self, only_datasets: Sequence[str] | None = None, only_methods: Sequence[str] | None = None
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names of the data sets and methods that a filter leaves, in their order.

        Raises
        ------
        ValueError
            If a filter names something that the suite does not have.
        """
        methods = tuple(method.name for method in self.methods)
        check_known(only_datasets or (), self.datasets, "data set")
        check_known(only_methods or (), methods, "method")
        return (
            tuple(name for name in self.datasets if not only_datasets or name in only_datasets),
            tuple(name for name in methods if not only_methods or name in only_methods),
        )


def replace_patterns(suite: Suite, names: Sequence[str]) -> Suite:
    """Return the suite with each pattern replaced by the names it stands for; a name is kept once.

    Parameters of methods on data sets that are not there are left out.

    Raises
    ------
    ValueError
        If the suite refers to a data set that is then not among them.

    Examples
    --------
    >>> method = Method(name="trees", estimator="catboost")
    >>> references = References(rmse="trees", crps="trees")
    >>> suite = Suite(name="all", datasets=("talent:*",), methods=(method,), references=references)
    >>> replace_patterns(suite, ["talent:cpu_act", "talent:socmob", "abalone"]).datasets
    ('talent:cpu_act', 'talent:socmob')
    """
    found: list[str] = []
    for known in suite.datasets:
        matching = [name for name in names if name.startswith(known.removesuffix("*"))]
        found += matching if known.endswith(ALL) else [known]
    datasets = tuple(dict.fromkeys(found))
    methods = tuple(
        replace(m, params_of={d: m.params_of[d] for d in datasets if d in m.params_of}) for m in suite.methods
    )
    return replace(suite, datasets=datasets, methods=methods)


def load_suite(path: str | Path) -> Suite:
    """Return the suite that a TOML file describes.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not TOML, has keys that mean nothing, or values of the wrong kind.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no suite at {path}. Give the path of a TOML file.")
    try:
        return parse_suite(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:  # tomllib's own error is one, too
        raise ValueError(f"{path.name}: {error}") from error


def parse_suite(table: dict[str, Any]) -> Suite:
    """Return the suite that a nested table describes.

    Raises
    ------
    ValueError
        If keys are missing or mean nothing, or values are of the wrong kind.

    Examples
    --------
    >>> parse_suite({"name": "tiny", "sets": []})
    Traceback (most recent call last):
    ...
    ValueError: sets: unknown key; datasets: is missing; methods: is missing
    """
    from pydantic import TypeAdapter, ValidationError

    if isinstance(table.get("datasets"), str) and table["datasets"].endswith(ALL):
        table = {**table, "datasets": [table["datasets"]]}
    try:
        # through JSON, because its strict mode takes lists for tuples and nothing else in disguise
        return TypeAdapter(Suite).validate_json(json.dumps(table), strict=True)
    except ValidationError as error:
        raise ValueError(_in_one_line(error.errors())) from None


def check_known(wanted: Sequence[str], known: Sequence[str], what: str) -> None:
    """Raise ``ValueError`` with the nearest known names if a wanted one is not among them."""
    for name in wanted:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=3)
            hint = f"Did you mean {' or '.join(close)}?" if close else f"Known: {', '.join(known)}."
            raise ValueError(f"There is no {what} {name!r}. {hint}")


def _check_name(what: str, name: str) -> None:
    if not PLAIN_NAME.fullmatch(name):
        raise ValueError(f"{what} is named with small letters, digits, '_', '.' and '-', but got {name!r}.")


def _in_one_line(errors: Sequence[Any]) -> str:
    """Return pydantic's errors as ``place: what is wrong``; unknown keys first."""
    ours = {"unexpected_keyword_argument": "unknown key", "missing": "is missing"}
    lines = []
    for error in sorted(errors, key=lambda error: error["type"] != "unexpected_keyword_argument"):
        place = ".".join(str(part) for part in error["loc"])
        message = ours.get(error["type"], error["msg"].removeprefix("Value error, "))
        lines.append(f"{place}: {message}" if place else message)
    return "; ".join(lines)
