"""What a parameter may be: a range of numbers, or a choice."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from digitwise.tuning.package import optuna_package

if TYPE_CHECKING:
    import optuna.distributions


@runtime_checkable
class Range(Protocol):
    """The values that a search may give to one parameter."""

    def holds(self, value: Any) -> bool:
        """Return whether a value is among them."""
        ...

    def widened(self, value: Any) -> "Range":
        """Return the smallest range that holds these values and one more; it must be of their kind."""
        ...

    def distribution(self) -> "optuna.distributions.BaseDistribution":
        """Return the same for Optuna."""
        ...

    def stored(self, value: Any) -> Any:
        """Return a value as Optuna stores it."""
        ...

    def restored(self, stored: Any) -> Any:
        """Return what `stored` was made of."""
        ...


@dataclass(frozen=True)
class FloatRange:
    """Real numbers from ``low`` to ``high``.

    Parameters
    ----------
    low, high
        The ends, themselves allowed.
    log
        Whether to search evenly in the logarithm.

    Raises
    ------
    ValueError
        If the ends are in the wrong order, or the logarithm of one is not defined.

    Examples
    --------
    >>> FloatRange(1e-4, 1e-2, log=True).holds(1e-3)
    True
    """

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        """Check the ends."""
        _check_ends(self)

    def holds(self, value: Any) -> bool:
        """Return whether a value is among them."""
        return isinstance(value, Real) and not isinstance(value, bool) and self.low <= float(value) <= self.high

    def widened(self, value: Any) -> "FloatRange":
        """Return the smallest range that holds these values and one more."""
        return FloatRange(min(self.low, float(value)), max(self.high, float(value)), self.log)

    def distribution(self) -> "optuna.distributions.FloatDistribution":
        """Return the same for Optuna."""
        kind: type[optuna.distributions.FloatDistribution] = optuna_package().distributions.FloatDistribution
        return kind(float(self.low), float(self.high), log=self.log)

    def stored(self, value: Any) -> float:
        """Return a value as Optuna stores it."""
        return float(value)

    def restored(self, stored: Any) -> float:
        """Return what `stored` was made of."""
        return float(stored)


@dataclass(frozen=True)
class IntegerRange:
    """Whole numbers from ``low`` to ``high``.

    Parameters
    ----------
    low, high
        The ends, themselves allowed.
    log
        Whether to search evenly in the logarithm.

    Raises
    ------
    ValueError
        If the ends are in the wrong order, or the logarithm of one is not defined.

    Examples
    --------
    >>> IntegerRange(1, 6).holds(2.5)
    False
    """

    low: int
    high: int
    log: bool = False

    def __post_init__(self) -> None:
        """Check the ends."""
        _check_ends(self)

    def holds(self, value: Any) -> bool:
        """Return whether a value is among them."""
        return isinstance(value, Integral) and not isinstance(value, bool) and self.low <= int(value) <= self.high

    def widened(self, value: Any) -> "IntegerRange":
        """Return the smallest range that holds these values and one more."""
        return IntegerRange(min(self.low, int(value)), max(self.high, int(value)), self.log)

    def distribution(self) -> "optuna.distributions.IntDistribution":
        """Return the same for Optuna."""
        kind: type[optuna.distributions.IntDistribution] = optuna_package().distributions.IntDistribution
        return kind(self.low, self.high, log=self.log)

    def stored(self, value: Any) -> int:
        """Return a value as Optuna stores it."""
        return int(value)

    def restored(self, stored: Any) -> int:
        """Return what `stored` was made of."""
        return int(stored)


@dataclass(frozen=True)
class Choice:
    """One of some values of any kind: numbers, names, None, codecs, objectives.

    Parameters
    ----------
    options
        The values; a study stores what they print as.

    Raises
    ------
    ValueError
        If there are none, or two print the same.

    Examples
    --------
    >>> Choice(("auto", 64, 256)).holds("auto")
    True
    """

    options: tuple[Any, ...]

    def __post_init__(self) -> None:
        """Check that the options can be told apart."""
        labels = self.labels
        if not labels or len(set(labels)) < len(labels):
            raise ValueError(f"A Choice needs options that print differently, but got {labels}.")

    @property
    def labels(self) -> tuple[str, ...]:
        """What the options print as."""
        return tuple(str(option) for option in self.options)

    def holds(self, value: Any) -> bool:
        """Return whether a value is among them."""
        return str(value) in self.labels

    def widened(self, value: Any) -> "Choice":
        """Return a choice that has one more option, unless it is among them."""
        return self if self.holds(value) else Choice((value, *self.options))

    def distribution(self) -> "optuna.distributions.CategoricalDistribution":
        """Return the same for Optuna."""
        kind: type[optuna.distributions.CategoricalDistribution] = (
            optuna_package().distributions.CategoricalDistribution
        )
        return kind(self.labels)

    def stored(self, value: Any) -> str:
        """Return a value as Optuna stores it."""
        return str(value)

    def restored(self, stored: Any) -> Any:
        """Return what `stored` was made of."""
        return self.options[self.labels.index(stored)]


def _check_ends(given: FloatRange | IntegerRange) -> None:
    lowest = 0 if given.log else -float("inf")
    if not lowest < given.low <= given.high < float("inf"):
        needs = "0 < low <= high" if given.log else "low <= high"
        raise ValueError(f"{type(given).__name__} needs finite ends with {needs}, but got {given}.")
