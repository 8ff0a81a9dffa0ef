"""Made-up data whose law is known, so that a predicted law can be held against the truth.

``make_bimodal`` has what a point prediction cannot express: two modes whose distance, spread and
balance change with the features. The others are small and plain, one difficulty each.
"""

import numpy as np
from jaxtyping import Float

from digitwise.datasets.dataset import Dataset, MixtureParameters

LINE_STD = 0.1
STEP_STD = 0.2


def make_bimodal(n_rows: int = 1000, random_state: int | None = 0) -> Dataset:
    """Rows whose target has two modes, with spread and balance that depend on the features.

    With three features, uniform on [-1, 1], of which the last has no effect::

        centre  = 10 + 3 sin(pi x0)
        gap     = 0.5 + 1.25 (1 + x1)              half the distance between the modes
        weights = 1 - p, p                          p = 1 / (1 + exp(-2 x0))
        means   = centre - gap, centre + gap
        stds    = 0.4 + 0.3 (1 + x0) / 2, 0.4 + 0.6 (1 + x1) / 2

    so the law goes from one broad hump (x1 near -1) to two clearly separate modes (x1 near 1), and
    its mean often lies where hardly any target does.

    Parameters
    ----------
    n_rows : int
        Number of rows, at least 1.
    random_state : int, optional
        Seed; ``None`` draws a fresh one.

    Returns
    -------
    Dataset
        ``true_law(X)`` gives the weights, means and standard deviations of each row's law.

    Examples
    --------
    >>> data = make_bimodal(5, random_state=0)
    >>> data.X.shape, data.true_law(data.X).means.shape
    ((5, 3), (5, 2))
    """
    rng = np.random.default_rng(random_state)
    X = _uniform(rng, n_rows, 3)
    return Dataset(
        name="bimodal",
        X=X,
        y=_draw(_bimodal_law(X), rng),
        description="Two modes; distance, spread and balance depend on the features.",
        true_law=_bimodal_law,
    )


def make_line(n_rows: int = 200, random_state: int | None = 0) -> Dataset:
    """Rows on the line ``3 + 2 x`` with Gaussian noise of standard deviation 0.1.

    Parameters
    ----------
    n_rows : int
        Number of rows, at least 1.
    random_state : int, optional
        Seed; ``None`` draws a fresh one.

    Returns
    -------
    Dataset
        One feature, uniform on [-1, 1], and ``true_law``.

    Examples
    --------
    >>> make_line(5).true_law(np.array([[0.5]])).means
    array([[4.]])
    """
    rng = np.random.default_rng(random_state)
    X = _uniform(rng, n_rows, 1)
    return Dataset(name="line", X=X, y=_draw(_line_law(X), rng), true_law=_line_law)


def make_step(n_rows: int = 200, random_state: int | None = 0) -> Dataset:
    """Rows that jump from 0 to 10 where the feature turns positive, with noise of 0.2.

    Parameters
    ----------
    n_rows : int
        Number of rows, at least 1.
    random_state : int, optional
        Seed; ``None`` draws a fresh one.

    Returns
    -------
    Dataset
        One feature, uniform on [-1, 1], and ``true_law``.

    Examples
    --------
    >>> make_step(5).true_law(np.array([[-0.5], [0.5]])).means.ravel()
    array([ 0., 10.])
    """
    rng = np.random.default_rng(random_state)
    X = _uniform(rng, n_rows, 1)
    return Dataset(name="step", X=X, y=_draw(_step_law(X), rng), true_law=_step_law)


def make_heavy_tail(n_rows: int = 500, random_state: int | None = 0) -> Dataset:
    """Positive rows over several orders of magnitude: ``log y`` is normal around ``1 + 2 x0``.

    Parameters
    ----------
    n_rows : int
        Number of rows, at least 1.
    random_state : int, optional
        Seed; ``None`` draws a fresh one.

    Returns
    -------
    Dataset
        Two features, uniform on [-1, 1], the second without effect. The law is log-normal with unit
        standard deviation of the logarithm; being no Gaussian mixture, it is not in ``true_law``.

    Examples
    --------
    >>> bool((make_heavy_tail(50).y > 0).all())
    True
    """
    rng = np.random.default_rng(random_state)
    X = _uniform(rng, n_rows, 2)
    y = np.exp(1 + 2 * X[:, 0] + rng.standard_normal(n_rows))
    return Dataset(name="heavy_tail", X=X, y=y)


def make_constant(n_rows: int = 50, value: float = 7.0, random_state: int | None = 0) -> Dataset:
    """Rows that all have the same target: the smallest case that a scaling can stumble over.

    Parameters
    ----------
    n_rows : int
        Number of rows, at least 1.
    value : float
        The target of every row.
    random_state : int, optional
        Seed of the features; ``None`` draws a fresh one.

    Returns
    -------
    Dataset
        Two features, uniform on [-1, 1], that say nothing.

    Examples
    --------
    >>> make_constant(3).y
    array([7., 7., 7.])
    """
    X = _uniform(np.random.default_rng(random_state), n_rows, 2)
    return Dataset(name="constant", X=X, y=np.full(n_rows, float(value)))


def _uniform(rng: np.random.Generator, n_rows: int, n_features: int) -> np.ndarray:
    """Features uniform on [-1, 1]."""
    if n_rows < 1:
        raise ValueError(f"n_rows must be at least 1, but got {n_rows}.")
    return rng.uniform(-1.0, 1.0, size=(n_rows, n_features))


def _draw(law: MixtureParameters, rng: np.random.Generator) -> Float[np.ndarray, " row"]:
    """One draw from each row's mixture."""
    rows = np.arange(len(law.weights))
    # the first component whose cumulative weight exceeds a uniform number
    ahead = law.weights.cumsum(axis=1)[:, :-1] < rng.uniform(size=(len(rows), 1))
    component = ahead.sum(axis=1)
    noise = rng.standard_normal(len(rows))
    y: np.ndarray = law.means[rows, component] + law.stds[rows, component] * noise
    return y


def _bimodal_law(X: Float[np.ndarray, "row column"]) -> MixtureParameters:
    """Law of ``make_bimodal``."""
    x0, x1 = X[:, 0], X[:, 1]
    centre = 10 + 3 * np.sin(np.pi * x0)
    gap = 0.5 + 1.25 * (1 + x1)
    upper = 1 / (1 + np.exp(-2 * x0))
    return MixtureParameters(
        weights=np.stack([1 - upper, upper], axis=1),
        means=np.stack([centre - gap, centre + gap], axis=1),
        stds=np.stack([0.4 + 0.15 * (1 + x0), 0.4 + 0.3 * (1 + x1)], axis=1),
    )


def _line_law(X: Float[np.ndarray, "row column"]) -> MixtureParameters:
    """Law of ``make_line``."""
    return _one_normal(3 + 2 * X[:, 0], LINE_STD)


def _step_law(X: Float[np.ndarray, "row column"]) -> MixtureParameters:
    """Law of ``make_step``."""
    return _one_normal(np.where(X[:, 0] > 0, 10.0, 0.0), STEP_STD)


def _one_normal(mean: Float[np.ndarray, " row"], std: float) -> MixtureParameters:
    """Mixtures of a single component."""
    means = mean[:, None]
    return MixtureParameters(np.ones_like(means), means, np.full_like(means, std))
