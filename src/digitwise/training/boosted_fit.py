"""Training of boosted digits: a guess first, then one booster per digit."""

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from digitwise.codecs.bell import even_edges, place_of
from digitwise.encoders.columns_as_memory import side_by_side
from digitwise.nn.boosted_digits import BoostedDigits
from digitwise.nn.trees import no_trees
from digitwise.objectives.smoothed_targets import automatic_width
from digitwise.training.batches import Rows
from digitwise.training.boosted_digit import fit_digit
from digitwise.training.boosted_guess import fit_guess
from digitwise.training.boosting_settings import BoostingSettings
from digitwise.training.digit_pairs import bell_on_prefixes, pairs_of_level

WIDTH_SHARE = 0.5
"""The automatic bell, as a share of the one that smoothed cross-entropy starts from and then narrows."""

MOST_DIGITS = 7
"""Automatically learnt digits; narrower cells are rarely known better than evenly."""


@dataclass(frozen=True)
class BoostingResult:
    """What training did.

    Parameters
    ----------
    history
        One row of figures for each digit learnt: ``digit`` (from 1), ``trees``, and the cross-entropy of the digit in
        the validation rows (the training rows where none validate), with constant log-odds (``loss_before``) and with
        the trees (``loss``).
    width
        Width of the bell, as a share of all cells.
    guess_trees
        Trees of all boosters of the guess.
    """

    history: list[dict[str, int | float]]
    width: float
    guess_trees: int

    @property
    def n_trees(self) -> int:
        """How many trees there are, those of the guess included."""
        return int(sum(row["trees"] for row in self.history)) + self.guess_trees

    def repeated(self, settings: BoostingSettings) -> BoostingSettings:
        """Return settings under which training without validation rows ends with as many digits, trees and as wide."""
        trees = tuple(int(row["trees"]) for row in self.history)
        return replace(settings, n_digits=len(trees), blind_iterations=trees, width=self.width)


def fit_boosted_digits(
    model: BoostedDigits,
    rows: Rows,
    validation: Rows,
    settings: BoostingSettings,
    edges: Float[Tensor, " edge"] | None = None,
) -> BoostingResult:
    """Train a model in place; what it knew before is forgotten.

    Parameters
    ----------
    model
        The model.
    rows
        Training rows, at least one.
    validation
        Rows that decide how many trees there are; the same object as ``rows`` if there are none to spare. Then the
        guess is validated on its folds, and digits get ``blind_iterations`` trees.
    settings
        How to train.
    edges
        Borders of the codec's cells, scaled units; by default equal cells of the unit interval.

    Raises
    ------
    ValueError
        If targets are not all finite numbers, rows have other columns than the model, weights are not positive, more
        digits are asked for than the model has, or there is not a number of trees for each of them.
    """
    for part in (rows, validation):
        _check(model, part)
    if settings.n_digits != "auto" and settings.n_digits > model.length:
        raise ValueError(
            f"n_digits must be at most the codec's length {model.length}, but got {settings.n_digits}. Use a longer "
            "codec."
        )
    edges = even_edges(model.tree.n_leaves) if edges is None else edges
    places = [place_of(part.z.cpu().double(), edges.double()) for part in (rows, validation)]
    width = settings.width
    if width == "auto":
        width = WIDTH_SHARE * automatic_width(places[0].numpy())
    n_digits = min(model.length, digits_for(width)) if settings.n_digits == "auto" else settings.n_digits
    if isinstance(settings.blind_iterations, tuple) and len(settings.blind_iterations) != n_digits:
        raise ValueError(
            f"blind_iterations must be one number, or one for each of {n_digits} digits, but got "
            f"{settings.blind_iterations}."
        )
    columns = [columns_of(part) for part in (rows, validation)]
    weights = [relative_weight(part) for part in (rows, validation)]
    is_blind = validation is rows

    guess, out_of_fold = fit_guess(columns, places, weights, settings, is_blind)
    model.guess.give(guess)
    xs = [torch.cat([columns[0], out_of_fold.unsqueeze(1)], dim=1)]
    xs.append(xs[0] if is_blind else model.with_guess(columns[1]))

    history: list[dict[str, int | float]] = []
    for level in range(model.length):
        model.booster(level).give(no_trees())
    bells = [bell_on_prefixes(place, width, n_digits) for place in places]
    for level in range(n_digits):
        taught, validating = (
            pairs_of_level(x, bell, weight, level) for x, bell, weight in zip(xs, bells, weights, strict=True)
        )
        trees = fit_digit(taught, None if is_blind else validating, settings, level)
        model.booster(level).give(trees)
        log_odds = model.booster(level)(torch.from_numpy(validating.x)).numpy()
        losses = {
            "loss_before": validating.loss(np.full_like(log_odds, trees.baseline.item())),
            "loss": validating.loss(log_odds),
        }
        history.append({"digit": level + 1, "trees": len(trees), **losses})
    return BoostingResult(history, float(width), len(guess))


def digits_for(width: float) -> int:
    """Return how many binary digits it takes until cells are as narrow as a bell.

    Examples
    --------
    >>> [digits_for(width) for width in (0.3, 0.02, 0.0)]
    [2, 6, 7]
    """
    return MOST_DIGITS if width == 0 else min(MOST_DIGITS, max(1, math.ceil(-math.log2(width))))


def columns_of(rows: Rows) -> Float[Tensor, "row column"]:
    """Return the columns as the model sees them in its memory, float32."""
    return side_by_side(rows.numeric.float(), rows.categorical).cpu()


def relative_weight(rows: Rows) -> Float[Tensor, " row"]:
    """Return sample weights with mean 1, float64, so that regularisation does not depend on their scale."""
    weight = rows.weight.cpu().double()
    return weight / weight.mean()


def _check(model: BoostedDigits, rows: Rows) -> None:
    if rows.z_high is not None or rows.z.dim() != 1 or not rows.z.isfinite().all():
        raise ValueError(
            "Targets of boosted digits must be finite numbers, one per row, but there are missing, infinite, interval "
            "or several targets. Leave those rows out, or train a network (model='network')."
        )
    n_columns = rows.numeric.shape[1] + rows.categorical.shape[1]
    if n_columns != model.n_columns:
        raise ValueError(f"Rows must have the model's {model.n_columns} columns, but they have {n_columns}.")
    if len(rows) == 0 or not (rows.weight.sum() > 0 and (rows.weight >= 0).all()):
        raise ValueError(
            f"There must be rows with positive weight, but got {len(rows)} rows whose weights sum to "
            f"{rows.weight.sum().item()}."
        )
