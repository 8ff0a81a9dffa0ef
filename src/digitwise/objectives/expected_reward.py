"""The expected reward and its exact gradient: what every sampled objective estimates."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from digitwise.codecs.codec import Codec
from digitwise.nn.loss_output import LossOutput, Targets, weighted_mean
from digitwise.nn.memory import Memory
from digitwise.objectives.by_draws import exact_or_by_draws
from digitwise.objectives.expert import expert_probs
from digitwise.objectives.group_rewards import CRPSGainReward, EnergyScoreReward
from digitwise.objectives.intervals import meet, numbers_and_targets
from digitwise.objectives.named_rewards import resolve_reward
from digitwise.objectives.objective import Objective
from digitwise.objectives.on_policy import OnPolicy
from digitwise.objectives.on_policy_checks import check_terms
from digitwise.objectives.policy_gradient import entropy, kl_divergence
from digitwise.objectives.proper_scores import crps_of_atoms
from digitwise.objectives.reference import Reference
from digitwise.objectives.rewards import Reward, checked_rewards
from digitwise.objectives.weighted_sum import Combinable
from digitwise.policy.policy import Policy


@dataclass(frozen=True, kw_only=True)
class ExpectedReward(Combinable):
    """Minus the expected reward of the exact law, with the companions of `OnPolicy`, as sums over the digit tree.

    Parameters
    ----------
    reward
        Name or object; any reward of single numbers. A reward of groups has the expected gradient of its draws.
    temperature
        Of the law that the expectation is over.
    expert_weight, expert_temperature, kl_weight, entropy_weight
        As for `OnPolicy`. As there, the expert's prefixes are those that the policy comes by, which it does not answer
        for.
    n_draws
        Size of the group, for rewards of groups that depend on it.

    Raises
    ------
    ValueError
        If settings are out of range, or a reward of groups has no exact form.

    Notes
    -----
    A reward of single numbers is linear in the law, so a point mass is best: of squared error at the conditional mean.
    `CRPS` is the exact counterpart that keeps the law. Of a target of which only an interval is known, the target of a
    number is the nearest point of the interval.

    Examples
    --------
    >>> ExpectedReward(reward="absolute_error").reward
    'absolute_error'
    """

    reward: str | Reward = "squared_error"
    temperature: float = 1.0
    expert_weight: float = 0.0
    expert_temperature: float | None = None
    kl_weight: float = 0.0
    entropy_weight: float = 0.0
    n_draws: int = 16
    takes_intervals: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the settings."""
        reward = resolve_reward(self.reward)
        if hasattr(reward, "least_draws") and not isinstance(reward, CRPSGainReward | EnergyScoreReward):
            raise ValueError(f"{self.reward} rewards groups of draws and has no exact form. Use OnPolicy.")
        check_terms(self, positive=("temperature", "expert_temperature"))
        if self.n_draws < 1:
            raise ValueError(f"n_draws must be at least 1, but got {self.n_draws}.")

    @property
    def uses_dropout(self) -> bool:
        """It may: nothing is drawn."""
        return True

    @property
    def needs_reference(self) -> bool:
        """Whether the policy that fine-tuning started from is asked for."""
        return self.kl_weight > 0

    @property
    def n_updates(self) -> int:
        """One optimiser step on each batch."""
        return 1

    def adapt(self, z: Float[np.ndarray, " row"], codec: Codec) -> Objective:
        """Return itself; in a codec with too many numbers to list, its counterpart on draws."""
        sampled = OnPolicy(
            reward=self.reward,
            baseline="leave_one_out",
            n_draws=max(self.n_draws, 3),
            temperature=self.temperature,
            expert_weight=self.expert_weight,
            expert_temperature=self.expert_temperature,
            kl_weight=self.kl_weight,
            entropy_weight=self.entropy_weight,
        )
        return exact_or_by_draws(self, sampled, codec)

    def __call__(
        self,
        policy: Policy,
        memory: Memory,
        targets: Targets,
        reference: Reference | None = None,
        experience: Any = None,
    ) -> LossOutput:
        """Return the loss of a batch.

        Raises
        ------
        ValueError
            If there is a KL weight and no reference.
        """
        plain = policy.node_log_probs(memory)
        tempered = plain if self.temperature == 1 else torch.log_softmax(plain / self.temperature, dim=-1)
        probs = policy.tree.leaf_sums(tempered).exp()
        loss, metrics = self._reward_loss(policy, probs, targets)
        if self.entropy_weight or self.kl_weight or self.expert_weight:
            visits = policy.tree.node_sums(tempered).exp()  # the probability of coming by each inner node
            own = (visits * entropy(plain)).sum(1)
            metrics["entropy"] = own.detach().mean()
            loss = loss - self.entropy_weight * own
            if self.kl_weight:
                if reference is None:
                    raise ValueError("kl_weight needs a reference: the policy that fine-tuning starts from.")
                with torch.no_grad():
                    earlier = reference.policy.node_log_probs(reference.memory)
                kl = (visits * kl_divergence(plain, earlier)).sum(1)
                metrics["kl"] = kl.detach().mean()
                loss = loss + self.kl_weight * kl
            if self.expert_weight:
                nodes = torch.arange(policy.tree.n_nodes, device=plain.device).expand(len(plain), -1)
                wanted = expert_probs(
                    policy, nodes, targets.z, self.expert_temperature, z_high=targets.z_high, log_probs=plain
                ).to(plain.dtype)
                chosen = -(wanted * torch.where(wanted > 0, plain, 0.0)).sum(-1)
                loss = loss + self.expert_weight * (visits.detach() * chosen).sum(1) / policy.tree.length
        return LossOutput(weighted_mean(loss, targets.weight), metrics)

    def _reward_loss(
        self, policy: Policy, probs: Float[Tensor, "batch leaf"], targets: Targets
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return minus the expected reward of each row, and what to log about it."""
        reward = resolve_reward(self.reward)
        if isinstance(reward, EnergyScoreReward | CRPSGainReward):
            values, target = (part.to(probs.dtype) for part in numbers_and_targets(policy, targets, reward.units))
            if isinstance(reward, EnergyScoreReward):
                return crps_of_atoms(probs, values, target), {}
            share = (self.n_draws - 1) / self.n_draws
            return crps_of_atoms(probs, values, target, share) / self.n_draws, {}
        rewards = leaf_rewards(policy, targets, reward).to(probs.dtype)
        mean = (probs * rewards).sum(1)
        spread = (probs * (rewards - mean.unsqueeze(1)) ** 2).sum(1).detach().sqrt()
        return -mean, {"reward_mean": mean.detach().mean(), "reward_spread": spread.mean()}


def leaf_rewards(policy: Policy, targets: Targets, reward: Reward) -> Float[Tensor, "batch leaf"]:
    """Return the reward of every number that could be written, without gradient."""
    values = policy.line.numbers(reward.units).expand(len(targets.z), -1)
    return checked_rewards(reward, *meet(reward, policy, values, targets))
