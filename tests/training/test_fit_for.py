"""Training for so many epochs: the same weights as those of a run that validates."""

import pytest

from digitwise.objectives import SmoothedCrossEntropy
from digitwise.training import fit, fit_for
from tests.training.toy import make_decoder, make_rows, make_settings, same_weights, scripted, weights_of


def test_weights_are_those_of_the_same_epoch_of_a_run_that_validates() -> None:
    objective = SmoothedCrossEntropy(width=0.1)  # it narrows with the plan's progress
    validated, blind = make_decoder(objective), make_decoder(objective)
    best_in_epoch_4 = scripted(5.0, 4.0, 3.0, 1.0, 2.0, 2.0)
    result = fit(validated, make_rows(), make_settings(), validate=best_in_epoch_4, select_by="metric")
    assert result.best_epoch == 4
    fit_for(4, blind, make_rows(), make_settings())
    assert not blind.training
    assert same_weights(weights_of(validated), weights_of(blind))


@pytest.mark.parametrize("n_epochs", [0, 7])
def test_epochs_that_are_not_planned_are_refused(n_epochs: int) -> None:
    with pytest.raises(ValueError, match=r"n_epochs must lie in \[1, max_epochs=6\], but got"):
        fit_for(n_epochs, make_decoder(SmoothedCrossEntropy()), make_rows(), make_settings())
