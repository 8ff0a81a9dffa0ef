"""What a benchmark compares: a suite of data sets, seeds and methods.

A suite is everything that decides the figures, apart from the code.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from digitwise.benchmark.suite_parts import Method, Published, References, check_known, check_name

ALL = ":*"
"""How a pattern ends that stands for all data sets of a kind."""


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
        check_name("A suite", self.name)
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
            check_name("A group", group)
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
