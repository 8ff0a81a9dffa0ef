"""A check that anyone can run on an objective: whether it estimates what it should.

On a toy policy whose whole law can be written down, the mean gradient of many draws is held against the exact one.
"Silently did nothing" and "silently did something else" both show.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from digitwise.codecs.codec import Codec
from digitwise.codecs.normalized import NormalizedCodec
from digitwise.codecs.tree import DigitTree
from digitwise.nn.decoders import Tree
from digitwise.nn.loss_output import Targets
from digitwise.nn.memory import Memory
from digitwise.objectives.expected_reward import ExpectedReward
from digitwise.objectives.group_rewards import CRPSGainReward
from digitwise.objectives.named_rewards import resolve_reward
from digitwise.objectives.objective import Objective, call_objective
from digitwise.objectives.on_policy import OnPolicy
from digitwise.objectives.reference import Reference
from digitwise.objectives.weighted_sum import WeightedSum
from digitwise.policy.policy import Policy

ROWS, MEMORY_DIM, COPIES = 3, 4, 64
NOISE_ALLOWED = 2.0
"""A mean gradient within so many lengths of its own noise of the exact one counts as equal to it."""
STEPS, RATE = 60, 0.03


@dataclass(frozen=True)
class ObjectiveCheck:
    """What `check_objective` found.

    Parameters
    ----------
    verdict
        In words.
    passed
        Whether the gradient is the exact one, or a multiple of it, and training on it improves the exact objective.
    factor
        The mean gradient as a multiple of the exact one, by least squares; NaN if there is nothing to compare with.
    cosine
        Of the angle between the two.
    error, noise
        Length of their difference, and of the mean's standard error, both over that of the exact gradient.
    before, after
        The exact objective before and after some steps with the checked one; lower is better.
    """

    verdict: str
    passed: bool
    factor: float
    cosine: float
    error: float
    noise: float
    before: float
    after: float

    def __str__(self) -> str:
        """Return the figures, one a line, under the verdict."""
        rows = {
            "gradient / exact gradient": self.factor,
            "cosine of the angle": self.cosine,
            "relative difference": self.error,
            "standard error of the mean": self.noise,
            "exact objective before": self.before,
            f"... after {STEPS} steps": self.after,
        }
        width = max(map(len, rows))
        return "\n".join([self.verdict, *(f"  {name.ljust(width)}  {value:10.4f}" for name, value in rows.items())])


def check_objective(
    objective: Objective,
    *,
    exact: Objective | None = None,
    codec: Codec | None = None,
    n_repeats: int = 100,
    random_state: int = 0,
    verbose: bool = True,
) -> ObjectiveCheck:
    """Compare an objective's gradient with the exact one on a toy policy, and print a verdict.

    Parameters
    ----------
    objective
        Any objective: of the library, a sum, or one's own.
    exact
        What it should estimate, without sampling. By default its counterpart on the digit tree where the library knows
        one (`OnPolicy` and sums with it); an objective that does not sample is held against differences of its own
        loss.
    codec
        Of the toy policy; 16 leaves in base 4 by default.
    n_repeats
        Mean gradients are taken over so many losses of 192 rows.
    random_state
        Of the toy policy and of the draws.
    verbose
        Whether to print what was found.

    Raises
    ------
    FloatingPointError
        If a loss or a gradient is not finite.
    ValueError
        If the loss has no gradient.

    Examples
    --------
    >>> from digitwise import GRPO, RLOO
    >>> check_objective(RLOO(n_draws=4), n_repeats=50, verbose=False).verdict
    'Unbiased: the mean gradient is the exact one.'
    >>> shrunk = check_objective(GRPO(n_draws=4, divide_by_std=False), n_repeats=50, verbose=False)
    >>> round(shrunk.factor, 1)  # (K - 1) / K
    0.8
    """
    codec = NormalizedCodec(base=4, length=2) if codec is None else codec
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(random_state)
        policy, memory, targets = _toy(codec)
        other = _toy(codec)[0]
        objective = objective.adapt(targets.z.numpy(), codec)
        standard = exact_counterpart(objective) if exact is None else exact.adapt(targets.z.numpy(), codec)
        few = _Batch(memory, targets, Reference(other, memory))
        many = few.repeated()
        gradients = torch.stack([_gradient(objective, policy, many) for _ in range(n_repeats)])
        mean, error = gradients.mean(0), gradients.std(0) / math.sqrt(n_repeats)
        if exact is None and standard is objective:
            right, what = _differences(objective, policy, few), "that of differences of its own loss"
        else:
            right, what = _gradient(standard, policy, few), "the exact one"
        before = float(few.loss(standard, policy).detach())
        _train(objective, policy, many)
        after = float(few.loss(standard, policy).detach())
    found = _compare(mean, error, right, what, before, after)
    if verbose:
        print(found)
    return found


def exact_counterpart(objective: Objective) -> Objective:
    """Return what an objective estimates, without sampling; itself if it does not sample.

    Scaled advantages have none: they are held against the unscaled gradient.
    """
    if isinstance(objective, OnPolicy):
        # The group's mean gain, as a baseline, rests on the draw too: what is left is a gain in a smaller group.
        is_smaller = isinstance(resolve_reward(objective.reward), CRPSGainReward) and objective.baseline == "group_mean"
        return ExpectedReward(
            reward=objective.reward,
            temperature=objective.temperature,
            expert_weight=objective.expert_weight,
            expert_temperature=objective.expert_temperature,
            kl_weight=objective.kl_weight,
            entropy_weight=objective.entropy_weight,
            n_draws=objective.n_draws - is_smaller,
        )
    if isinstance(objective, WeightedSum):
        terms = tuple((weight, exact_counterpart(term)) for weight, term in objective.terms)
        same = all(new is old for (_, new), (_, old) in zip(terms, objective.terms, strict=True))
        return objective if same else WeightedSum(terms=terms)
    return objective


@dataclass(frozen=True)
class _Batch:
    """Rows, and a reference that looks at the same ones."""

    memory: Memory
    targets: Targets
    reference: Reference

    def repeated(self) -> "_Batch":
        """Return many copies of the rows."""
        memory = Memory(self.memory.features.repeat(COPIES, 1, 1))
        z = self.targets.z.repeat(COPIES)
        return _Batch(memory, Targets(z, torch.ones_like(z)), Reference(self.reference.policy, memory))

    def loss(self, objective: Objective, policy: Policy) -> Tensor:
        """Return an objective's loss."""
        return call_objective(objective, policy, self.memory, self.targets, self.reference).loss


def _toy(codec: Codec) -> tuple[Policy, Memory, Targets]:
    """Return a random policy far from uniform, features and targets; float64."""
    tree = DigitTree(codec.grammar, codec.length)
    policy = Policy(Tree().build(tree, MEMORY_DIM), codec, tree).double().eval()
    with torch.no_grad():
        for parameter in policy.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.7)
    features = torch.randn(ROWS, 1, MEMORY_DIM, dtype=torch.float64)
    z = torch.linspace(0.2, 0.8, ROWS, dtype=torch.float64)
    return policy, Memory(features), Targets(z, torch.ones(ROWS, dtype=torch.float64))


def _gradient(objective: Objective, policy: Policy, batch: _Batch) -> Tensor:
    loss = batch.loss(objective, policy)
    if not loss.requires_grad:
        raise ValueError("The loss must have a gradient with respect to the policy, but has none.")
    gradient = torch.cat([part.flatten() for part in torch.autograd.grad(loss, list(policy.parameters()))])
    if not (torch.isfinite(loss) and torch.isfinite(gradient).all()):
        raise FloatingPointError(f"Loss and gradient must be finite, but the loss is {loss.item()}.")
    return gradient


def _differences(objective: Objective, policy: Policy, batch: _Batch, step: float = 1e-5) -> Tensor:
    """Return the gradient by central differences."""
    slopes = []
    with torch.no_grad():
        for parameter in policy.parameters():
            flat = parameter.view(-1)
            for place in range(len(flat)):
                losses = []
                for sign in (1, -1):
                    flat[place] += sign * step
                    losses.append(batch.loss(objective, policy))
                    flat[place] -= sign * step
                slopes.append((losses[0] - losses[1]) / (2 * step))
    return torch.stack(slopes)


def _train(objective: Objective, policy: Policy, batch: _Batch) -> None:
    optimizer = torch.optim.Adam(policy.parameters(), lr=RATE)
    for _ in range(STEPS):
        loss = batch.loss(objective, policy)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()


def _compare(mean: Tensor, error: Tensor, right: Tensor, what: str, before: float, after: float) -> ObjectiveCheck:
    """Return the verdict on a mean gradient and its standard error."""
    length = float(right.norm())
    noise = float(error.norm())
    factor = float(mean @ right) / length**2 if length else math.nan
    cosine = float(mean @ right / (mean.norm() * length)) if length and mean.norm() else math.nan
    allowed = NOISE_ALLOWED * noise + 1e-4 * length
    if length <= 1e-12:
        verdict, passed = f"Nothing to compare: {what} is zero on the toy problem.", False
    elif float((mean - right).norm()) <= allowed:
        verdict, passed = f"Unbiased: the mean gradient is {what}.", True
    elif factor > 0 and float((mean - factor * right).norm()) <= allowed:
        verdict, passed = f"In the right direction: the mean gradient is {factor:.3f} times {what}.", True
    else:
        verdict, passed = f"Biased: the mean gradient is no multiple of {what} (cosine {cosine:.3f}).", False
    if not after < before:
        verdict, passed = verdict + " Training on it does not improve the exact objective.", False
    relative = float((mean - right).norm()) / length if length else math.nan
    return ObjectiveCheck(
        verdict, passed, factor, cosine, relative, noise / length if length else np.nan, before, after
    )
