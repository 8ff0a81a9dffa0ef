"""Model plus codec: masked, normalised next-token probabilities. The only softmax over tokens."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from digitwise.codecs.cells import Cells, cells_of, edges_of
from digitwise.codecs.codec import Codec
from digitwise.codecs.grammar import FORBIDDEN
from digitwise.codecs.number_line import NumberLine, OpenLine
from digitwise.codecs.open_tree import OpenTree
from digitwise.codecs.reach import Reach, open_distances
from digitwise.codecs.special_numbers import at_the_ends
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
        The codec's digit tree, written out or open (`digitwise.codecs.tree_of`). An open one is sampled, scored and
        searched, but not enumerated.
    line
        What sequences stand for; by default the numbers that the codec decodes, in scaled units.

    Raises
    ------
    ValueError
        If model and codec disagree on vocabulary or length.
    """

    transitions: Tensor
    order: Tensor | None

    def __init__(
        self,
        model: NextTokenModel,
        codec: Codec,
        tree: DigitTree | OpenTree,
        line: NumberLine | OpenLine | None = None,
    ) -> None:
        super().__init__()
        if (model.vocab_size, model.length) != (codec.vocab_size, codec.length):
            raise ValueError(
                f"Model and codec must share vocabulary and length, but the model has {model.vocab_size} tokens × "
                f"{model.length} steps and the codec {codec.vocab_size} × {codec.length}."
            )
        self.model, self.codec, self._tree = model, codec, tree
        self._line = _default_line(codec, tree) if line is None else line
        self._reach: Reach | None = None
        self._cells: Cells | None = None
        self._edges: Tensor | None = None
        grammar = codec.grammar
        self.register_buffer("transitions", grammar.transitions.clone(), persistent=False)
        self.register_buffer("order", None if grammar.order is None else grammar.order.clone(), persistent=False)
        goes_on = (grammar.transitions != FORBIDDEN).any(1)
        self._has_forbidden_tokens = bool((grammar.transitions[goes_on] == FORBIDDEN).any())

    @property
    def is_enumerable(self) -> bool:
        """Whether the tree is written out, so that laws and gradients can be exact."""
        return isinstance(self._tree, DigitTree)

    @property
    def tree(self) -> DigitTree:
        """The tree, written out.

        Raises
        ------
        ValueError
            If it is an open one.
        """
        if not isinstance(self._tree, DigitTree):
            raise ValueError(
                f"{self.codec} can write too many numbers to look at all of them, which the exact law and exact "
                "objectives need. Use fewer digits, or draws: ReMax for a reward, EnergyScore for CRPS."
            )
        return self._tree

    @property
    def line(self) -> NumberLine:
        """What the leaves of the tree stand for.

        Raises
        ------
        ValueError
            If the tree is an open one.
        """
        if not isinstance(self._line, NumberLine):
            self.tree  # noqa: B018 - says why there is none
            raise ValueError("A tree that is written out needs a NumberLine.")
        return self._line

    @property
    def reach(self) -> Reach:
        """What every prefix can still become; made when first asked for."""
        if self._reach is None:
            self._reach = Reach(self.codec, self.tree).to(self.transitions.device)
        return self._reach

    @property
    def cells(self) -> Cells:
        """The numbers of the tree in number order; made when first asked for."""
        if self._cells is None:
            self._cells = cells_of(self.codec, self.tree)
        return self._cells

    @property
    def edges(self) -> Float[Tensor, " edge"]:
        """Borders of the cells (in an open tree of the longest prefixes that can be listed), scaled units.

        Raises
        ------
        ValueError
            If the tree is an open one and the codec is not ordered.
        """
        if self._edges is None:
            self._edges = self.cells.edges if self.is_enumerable else edges_of(self.codec, self._tree)
        return self._edges

    def read(self, tokens: Int64[Tensor, "*shape step"], units: str) -> Float[Tensor, "*shape"]:
        """Return what some sequences stand for, in ``"standard"`` or ``"data"`` units."""
        if isinstance(self._line, NumberLine):
            return self._line.read(self.tree.leaf_of(tokens), units)
        return self._line.read(tokens, units)

    def read_targets(self, y: Float[Tensor, "*shape"], units: str) -> Float[Tensor, "*shape"]:
        """Return targets that came in data units, in ``"standard"`` or ``"data"`` units."""
        return self._line.targets(y, units)

    def states_on_path(self, tokens: Int64[Tensor, "*shape step"]) -> Int64[Tensor, "*shape step"]:
        """Return the grammar state in which each token is chosen."""
        states = [torch.zeros_like(tokens[..., 0])]
        for step in range(tokens.shape[-1] - 1):
            states.append(self.transitions[states[-1], tokens[..., step]])
        return torch.stack(states, dim=-1)

    def distances_at(
        self,
        nodes: Int64[Tensor, "batch ..."],
        z: Float[Tensor, " batch"],
        z_high: Float[Tensor, " batch"] | None = None,
    ) -> Float[Tensor, "batch ... vocab"]:
        """Return how far from each row's target the nearest number beyond every edge is, scaled units.

        Infinite for forbidden tokens. The target's number is what the codec makes of ``z``, so that on the target's own
        path its own digits are nearest. With ``z_high`` the target is the interval up to it.
        """
        high = None if z_high is None else self._written(z_high, nodes.shape)
        return self.reach.distances(nodes, self._written(z, nodes.shape), high)

    def distances_along(
        self,
        tokens: Int64[Tensor, "batch draw step"],
        z: Float[Tensor, " batch"],
        z_high: Float[Tensor, " batch"] | None = None,
    ) -> Float[Tensor, "batch draw step vocab"]:
        """Return the same at each step of given sequences; the tree need not be written out.

        Raises
        ------
        ValueError
            If it is not and the codec is not ordered.
        """
        if self.is_enumerable:
            return self.distances_at(self.tree.nodes_on_path(tokens), z, z_high)
        high = None if z_high is None else self._written(z_high, tokens.shape[:2])
        return open_distances(self.codec, tokens, self._written(z, tokens.shape[:2]), high)

    def _written(self, z: Float[Tensor, " batch"], shape: torch.Size) -> Float[Tensor, "batch ..."]:
        """Return the number that the codec makes of each row's, for every entry of the row."""
        number = self.codec.decode(self.codec.encode(z))
        return number.view(-1, *[1] * (len(shape) - 1)).expand(shape)

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
        logits = self._logits_of_draws(memory, tokens)
        return self.next_token_log_probs(logits, self.states_on_path(tokens), temperature)

    def _logits_of_draws(
        self, memory: Memory, tokens: Int64[Tensor, "batch draw step"]
    ) -> Float[Tensor, "batch draw step vocab"]:
        if tokens.shape[1] > 1 and self.is_enumerable and not self.model.looks_up_prefixes:
            nodes = self.tree.nodes_on_path(tokens)
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


def _default_line(codec: Codec, tree: DigitTree | OpenTree) -> NumberLine | OpenLine:
    """Return what sequences stand for in scaled units."""
    if not isinstance(tree, DigitTree):
        return OpenLine(codec)
    numbers = codec.decode(tree.leaf_tokens)
    finite = numbers[numbers.isfinite()]
    return NumberLine(at_the_ends(numbers, finite.min().item(), finite.max().item()))
