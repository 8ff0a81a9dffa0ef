"""Pieces of a law: leaves, within which it is known, and intervals of which only the mass is; bounds of its verbs."""

from functools import cached_property
from typing import final

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import ArrayLike

from digitwise.distributions.probabilities import FloatArray, checked_probabilities, running_sum
from digitwise.distributions.rows import count_below
from digitwise.distributions.tails import Tails, tail_pair


@final
class Pieces:
    """Every row's law in pieces; all answers are lower and upper bounds, along a last axis of two.

    Parameters
    ----------
    edges, probs, is_leaf, tails
        As of `BoundedLaw`.

    Raises
    ------
    ValueError
        If shapes do not fit, edges decrease, or probabilities are not a law.
    """

    def __init__(self, edges: ArrayLike, probs: ArrayLike, is_leaf: ArrayLike, tails: Tails) -> None:
        self.edges: Float[FloatArray, "row edge"] = np.asarray(edges, dtype=np.float64)
        self.probs: Float[FloatArray, "row piece"] = checked_probabilities(probs, "probs", "piece")
        self.is_leaf: Bool[np.ndarray, "row piece"] = np.asarray(is_leaf, dtype=bool)
        self.lower_open, self.upper_open = (tail == "exponential" for tail in tail_pair(tails))
        n_rows, n_pieces = self.probs.shape
        if self.edges.shape != (n_rows, n_pieces + 1) or self.is_leaf.shape != (n_rows, n_pieces):
            raise ValueError(
                f"Probabilities of shape {self.probs.shape} need one more edge per row and a flag for each piece, but "
                f"edges have shape {self.edges.shape} and is_leaf {self.is_leaf.shape}."
            )
        if np.any(np.diff(self.edges) < 0):
            raise ValueError("Edges must not decrease: sort pieces by number.")

    @cached_property
    def cumulated(self) -> Float[FloatArray, "row edge"]:
        """The mass below each edge."""
        return running_sum(self.probs)

    @cached_property
    def last(self) -> Int[np.ndarray, "row 1"]:
        """The last piece of each row: what follows only fills up."""
        is_piece = (self.probs > 0) | (np.diff(self.edges) > 0)
        last: Int[np.ndarray, "row 1"] = self.probs.shape[1] - 1 - is_piece[:, ::-1].argmax(axis=1)[:, None]
        return last

    def cdf(self, y: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point 2"]:
        """Return bounds of the probability of at most ``y``."""
        at = self._at(self._holding(y))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            part = np.where(at.width > 0, np.clip((y - at.low) / at.width, 0.0, 1.0), y >= at.high)
            part = np.where(at.is_lower_tail, np.exp(-np.maximum(at.high - y, 0.0) / at.width), part)
            part = np.where(at.is_upper_tail, -np.expm1(-np.maximum(y - at.low, 0.0) / at.width), part)
        least = np.where(at.is_leaf, part, (y >= at.high) & ~at.is_upper_tail)
        most = np.where(at.is_leaf, part, (y >= at.low) | at.is_lower_tail)
        bounds: FloatArray = at.before[..., None] + at.prob[..., None] * np.stack([least, most], axis=-1)
        return bounds

    def quantile(self, q: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point 2"]:
        """Return bounds of the smallest number whose cdf reaches ``q``."""
        above_zero = np.maximum(q, np.nextafter(0.0, 1.0))  # level 0 skips pieces without mass
        at = self._at(np.minimum(count_below(self.cumulated[:, 1:], above_zero, side="left"), self.last))
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.where(at.prob > 0, np.clip((q - at.before) / at.prob, 0.0, 1.0), 1.0)
            within = np.where(part < 1.0, at.low + part * at.width, at.high)
            within = np.where(at.is_lower_tail, at.high + at.width * np.log(part), within)
            within = np.where(at.is_upper_tail, at.low - at.width * np.log1p(-part), within)
        least = np.where(at.is_leaf, within, np.where(at.is_lower_tail, -np.inf, at.low))
        most = np.where(at.is_leaf, within, np.where(at.is_upper_tail, np.inf, at.high))
        return np.stack([least, most], axis=-1)

    def log_prob(
        self, y: Float[FloatArray, "row point"], leaf_width: Float[FloatArray, "row point"]
    ) -> Float[FloatArray, "row point 2"]:
        """Return bounds of the log density, given the width of the leaf that ``y`` falls into."""
        at = self._at(self._holding(y))
        below, above = np.maximum(at.low - y, 0.0), np.maximum(y - at.high, 0.0)
        is_outside = ((below > 0) & ~at.is_lower_tail) | ((above > 0) & ~at.is_upper_tail)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            log_mass = np.log(at.prob)
            density = log_mass - np.log(at.width)
            density -= np.where(at.is_lower_tail, np.maximum(at.high - y, 0.0) / at.width, 0.0)
            density -= np.where(at.is_upper_tail, np.maximum(y - at.low, 0.0) / at.width, 0.0)
            most = np.where(at.prob > 0, log_mass - np.log(leaf_width), -np.inf)
        bounds = [np.where(at.is_leaf, density, -np.inf), np.where(at.is_leaf, density, most)]
        return np.where(is_outside[..., None], -np.inf, np.stack(bounds, axis=-1))

    def _holding(self, y: Float[FloatArray, "row point"]) -> Int[np.ndarray, "row point"]:
        """Return which piece each number lies in; an edge is the piece above's."""
        piece: Int[np.ndarray, "row point"] = count_below(self.edges[:, :-1], y, side="right") - 1
        inside: Int[np.ndarray, "row point"] = np.minimum(np.maximum(piece, 0), self.last)
        return inside

    def _at(self, piece: Int[np.ndarray, "row point"]) -> "_Place":
        return _Place(self, piece)


@final
class _Place:
    """What is known of some pieces of each row."""

    def __init__(self, pieces: Pieces, piece: Int[np.ndarray, "row point"]) -> None:
        def take(table: np.ndarray) -> np.ndarray:
            return np.take_along_axis(table, piece, axis=1)

        self.low, self.high = take(pieces.edges[:, :-1]), take(pieces.edges[:, 1:])
        self.width = self.high - self.low
        self.prob, self.before = take(pieces.probs), take(pieces.cumulated[:, :-1])
        self.is_leaf = take(pieces.is_leaf)
        self.is_lower_tail = (piece == 0) & pieces.lower_open
        self.is_upper_tail = (piece == pieces.last) & pieces.upper_open
