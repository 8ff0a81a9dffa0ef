"""A suite's figures as arrays (data set, method, seed), and what is said of them in a report."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from digitwise.benchmark.cell import plan_cells
from digitwise.benchmark.peers import PEERS
from digitwise.benchmark.results import Record, identity
from digitwise.benchmark.scores import FAIR_WIDTH
from digitwise.benchmark.suite import Suite, replace_patterns

DECODERS = ("DecodingRegressor", "TextDecodingRegressor")


@dataclass(frozen=True, kw_only=True, eq=False)
class Board:
    """The records of a suite that answer its present cells.

    Parameters
    ----------
    suite
        What was compared.
    records
        Finished cells.
    failed
        Cells that ended with an error.
    n_cells
        How many cells the suite has.
    """

    suite: Suite
    records: tuple[Record, ...]
    failed: tuple[Record, ...]
    n_cells: int

    @property
    def datasets(self) -> tuple[str, ...]:
        """Data sets with at least one finished cell."""
        present = {record["dataset"] for record in self.records}
        return tuple(name for name in self.suite.datasets if name in present)

    @property
    def methods(self) -> tuple[str, ...]:
        """Methods with at least one finished cell."""
        present = {record["method"] for record in self.records}
        return tuple(method.name for method in self.suite.methods if method.name in present)

    @property
    def references(self) -> dict[str, str]:
        """The reference method of each compared score."""
        return {"rmse": self.suite.references.rmse, "crps": self.suite.references.crps}

    @property
    def decoders(self) -> tuple[str, ...]:
        """The methods that write digits."""
        kinds = {method.name: method.estimator for method in self.suite.methods}
        return tuple(name for name in self.methods if kinds[name] in DECODERS)

    @property
    def focus(self) -> tuple[str, ...]:
        """The methods whose weak sides the report spells out."""
        wanted = self.decoders if self.suite.focus is None else self.suite.focus
        return tuple(name for name in self.methods if name in wanted)

    @property
    def has_peers(self) -> bool:
        """Whether a learner of another package takes part."""
        kinds = {method.name: method.estimator for method in self.suite.methods}
        return any(kinds[name] in PEERS and kinds[name] != "constant" for name in self.methods)

    @property
    def has_fair_widths(self) -> bool:
        """Whether the reference for CRPS has the width of intervals at equal coverage."""
        reference = self.references["crps"]
        if reference not in self.methods:
            return False
        widths = self.score(FAIR_WIDTH)[:, self.methods.index(reference)]
        return bool(np.isfinite(widths).any())

    @property
    def has_second_stages(self) -> bool:
        """Whether a method starts from another one."""
        return any(record.get("starts_from") for record in self.records)

    def score(self, name: str) -> Float[np.ndarray, "dataset method seed"]:
        """Return one score of every cell; NaN where it is missing or not defined."""
        return self._array([record["scores"].get(name) for record in self.records])

    def fact(self, name: str) -> Float[np.ndarray, "dataset method seed"]:
        """Return one number of every cell that is not a score, such as ``fit_seconds``."""
        return self._array([record.get(name) for record in self.records])

    def _array(self, values: list[float | int | None]) -> Float[np.ndarray, "dataset method seed"]:
        datasets, methods, seeds = self.datasets, self.methods, self.suite.seeds
        array = np.full((len(datasets), len(methods), len(seeds)), np.nan)
        for record, value in zip(self.records, values, strict=True):
            if value is not None:
                place = (
                    datasets.index(record["dataset"]),
                    methods.index(record["method"]),
                    seeds.index(record["seed"]),
                )
                array[place] = value
        return array


def collect(suite: Suite, records: Iterable[Record]) -> Board:
    """Return the board of a suite; records with other settings than its own are ignored.

    A pattern that is still among the data sets stands for those that have records.
    """
    found = {identity(record): record for record in records}
    suite = replace_patterns(suite, sorted({dataset for dataset, *_ in found}))
    cells = plan_cells(suite)
    present = [found[cell.identity] for cell in cells if cell.identity in found]
    return Board(
        suite=suite,
        records=tuple(record for record in present if record["status"] == "ok"),
        failed=tuple(record for record in present if record["status"] != "ok"),
        n_cells=len(cells),
    )


def mean_over_seeds(
    values: Float[np.ndarray, "dataset method seed"],
) -> tuple[Float[np.ndarray, "dataset method"], Float[np.ndarray, "dataset method"]]:
    """Return mean and standard deviation over the seeds there are; NaN where there are none.

    The standard deviation is that of a sample (divided by n - 1), and NaN for a single seed.

    Examples
    --------
    >>> mean, std = mean_over_seeds(np.array([[[1.0, 3.0, np.nan]]]))
    >>> mean, std.round(3)
    (array([[2.]]), array([[1.414]]))
    """
    count = np.isfinite(values).sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.nansum(values, axis=2) / count
        squares = np.nansum((values - mean[:, :, None]) ** 2, axis=2)
        return mean, np.where(count > 1, np.sqrt(squares / (count - 1)), np.nan)


def ratios(values: Float[np.ndarray, "dataset method seed"], reference: int) -> Float[np.ndarray, "dataset method"]:
    """Return each method's mean score divided by the reference's, over the seeds both have.

    Examples
    --------
    >>> ratios(np.array([[[1.0, 2.0], [2.0, np.nan]]]), reference=1)
    array([[0.5, 1. ]])
    """
    other = np.broadcast_to(values[:, [reference]], values.shape)
    both = np.isfinite(values) & np.isfinite(other)
    with np.errstate(invalid="ignore", divide="ignore"):
        quotient: np.ndarray = np.where(both, values, 0).sum(2) / np.where(both, other, 0).sum(2)
    return quotient


def geometric_mean(
    quotients: Float[np.ndarray, "dataset method"],
) -> Float[np.ndarray, " method"]:
    """Return the geometric mean over the data sets there are; NaN where there are none.

    Examples
    --------
    >>> geometric_mean(np.array([[0.5, 2.0], [2.0, np.nan]]))
    array([1., 2.])
    """
    present = np.isfinite(quotients)
    logs = np.log(np.where(present, quotients, 1.0)).sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean: np.ndarray = np.exp(logs / present.sum(axis=0))
    return mean


def mean_ranks(means: Float[np.ndarray, "dataset method"]) -> Float[np.ndarray, " method"]:
    """Return each method's mean rank, 1 being the lowest score; ties share their mean rank.

    Ranked are the methods with a score on every data set that has any; the others are NaN.

    Examples
    --------
    >>> mean_ranks(np.array([[1.0, 2.0, np.nan], [4.0, 3.0, 1.0]]))
    array([1.5, 1.5, nan])
    """
    from scipy.stats import rankdata

    present = np.isfinite(means)
    used = present.any(axis=1)
    ranked = present[used].all(axis=0)
    result = np.full(means.shape[1], np.nan)
    if used.any() and ranked.any():
        result[ranked] = rankdata(means[used][:, ranked], axis=1).mean(axis=0)
    return result
