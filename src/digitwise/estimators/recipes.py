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
    learning_rate, patience
        Peak rate, and epochs without improvement before training stops.
    rows_per_step
        The batch size is about this many times the square root of the number of rows.
    """

    hidden_dim: int
    n_members: int
    numeric_embedding: NumericEmbedding | None
    learning_rate: float
    patience: int
    rows_per_step: float


PLAIN = Recipe(hidden_dim=256, n_members=1, numeric_embedding=None, learning_rate=1e-3, patience=20, rows_per_step=2.0)
DEFAULT = Recipe(
    hidden_dim=128,
    n_members=8,
    numeric_embedding=PiecewiseLinear(),
    learning_rate=3e-3,
    patience=40,
    rows_per_step=4.0,
)
RECIPES = {
    "fast": replace(DEFAULT, n_members=4, patience=16),
    "default": DEFAULT,
    "best": DEFAULT,
    "plain": PLAIN,
}
"""By preset; ``"plain"`` is the single network of the papers."""


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
        recipe = replace(PLAIN, numeric_embedding=recipe.numeric_embedding)
    return replace(recipe, **{**given, "n_members": n_members})
