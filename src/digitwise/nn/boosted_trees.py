"""A sum of trees as a module: saved with the model, not trained by gradient."""

from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from digitwise.nn.trees import Trees, TreeTables, no_trees, tables_of, tree_sums, tree_sums_of_pairs

NAMES = ("column", "threshold", "kept", "value", "baseline")


class BoostedTrees(nn.Module):
    """Trees in buffers; the constant 0 until some are given.

    A state with other numbers of trees can be loaded. Columns and thresholds are compared in float32 and values added
    up in it, whatever the module's type.

    Examples
    --------
    >>> booster = BoostedTrees()
    >>> booster(torch.zeros(2, 3)).tolist()
    [0.0, 0.0]
    """

    column: Tensor
    threshold: Tensor
    kept: Tensor
    value: Tensor
    baseline: Tensor

    def __init__(self) -> None:
        super().__init__()
        for name, part in vars(no_trees()).items():
            self.register_buffer(name, part)
        self._tables: TreeTables | None = None
        self._device = self.value.device

    def __len__(self) -> int:
        """Return the number of trees."""
        return len(self.value)

    @property
    def is_trained(self) -> bool:
        """Whether it can be anything but 0."""
        return len(self) > 0 or self.baseline.item() != 0

    @property
    def trees(self) -> Trees:
        """The trees."""
        return Trees(**{name: getattr(self, name) for name in NAMES})

    def give(self, trees: Trees) -> None:
        """Put trees in the place of those before."""
        for name in NAMES:
            before: Tensor = getattr(self, name)
            setattr(self, name, getattr(trees, name).to(before.device, before.dtype))
        self._tables = None

    @torch.no_grad()
    def forward(self, x: Float[Tensor, "row column"]) -> Float[Tensor, " row"]:
        """Return the sum for each row, float64."""
        return tree_sums(self._ready(), x.float()) + self.baseline.double()

    @torch.no_grad()
    def of_pairs(
        self, x: Float[Tensor, "row column"], rows: Int64[Tensor, " pair"], more: Float[Tensor, "pair more"]
    ) -> Float[Tensor, " pair"]:
        """Return the sum for pairs of a row and more columns, float64."""
        return tree_sums_of_pairs(self._ready(), x.float(), rows, more.float()) + self.baseline.double()

    def _ready(self) -> TreeTables:
        """Return the tables, made where there are none or where the module has moved since."""
        if self._tables is None or self._device != self.value.device:
            self._tables, self._device = tables_of(self.trees), self.value.device
        return self._tables

    def _load_from_state_dict(self, state_dict: Mapping[str, Any], prefix: str, *args: Any, **kwargs: Any) -> None:
        for name in NAMES:
            part, before = state_dict.get(prefix + name), getattr(self, name)
            if isinstance(part, Tensor) and part.dim() == before.dim():
                setattr(self, name, before.new_zeros(part.shape))
        self._tables = None
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy is made of: not the tables, which are made again."""
        return {**self.__dict__, "_tables": None}
