"""Laws of every kind, as makers of ``n`` rows: none of them is right about the outcomes that the tests draw."""

from types import SimpleNamespace

import numpy as np

from digitwise.distributions import Atoms, GaussianMixture, Histogram, Transformed

EDGES = np.linspace(-2.0, 2.0, 17)
LOG_LIKE = SimpleNamespace(
    forward=lambda y: np.arcsinh(y),
    inverse=lambda z: np.sinh(z),
    derivative=lambda y: 1.0 / np.sqrt(1.0 + y**2),
)


def _probs(n: int, rng: np.random.Generator) -> np.ndarray:
    return rng.dirichlet(np.full(16, 0.5), size=n)


def _with_gaps(n: int, rng: np.random.Generator) -> Histogram:
    probs = _probs(n, rng) * (np.arange(16) % 3 != 1)
    return Histogram(EDGES, probs / probs.sum(axis=1, keepdims=True))


def _mixture(n: int, rng: np.random.Generator) -> GaussianMixture:
    return GaussianMixture(rng.dirichlet([1.0, 1.0], n), rng.normal(size=(n, 2)), rng.uniform(0.2, 1.0, (n, 2)))


LAWS = {
    "closed": lambda n, rng: Histogram(EDGES, _probs(n, rng)),
    "open": lambda n, rng: Histogram(EDGES, _probs(n, rng), tails="exponential"),
    "own_edges": lambda n, rng: Histogram(np.cumsum(rng.uniform(0.05, 0.4, (n, 17)), axis=1) - 2, _probs(n, rng)),
    "gaps": _with_gaps,
    "atoms": lambda n, rng: Atoms(np.arange(-3.0, 4.0), rng.dirichlet(np.ones(7), size=n)),
    "same_atoms": lambda n, rng: Atoms(np.arange(-3.0, 4.0), np.full((n, 7), 1 / 7)),
    "one_atom": lambda n, rng: Atoms(np.round(rng.normal(size=(n, 1))), np.ones((n, 1))),
    "mixture": _mixture,
    "transformed": lambda n, rng: Transformed(_mixture(n, rng), LOG_LIKE),
}
CONTINUOUS = ("closed", "open", "own_edges", "mixture", "transformed")
