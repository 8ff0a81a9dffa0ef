"""What a fitted decoding regressor is made of: networks, boosted digits, and the share of each in the law."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from jaxtyping import Float

from digitwise.distributions import Atoms, Distribution, Histogram
from digitwise.distributions.mixture import mix, sharpened
from digitwise.distributions.transformed import Scaling
from digitwise.metrics import mean_crps
from digitwise.training import Network, Rows

EXPONENTS = (1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.5, 3.0, 0.85, 0.7)
"""Powers that are tried on the validation rows."""
SHARES = np.linspace(0, 1, 21)
"""Shares of the boosted law that are tried on the validation rows."""


@dataclass(frozen=True)
class Part:
    """A network, boosted digits or both, on one digit tree.

    Parameters
    ----------
    network, boosted
        The models; None for the one that is not there.
    share
        Weight of the boosted law, 0 to 1.
    sharpness
        Power that the mixture's probabilities are taken to.
    """

    network: Network | None
    boosted: Network | None
    share: float
    sharpness: float = 1.0

    def law(self, rows: Rows) -> Distribution:
        """Return the mixture of the laws, data units; a model without weight is not asked."""
        asked = self.weighted()
        laws = [network.law(rows.to(network.device)) for network, _ in asked]
        return sharper(mixed(laws, [weight for _, weight in asked]), self.sharpness)

    @property
    def leading(self) -> Network:
        """The network, or the boosted digits where there is none."""
        leading = self.network or self.boosted
        assert leading is not None
        return leading

    def weighted(self) -> list[tuple[Network, float]]:
        """Return the models that have a weight, with it."""
        models = ((self.network, 1 - self.share), (self.boosted, self.share))
        return [(network, weight) for network, weight in models if network is not None and weight > 0]

    def networks(self, number: int) -> dict[str, Network]:
        """Return the models by the names under which the weights of the part of that number are saved."""
        models = {"network": self.network, "boosted": self.boosted}
        return {f"{name}{number}": model for name, model in models.items() if model is not None}


def mixed(laws: Sequence[Distribution], weights: Sequence[float]) -> Distribution:
    """Return the mixture of laws on one digit tree."""
    if len(laws) == 1:
        return laws[0]
    return mix(cast(Sequence[Histogram], laws), np.asarray(weights) / np.sum(weights))


def sharper(law: Distribution, exponent: float) -> Distribution:
    """Return a law on a digit tree with its probabilities taken to a power."""
    return law if exponent == 1 else sharpened(cast(Histogram, law), exponent)


def in_scaled_units(law: Distribution, scaling: Scaling) -> Distribution:
    """Return a law on a digit tree on the scale in which its leaves are even.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> log = SimpleNamespace(forward=np.log2, inverse=np.exp2, derivative=lambda y: 1 / (y * np.log(2)))
    >>> in_scaled_units(Histogram(edges=[1.0, 2.0, 8.0], probs=[[0.5, 0.5]]), log).edges.tolist()
    [0.0, 1.0, 3.0]
    """
    if isinstance(law, Atoms):
        return Atoms(scaling.forward(law.values), law.probs)
    histogram = cast(Histogram, law)
    return Histogram(scaling.forward(histogram.edges), histogram.probs, tails=histogram.tails)


def best_sharpness(law: Distribution, z: Float[np.ndarray, " row"], weight: Float[np.ndarray, " row"]) -> float:
    """Return the power whose law has the lowest CRPS on validation rows; the one nearest to 1 of equals.

    Networks that stop early are taught with a wide bell, and averages of laws are wider than their members. Both are
    matters of digits, so law and numbers are to be in scaled units: in data units a few numbers that are orders of
    magnitude larger than the others would decide alone.
    """
    scores = [mean_crps(sharper(law, exponent), z, sample_weight=weight) for exponent in EXPONENTS]
    return float(EXPONENTS[np.nanargmin(scores)]) if np.isfinite(scores).any() else 1.0


def best_share(
    network: Distribution,
    boosted: Distribution,
    figure: Callable[[Distribution], float],
    *,
    greater_is_better: bool,
) -> float:
    """Return the share of the boosted law whose mixture has the best validation figure; the smallest one of equals.

    Examples
    --------
    >>> wrong, right = (Histogram(edges=[0.0, 1.0, 2.0], probs=[probs]) for probs in ([1.0, 0.0], [0.0, 1.0]))
    >>> best_share(wrong, right, lambda law: float(law.crps(1.5)[0]), greater_is_better=False)
    1.0
    """
    figures = np.array([figure(mixed([network, boosted], [1 - share, share])) for share in SHARES])
    if not np.isfinite(figures).any():
        return 0.0
    return float(SHARES[np.nanargmax(figures) if greater_is_better else np.nanargmin(figures)])
