"""A function that is called after every epoch, of both stages, and leaves no trace."""

import numpy as np
from sklearn.base import clone

from digitwise import DecodingRegressor, Finetune, NormalizedCodec
from digitwise.estimators.epochs import watched_epochs

X = np.linspace(0, 1, 40)[:, None]


def test_epochs_count_on_through_the_second_stage() -> None:
    model = DecodingRegressor(
        codec=NormalizedCodec(base=2, length=5), hidden_dim=8, max_epochs=4, finetune="crps", random_state=0
    )
    parameters = model.get_params()
    seen: list[float] = []
    with watched_epochs(model, lambda row: seen.append(row["epoch"])):
        assert model.get_params() == parameters
        assert clone(model)._after_epoch is None
        model.fit(X, X[:, 0])
    assert seen == [1, 2, 3, 4, 5, 6]
    assert "_after_epoch" not in vars(model)
    model.fit(X, X[:, 0])
    assert len(seen) == 6


def test_the_metric_of_the_first_stage_is_validated_in_the_second() -> None:
    model = DecodingRegressor(
        codec=NormalizedCodec(base=2, length=5),
        hidden_dim=8,
        max_epochs=2,
        finetune=Finetune(objective="crps", select_by="rmse"),
        select_by="mae",
        random_state=0,
    )
    assert "validation_mae" in model.fit(X, X[:, 0]).history_[-1]
