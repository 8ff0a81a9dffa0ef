"""The reinforcement step of the paper's released code, written from its description: the yardstick of `rl_step.py`.

What it does: no cache, so each digit re-runs its whole prefix, *with* gradient, and every one of these graphs is kept
(the log-probabilities of the loss come from the sampling passes); the greedy number likewise, without gradient; numbers
and the expert's digits one by one in Python; and, if asked, a second full set of draws only to log an entropy.
It runs our model on our weights, which prepares the cross-attention once per row: the released one does not.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.nn import Memory, Targets
from digitwise.policy import Policy


@dataclass(frozen=True)
class PublishedLoss:
    """What a step of the published loop computes.

    Parameters
    ----------
    loss
        Scalar, with gradient.
    tokens
        The draws.
    advantage
        Reward of each draw less that of the greedy number.
    entropy
        Nats per number, of a second set of draws; None if it was not asked for.
    """

    loss: Float[Tensor, ""]
    tokens: Int64[Tensor, "batch draw step"]
    advantage: Float[Tensor, "batch draw"]
    entropy: Tensor | None


def published_loss(
    policy: Policy,
    memory: Memory,
    targets: Targets,
    *,
    n_draws: int,
    expert_weight: float = 0.0,
    logs_entropy: bool = False,
    forced: Int64[Tensor, "batch draw step"] | None = None,
) -> PublishedLoss:
    """Return the loss of ReMax, or with an expert's weight that of GenRe², for a codec of plain digits.

    Parameters
    ----------
    policy, memory, targets
        The law, the rows and what they should write; sample weights are not looked at.
    n_draws
        Sequences per row.
    expert_weight
        Weight of the cross-entropy towards the expert's digits.
    logs_entropy
        Draw once more, without gradient, to log an entropy.
    forced
        Digits to write instead of drawing them.
    """
    tokens, log_probs = _write(policy, memory, n_draws, forced=forced)
    chosen = log_probs.gather(-1, tokens.unsqueeze(-1)).squeeze(-1)
    with torch.no_grad():
        likely, _ = _write(policy, memory, 1, greedily=True)
    baseline = _rewards(policy, likely, targets)
    advantage = (_rewards(policy, tokens, targets) - baseline).to(chosen.dtype)
    loss = -(advantage * chosen.sum(-1)).mean()
    if expert_weight:
        wanted = _expert_digits(policy, tokens, targets)
        loss = loss - expert_weight * log_probs.gather(-1, wanted.unsqueeze(-1)).mean()
    entropy = None
    if logs_entropy:
        with torch.no_grad():
            _, again = _write(policy, memory, n_draws)
            entropy = -(again.exp() * again).sum(-1).sum(-1).mean()
    return PublishedLoss(loss, tokens, advantage, entropy)


def _write(
    policy: Policy,
    memory: Memory,
    n_draws: int,
    *,
    greedily: bool = False,
    forced: Int64[Tensor, "batch draw step"] | None = None,
) -> tuple[Int64[Tensor, "batch draw step"], Float[Tensor, "batch draw step vocab"]]:
    """Return sequences and the log-probabilities of all next digits, the whole prefix re-run at every step."""
    batch, length = memory.features.shape[0], policy.codec.length
    prefix = torch.zeros(batch, n_draws, 1, dtype=torch.int64)  # its last token is not looked at
    log_probs = []
    for step in range(length):
        logits = policy.model.sequence_logits(memory, prefix)[..., step, :]
        next_log_probs = torch.log_softmax(logits, dim=-1)
        if forced is not None:
            token = forced[..., step]
        elif greedily:
            token = next_log_probs.argmax(-1)
        else:
            probs = next_log_probs.detach().exp()
            token = torch.multinomial(probs.flatten(0, 1), 1).view(batch, n_draws)
        log_probs.append(next_log_probs)
        prefix = torch.cat([prefix[..., :step], token.unsqueeze(-1), torch.zeros_like(prefix[..., :1])], dim=-1)
    return prefix[..., :length], torch.stack(log_probs, dim=2)


def _rewards(policy: Policy, tokens: Int64[Tensor, "batch draw step"], targets: Targets) -> Float[Tensor, "batch draw"]:
    """Return minus the squared error in standard units, number by number."""
    base, length = policy.codec.vocab_size, policy.codec.length
    rewards = torch.zeros(tokens.shape[:2], dtype=torch.float64)
    for row in range(tokens.shape[0]):
        target = (targets.in_data_units[row].item() - policy.line.center) / policy.line.spread
        for draw in range(tokens.shape[1]):
            cell = 0
            for digit in tokens[row, draw]:
                cell = cell * base + int(digit.item())
            number = ((cell + 0.5) / base**length - policy.line.center) / policy.line.spread
            rewards[row, draw] = -((number - target) ** 2)
    return rewards


def _expert_digits(
    policy: Policy, tokens: Int64[Tensor, "batch draw step"], targets: Targets
) -> Int64[Tensor, "batch draw step"]:
    """Return the digit that leads nearest to the target from each prefix, by comparing digit strings."""
    wanted = torch.zeros_like(tokens)
    goals = policy.codec.encode(targets.z)
    for row in range(tokens.shape[0]):
        goal = [int(digit.item()) for digit in goals[row]]
        for draw in range(tokens.shape[1]):
            written = [int(digit.item()) for digit in tokens[row, draw]]
            for step in range(len(goal)):
                if written[:step] == goal[:step]:
                    wanted[row, draw, step] = goal[step]
                else:
                    is_above = written[:step] > goal[:step]
                    wanted[row, draw, step] = 0 if is_above else policy.codec.vocab_size - 1
    return wanted
