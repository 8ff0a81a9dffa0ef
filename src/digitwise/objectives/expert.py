"""Dense supervision: at every prefix, the next digit of the nearest number that can still be written.

A reward at the end does not say which digit was bad. But the best way to go on from *any* prefix is known: the digit
whose numbers come nearest to the target (`codecs/reach.py`).
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.objectives.intervals import share_like_policy
from digitwise.policy.policy import Policy


def expert_tokens(
    policy: Policy, nodes: Int64[Tensor, "batch ..."], z: Float[Tensor, " batch"]
) -> Int64[Tensor, "batch ..."]:
    """Return the expert's next digit at each visited prefix; the lower one where two are equally good.

    Examples
    --------
    >>> from digitwise.codecs import DigitTree, NormalizedCodec
    >>> from digitwise.nn import Tree
    >>> codec = NormalizedCodec(base=10, length=3)
    >>> tree = DigitTree(codec.grammar, codec.length)
    >>> policy = Policy(Tree().build(tree, 4), codec, tree)
    >>> nodes = tree.nodes_on_path(torch.tensor([[[2, 5, 0], [2, 4, 0], [3, 0, 0]]]))
    >>> expert_tokens(policy, nodes, torch.tensor([0.2575])).tolist()  # the target writes 2 5 7
    [[[2, 5, 7], [2, 5, 9], [2, 0, 0]]]

    References
    ----------
    GenRe², arXiv 2512.06533. *Differs from the published code*, whose rule for scientific formats errs for negative
    exponents, wrong exponents and wrong signs.
    """
    return policy.distances_at(nodes, z).argmin(-1)


def expert_probs(
    policy: Policy,
    nodes: Int64[Tensor, "batch ..."],
    z: Float[Tensor, " batch"],
    temperature: float | None,
    *,
    z_high: Float[Tensor, " batch"] | None = None,
    log_probs: Float[Tensor, "batch ... vocab"] | None = None,
) -> Float[Tensor, "batch ... vocab"]:
    """Return the expert's law of the next digit at each visited prefix.

    Parameters
    ----------
    policy, nodes, z
        As for `expert_tokens`.
    temperature
        ``softmax(-distance / temperature)``, scaled units; None puts all mass on the expert's digit.
    z_high
        High ends of the intervals that begin at ``z``; None where all numbers are known.
    log_probs
        What the policy says at the prefixes: digits that all lead into the interval are as good as it likes them.
    """
    return _law(policy.distances_at(nodes, z, z_high), temperature, z, z_high, log_probs)


def expert_probs_along(
    policy: Policy,
    tokens: Int64[Tensor, "batch draw step"],
    z: Float[Tensor, " batch"],
    temperature: float | None,
    *,
    z_high: Float[Tensor, " batch"] | None = None,
    log_probs: Float[Tensor, "batch draw step vocab"] | None = None,
) -> Float[Tensor, "batch draw step vocab"]:
    """Return the same at each step of given sequences; the tree need not be written out."""
    return _law(policy.distances_along(tokens, z, z_high), temperature, z, z_high, log_probs)


def _law(
    distances: Float[Tensor, "batch ... vocab"],
    temperature: float | None,
    z: Float[Tensor, " batch"],
    z_high: Float[Tensor, " batch"] | None,
    log_probs: Float[Tensor, "batch ... vocab"] | None,
) -> Float[Tensor, "batch ... vocab"]:
    if temperature is None:
        law = torch.nn.functional.one_hot(distances.argmin(-1), distances.shape[-1]).to(distances.dtype)
    else:
        beyond = distances - distances.amin(-1, keepdim=True)  # so that far ones divide without overflow
        law = torch.softmax(-beyond / temperature, dim=-1)
    if z_high is None or log_probs is None:
        return law
    is_interval = (z < z_high).view(-1, *[1] * (distances.ndim - 1))
    return share_like_policy(law, is_interval & (distances == 0), log_probs)
