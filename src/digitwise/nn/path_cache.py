"""Keys and values of prefixes that branch: each is computed once, and every prefix looks at those on its own path."""

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from digitwise.nn.growing_rows import GrowingRows


class Paths:
    """The way from the empty prefix to every prefix of a forest, and to the latest ones in particular.

    Parameters
    ----------
    n_rows
        Rows of the batch; their empty prefixes are the first prefixes.
    length
        Tokens per sequence.
    device
        Where the numbers of the prefixes are kept.

    Examples
    --------
    >>> paths = Paths(n_rows=2, length=3, device=torch.device("cpu"))
    >>> paths.extend(torch.tensor([0, 1]))
    >>> paths.extend(torch.tensor([3, 1]))
    >>> paths.latest.tolist(), paths.rows.tolist(), paths.depth.tolist()
    ([[1, 3, 4], [1, 5, 0]], [1, 1], [2, 1])
    >>> paths.mask.tolist()
    [[[True, True, True]], [[True, True, False]]]
    """

    def __init__(self, n_rows: int, length: int, device: torch.device) -> None:
        roots = torch.arange(n_rows, device=device)
        self.rows: Int64[Tensor, " pick"] = roots
        self.depth: Int64[Tensor, " pick"] = torch.zeros_like(roots)
        self.latest: Int64[Tensor, "pick step"] = roots.unsqueeze(1)
        self.mask: Bool[Tensor, "pick 1 step"] | None = None
        first = torch.zeros(n_rows, length, dtype=torch.int64, device=device)
        first[:, 0] = roots
        self._paths, self._rows, self._depth = GrowingRows(first), GrowingRows(self.rows), GrowingRows(self.depth)

    def extend(self, parents: Int64[Tensor, " pick"]) -> None:
        """Add a prefix below each of some earlier ones; these are then the latest."""
        paths = self._paths.filled[parents]
        self.rows, self.depth = self._rows.filled[parents], self._depth.filled[parents] + 1
        new = len(self._rows) + torch.arange(len(parents), device=parents.device)
        paths.scatter_(1, self.depth.unsqueeze(1), new.unsqueeze(1))
        for kept, added in ((self._paths, paths), (self._rows, self.rows), (self._depth, self.depth)):
            kept.append(added)
        shortest, longest = (int(depth) for depth in self.depth.aminmax())
        self.latest = paths[:, : longest + 1]
        steps = torch.arange(longest + 1, device=parents.device)
        self.mask = None if shortest == longest else (steps <= self.depth.unsqueeze(1)).unsqueeze(1)


class PathCache:
    """One layer's keys and values of all prefixes of a forest.

    Parameters
    ----------
    paths
        Which prefixes are the latest, and which are above them; shared by all layers.
    """

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._written: GrowingRows | None = None

    def append(
        self, keys: Float[Tensor, "pick head 1 head_dim"], values: Float[Tensor, "pick head 1 head_dim"]
    ) -> tuple[Float[Tensor, "pick head step head_dim"], Float[Tensor, "pick head step head_dim"]]:
        """Write those of the latest prefixes, and return those on their paths."""
        both = torch.cat([keys, values], dim=2)
        if self._written is None:
            self._written = GrowingRows(both)
        else:
            self._written.append(both)
        on_path = self._written.filled[self._paths.latest]  # (pick, step, head, 2, head_dim)
        seen_keys, seen_values = on_path.transpose(1, 2).unbind(3)
        return seen_keys, seen_values
