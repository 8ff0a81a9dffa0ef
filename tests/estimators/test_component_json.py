"""Components as JSON and back: what saved models and the benchmark's suites may name."""

import json
from typing import Any

import pytest

from digitwise import (
    DAR,
    DIST2,
    GRPO,
    PPO,
    RAFT,
    Bounded,
    CalibrationBudget,
    CrossEntropy,
    DecimalCodec,
    ExpectedReward,
    Finetune,
    GenRe2,
    IEEECodec,
    LabelSmoothing,
    NormalizedCodec,
    NumberTokenLoss,
    ReMax,
    RepeatedCodec,
    ScientificCodec,
    SmoothedCrossEntropy,
    Transformer,
    WithSpecialValues,
)
from digitwise.estimators.component_json import FAMILIES, from_json, to_json
from digitwise.estimators.components import NAMED
from digitwise.objectives import REWARDS, HuberReward, KernelReward, PinballReward

COMPONENTS: list[Any] = [
    *(make_it() for make_it in NAMED["objective"].values()),
    *(make_it() for make_it in NAMED["codec"].values()),
    *(kind() for kind in REWARDS.values()),
    CrossEntropy(digit_weights=(1.0, 0.5)),
    CrossEntropy(digit_weights="place_value"),
    SmoothedCrossEntropy(width=0.1) + 10.0 * RAFT(),
    0.5 * (CrossEntropy() + 2.0 * PPO(reward=HuberReward(delta=0.3), n_updates=2)),
    ExpectedReward(reward=PinballReward(level=0.9), expert_weight=0.1, expert_temperature=0.02),
    GenRe2(reward=KernelReward(width=0.1), expert_temperature=0.1),
    Finetune(objective=DIST2() + DAR(), max_epochs=3, patience=None, select_by="rmse"),
    Finetune(objective="remax", budget=CalibrationBudget(nll=0.1, crps=None, action="penalise")),
    Finetune(objective=LabelSmoothing(), keep_start=False, learning_rate=1e-4, batch_size=7),
    NumberTokenLoss(distance="mse"),
    NormalizedCodec(base=3, length=2),
    WithSpecialValues(Bounded(ScientificCodec(signs="non_negative"), low=0.5), values=("inf", "nan")),
    RepeatedCodec(DecimalCodec(n_integer=1, signed=False), n_copies=2),
    Bounded(IEEECodec(base=7, mantissa_digits=2), low=-3.0, high=1e6),
    Transformer(dim=16, n_heads=2),
]


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: repr(component)[:60])
def test_components_come_back_from_json_as_they_were(component: Any) -> None:
    text = json.dumps(to_json(component), allow_nan=False)
    back = from_json(json.loads(text))
    assert back == component
    assert type(back) is type(component)


@pytest.mark.parametrize("family", ["codec", "decoder", "objective"])
def test_what_a_name_makes_can_be_saved(family: str) -> None:
    for name, make_it in NAMED[family].items():
        made = make_it()
        assert type(made) in FAMILIES[family].values(), name
        assert from_json({"component": f"{family}/{name}"}) == made


def test_components_may_be_written_by_hand() -> None:
    """As in the suites of the benchmark."""
    assert from_json({"component": "objective/remax", "n_draws": 8}) == ReMax(n_draws=8)
    reward = {"component": "reward/huber", "delta": 2.0}
    assert from_json({"component": "objective/grpo", "reward": reward}) == GRPO(reward=HuberReward(delta=2.0))
    terms = [[1.0, {"component": "objective/cross_entropy"}], [10.0, {"component": "objective/raft"}]]
    both = {"component": "objective/sum", "terms": terms}
    assert from_json({"component": "stage/finetune", "objective": both, "max_epochs": 3}) == Finetune(
        objective=CrossEntropy() + 10.0 * RAFT(), max_epochs=3
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"component": "objective/magic"}, "unknown component 'objective/magic'"),
        ({"component": "os/system"}, "unknown component 'os/system'"),
        ({"component": "remax"}, "unknown component 'remax'"),
        ({"n_draws": 3}, "unknown component None"),
        ({"component": "objective/remax", "n_samples": 3}, "objective 'remax' has settings this version does not know"),
        ({"component": "objective/raft", "weight": 3}, "objective 'raft' has settings this version does not know"),
    ],
)
def test_unknown_components_and_fields_are_refused(value: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_json(value)
