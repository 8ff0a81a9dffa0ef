"""Laws: what a model predicts for each row, and every question one can ask of it."""

from digitwise.distributions.atoms import Atoms
from digitwise.distributions.bounded_law import BoundedLaw, Bounds, Stretch
from digitwise.distributions.distribution import Distribution, SmoothDistribution
from digitwise.distributions.gaussian_mixture import GaussianMixture
from digitwise.distributions.histogram import Histogram
from digitwise.distributions.joint import JointLaw
from digitwise.distributions.mixture import mix
from digitwise.distributions.tails import Tail, Tails
from digitwise.distributions.transformed import Scaling, Transformed

__all__ = [
    "Distribution",
    "SmoothDistribution",
    "Histogram",
    "BoundedLaw",
    "Bounds",
    "Stretch",
    "Tail",
    "Tails",
    "Atoms",
    "GaussianMixture",
    "Transformed",
    "Scaling",
    "mix",
    "JointLaw",
]
