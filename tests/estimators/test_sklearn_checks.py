"""scikit-learn's own checks, for every estimator."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from digitwise import JointDecodingRegressor
from tests.estimators.estimators import CODEC, ESTIMATORS, SMALL

EXPECTED_TO_FAIL = {
    "check_sample_weight_equivalence_on_dense_data": (
        "repeating a row changes which rows share a mini-batch and a validation split, so weights equal repeats only "
        "in expectation; test_weights.py shows it exactly for the loss on a full batch"
    ),
}

LEFT_OUT = ("transformer", "open_tree", "boosted", "folds", "pointwise_ensemble")
"""The first two need more epochs; the others are the code of "mixed" and "ensemble" once more."""


@parametrize_with_checks(
    [
        make(max_epochs=12, learning_rate=1e-2, batch_size=16)
        for name, make in ESTIMATORS.items()
        if name not in LEFT_OUT
    ]
    + [
        JointDecodingRegressor(
            codec=CODEC, finetune=None, max_epochs=12, **SMALL | {"learning_rate": 1e-2, "batch_size": 16}
        )
    ],
    expected_failed_checks=lambda estimator: EXPECTED_TO_FAIL,
)
def test_scikit_learn_checks(estimator, check) -> None:
    check(estimator)
