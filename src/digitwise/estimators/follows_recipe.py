"""Parameters that are left to the preset, and the training settings that all of them make."""

from abc import ABC
from collections.abc import Sequence
from typing import Any, Literal

from digitwise.encoders.numeric_embeddings import NumericEmbedding
from digitwise.estimators.components import resolve
from digitwise.estimators.recipes import RECIPES, Recipe, automatic_patience, recipe_of
from digitwise.estimators.text_encoders import TextEncoder, text_reading
from digitwise.training import TrainingSettings, automatic_batch_size


class FollowsRecipe(ABC):
    """What an estimator needs to settle the parameters that are ``"auto"``."""

    preset: Literal["fast", "default", "best", "plain"]
    encoder: TextEncoder | Sequence[TextEncoder]
    hidden_dim: int | Literal["auto"]
    n_layers: int
    dropout: float
    numeric_embedding: str | NumericEmbedding | None
    n_members: int | Literal["auto"]
    learning_rate: float | Literal["auto"]
    weight_decay: float
    batch_size: int | Literal["auto"]
    max_epochs: int | Literal["auto"]
    max_grad_norm: float
    patience: int | Literal["auto"] | None
    time_limit: float | None

    def settled(self) -> dict[str, Any]:
        """Return what the parameters become that are left to the preset: those that are ``"auto"``, by name.

        Examples
        --------
        >>> from digitwise import DecodingRegressor
        >>> DecodingRegressor(learning_rate=1e-2).settled()["n_members"]
        8
        """
        recipe = vars(self._recipe)
        return {
            name: value
            for name, value in recipe.items()
            if isinstance(own := getattr(self, name, None), str) and own == "auto"
        }

    @property
    def _suits_ensembles(self) -> bool:
        """Whether an ensemble is worth its time, where the user leaves that open."""
        return text_reading(self.encoder).sequence is None

    @property
    def _recipe(self) -> Recipe:
        """The settings that are left to the preset, settled."""
        embedding = self.numeric_embedding
        chosen = {
            "hidden_dim": self.hidden_dim,
            "n_members": self.n_members,
            "learning_rate": self.learning_rate,
            "patience": self.patience,
            "model": getattr(self, "model", "auto"),
            "n_folds": getattr(self, "n_folds", "auto"),
            "refit": getattr(self, "refit", "auto"),
            "numeric_embedding": embedding if embedding == "auto" else resolve("numeric_embedding", embedding),
        }
        return recipe_of(self.preset, chosen, ensemble=self._suits_ensembles)

    def _check_recipe(self) -> None:
        """Raise what is wrong with the preset and the network's sizes."""
        if self.preset not in RECIPES:
            raise ValueError(f"preset must be one of {', '.join(map(repr, RECIPES))}, but got {self.preset!r}.")
        recipe = self._recipe
        if min(recipe.hidden_dim, recipe.n_members, self.n_layers) < 1 or not 0 <= self.dropout < 1:
            raise ValueError(
                f"The encoder needs hidden_dim, n_layers and n_members of at least 1 and dropout in [0, 1), but got "
                f"hidden_dim={self.hidden_dim}, n_layers={self.n_layers}, n_members={self.n_members}, "
                f"dropout={self.dropout}."
            )

    def _settings(self, n_rows: int, seed: int) -> TrainingSettings:
        recipe = self._recipe
        size = self.batch_size
        batch_size = automatic_batch_size(n_rows, recipe.rows_per_step) if isinstance(size, str) else size
        return TrainingSettings(
            max_epochs=automatic_epochs(n_rows, batch_size) if self.max_epochs == "auto" else self.max_epochs,
            batch_size=batch_size,
            learning_rate=recipe.learning_rate,
            weight_decay=self.weight_decay,
            max_grad_norm=self.max_grad_norm,
            patience=(
                automatic_patience(n_rows, recipe.patience)
                if self.patience == "auto" and recipe.patience
                else recipe.patience
            ),
            time_limit=self.time_limit,
            seed=seed,
        )


def automatic_epochs(n_rows: int, batch_size: int) -> int:
    """Return how many epochs make about 6000 steps, within 30 to 300.

    Examples
    --------
    >>> [automatic_epochs(*sizes) for sizes in ((500, 32), (5000, 128), (50_000, 256))]
    [300, 154, 31]
    """
    return int(min(300, max(30, round(6000 * batch_size / n_rows))))
