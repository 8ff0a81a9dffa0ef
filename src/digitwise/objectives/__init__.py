"""Objectives: what is minimised, token by token or number by number, exactly or on draws."""

from digitwise.objectives.check import ObjectiveCheck, check_objective, exact_counterpart
from digitwise.objectives.credit import DigitCredit, digit_credit
from digitwise.objectives.cross_entropy import CrossEntropy
from digitwise.objectives.dar import DAR, EnergyScore
from digitwise.objectives.decoding_head import DecodingHead
from digitwise.objectives.dist2 import DIST2, LabelSmoothing, SoftDigits
from digitwise.objectives.expected_reward import ExpectedReward, leaf_rewards
from digitwise.objectives.expert import expert_probs, expert_tokens
from digitwise.objectives.genre2 import GenRe2
from digitwise.objectives.group_rewards import CRPSGainReward, EnergyScoreReward
from digitwise.objectives.grpo import GRPO
from digitwise.objectives.joint_head import JointHead
from digitwise.objectives.named_rewards import REWARDS
from digitwise.objectives.number_token_loss import NTLMSE, NTLWAS, NumberTokenLoss
from digitwise.objectives.objective import Objective, SequenceObjective
from digitwise.objectives.on_policy import OnPolicy
from digitwise.objectives.ppo import PPO
from digitwise.objectives.proper_scores import CRPS
from digitwise.objectives.raft import RAFT
from digitwise.objectives.reference import Reference
from digitwise.objectives.remax import ReMax
from digitwise.objectives.rewards import (
    AbsoluteErrorReward,
    CustomReward,
    HuberReward,
    IntervalReward,
    KernelReward,
    LogErrorReward,
    PinballReward,
    RelativeErrorReward,
    Reward,
    SquaredErrorReward,
)
from digitwise.objectives.rloo import RLOO
from digitwise.objectives.smoothed_targets import SmoothedCrossEntropy
from digitwise.objectives.weighted_sum import WeightedSum

__all__ = [
    "CRPS",
    "DAR",
    "DIST2",
    "GRPO",
    "NTLMSE",
    "NTLWAS",
    "PPO",
    "RAFT",
    "REWARDS",
    "RLOO",
    "AbsoluteErrorReward",
    "CRPSGainReward",
    "CrossEntropy",
    "CustomReward",
    "DecodingHead",
    "DigitCredit",
    "EnergyScore",
    "EnergyScoreReward",
    "ExpectedReward",
    "GenRe2",
    "HuberReward",
    "IntervalReward",
    "KernelReward",
    "JointHead",
    "LabelSmoothing",
    "LogErrorReward",
    "NumberTokenLoss",
    "Objective",
    "ObjectiveCheck",
    "OnPolicy",
    "PinballReward",
    "ReMax",
    "Reference",
    "RelativeErrorReward",
    "Reward",
    "SequenceObjective",
    "SmoothedCrossEntropy",
    "SoftDigits",
    "SquaredErrorReward",
    "WeightedSum",
    "check_objective",
    "digit_credit",
    "exact_counterpart",
    "expert_probs",
    "expert_tokens",
    "leaf_rewards",
]
