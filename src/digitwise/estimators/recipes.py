"""Recipes: what parameters left at ``"auto"`` become, by preset. The only place where defaults of training live."""

from dataclasses import dataclass, replace
from typing import Any

from digitwise.encoders.numeric_embeddings import NumericEmbedding, PiecewiseLinear

AUTO = "auto"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Settings of the network and its training.

    Parameters
    ----------
    hidden_dim, n_members
        Width of the encoder's layers, and networks in the ensemble.
    numeric_embedding
        How numbers are embedded; None for not at all.
    model
        What writes the digits: ``"network"``, ``"boosted"`` trees or both, ``"mixed"``, where the target allows trees.
    n_folds
        Models that each leave out a fold of the rows; 1 is a single one.
    sharpens
        Whether laws are taken to the power that suits the validation rows.
    refit
        Whether a single model is trained once more on all rows, where there are not too many.
    learning_rate, patience
        Peak rate, and epochs without improvement before training stops, up to 1000 rows.
    rows_per_step
        The batch size is about this many times the square root of the number of rows.
    """

    hidden_dim: int
    n_members: int
    numeric_embedding: NumericEmbedding | None
    model: str
    n_folds: int
    sharpens: bool
    refit: bool
    learning_rate: float
    patience: int | None
    rows_per_step: float


PLAIN = Recipe(
    hidden_dim=256,
    n_members=1,
    numeric_embedding=None,
    model="network",
    n_folds=1,
    sharpens=False,
    refit=False,
    learning_rate=1e-3,
    patience=20,
    rows_per_step=2.0,
)
DEFAULT = Recipe(
    hidden_dim=128,
    n_members=8,
    numeric_embedding=PiecewiseLinear(),
    model="mixed",
    n_folds=1,
    sharpens=True,
    refit=True,
    learning_rate=3e-3,
    patience=40,
    rows_per_step=4.0,
)
RECIPES = {
    "fast": replace(DEFAULT, model="boosted"),
    "default": DEFAULT,
    "best": replace(DEFAULT, n_folds=5, refit=False),
    "plain": PLAIN,
}
"""By preset; ``"plain"`` is the single network of the papers."""

ROWS_OF_FULL_PATIENCE, LEAST_PATIENCE = 1000, 16


def recipe_of(preset: str, chosen: dict[str, Any], *, ensemble: bool) -> Recipe:
    """Return the recipe of a preset with what was chosen in its place.

    Parameters
    ----------
    preset
        A name of `RECIPES`.
    chosen
        Fields by name; those that are ``"auto"`` are left to the recipe.
    ensemble
        Whether an ensemble suits what is trained; if not, ``"auto"`` is one wider network.

    Examples
    --------
    >>> recipe_of("default", {"hidden_dim": 64, "n_members": "auto"}, ensemble=True).n_members
    8
    """
    recipe = RECIPES[preset]
    given = {name: value for name, value in chosen.items() if not (isinstance(value, str) and value == AUTO)}
    n_members = given.get("n_members", recipe.n_members if ensemble else 1)
    if n_members == 1:
        kept = {name: getattr(recipe, name) for name in ("numeric_embedding", "model", "n_folds", "sharpens", "refit")}
        recipe = replace(PLAIN, **kept)
    return replace(recipe, **{**given, "n_members": n_members})


def automatic_patience(n_rows: int, patience: int) -> int:
    """Return a patience in epochs that falls with the root of the rows: more rows make more steps.

    Examples
    --------
    >>> [automatic_patience(n_rows, 40) for n_rows in (500, 4000, 50_000)]
    [40, 20, 16]
    """
    return max(min(patience, LEAST_PATIENCE), int(patience * min(1.0, ROWS_OF_FULL_PATIENCE / n_rows) ** 0.5))
