"""What comes next, asked of a transformer over digits: for given sequences, step by step, for prefixes that branch."""

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.open_tree import OpenTree
from digitwise.codecs.tree import DigitTree
from digitwise.nn.attention import KeyValueCache
from digitwise.nn.memory import Memory
from digitwise.nn.path_cache import PathCache, Paths
from digitwise.nn.prefix_transformer import PrefixTransformer


def causal_logits(
    model: PrefixTransformer, memory: Memory, tokens: Int64[Tensor, "batch draw step"]
) -> Float[Tensor, "batch draw step vocab"]:
    """Return the logits at each step given the tokens before it, in one causal pass."""
    start = torch.full_like(tokens[..., :1], model.vocab_size)
    previous = torch.cat([start, tokens[..., :-1]], dim=-1)
    depth = torch.arange(tokens.shape[-1], device=tokens.device)
    logits = model.run(previous.flatten(0, 1), depth, model.contexts(memory), is_causal=True)
    return logits.view(*tokens.shape, -1)


def written_out(tree: DigitTree | OpenTree) -> DigitTree:
    """Return a tree whose nodes have numbers.

    Raises
    ------
    ValueError
        If it is an open one.
    """
    if not isinstance(tree, DigitTree):
        raise ValueError("The nodes of an open tree have no numbers: ask for sequences instead.")
    return tree


@dataclass
class DigitDecodingState:
    """Sequences under way, with the keys and values of their prefixes."""

    model: PrefixTransformer
    contexts: list[Any]
    caches: list[KeyValueCache]
    n_draws: int

    @classmethod
    def start(cls, model: PrefixTransformer, memory: Memory, n_draws: int) -> "DigitDecodingState":
        """Return ``n_draws`` empty sequences per row."""
        caches = model.new_caches(memory.features.shape[0] * n_draws)
        return cls(model, model.contexts(memory), caches, n_draws)

    def step(self, tokens: Int64[Tensor, "batch draw"] | None) -> Float[Tensor, "batch draw vocab"]:
        """Append tokens (None at the start) and return the logits of the next ones."""
        model, features = self.model, self.contexts[0].memory.features
        batch = len(features)
        if tokens is None:
            tokens = torch.full((batch, self.n_draws), model.vocab_size, device=features.device)
        depth = torch.full((1,), self.caches[0].size, device=features.device)
        logits = model.run(tokens.reshape(-1, 1), depth, self.contexts, caches=self.caches)
        return logits.view(batch, self.n_draws, -1)

    def select(self, draws: Int64[Tensor, " draw"]) -> None:
        """Replace the draws of every row by the named ones (with repeats), caches included."""
        for cache in self.caches:
            cache.select(self.n_draws, draws)
        self.n_draws = len(draws)


class DigitForest:
    """Prefixes that branch, with the keys and values of each.

    Parameters
    ----------
    model
        Runs them.
    memory
        The rows.
    """

    def __init__(self, model: PrefixTransformer, memory: Memory) -> None:
        self._model, self._contexts = model, model.contexts(memory)
        self._paths = Paths(memory.features.shape[0], model.length, memory.features.device)
        self._caches = [PathCache(self._paths) for _ in self._contexts]
        start = torch.full_like(self._paths.rows, model.vocab_size)
        self.root_logits: Float[Tensor, "batch vocab"] = self._run(start)

    def expand(self, parents: Int64[Tensor, " pick"], tokens: Int64[Tensor, " pick"]) -> Float[Tensor, "pick vocab"]:
        """Run prefixes one token longer than earlier ones, and return the logits of what follows them."""
        self._paths.extend(parents)
        return self._run(tokens)

    @torch.no_grad()
    def _run(self, tokens: Int64[Tensor, " pick"]) -> Float[Tensor, "pick vocab"]:
        model, paths = self._model, self._paths
        contexts = [context.take(paths.rows) for context in self._contexts]
        logits = model.run(tokens.unsqueeze(1), paths.depth.unsqueeze(1), contexts, paths.mask, caches=self._caches)
        return logits.squeeze(1)
