"""Learning from one's own draws: one rollout, and everything that is made of it.

The named algorithms (`ReMax`, `RLOO`, `GRPO`, `PPO`, `GenRe2`, `DAR`) are settings of this one.
"""

import time
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.codec import Codec
from digitwise.nn.loss_output import LossOutput, Targets, weighted_mean
from digitwise.nn.memory import Memory
from digitwise.objectives.advantages import (
    Baseline,
    Scale,
    leave_one_out_mean,
    leave_one_out_of_group,
    scaled_advantage,
)
from digitwise.objectives.expert import expert_probs_along
from digitwise.objectives.intervals import meet
from digitwise.objectives.named_rewards import resolve_reward
from digitwise.objectives.on_policy_checks import check_settings
from digitwise.objectives.policy_gradient import (
    clipped_loss,
    entropy,
    kl_divergence,
    policy_gradient_loss,
    visited_cost_loss,
)
from digitwise.objectives.reference import Reference
from digitwise.objectives.rewards import Reward, checked_rewards
from digitwise.objectives.weighted_sum import Combinable
from digitwise.policy.policy import Policy
from digitwise.policy.quantile_decoding import sample_stratified
from digitwise.policy.rollout import Rollout
from digitwise.policy.sampling import greedy, sample

SAME_REWARD = 1e-9
"""Rewards of a row whose standard deviation is below this are all the same: the row teaches nothing."""


@dataclass(frozen=True)
class Experience:
    """The draws of a batch, and what they were found to be worth.

    Parameters
    ----------
    rollout
        The draws.
    advantage
        ``(batch, draw)``.
    reference_log_probs
        Next-digit log-probabilities of the reference at each visited prefix; None without one.
    metrics
        What to log about them.
    """

    rollout: Rollout
    advantage: Float[Tensor, "batch draw"]
    reference_log_probs: Float[Tensor, "batch draw step vocab"] | None
    metrics: dict[str, Tensor]


@dataclass(frozen=True, kw_only=True)
class OnPolicy(Combinable):
    """Policy gradient on whole numbers, with dense supervision and penalties on the same draws.

    Parameters
    ----------
    reward
        Name or object: what a whole number is worth.
    baseline
        What its reward is compared with: that of the greedy number, the mean of the row's other draws, the mean of all
        its draws (which shrinks the gradient to ``(n_draws - 1) / n_draws``), or nothing.
    scale
        What advantages are divided by: nothing, the standard deviation of the row's, or that of the batch's.
    n_draws, temperature
        Draws per row, and the temperature they are drawn and scored at.
    stratified
        Draw one number from each of ``n_draws`` equal slices of the law, which has less variance; needs an ordered
        codec, and a baseline that does not compare draws.
    expert_weight, expert_temperature
        Weight of the cross-entropy towards the expert's digit at every visited prefix, mean over the digits; with a
        temperature (scaled units) towards its soft law.
    kl_weight, entropy_weight
        Weight of ``KL(π ‖ reference)``, where the reference is the policy that fine-tuning started from, and of the
        entropy that is rewarded; nats per number, unbiased (`visited_cost_loss`).
    clip
        PPO's bound on the ratio of new to old probabilities of a digit; None leaves it free.
    n_updates
        Optimiser steps on each rollout.

    Raises
    ------
    ValueError
        If settings are out of range or do not go together.

    Notes
    -----
    Dropout is off while it trains, as in the paper: the law that is scored must be the law that drew. Of a target of
    which only an interval is known, the target of a number is the nearest point of the interval.

    Examples
    --------
    >>> OnPolicy(reward="absolute_error", baseline="leave_one_out", n_draws=4).reward
    'absolute_error'
    """

    reward: str | Reward = "squared_error"
    baseline: Baseline = "greedy"
    scale: Scale = "none"
    n_draws: int = 16
    temperature: float = 1.0
    stratified: bool = False
    expert_weight: float = 0.0
    expert_temperature: float | None = None
    kl_weight: float = 0.0
    entropy_weight: float = 0.0
    clip: float | None = None
    n_updates: int = 1
    takes_intervals: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the settings, one by one and together."""
        check_settings(self)

    @property
    def uses_dropout(self) -> bool:
        """Never: the law that is scored must be the law that drew."""
        return False

    @property
    def needs_reference(self) -> bool:
        """Whether the policy that fine-tuning started from is asked for."""
        return self.kl_weight > 0

    def adapt(self, z: Float[np.ndarray, " row"], codec: Codec) -> "OnPolicy":
        """Return itself, after checking that the codec is ordered where that is needed."""
        if self.stratified and not codec.ordered:
            raise ValueError("Stratified draws need an ordered codec. Use stratified=False with this one.")
        return self

    def __call__(
        self,
        policy: Policy,
        memory: Memory,
        targets: Targets,
        reference: Reference | None = None,
        experience: Any = None,
    ) -> LossOutput:
        """Return the loss of a batch, on fresh draws or on those of an earlier step."""
        if experience is None:
            experience = self.collect(policy, memory, targets, reference)
        return self.surrogate(policy, memory, targets, experience)

    @torch.no_grad()
    def collect(
        self, policy: Policy, memory: Memory, targets: Targets, reference: Reference | None = None
    ) -> Experience:
        """Draw, reward and compare; no gradient.

        Raises
        ------
        ValueError
            If there is a KL weight and no reference.
        """
        started = time.perf_counter()
        draw = sample_stratified if self.stratified else sample
        rollout = draw(policy, memory, self.n_draws, temperature=self.temperature)
        rewards, advantage = self._judge(policy, memory, targets, rollout.tokens)
        spread = rewards.std(-1) if self.n_draws > 1 else torch.full_like(rewards[:, 0], torch.nan)
        seconds = time.perf_counter() - started
        metrics = {
            "reward_mean": rewards.mean(),
            "reward_spread": spread.mean(),
            "zero_spread_share": (spread <= SAME_REWARD).to(spread.dtype).mean(),
            "advantage_scale": advantage.abs().mean(),
            "draws_per_second": rewards.new_tensor(rewards.numel() / seconds),
        }
        if self.n_draws == 1:
            del metrics["reward_spread"], metrics["zero_spread_share"]
        reference_log_probs = None
        if self.needs_reference:
            if reference is None:
                raise ValueError("kl_weight needs a reference: the policy that fine-tuning starts from.")
            reference_log_probs = reference.policy.step_log_probs(reference.memory, rollout.tokens)
        return Experience(rollout, advantage, reference_log_probs, metrics)

    def surrogate(self, policy: Policy, memory: Memory, targets: Targets, experience: Experience) -> LossOutput:
        """Return the loss whose gradient is the estimate, from one pass over the prefixes of the draws."""
        rollout, metrics = experience.rollout, dict(experience.metrics)
        plain = policy.step_log_probs(memory, rollout.tokens)
        tempered = plain if self.temperature == 1 else torch.log_softmax(plain / self.temperature, dim=-1)
        chosen = tempered.gather(-1, rollout.tokens.unsqueeze(-1)).squeeze(-1)
        advantage = experience.advantage.to(chosen.dtype)
        if self.clip is None:
            loss = policy_gradient_loss(chosen, advantage)
        else:
            loss, clipped = clipped_loss(chosen, rollout.log_probs, advantage, self.clip)
            metrics["clip_share"] = clipped.mean()
        own = entropy(plain)
        metrics["entropy"] = own.detach().sum(-1).mean()
        cost = -self.entropy_weight * own
        if experience.reference_log_probs is not None:
            kl = kl_divergence(plain, experience.reference_log_probs)
            metrics["kl"] = kl.detach().sum(-1).mean()
            cost = cost + self.kl_weight * kl
        if self.entropy_weight or self.kl_weight:
            loss = loss + visited_cost_loss(cost, chosen)
        if self.expert_weight:
            expert, metrics["expert_prob"] = self._expert_loss(policy, targets, rollout.tokens, plain)
            loss = loss + self.expert_weight * expert
        return LossOutput(weighted_mean(loss.mean(-1), targets.weight), metrics, experience)

    def _judge(
        self, policy: Policy, memory: Memory, targets: Targets, tokens: Int64[Tensor, "batch draw step"]
    ) -> tuple[Tensor, Tensor]:
        """Return rewards and advantages of some draws."""
        reward = resolve_reward(self.reward)
        prediction, target = meet(reward, policy, policy.read(tokens, reward.units), targets)
        rewards = checked_rewards(reward, prediction, target)
        if self.baseline == "greedy":
            likely = policy.read(greedy(policy, memory).tokens, reward.units)
            advantage = rewards - checked_rewards(reward, *meet(reward, policy, likely, targets))
        elif self.baseline == "leave_one_out":
            is_group = hasattr(reward, "least_draws")
            advantage = rewards - (
                leave_one_out_of_group(reward, prediction, target) if is_group else leave_one_out_mean(rewards)
            )
        else:
            advantage = rewards - (rewards.mean(-1, keepdim=True) if self.baseline == "group_mean" else 0.0)
        return rewards, scaled_advantage(advantage, self.scale, targets.weight)

    def _expert_loss(
        self, policy: Policy, targets: Targets, tokens: Int64[Tensor, "batch draw step"], log_probs: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the cross-entropy towards the expert, mean over digits, and the probability of its choice."""
        wanted = expert_probs_along(
            policy, tokens, targets.z, self.expert_temperature, z_high=targets.z_high, log_probs=log_probs
        ).to(log_probs.dtype)
        safe = torch.where(wanted > 0, log_probs, 0.0)
        return -(wanted * safe).sum(-1).mean(-1), (wanted * log_probs.detach().exp()).sum(-1).mean()
