from dataclasses import replace

import numpy as np
import pytest
import torch

from digitwise.codecs import NormalizedCodec, tree_of
from digitwise.nn import Memory
from digitwise.nn.boosted_digits import BoostedDigits
from digitwise.policy import Policy, leaf_probs
from digitwise.training.batches import Rows
from digitwise.training.boosted_fit import BoostingResult, digits_for, fit_boosted_digits
from digitwise.training.boosting_settings import BoostingSettings

CODEC = NormalizedCodec(base=2, length=8)
QUICK = BoostingSettings(n_iterations=40, guess_iterations=60)
QUICKER = BoostingSettings(n_iterations=5, guess_iterations=5, n_digits=3)
CENTRES = (torch.arange(256, dtype=torch.float64) + 0.5) / 256


def make_rows(x: torch.Tensor, z: torch.Tensor, weight: torch.Tensor | None = None) -> Rows:
    weight = torch.ones(len(z), dtype=torch.float64) if weight is None else weight
    return Rows(x.float(), torch.zeros(len(z), 0, dtype=torch.int64), z.double(), weight, z.double())


def trained(rows: Rows, validation: Rows, settings: BoostingSettings = QUICK) -> tuple[Policy, BoostingResult]:
    tree = tree_of(CODEC)
    model = BoostedDigits(tree, rows.numeric.shape[1] + rows.categorical.shape[1])
    result = fit_boosted_digits(model, rows, validation, settings)
    return Policy(model, CODEC, tree), result


def law(policy: Policy, x: torch.Tensor) -> torch.Tensor:
    return leaf_probs(policy, Memory(x.float().unsqueeze(1))).double()


def line(n_rows: int, seed: int) -> Rows:
    x = torch.rand(n_rows, 2, generator=torch.Generator().manual_seed(seed))
    return make_rows(x, 0.1 + 0.8 * x[:, 0])


@pytest.fixture(scope="module")
def of_line() -> tuple[Policy, BoostingResult]:
    return trained(line(400, 0), line(100, 1))


def test_a_line_is_learnt_sharply(of_line) -> None:
    x = torch.tensor([[0.1, 0.5], [0.5, 0.2], [0.9, 0.9]])
    probs = law(of_line[0], x)
    mean, target = probs @ CENTRES, 0.1 + 0.8 * x[:, 0].double()
    assert (mean - target).abs().max() < 0.02
    near = (CENTRES - target.unsqueeze(1)).abs() < 0.1
    assert (probs * near).sum(1).min() > 0.9


def test_training_can_be_repeated_on_other_rows_with_as_many_trees(of_line) -> None:
    first, rows = of_line[1], line(300, 2)
    again = trained(rows, rows, first.repeated(QUICK))[1]
    assert [row["trees"] for row in again.history] == [row["trees"] for row in first.history]
    assert again.width == first.width
    with pytest.raises(ValueError, match="blind_iterations must be one number, or one for each of 3 digits"):
        trained(rows, rows, replace(QUICKER, blind_iterations=(5, 5)))


def test_no_trees_are_the_share_of_each_digit() -> None:
    rows = line(60, 0)
    policy, result = trained(rows, rows, replace(QUICKER, n_digits=1, blind_iterations=0))
    assert [row["trees"] for row in result.history] == [0]
    probs = law(policy, rows.numeric)
    assert (probs - probs[0]).abs().max() < 1e-9


def test_figures_are_reported(of_line) -> None:
    result = of_line[1]
    assert [row["digit"] for row in result.history] == list(range(1, digits_for(result.width) + 1))
    assert all(row["loss"] <= row["loss_before"] for row in result.history)
    assert result.history[0]["loss"] < 0.3 * result.history[0]["loss_before"]
    assert result.guess_trees > 0 and 0.01 < result.width < 0.05


def test_two_modes_stay_two() -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(900, 1, generator=generator)
    z = torch.where(torch.rand(900, generator=generator) < 0.3, 0.2, 0.8) + 0.02 * torch.randn(900, generator=generator)
    rows = make_rows(x, z)
    policy, _ = trained(rows.take(slice(0, 700)), rows.take(slice(700, 900)))
    probs = law(policy, torch.tensor([[0.25], [0.75]]))
    low, high = probs[:, CENTRES < 0.35].sum(1), probs[:, CENTRES > 0.65].sum(1)
    assert (low + high).min() > 0.97 and (low - 0.3).abs().max() < 0.15


def test_same_seed_same_model() -> None:
    states = [trained(line(200, 0), line(50, 1), replace(QUICKER, seed=seed))[0].state_dict() for seed in (3, 3, 4)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert not torch.equal(states[0]["model.guess.value"], states[2]["model.guess.value"])


def test_what_was_known_before_is_forgotten() -> None:
    policy, _ = trained(line(200, 0), line(50, 1), QUICKER)
    again, _ = trained(line(100, 1), line(50, 2), replace(QUICKER, n_digits=5))
    fit_boosted_digits(again.model, line(200, 0), line(50, 1), QUICKER)
    x = torch.rand(5, 2)
    assert torch.equal(law(policy, x), law(again, x))


def test_weights_count_rows_whatever_their_scale() -> None:
    """Two answers to the same columns: the weighted one is believed; weight 0 is not there."""
    x = torch.rand(600, 1, generator=torch.Generator().manual_seed(0))
    z = torch.where(torch.arange(600) % 2 == 0, 0.25, 0.75)
    even = (torch.arange(600) % 2 == 0).double()
    for scale in (1.0, 1e-4):
        rows = make_rows(x, z, scale * (1 + 8 * even))
        policy, _ = trained(rows.take(slice(0, 400)), rows.take(slice(400, 600)))
        assert (law(policy, x[:20])[:, :128].sum(1) - 0.9).abs().max() < 0.08
    rows = make_rows(x, z, even)
    policy, _ = trained(rows.take(slice(0, 400)), rows.take(slice(400, 600)))
    assert law(policy, x[:20])[:, :128].sum(1).min() > 0.99


def test_rows_may_have_none_to_validate_them() -> None:
    rows = line(300, 0)
    policy, result = trained(rows, rows, replace(QUICK, blind_iterations=30))
    assert all(row["trees"] == 30 for row in result.history)
    assert (law(policy, rows.numeric) @ CENTRES - rows.z).abs().mean() < 0.03


def test_category_codes_are_columns() -> None:
    codes = torch.randint(0, 4, (400, 1), generator=torch.Generator().manual_seed(0))
    z = torch.tensor([0.7, 0.2, 0.5, 0.9], dtype=torch.float64)[codes.squeeze(1)]
    rows = Rows(torch.zeros(400, 0), codes, z, torch.ones(400, dtype=torch.float64), z)
    policy, _ = trained(rows.take(slice(0, 300)), rows.take(slice(300, 400)))
    mean = law(policy, torch.arange(4).unsqueeze(1)) @ CENTRES
    assert (mean - torch.tensor([0.7, 0.2, 0.5, 0.9]).double()).abs().max() < 0.03


@pytest.mark.parametrize("n_rows", [1, 2, 5, 19, 20, 25])
def test_few_rows_will_do(n_rows: int) -> None:
    rows = line(n_rows, 0)
    for validation in (rows, line(3, 1)):
        policy, _ = trained(rows, validation)
        probs = law(policy, rows.numeric)
        torch.testing.assert_close(probs.sum(1), torch.ones(n_rows).double(), atol=1e-5, rtol=0)


def test_targets_may_all_be_the_same() -> None:
    rows = make_rows(torch.rand(100, 2), torch.full((100,), 0.3))
    policy, result = trained(rows.take(slice(0, 80)), rows.take(slice(80, 100)))
    assert result.width == 0
    assert law(policy, rows.numeric)[:, [76, 77]].sum(1).min() > 0.9


def test_there_may_be_no_columns() -> None:
    z = 0.5 + 0.1 * torch.randn(300, generator=torch.Generator().manual_seed(0))
    rows = make_rows(torch.zeros(300, 0), z)
    policy, result = trained(rows.take(slice(0, 200)), rows.take(slice(200, 300)))
    probs = law(policy, torch.zeros(2, 0))
    mean = probs @ CENTRES
    assert (mean - 0.5).abs().max() < 0.02 and result.guess_trees == 0
    assert ((probs @ CENTRES**2 - mean**2).sqrt() - 0.1).abs().max() < 0.02


def test_edges_say_where_targets_stand() -> None:
    """Cells that widen: the same places, so the same model."""
    tree, rows, validation = tree_of(CODEC), line(200, 0), line(50, 1)
    models = []
    for stretch in (1.0, 2.0):
        model, edges = BoostedDigits(tree, 2), stretch * torch.arange(257, dtype=torch.float64) / 256
        parts = [replace(part, z=stretch * part.z) for part in (rows, validation)]
        fit_boosted_digits(model, *parts, QUICKER, edges)
        models.append(model.state_dict())
    assert all(torch.equal(models[0][name], models[1][name]) for name in models[0])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_targets_must_be_numbers(value: float) -> None:
    rows = line(30, 0)
    broken = replace(rows, z=torch.cat([rows.z[:-1], torch.tensor([value]).double()]))
    for parts in ((broken, rows), (rows, broken), (replace(rows, z_high=rows.z), rows)):
        with pytest.raises(ValueError, match="must be finite numbers"):
            trained(*parts)


def test_bad_rows_are_named() -> None:
    rows, model = line(30, 0), BoostedDigits(tree_of(CODEC), n_columns=5)
    with pytest.raises(ValueError, match="the model's 5 columns, but they have 2"):
        fit_boosted_digits(model, rows, rows, QUICK)
    with pytest.raises(ValueError, match="positive weight"):
        trained(replace(rows, weight=torch.zeros(30).double()), rows)
    with pytest.raises(ValueError, match="at most the codec's length 8, but got 9"):
        trained(rows, rows, replace(QUICK, n_digits=9))
