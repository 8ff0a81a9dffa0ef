"""Prefixes under way in a best-first search: which are open, how likely they are, and what was run so far."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn.functional import pad

from digitwise.codecs.completions import covered
from digitwise.nn.growing_rows import GrowingRows
from digitwise.nn.memory import Memory
from digitwise.policy.frontier import Frontier
from digitwise.policy.policy import Policy


class OpenPrefixes:
    """Pieces of every row's law, of which some may still be divided.

    A prefix is run once: what it was is then replaced by its continuations, the first of which takes its slot.

    Parameters
    ----------
    policy, memory
        The law and the rows.
    max_depth
        Prefixes of this many tokens are not divided.
    knows_intervals
        Whether to keep the intervals that pieces cover; for ordered codecs.
    """

    def __init__(self, policy: Policy, memory: Memory, max_depth: int, *, knows_intervals: bool) -> None:
        batch, device = memory.features.shape[0], memory.features.device
        self._policy, self._max_depth = policy, min(max_depth, policy.codec.length)
        self._forest = policy.model.forest(memory)
        rows = torch.arange(batch, device=device)
        # Of prefixes that were run, numbered as the forest numbers them:
        self._tokens = GrowingRows(rows.new_full((batch, policy.codec.length), -1))
        self._state = GrowingRows(torch.zeros_like(rows))
        # Of pieces, (batch, slot): whether they are open, what they append to which prefix.
        self.log_prob: Float[Tensor, "batch slot"] = torch.zeros(batch, 1, dtype=torch.float64, device=device)
        self.open_log_prob: Float[Tensor, "batch slot"] = torch.zeros_like(self.log_prob)
        self._parent: Int64[Tensor, "batch slot"] = rows.new_zeros(batch, 1)
        self._token: Int64[Tensor, "batch slot"] = rows.new_full((batch, 1), -1)
        self._ends: Float[Tensor, "end batch slot"] | None = None
        if knows_intervals:
            self._ends = torch.zeros(2, batch, 1, dtype=torch.float64, device=device)
        self._n_pieces = torch.ones_like(rows)
        self.n_nodes: Int64[Tensor, " batch"] = torch.ones_like(rows)
        self._replace(rows, torch.zeros_like(rows), rows, self._forest.root_logits)

    def divide(self, rows: Int64[Tensor, " pick"], slots: Int64[Tensor, " pick"]) -> None:
        """Run some open prefixes and put their continuations in their place.

        Parameters
        ----------
        rows, slots
            Where they are; rows in ascending order.
        """
        parents, token = self._parent[rows, slots], self._token[rows, slots]
        logits = self._forest.expand(parents, token)
        tokens = self._tokens.filled[parents]
        depth = (tokens >= 0).sum(1, keepdim=True)
        prefixes = len(self._state) + torch.arange(len(parents), device=rows.device)
        self._tokens.append(tokens.scatter(1, depth, token.unsqueeze(1)))
        self._state.append(self._policy.transitions[self._state.filled[parents], token])
        self.n_nodes = self.n_nodes + rows.bincount(minlength=len(self.n_nodes))
        self._replace(rows, slots, prefixes, logits)

    def urgency(self) -> Float[Tensor, "batch slot"]:
        """Return the order in which open prefixes are run, as logarithms.

        By probability; where intervals are known, times ``1 + width / spread``. The spread is the 90 % interval of the
        row's law as far as it is known. Far out a prefix may cover many times that, and so be able to move the mean
        more than likelier ones.
        """
        if self._ends is None:
            return self.open_log_prob
        low, high = self._ends
        width = (high - low).nan_to_num(0.0, 0.0, 0.0)  # infinities and NaN are no interval
        prob = torch.where(width > 0, self.log_prob.exp(), 0.0)
        order = torch.where(prob > 0, low, torch.inf).argsort(dim=1)
        cdf = prob.gather(1, order).cumsum(1)
        first, last = ((cdf < level * cdf[:, -1:]).sum(1, keepdim=True) for level in (0.05, 0.95))
        spread = high.gather(1, order.gather(1, last)) - low.gather(1, order.gather(1, first))
        return self.open_log_prob + torch.log1p(width / spread)

    def frontier(self) -> Frontier:
        """Return all pieces as they are now."""
        most = int(self._n_pieces.max())
        token = self._token[:, :most].unsqueeze(-1)
        tokens = self._tokens.filled[self._parent[:, :most]]
        depth = (tokens >= 0).sum(-1, keepdim=True)
        tokens = torch.where(token < 0, -1, tokens.scatter(-1, depth, token))
        return Frontier(self.log_prob[:, :most].clone(), tokens, self.n_nodes)

    def _replace(
        self,
        rows: Int64[Tensor, " pick"],
        slots: Int64[Tensor, " pick"],
        prefixes: Int64[Tensor, " pick"],
        logits: Float[Tensor, "pick vocab"],
    ) -> None:
        """Put the continuations of prefixes that were just run in their place."""
        policy = self._policy
        states = self._state.filled[prefixes]
        log_probs = policy.next_token_log_probs(logits.double(), states) + self.log_prob[rows, slots].unsqueeze(1)
        pick, token = (policy.transitions[states] >= 0).nonzero().unbind(1)
        row, slot = rows[pick], slots[pick]
        is_later = torch.zeros_like(pick, dtype=torch.bool)
        is_later[1:] = pick[1:] == pick[:-1]
        later_row = row[is_later]
        n_later = later_row.bincount(minlength=len(self.n_nodes))
        rank = torch.arange(len(later_row), device=row.device) - (n_later.cumsum(0) - n_later)[later_row]
        slot[is_later] = self._n_pieces[later_row] + rank
        self._n_pieces = self._n_pieces + n_later
        self._reserve(int(self._n_pieces.max()))
        log_prob = log_probs[pick, token]
        is_open = (self._tokens.filled[prefixes] >= 0).sum(1)[pick] + 1 < self._max_depth
        self.log_prob[row, slot] = log_prob
        self.open_log_prob[row, slot] = log_prob.masked_fill(~is_open, -torch.inf)
        self._parent[row, slot], self._token[row, slot] = prefixes[pick], token
        if self._ends is not None:
            tokens = self._tokens.filled[prefixes][pick]
            depth = (tokens >= 0).sum(1, keepdim=True)
            self._ends[:, row, slot] = torch.stack(
                covered(policy.codec, tokens.scatter(1, depth, token.unsqueeze(1)))
            ).double()

    def _reserve(self, n_slots: int) -> None:
        """Make room for so many pieces in every row."""
        present = self.log_prob.shape[1]
        if n_slots <= present:
            return
        more = (0, max(n_slots, 2 * present) - present)
        self.log_prob = pad(self.log_prob, more, value=-torch.inf)
        self.open_log_prob = pad(self.open_log_prob, more, value=-torch.inf)
        self._parent, self._token = pad(self._parent, more), pad(self._token, more, value=-1)
        if self._ends is not None:
            self._ends = pad(self._ends, more)
