"""Whether predicted laws still fit what comes in: tests on new rows whose target is known."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from digitwise.distributions import Distribution
from digitwise.metrics.honesty import pit

COVERAGES = (0.5, 0.9)
LEVEL = 0.01
"""Chance that sound laws are called drifted, over all tests together."""


@dataclass(frozen=True, kw_only=True)
class DriftTest:
    """One test.

    Parameters
    ----------
    name
        What was looked at.
    found, expected
        The figure, and what it should be.
    p_value
        Chance of a figure at least as odd if nothing has changed.
    """

    name: str
    found: float
    expected: float
    p_value: float


def drift_tests(
    law: Distribution,
    y: Float[np.ndarray, " row"],
    *,
    outside: Float[np.ndarray, " row"] | None = None,
    expected_outside: float = 0.0,
    reference: tuple[Distribution, Float[np.ndarray, " row"]] | None = None,
) -> tuple[DriftTest, ...]:
    """Return tests of the laws of new rows.

    The place of each outcome in its law (PIT) against the uniform law, by Kolmogorov and Smirnov; coverage of central
    intervals against what they promise, and the share of outcomes outside the model's range, by exact binomial tests.
    No model is perfectly calibrated: with many rows the first two find that too. With ``reference`` rows they ask
    instead whether the new ones differ from those.

    Parameters
    ----------
    law, y
        Laws and outcomes of the new rows, data units.
    outside
        1 where an outcome lies outside the range that the model can say; None where that is not known.
    expected_outside
        The share of them that is expected, such as that of the validation rows.
    reference
        Laws and outcomes of earlier rows that the model was not trained on.

    Raises
    ------
    ValueError
        If there is no row.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> y = np.random.default_rng(0).uniform(size=500)
    >>> law = Histogram([0.0, 0.5, 1.0], np.full((500, 2), 0.5))
    >>> has_drifted(drift_tests(law, y)), has_drifted(drift_tests(law, y**2))
    (False, True)
    """
    from scipy.stats import binomtest, ks_2samp, kstest  # takes its time to load

    if len(y) == 0:
        raise ValueError("A test of drift needs rows, but got none.")
    places = pit(law, y)
    before = None if reference is None else pit(*reference)
    shape = kstest(places, "uniform") if before is None else ks_2samp(places, before)
    tests = [
        DriftTest(
            name="place in the law (PIT)", found=float(shape.statistic), expected=0.0, p_value=float(shape.pvalue)
        )
    ]
    for coverage in COVERAGES:
        covered = _covered(places, coverage)
        expected = coverage if before is None else float(np.clip(_covered(before, coverage).mean(), 0.01, 0.99))
        found = binomtest(int(covered.sum()), len(covered), expected)
        name = f"coverage of {coverage:.0%} intervals"
        tests.append(DriftTest(name=name, found=float(covered.mean()), expected=expected, p_value=float(found.pvalue)))
    if outside is not None:
        expected = max(expected_outside, 1 / (len(y) + 1))
        found = binomtest(int(outside.sum()), len(y), expected, alternative="greater")
        share = float(np.mean(outside))
        tests.append(
            DriftTest(name="outside the range", found=share, expected=expected_outside, p_value=float(found.pvalue))
        )
    return tuple(tests)


def has_drifted(tests: tuple[DriftTest, ...], level: float = LEVEL) -> bool:
    """Return whether any test speaks against the laws, at a level for all of them together (Bonferroni)."""
    return any(test.p_value < level / len(tests) for test in tests)


def _covered(places: Float[np.ndarray, " row"], coverage: float) -> np.ndarray:
    return np.abs(places - 0.5) <= coverage / 2
