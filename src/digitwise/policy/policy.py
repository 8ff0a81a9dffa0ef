"""Model plus codec: masked, normalised next-token probabilities. The only softmax over tokens."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from digitwise.codecs.codec import Codec
from digitwise.codecs.number_line import NumberLine
from digitwise.codecs.reach import Reach
from digitwise.codecs.tree import DigitTree
from digitwise.nn.memory import Memory
from digitwise.nn.next_token_model import NextTokenModel
from digitwise.policy.shared_prefixes import distinct_nodes, is_worth_sharing


class Policy(nn.Module):
    """A law over a codec's sequences, given a memory.

    Parameters
    ----------
    model
        The next-token model; a `torch.nn.Module`.
    codec
        The codec whose grammar masks the model.
    tree
        The codec's digit tree.
    line
        What the leaves stand for; by default the numbers that the codec decodes, in scaled units.

    Raises
    ------
    ValueError
        If model and codec disagree on vocabulary or length.
    """

    transitions: Tensor

    def __init__(self, model: NextTokenModel, codec: Codec, tree: DigitTree, line: NumberLine | None = None) -> None:
        super().__init__()
        if (model.vocab_size, model.length) != (codec.vocab_size, codec.length):
            raise ValueError(
                f"Model and codec must share vocabulary and length, but the model has {model.vocab_size} tokens × "
                f"{model.length} steps and the codec {codec.vocab_size} × {codec.length}."
            )
        self.model, self.codec, self.tree = model, codec, tree
        self.line = NumberLine(codec.decode(tree.leaf_tokens)) if line is None else line
        self._reach: Reach | None = None
        self.register_buffer("transitions", codec.grammar.transitions.clone(), persistent=False)
        self._has_forbidden_tokens = bool((tree.child < 0).any())

    @property
    def reach(self) -> Reach:
        """What every prefix can still become; made when first asked for.

        Raises
        ------
        ValueError
            If some prefix of the codec covers no interval of numbers.
        """
        if self._reach is None:
            self._reach = Reach(self.codec, self.tree).to(self.transitions.device)
        return self._reach

    def next_token_log_probs(
        self,
        logits: Float[Tensor, "*shape position vocab"],
        states: Int64[Tensor, "*#shape position"],
        temperature: float = 1.0,
    ) -> Float[Tensor, "*shape position vocab"]:
        """Return log-probabilities of the next token; forbidden tokens get ``-inf``.

        Parameters
        ----------
        logits
            Raw logits of the model.
        states
            Grammar state of each prefix.
        temperature
            Divides the logits before they are normalised.
        """
        if temperature != 1.0:
            logits = logits / temperature
        if self._has_forbidden_tokens:
            logits = logits.masked_fill(self.transitions[states] < 0, -torch.inf)
        # Along the last axis torch's CPU kernel is slow for few tokens: put the longer axis innermost.
        return torch.log_softmax(logits.transpose(-1, -2), dim=-2).transpose(-1, -2)

    def log_probs(
        self, memory: Memory, tokens: Int64[Tensor, "batch draw step"], temperature: float = 1.0
    ) -> Float[Tensor, "batch draw step"]:
        """Return the log-probability of each given token, given those before it."""
        log_probs = self.step_log_probs(memory, tokens, temperature)
        return log_probs.gather(-1, tokens.unsqueeze(-1)).squeeze(-1)

    def step_log_probs(
        self, memory: Memory, tokens: Int64[Tensor, "batch draw step"], temperature: float = 1.0
    ) -> Float[Tensor, "batch draw step vocab"]:
        """Return, at each step of given sequences, the log-probabilities of all next tokens.

        A prefix that several draws of a row share is run once, where that is cheaper.
        """
        nodes = self.tree.nodes_on_path(tokens)
        logits = self._logits_of_draws(memory, tokens, nodes)
        return self.next_token_log_probs(logits, self.tree.state[nodes], temperature)

    def _logits_of_draws(
        self, memory: Memory, tokens: Int64[Tensor, "batch draw step"], nodes: Int64[Tensor, "batch draw step"]
    ) -> Float[Tensor, "batch draw step vocab"]:
        if tokens.shape[1] > 1 and not self.model.looks_up_prefixes:
            distinct, place = distinct_nodes(self.tree, nodes.flatten(1))
            if is_worth_sharing(distinct.shape[1], place.shape[1]):
                logits = self.model.node_logits(memory, distinct)
                return logits.gather(1, place.unsqueeze(-1).expand(-1, -1, logits.shape[-1])).view(*nodes.shape, -1)
        return self.model.sequence_logits(memory, tokens)

    def node_log_probs(
        self, memory: Memory, nodes: Int64[Tensor, "batch node"] | None = None
    ) -> Float[Tensor, "batch node vocab"]:
        """Return next-token log-probabilities in inner nodes of the tree: all, or per row the named ones."""
        logits = self.model.node_logits(memory, nodes)
        states = self.tree.state if nodes is None else self.tree.state[nodes]
        return self.next_token_log_probs(logits, states)
