"""Policies: laws over digit sequences, and the ways to read them."""

from digitwise.policy.best_first import BestFirst, best_first, coarse_to_fine
from digitwise.policy.chain import Chain
from digitwise.policy.chain_laws import conditional_probs, joint_draws
from digitwise.policy.enumeration import leaf_log_probs, leaf_probs
from digitwise.policy.frontier import Frontier
from digitwise.policy.frontier_law import DataUnits, frontier_law
from digitwise.policy.intervals import interval_log_prob
from digitwise.policy.policy import Policy
from digitwise.policy.quantile_decoding import decode_quantiles, sample_stratified
from digitwise.policy.rollout import Rollout
from digitwise.policy.sampling import greedy, sample

__all__ = [
    "BestFirst",
    "Chain",
    "DataUnits",
    "Frontier",
    "Policy",
    "Rollout",
    "best_first",
    "coarse_to_fine",
    "conditional_probs",
    "decode_quantiles",
    "frontier_law",
    "greedy",
    "interval_log_prob",
    "joint_draws",
    "leaf_log_probs",
    "leaf_probs",
    "sample",
    "sample_stratified",
]
