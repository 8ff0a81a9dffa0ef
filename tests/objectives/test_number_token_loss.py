"""Token-level losses that know digits as numbers: values by hand on two digits in base 3."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from digitwise import DIST2, NTLMSE, NTLWAS, CrossEntropy, LabelSmoothing, NormalizedCodec, NumberTokenLoss, SoftDigits
from digitwise.codecs import Codec, DigitTree
from digitwise.nn import Memory, Targets, Tree
from digitwise.objectives import Objective
from digitwise.policy import Policy
from tests.contracts.policies import NAMES, MixedRadixCodec, make_memory, make_policy

policies = pytest.mark.parametrize("name", NAMES)
Z = torch.tensor([0.6], dtype=torch.float64)  # cell 5 of 9: digits 1 2
FIRST, SECOND = [0.5, 0.3, 0.2], [0.1, 0.2, 0.7]  # laws of the first digit, and of the second after a 1


def by_hand(objective: Objective) -> float:
    """Return the loss of the number 1 2 under the laws above; those of other prefixes have no part in it."""
    codec = NormalizedCodec(base=3, length=2)
    tree = DigitTree(codec.grammar, codec.length)
    policy = Policy(Tree().build(tree, 4), codec, tree).double()
    with torch.no_grad():
        policy.model.bias.copy_(torch.randn(3, 4).double())
        policy.model.bias[:, 0] = torch.tensor(FIRST).log()
        policy.model.bias[:, tree.child[0, 1]] = torch.tensor(SECOND).log()
    memory = Memory(torch.zeros(1, 1, 4, dtype=torch.float64))
    return objective(policy, memory, Targets(Z, torch.ones(1, dtype=torch.float64))).loss.item()


CROSS_ENTROPY = -math.log(0.3) - math.log(0.7)


def kl_to(digit: int, law: list[float], temperature: float = 1.0) -> float:
    wanted = np.exp(-((np.arange(3) - digit) ** 2) / temperature)
    wanted /= wanted.sum()
    return float((wanted * np.log(wanted / np.array(law))).sum())


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        (NumberTokenLoss(distance="mse"), 0.3**2 + 0.4**2),  # expected digits 0.7 and 1.6
        (NumberTokenLoss(distance="was"), 0.7 + 0.4),  # half is one off and a fifth too; 0.1 is two off, 0.2 one
        (NumberTokenLoss(distance="was", digit_weights=(10.0, 1.0)), 7.4),
        (NumberTokenLoss(distance="mse", digit_weights="place_value"), 1.5 * 0.09 + 0.5 * 0.16),
        (NTLMSE(), CROSS_ENTROPY + 0.3 * 0.25),
        (NTLWAS(), CROSS_ENTROPY + 0.3 * 1.1),
        (NTLWAS(weight=2.0), CROSS_ENTROPY + 2.2),
        (SoftDigits(), kl_to(1, FIRST) + kl_to(2, SECOND)),
        (SoftDigits(temperature=4.0), kl_to(1, FIRST, 4.0) + kl_to(2, SECOND, 4.0)),
        (SoftDigits(digit_weights="place_value"), 1.5 * kl_to(1, FIRST) + 0.5 * kl_to(2, SECOND)),
        (DIST2(), CROSS_ENTROPY + 0.1 * (kl_to(1, FIRST) + kl_to(2, SECOND))),
        (LabelSmoothing(share=0.25), 0.75 * CROSS_ENTROPY + 0.25 * (kl_to(1, FIRST) + kl_to(2, SECOND))),
        (CrossEntropy(), CROSS_ENTROPY),
        (CrossEntropy(digit_weights="place_value"), -1.5 * math.log(0.3) - 0.5 * math.log(0.7)),
        (CrossEntropy(digit_weights=(0.0, 2.0)), -2 * math.log(0.7)),
    ],
)
def test_losses_by_hand(objective: Objective, expected: float) -> None:
    assert by_hand(objective) == pytest.approx(expected, rel=1e-6)


def step_laws(policy: Policy, z: Tensor) -> tuple[Tensor, Tensor]:
    """Return each digit's law, given the target's digits before it, and the target's digits."""
    tokens = policy.codec.encode(z)
    return policy.step_log_probs(make_memory(len(z)), tokens.unsqueeze(1)).squeeze(1).exp(), tokens


@policies
def test_losses_on_any_policy_are_the_formulas(name: str) -> None:
    policy, z = make_policy(name), torch.linspace(0, 1, 7, dtype=torch.float64)
    targets = Targets(z, torch.linspace(0.5, 1.5, 7, dtype=torch.float64))
    probs, tokens = step_laws(policy, z)
    digits = torch.arange(policy.codec.vocab_size).double()
    mse = (((probs * digits).sum(-1) - tokens) ** 2).sum(-1)
    was = (probs * (digits - tokens.unsqueeze(-1)).abs()).sum(-1).sum(-1)
    for distance, losses in (("mse", mse), ("was", was)):
        found = NumberTokenLoss(distance=distance)(policy, make_memory(7), targets).loss
        torch.testing.assert_close(found, (losses * targets.weight).mean())


def test_was_is_the_wasserstein_distance_to_the_digit() -> None:
    """``∫ |F - 1[d* <= .]|``: the distance in cdfs."""
    policy, z = make_policy("tree-10x3"), torch.linspace(0, 1, 7, dtype=torch.float64)
    probs, tokens = step_laws(policy, z)
    reached = (torch.arange(10) >= tokens.unsqueeze(-1)).double()
    distance = (probs.cumsum(-1) - reached).abs()[..., :-1].sum((1, 2)).mean()
    targets = Targets(z, torch.ones(7, dtype=torch.float64))
    torch.testing.assert_close(NumberTokenLoss()(policy, make_memory(7), targets).loss, distance)


@policies
@pytest.mark.parametrize("share", [0.1, 0.4])
def test_label_smoothing_is_cross_entropy_against_mixed_digits(name: str, share: float) -> None:
    """Up to the entropy of the spread, which has no gradient; and DIST² up to a factor."""
    policy, z = make_policy(name), torch.linspace(0, 1, 7, dtype=torch.float64)
    targets, memory = Targets(z, torch.ones(7, dtype=torch.float64)), make_memory(7)
    tokens, digits = policy.codec.encode(z), torch.arange(policy.codec.vocab_size)
    log_probs = policy.step_log_probs(memory, tokens.unsqueeze(1)).squeeze(1)
    log_probs, allowed = torch.where(log_probs.isneginf(), 0.0, log_probs), ~log_probs.isneginf()
    spread = torch.exp(-((digits - tokens.unsqueeze(-1)) ** 2).double()) * allowed
    own = (digits == tokens.unsqueeze(-1)).double()
    mixed = (1 - share) * own + share * spread / spread.sum(-1, keepdim=True)
    cross_entropy = -(mixed * log_probs).sum((1, 2)).mean()
    smoothed = LabelSmoothing(share=share)(policy, memory, targets).loss
    dist2 = (1 - share) * DIST2(weight=share / (1 - share))(policy, memory, targets).loss
    parameters = list(policy.parameters())
    expected = torch.autograd.grad(cross_entropy, parameters, allow_unused=True)
    for loss in (smoothed, dist2):
        for first, second in zip(torch.autograd.grad(loss, parameters, allow_unused=True), expected, strict=True):
            torch.testing.assert_close(first, second)


def test_forbidden_digits_get_no_share_of_the_target() -> None:
    """After two digits of three the mixed codec allows 0 and 1 only: a law that gives them their share is perfect."""
    codec = MixedRadixCodec()
    tree = DigitTree(codec.grammar, codec.length)
    policy = Policy(Tree().build(tree, 4), codec, tree).double()
    z = torch.tensor([0.01], dtype=torch.float64)  # digits 0 0 0
    with torch.no_grad():
        for node, step in zip(tree.leaf_nodes[0], range(3), strict=True):
            policy.model.bias[:, node] = -(torch.arange(3.0).double() ** 2) + step  # logits may be shifted
    memory = Memory(torch.zeros(1, 1, 4, dtype=torch.float64))
    loss = SoftDigits()(policy, memory, Targets(z, torch.ones(1, dtype=torch.float64))).loss
    assert loss.item() == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("codec", [NormalizedCodec(base=3, length=4), NormalizedCodec(base=10, length=2)])
def test_place_values_fall_by_the_base_and_average_to_one(codec: Codec) -> None:
    tree = DigitTree(codec.grammar, codec.length)
    policy = Policy(Tree().build(tree, 4), codec, tree).double()
    memory, targets = Memory(torch.zeros(1, 1, 4, dtype=torch.float64)), Targets(Z, torch.ones(1, dtype=torch.float64))
    with torch.no_grad():
        policy.model.bias.zero_()
    one_digit = math.log(codec.vocab_size)  # uniform: all digits lose the same
    alone = [
        CrossEntropy(digit_weights=tuple(float(step == place) for step in range(codec.length))) for place in (0, 1)
    ]
    assert [objective(policy, memory, targets).loss.item() for objective in alone] == pytest.approx([one_digit] * 2)
    weighted = CrossEntropy(digit_weights="place_value")(policy, memory, targets).loss.item()
    assert weighted == pytest.approx(one_digit * codec.length)
    with torch.no_grad():
        policy.model.bias[:, 0] = torch.where(torch.arange(codec.vocab_size) == codec.encode(Z)[0, 0], 50.0, 0.0)
    falling = [codec.vocab_size**-place for place in range(codec.length)]
    rest = CrossEntropy(digit_weights="place_value")(policy, memory, targets).loss.item()  # the first digit is known
    assert rest == pytest.approx(one_digit * codec.length * sum(falling[1:]) / sum(falling))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SoftDigits(temperature=0.0), "temperature must be positive and finite, but got 0.0"),
        (lambda: SoftDigits(temperature=math.nan), "temperature must be positive and finite, but got nan"),
        (lambda: DIST2(temperature=-1.0), "temperature must be positive and finite, but got -1.0"),
        (lambda: LabelSmoothing(share=0.0), "share must lie between 0 and 1, but got 0.0"),
        (lambda: LabelSmoothing(share=1.0), "share must lie between 0 and 1, but got 1.0"),
        (lambda: NTLWAS(weight=0.0), "Weights must be positive and finite, but NumberTokenLoss.* has 0.0"),
        (lambda: NumberTokenLoss(digit_weights=(0.0, 0.0)), "digit_weights must be non-negative and not all zero"),
        (lambda: SoftDigits(digit_weights=(1.0, -1.0)), "digit_weights must be non-negative and not all zero"),
        (lambda: CrossEntropy(digit_weights=()), "digit_weights must be non-negative and not all zero"),
    ],
)
def test_impossible_settings_are_named(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("kind", [CrossEntropy, NumberTokenLoss, SoftDigits])
def test_there_must_be_one_weight_per_digit(kind: Any) -> None:
    codec, z = NormalizedCodec(base=3, length=2), np.zeros(3)
    with pytest.raises(ValueError, match=r"one weight per digit \(2\), but holds 3"):
        kind(digit_weights=(1.0, 1.0, 1.0)).adapt(z, codec)
    with pytest.raises(ValueError, match=r"one weight per digit \(2\), but holds 3"):
        (CrossEntropy() + kind(digit_weights=(1.0, 1.0, 1.0))).adapt(z, codec)
    for weights in ((1.0, 1.0), "place_value", None):
        assert kind(digit_weights=weights).adapt(z, codec) == kind(digit_weights=weights)
