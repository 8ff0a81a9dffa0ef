"""The next-token model: what a policy needs of a decoder.

Four ways to ask the same question, "which digit comes next?": for given sequences at once, step by step on a cache,
for nodes of the digit tree, and for prefixes that branch wherever one likes. A law test holds every model to the same
answers.
"""

from typing import Protocol, runtime_checkable

from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.nn.memory import Memory


@runtime_checkable
class DecodingState(Protocol):
    """Sequences under way: ``batch × draw`` prefixes and whatever is cached for them."""

    def step(self, tokens: Int64[Tensor, "batch draw"] | None) -> Float[Tensor, "batch draw vocab"]:
        """Append tokens (None at the start) and return the logits of the next ones."""
        ...


@runtime_checkable
class PrefixForest(Protocol):
    """Prefixes that branch anywhere, one tree per row, each of them run once; without gradient.

    Prefixes are numbered in the order in which they are run: the empty ones of all rows first, so that prefix ``k`` of
    the first ones belongs to row ``k``.
    """

    root_logits: Float[Tensor, "batch vocab"]
    """Logits of the first token."""

    def expand(self, parents: Int64[Tensor, " pick"], tokens: Int64[Tensor, " pick"]) -> Float[Tensor, "pick vocab"]:
        """Run prefixes one token longer than earlier ones, and return the logits of what follows them.

        Parameters
        ----------
        parents
            Numbers of earlier prefixes, of any rows and lengths, with repeats.
        tokens
            What is appended to each.
        """
        ...


@runtime_checkable
class NextTokenModel(Protocol):
    """Raw logits of the next token; masking and normalising belong to the policy."""

    vocab_size: int
    length: int
    rows_per_pass: int
    """How many rows to enumerate at once, so that what is at work stays in the processor's cache."""
    looks_up_prefixes: bool
    """Whether a prefix costs next to nothing, so that running one that several draws share once saves nothing."""

    def sequence_logits(
        self, memory: Memory, tokens: Int64[Tensor, "batch draw step"]
    ) -> Float[Tensor, "batch draw step vocab"]:
        """Return the logits at each step, given the tokens before it (teacher forcing)."""
        ...

    def start(self, memory: Memory, n_draws: int) -> DecodingState:
        """Return a state that writes ``n_draws`` sequences per row, step by step."""
        ...

    def forest(self, memory: Memory) -> PrefixForest:
        """Return a forest of prefixes in which only the empty ones have been run."""
        ...

    def node_logits(
        self, memory: Memory, nodes: Int64[Tensor, "batch node"] | None = None
    ) -> Float[Tensor, "batch node vocab"]:
        """Return the logits in inner nodes of the digit tree: all of them, or per row the named ones.

        Named nodes must be closed under "parent": a row that names a node names its ancestors too.
        """
        ...
