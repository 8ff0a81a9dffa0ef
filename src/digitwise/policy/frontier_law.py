"""What a frontier says about numbers: its pieces in number order, as a law with bounds in data units."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from digitwise.codecs.completions import lowest_completion
from digitwise.distributions import BoundedLaw, Tails
from digitwise.policy.frontier import Frontier
from digitwise.policy.policy import Policy


@dataclass(frozen=True, kw_only=True)
class DataUnits:
    """How scaled units become data units.

    Parameters
    ----------
    inverse, forward
        Scaled units to data units and back, increasing; the same units by default.
    ends
        Outer borders of the outermost numbers, data units; by default those of the codec.
    tails
        Of the law beyond them; see `BoundedLaw`.
    """

    inverse: Callable[[np.ndarray], np.ndarray] = np.asarray
    forward: Callable[[np.ndarray], np.ndarray] = np.asarray
    ends: tuple[float, float] | None = None
    tails: Tails = "closed"


def frontier_law(policy: Policy, frontier: Frontier, units: DataUnits | None = None) -> BoundedLaw:
    """Return the law of each row, with the bounds that its pieces certify; given that the number is a finite one.

    A prefix covers all numbers from its lowest to its highest completion, a whole number its cell.

    Parameters
    ----------
    policy
        Says what tokens stand for.
    frontier
        Pieces of its law.
    units
        What bounds are given in; by default scaled units.

    Raises
    ------
    ValueError
        If the codec is not ordered, so that its prefixes cover no intervals.

    Examples
    --------
    >>> from digitwise.codecs import NormalizedCodec, tree_of
    >>> from digitwise.nn import Memory, Transformer
    >>> from digitwise.policy.best_first import BestFirst, best_first
    >>> codec = NormalizedCodec(base=10, length=12)
    >>> tree = tree_of(codec)
    >>> policy = Policy(Transformer(dim=8).build(tree, memory_dim=4), codec, tree).eval()
    >>> law = frontier_law(policy, best_first(policy, Memory(torch.zeros(2, 1, 4)), BestFirst(max_nodes=50)))
    >>> law
    BoundedLaw(rows=2, pieces=451, mass_left=1)
    >>> bool((law.mean_bounds().high - law.mean_bounds().low < 0.02).all())
    True
    """
    codec, units = policy.codec, units or DataUnits()
    if not codec.ordered:
        raise ValueError(
            f"The prefixes of {codec} cover no intervals, so a law that is known in part has no bounds. Use an ordered "
            "codec, or so few digits that the exact law can be had."
        )
    highest = torch.tensor(codec.span[1], dtype=torch.float64, device=frontier.tokens.device)
    low = codec.cells(lowest_completion(codec.grammar, frontier.tokens, codec.length))[0].double()
    is_piece = (frontier.tokens[..., 0] >= 0) & low.isfinite()  # infinities and NaN are no numbers
    low, order = torch.where(is_piece, low, highest).sort(dim=1, stable=True)
    is_piece = is_piece.gather(1, order)
    most = int(is_piece.sum(1).max())
    order, is_piece = order[:, :most], is_piece[:, :most]
    tokens = frontier.tokens.gather(1, order.unsqueeze(-1).expand(-1, -1, codec.length))
    probs = torch.where(is_piece, frontier.log_probs.gather(1, order).exp(), 0.0)
    is_leaf = (tokens[..., -1] >= 0) | ~is_piece

    values = torch.zeros_like(low[:, :most])
    whole = is_leaf & is_piece
    values[whole] = policy.read(tokens[whole].unsqueeze(0), "data").squeeze(0).double()
    same = (tokens[:, 1:] == tokens[:, :-1]).long().cumprod(-1).sum(-1)
    edges = torch.cat([low[:, :most], highest.expand(len(low), 1)], dim=1)
    edges_y = np.array(units.inverse(edges.cpu().numpy()), dtype=np.float64)
    if units.ends is not None:
        at_start, at_end = edges == edges[:, :1], edges == edges[:, -1:]
        edges_y[at_start.cpu().numpy()], edges_y[at_end.cpu().numpy()] = units.ends

    def leaf_width(y: Float[np.ndarray, "row point"]) -> Float[np.ndarray, "row point"]:
        cells = codec.cells(codec.encode(torch.tensor(units.forward(y))))
        lower, upper = (np.asarray(units.inverse(border.cpu().numpy())) for border in cells)
        return np.asarray(upper - lower)

    return BoundedLaw(
        edges_y,
        (probs / probs.sum(1, keepdim=True)).cpu().numpy(),
        values.cpu().numpy(),
        is_leaf.cpu().numpy(),
        torch.nn.functional.pad(same, (1, 0)).cpu().numpy(),
        frontier.n_nodes.cpu().numpy(),
        units.tails,
        leaf_width,
    )
