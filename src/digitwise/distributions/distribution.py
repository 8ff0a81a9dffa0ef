"""What every law answers: the reference for the object that ``predict_distribution`` returns."""

from typing import Protocol, runtime_checkable

from jaxtyping import Float

from digitwise.distributions.probabilities import FloatArray
from digitwise.distributions.rows import Numbers, RandomState, RowIndex


@runtime_checkable
class Distribution(Protocol):
    """One probability law per row, in data units.

    All verbs work on all rows at once, in float64, and never change the law.

    Shapes. Where a verb takes values ``y``, a number (the same for every row) or ``(row,)`` (each
    row its own) gives ``(row,)``; ``(row, k)`` gives ``(row, k)``, and ``(1, k)`` is one grid
    shared by all rows. Where it takes levels ``q``, a number gives ``(row,)``, ``(k,)`` gives
    ``(row, k)``, and ``(row, k)`` gives every row its own levels.

    Laws (checked for every member in ``tests/contracts``): ``cdf`` and ``quantile`` invert each
    other; quantiles never cross; ``pdf`` integrates to 1 and is the derivative of ``cdf``;
    ``crps`` equals its integral; ``law[rows].verb(…)`` equals ``law.verb(…)[rows]``.

    Raises
    ------
    ValueError
        From every verb, if ``y`` holds NaN or does not fit the rows, or levels leave [0, 1].

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> law = Histogram(edges=[0.0, 1.0, 2.0], probs=[[0.5, 0.5], [0.2, 0.8]])
    >>> isinstance(law, Distribution), len(law)
    (True, 2)
    >>> law.mean()
    array([1. , 1.3])
    >>> law.quantile([0.25, 0.5]).shape
    (2, 2)
    >>> law[1:].cdf(1.0)
    array([0.2])
    """

    def __len__(self) -> int:
        """Return the number of rows."""
        ...

    def __getitem__(self, index: RowIndex, /) -> "Distribution":
        """Return the laws of some rows: a slice, integers, a mask, or one number for one row."""
        ...

    def mean(self) -> Float[FloatArray, " row"]:
        """Return the expected value of each row: the best point under squared error."""
        ...

    def variance(self) -> Float[FloatArray, " row"]:
        """Return the variance of each row, in squared data units."""
        ...

    def median(self) -> Float[FloatArray, " row"]:
        """Return the 0.5 quantile of each row: the best point under absolute error."""
        ...

    def mode(self) -> Float[FloatArray, " row"]:
        """Return where each row's density (or mass) is highest; of several places the lowest."""
        ...

    def quantile(self, q: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the smallest ``y`` with ``cdf(y) >= q``; at 0 and 1 the ends of the support."""
        ...

    def interval(self, coverage: float = 0.9) -> Float[FloatArray, "row 2"]:
        """Return the central interval, which leaves out ``(1 - coverage) / 2`` on either side."""
        ...

    def cdf(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the probability of a value of at most ``y``."""
        ...

    def pdf(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the density at ``y``, per data unit; point masses raise ``TypeError``."""
        ...

    def log_prob(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the log density at ``y`` (of point masses: the log mass); may be ``-inf``."""
        ...

    def crps(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the continuous ranked probability score of an outcome ``y``, in data units.

        The integral of ``(cdf(x) - 1{x >= y})**2`` over ``x``: 0 for a point mass at ``y``, the
        absolute error for a point mass elsewhere. Lower is better; the true law has the lowest
        expectation.
        """
        ...

    def prob_above(self, threshold: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the probability of a value above the threshold, ``1 - cdf(threshold)``."""
        ...

    def sample(self, n_draws: int, random_state: RandomState = None) -> Float[FloatArray, "row draw"]:
        """Return ``n_draws`` independent draws per row; the same seed gives the same draws."""
        ...


@runtime_checkable
class SmoothDistribution(Distribution, Protocol):
    """A law with a density that is smooth between known knots, so that integrals are precise.

    `Transformed` asks for it.
    """

    def knots(self) -> Float[FloatArray, "row knot"]:
        """Return ascending finite points between which the density is smooth.

        All but a negligible mass (below 1e-15) lies between the first and the last.
        """
        ...
