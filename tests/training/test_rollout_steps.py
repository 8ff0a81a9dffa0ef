"""Steps on draws: several on one rollout, none with dropout, some beside a frozen reference."""

import copy
import math
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch

from digitwise import CRPS, PPO, CrossEntropy, OnPolicy, ReMax
from digitwise.nn import LossOutput
from digitwise.objectives import Objective
from digitwise.training import FitResult, Network, TrainingSettings, epoch_steps, fit, make_optimizer
from digitwise.training.schedules import warmup_cosine
from tests.training.toy import make_decoder, make_network, make_rows, make_settings, same_weights, validate, weights_of


def run(network: Network, settings: TrainingSettings, reference: Network | None = None) -> FitResult:
    return fit(network, make_rows(), settings, validate=validate, select_by="rmse", reference=reference)


@dataclass
class Collected:
    """Which experiences were made, and which were used."""

    made: list[Any] = field(default_factory=list)
    used: list[Any] = field(default_factory=list)


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Collected:
    record, collect, surrogate = Collected(), OnPolicy.collect, OnPolicy.surrogate

    def collecting(self: OnPolicy, *arguments: Any) -> Any:
        record.made.append(collect(self, *arguments))
        return record.made[-1]

    def using(self: OnPolicy, policy: Any, memory: Any, targets: Any, experience: Any) -> LossOutput:
        record.used.append(experience)
        return surrogate(self, policy, memory, targets, experience)

    monkeypatch.setattr(OnPolicy, "collect", collecting)
    monkeypatch.setattr(OnPolicy, "surrogate", using)
    return record


@pytest.mark.parametrize("n_updates", [1, 3])
def test_each_batch_is_drawn_once_and_stepped_on_several_times(collected: Collected, n_updates: int) -> None:
    network, settings = make_decoder(PPO(n_draws=4, n_updates=n_updates)), make_settings(batch_size=16)
    rates, rows = [], []
    optimizer = make_optimizer(network, settings)
    for epoch in (1, 2):
        for step in epoch_steps(network, optimizer, make_rows(), settings, epoch):
            rates.append(step.learning_rate)
            rows.append(step.n_rows)
    n_batches = 2 * 3
    assert len(collected.made) == n_batches
    assert [id(e) for e in collected.used] == [id(e) for e in collected.made for _ in range(n_updates)]
    assert [row for row in rows[::n_updates] for _ in range(n_updates)] == rows
    assert sum(rows) == 2 * 50 * n_updates
    expected = [1e-2 * warmup_cosine(step, 18 * n_updates, 0.05, 0.02) for step in range(len(rates))]
    assert rates == pytest.approx(expected)  # one schedule over all steps


def test_later_steps_on_a_rollout_are_off_policy_and_so_clipped() -> None:
    network = make_decoder(PPO(n_draws=8, n_updates=4, clip=0.05))
    settings = make_settings(learning_rate=0.1, warmup_fraction=0.0)
    steps = list(epoch_steps(network, make_optimizer(network, settings), make_rows(), settings, 1))
    shares = torch.stack([step.metrics["clip_share"] for step in steps]).view(3, 4)
    assert (shares[:, 0] == 0).all()
    assert (shares[:, 1:] > 0).all()


def test_what_an_objective_logs_about_its_draws_is_in_the_history() -> None:
    row = run(make_decoder(PPO(n_draws=4, n_updates=2)), make_settings(max_epochs=1)).history[0]
    names = {"reward_mean", "reward_spread", "zero_spread_share", "advantage_scale", "clip_share", "entropy"}
    assert names <= set(row)
    assert all(math.isfinite(value) for value in row.values())
    assert 0 < row["entropy"] < 3 * math.log(3)


@pytest.mark.parametrize(
    ("objective", "uses_dropout"),
    [
        (CrossEntropy(), True),
        (CRPS(), True),
        (CrossEntropy() + CRPS(), True),
        (ReMax(n_draws=2), False),
        (PPO(n_draws=2), False),
        (CrossEntropy() + ReMax(n_draws=2), False),
    ],
)
def test_dropout_is_off_where_draws_are_scored(objective: Objective, uses_dropout: bool) -> None:
    network, settings = make_decoder(objective, dropout=0.5), make_settings()
    assert network.uses_dropout == uses_dropout
    for _ in epoch_steps(network, make_optimizer(network, settings), make_rows(), settings, 1):
        assert {module.training for module in network.modules()} == {uses_dropout}


def test_without_dropout_the_law_that_is_scored_is_the_law_that_drew(collected: Collected) -> None:
    network, settings = make_decoder(ReMax(n_draws=4), dropout=0.5), make_settings(learning_rate=1e-12, batch_size=50)
    list(epoch_steps(network, make_optimizer(network, settings), make_rows(), settings, 1))
    list(epoch_steps(network, make_optimizer(network, settings), make_rows(), settings, 1))
    first, second = collected.made
    torch.testing.assert_close(first.rollout.log_probs, second.rollout.log_probs, rtol=1e-5, atol=1e-6)


def test_baseline_heads_train_with_dropout_and_one_step_a_batch() -> None:
    network = make_network()
    assert (network.uses_dropout, network.n_updates) == (True, 1)


def test_the_reference_is_asked_only_by_objectives_that_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, refer = [], Network.refer
    monkeypatch.setattr(Network, "refer", lambda self, rows: asked.append(self) or refer(self, rows))
    reference, settings = make_decoder(CrossEntropy(), seed=3).eval(), make_settings()
    for objective, times in ((ReMax(n_draws=2), 0), (OnPolicy(n_draws=2, kl_weight=0.1), 3), (CrossEntropy(), 0)):
        network = make_decoder(objective)
        list(epoch_steps(network, make_optimizer(network, settings), make_rows(), settings, 1, reference))
        assert asked == [reference] * times
        asked.clear()


def test_the_reference_stays_as_it_was_and_holds_the_policy_back() -> None:
    reference = make_decoder(CrossEntropy(), dropout=0.0).eval()
    before = weights_of(reference)

    def kl_after(weight: float) -> float:
        network = copy.deepcopy(reference)
        network.head.objective = OnPolicy(n_draws=8, kl_weight=weight)
        history = run(network, make_settings(max_epochs=8), reference=reference).history
        return float(history[-1]["kl"])

    free, held = kl_after(1e-9), kl_after(1.0)
    assert free > 4 * held > 0
    assert same_weights(before, weights_of(reference))
    assert all(parameter.grad is None for parameter in reference.parameters())


def test_only_decoders_can_be_referred_to() -> None:
    with pytest.raises(TypeError, match="Only decoding heads can be referred to, but this is a PointwiseHead"):
        make_network().refer(make_rows())


def test_the_same_seed_gives_the_same_draws() -> None:
    def after(seed: int) -> dict[str, torch.Tensor]:
        network = make_decoder(ReMax(n_draws=4))
        run(network, make_settings(max_epochs=2, seed=seed))
        return weights_of(network)

    assert same_weights(after(1), after(1))
    assert not same_weights(after(1), after(2))
