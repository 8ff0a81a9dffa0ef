"""Boosted digits: the next digit from gradient-boosted trees, one booster per position."""

from dataclasses import dataclass
from typing import cast

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from digitwise.codecs.tree import DigitTree
from digitwise.nn.boosted_trees import BoostedTrees
from digitwise.nn.growing_rows import GrowingRows
from digitwise.nn.memory import Memory

LEAST_REACH = 1e-3
"""In prefixes that a row comes by with less probability than this, digits are even."""


class BoostedDigits(nn.Module):
    """Logits of binary digits that are sums of trees of the row's columns and the digits so far.

    Parameters
    ----------
    tree
        The digit tree of a codec whose digits are binary, all of them allowed everywhere.
    n_columns
        Width of the memory's features: the columns themselves.

    Raises
    ------
    ValueError
        If the tree has other digits.

    Notes
    -----
    The booster of position ``k`` sees the columns, a *guess* at the number (boosted squared error, as a share of the
    whole range), the first ``k`` digits as one number, and how far the guess lies from the middle of the interval that
    those digits stand for. Digits are even where the row's own law comes by with probability below ``LEAST_REACH``, and
    from the first position without trees on. Both depend on the row and the prefix alone: the law is exact, and all
    ways to ask for it look it up in the same numbers.
    """

    def __init__(self, tree: DigitTree, n_columns: int) -> None:
        super().__init__()
        if tree.vocab_size != 2 or tree.n_leaves != 2**tree.length:
            raise ValueError(
                f"Boosted digits must be binary, each allowed after any others, but the tree has {tree.n_leaves} "
                f"numbers of {tree.length} digits in base {tree.vocab_size}. Use NormalizedCodec(base=2, length=8)."
            )
        self.tree, self.n_columns = tree, n_columns
        self.vocab_size, self.length = 2, tree.length
        self.rows_per_pass = 1024
        self.looks_up_prefixes = True
        self.guess = BoostedTrees()
        self.digits = nn.ModuleList(BoostedTrees() for _ in range(tree.length))

    def sequence_logits(
        self, memory: Memory, tokens: Int64[Tensor, "batch draw step"]
    ) -> Float[Tensor, "batch draw step vocab"]:
        """Return the logits at each step given the tokens before it."""
        nodes = self.tree.nodes_on_path(tokens)
        return self.node_logits(memory, nodes.flatten(1)).view(*nodes.shape, -1)

    def start(self, memory: Memory, n_draws: int) -> "BoostedDecodingState":
        """Return decoding of ``n_draws`` sequences per row."""
        rows = torch.arange(len(memory.features), device=memory.features.device)
        prefixes = rows.unsqueeze(1).expand(-1, n_draws)
        return BoostedDecodingState(self.tree, self.log_odds(memory), prefixes, torch.zeros_like(prefixes))

    def forest(self, memory: Memory) -> "BoostedForest":
        """Return prefixes that branch: the inner node that each has reached."""
        return BoostedForest(self.tree, self.log_odds(memory))

    def node_logits(
        self, memory: Memory, nodes: Int64[Tensor, "batch node"] | None = None
    ) -> Float[Tensor, "batch node vocab"]:
        """Return the logits in all inner nodes, or in the named ones of each row."""
        log_odds = self.log_odds(memory)
        if nodes is None:
            missing = self.tree.n_nodes - log_odds.shape[1]
            return _logits(torch.cat([log_odds, log_odds.new_zeros(len(log_odds), missing)], dim=1))
        rows = torch.arange(len(log_odds), device=log_odds.device).unsqueeze(1).expand_as(nodes)
        return _look_up(log_odds, rows, nodes)

    @torch.no_grad()
    def log_odds(self, memory: Memory) -> Float[Tensor, "batch known"]:
        """Return the log-odds of digit 1 in the nodes of the first levels, beyond which all digits are even."""
        columns = memory.pooled.float()
        known = 1 + max((level for level in range(self.length) if self.booster(level).is_trained), default=-1)
        if known == 0:
            return memory.features.new_zeros(len(columns), 0)
        x = self.with_guess(columns)
        levels, reach = [], columns.new_ones(len(columns), 1, dtype=torch.float64)
        for level in range(known):
            rows, prefixes = (reach >= LEAST_REACH).nonzero(as_tuple=True)
            log_odds = torch.zeros_like(reach)
            about = about_prefixes(x[rows, -1], prefixes, level)
            log_odds[rows, prefixes] = self.booster(level).of_pairs(x, rows, about)
            up = log_odds.sigmoid()
            reach = torch.stack([reach * (1 - up), reach * up], dim=-1).flatten(1)
            levels.append(log_odds)
        return torch.cat(levels, dim=1).to(memory.features.dtype)

    def booster(self, level: int) -> BoostedTrees:
        """Return what gives the log-odds of the digit after ``level`` others."""
        return cast(BoostedTrees, self.digits[level])

    def with_guess(self, columns: Float[Tensor, "row column"]) -> Float[Tensor, "row more"]:
        """Return the columns and the guess, which comes last; float32."""
        return torch.cat([columns.float(), self.guess(columns).float().unsqueeze(1)], dim=1)


def about_prefixes(
    guess: Float[Tensor, " pair"], prefixes: Int64[Tensor, " pair"], level: int
) -> Float[Tensor, "pair two"]:
    """Return what a booster sees of a prefix beside the row: its number, and guess minus the middle of its interval.

    Examples
    --------
    >>> about_prefixes(torch.tensor([0.5]), torch.tensor([3]), level=2).tolist()
    [[3.0, -0.375]]
    """
    number = prefixes.float()
    return torch.stack([number, guess.float() - (number + 0.5) / 2**level], dim=1)


def _logits(log_odds: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape vocab"]:
    return torch.stack([torch.zeros_like(log_odds), log_odds], dim=-1)


def _look_up(
    log_odds: Float[Tensor, "batch known"], rows: Int64[Tensor, "*shape"], nodes: Int64[Tensor, "*shape"]
) -> Float[Tensor, "*shape vocab"]:
    """Return the logits in some nodes of some rows: even beyond the known ones."""
    n_known = log_odds.shape[1]
    padded = torch.cat([log_odds, log_odds.new_zeros(len(log_odds), 1)], dim=1)
    return _logits(padded[rows, nodes.clamp(max=n_known)])


@dataclass
class BoostedDecodingState:
    """Sequences under way: row and inner node of each of them."""

    tree: DigitTree
    log_odds: Float[Tensor, "batch known"]
    rows: Int64[Tensor, "batch draw"]
    nodes: Int64[Tensor, "batch draw"]

    def step(self, tokens: Int64[Tensor, "batch draw"] | None) -> Float[Tensor, "batch draw vocab"]:
        """Append tokens (None at the start) and return the logits of the next ones."""
        if tokens is not None:
            self.nodes = self.tree.child[self.nodes, tokens]
        return _look_up(self.log_odds, self.rows, self.nodes)


class BoostedForest:
    """Prefixes that branch: row and inner node of each; running one is a look-up.

    Parameters
    ----------
    tree
        The digit tree.
    log_odds
        Of digit 1, in the nodes of the first levels.
    """

    def __init__(self, tree: DigitTree, log_odds: Float[Tensor, "batch known"]) -> None:
        self._tree, self._log_odds = tree, log_odds
        rows = torch.arange(len(log_odds), device=log_odds.device)
        self._rows, self._nodes = GrowingRows(rows), GrowingRows(torch.zeros_like(rows))
        self.root_logits: Float[Tensor, "batch vocab"] = _look_up(log_odds, rows, self._nodes.filled)

    def expand(self, parents: Int64[Tensor, " pick"], tokens: Int64[Tensor, " pick"]) -> Float[Tensor, "pick vocab"]:
        """Run prefixes one token longer than earlier ones, and return the logits of what follows them."""
        rows, nodes = self._rows.filled[parents], self._tree.child[self._nodes.filled[parents], tokens]
        self._rows.append(rows)
        self._nodes.append(nodes)
        return _look_up(self._log_odds, rows, nodes)
