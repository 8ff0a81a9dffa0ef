"""By hand: codec, digit tree and policy; a law read in three ways; the credit of a digit; your own objective."""

# %% A codec writes numbers of the unit interval as digits; its tree holds every number it can write
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from digitwise import CrossEntropy, DecodingRegressor, NormalizedCodec, Tree
from digitwise.codecs import Codec, DigitTree
from digitwise.datasets import make_bimodal
from digitwise.nn import LossOutput, Memory, Targets
from digitwise.nn.loss_output import weighted_mean
from digitwise.objectives import SquaredErrorReward, digit_credit, leaf_rewards
from digitwise.policy import Policy, decode_quantiles, greedy, leaf_log_probs, leaf_probs, sample, sample_stratified

torch.manual_seed(0)
codec = NormalizedCodec(base=4, length=3)
tree = DigitTree(codec.grammar, codec.length)
z = torch.tensor([0.1, 0.5, 0.99], dtype=torch.float64)
print("digits:", codec.encode(z).tolist(), "back:", codec.decode(codec.encode(z)).tolist())
print(f"{tree.n_leaves} leaves below {tree.n_nodes} inner nodes")

# %% A policy is a next-token model under the codec's grammar. Toy: x = 0 gives low numbers, x = 1 two modes
policy = Policy(Tree().build(tree, memory_dim=2), codec, tree)
x = torch.randint(2, (2000,))
mode = torch.where(torch.rand(2000) < 0.5, 0.4, 0.8)
z_train = torch.where(x == 0, 0.15, mode) + 0.03 * torch.randn(2000)
targets = Targets(z=z_train.double(), weight=torch.ones(2000, dtype=torch.float64))


def memory_of(x: Tensor) -> Memory:
    return Memory(torch.nn.functional.one_hot(x, 2).float().unsqueeze(1))  # (batch, one memory token, dim)


optimizer = torch.optim.Adam(policy.parameters(), lr=0.1)
for _ in range(150):
    output = CrossEntropy()(policy, memory_of(x), targets)
    optimizer.zero_grad()
    output.loss.backward()
    optimizer.step()
print(f"cross-entropy: {output.loss.item():.3f} nats per number")

# %% The exact law: the probability of every leaf, in one pass
rows = memory_of(torch.tensor([0, 1]))
probs = leaf_probs(policy, rows).double()
numbers = codec.decode(tree.leaf_tokens)
exact_mean = probs @ numbers
print("exact mean:      ", exact_mean.numpy().round(4), "sum:", probs.sum(1).numpy().round(6))

# %% The same law by sampling: the error falls like one over the root of the draws, faster with one draw per slice
for n_draws in (16, 128, 1024):
    generator = torch.Generator().manual_seed(0)
    independent = codec.decode(sample(policy, rows, n_draws, generator=generator).tokens).mean(1)
    stratified = codec.decode(sample_stratified(policy, rows, n_draws, generator=generator).tokens).mean(1)
    errors = [(estimate - exact_mean).abs().max().item() for estimate in (independent, stratified)]
    print(f"{n_draws:5} draws: error of the mean {errors[0]:.4f}, stratified {errors[1]:.4f}")

# %% Quantiles digit by digit: `length` steps down the tree, no enumeration, the same answer
levels = torch.tensor([[0.05, 0.5, 0.95]], dtype=torch.float64)
decoded = codec.decode(decode_quantiles(policy, rows, levels).tokens)
leaf = torch.searchsorted(probs.cumsum(1), levels.expand(2, -1).contiguous(), right=True)
print("by decoding:     ", decoded.numpy().round(3).tolist())
print("by enumeration:  ", numbers[leaf].numpy().round(3).tolist())
likeliest, greedily = numbers[probs.argmax(1)], codec.decode(greedy(policy, rows).tokens)[:, 0]
print("greedy sequence: ", greedily.numpy().round(3), "likeliest leaf:", likeliest.numpy().round(3))


# %% The credit of a digit, exactly: what the expected reward gains or loses by it. Targets: 0.15 and, of two modes, 0.8
meant = Targets(z=torch.tensor([0.15, 0.8], dtype=torch.float64), weight=torch.ones(2, dtype=torch.float64))
credit = digit_credit(policy, rows, leaf_rewards(policy, meant, SquaredErrorReward()))
print("expected reward: ", credit.value[:, 0].numpy().round(3))
print("first digit adds:", credit.advantage[:, 0].double().numpy().round(3).tolist())


# %% An objective of your own: a frozen dataclass with `adapt` and a call. This one adds the exact CRPS on the leaves.
@dataclass(frozen=True, kw_only=True)
class CrossEntropyAndCrps:
    crps_weight: float = 10.0

    def adapt(self, z: np.ndarray, codec: Codec) -> "CrossEntropyAndCrps":
        if not codec.ordered:
            raise ValueError("The CRPS on the leaves needs an ordered codec.")
        return self

    def __call__(self, policy: Policy, memory: Memory, targets: Targets) -> LossOutput:
        entropy = CrossEntropy()(policy, memory, targets)
        cdf = leaf_log_probs(policy, memory).exp().cumsum(1)[:, :-1]  # at the inner edges of the leaves
        edges = policy.edges.to(cdf)
        reached = (targets.z.to(cdf).clamp(0, 1).unsqueeze(1) < edges[1:-1]).to(cdf)
        crps = ((cdf - reached) ** 2 * edges.diff()[1:]).sum(1)
        mean_crps = weighted_mean(crps, targets.weight)
        metrics = {"cross_entropy": entropy.loss.detach(), "crps_on_leaves": mean_crps.detach()}
        return LossOutput(entropy.loss + self.crps_weight * mean_crps, metrics)


# %% The estimator takes it like its own; the metrics it returns appear in the training log
train, test = make_bimodal(1000, random_state=0), make_bimodal(1000, random_state=1)
settings = {"max_epochs": 25, "random_state": 0, "n_jobs": 1}
for objective in ("cross_entropy", CrossEntropyAndCrps(crps_weight=20.0)):
    model = DecodingRegressor(objective=objective, **settings).fit(train.X, train.y)
    print(f"{objective}: test CRPS {model.predict_distribution(test.X).crps(test.y).mean():.3f}")
print("last epoch:", {name: round(value, 4) for name, value in model.history_[-1].items()})
