"""Look over a fit's shoulder: a function that is called after every epoch, of one stage or of two."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from digitwise.training.run_log import Row

AfterEpoch = Callable[[Row], None]


@contextmanager
def watched_epochs(estimator: Any, after_epoch: AfterEpoch) -> Iterator[None]:
    """Have an estimator call a function after each epoch, for as long as the context lasts.

    The parameters of the estimator, its clones and what it saves know nothing of it. What the function raises ends the
    fit in that epoch, and goes through; the model is then good for nothing.

    Parameters
    ----------
    estimator
        Any `DistributionalRegressor`.
    after_epoch
        Gets the epoch's row of figures; ``epoch`` counts on through the second stage.

    Examples
    --------
    >>> from digitwise import PointwiseRegressor
    >>> model = PointwiseRegressor(max_epochs=2, random_state=0)
    >>> with watched_epochs(model, lambda row: print(row["epoch"])):
    ...     _ = model.fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0])
    1
    2
    """
    estimator._after_epoch = after_epoch
    try:
        yield
    finally:
        del estimator._after_epoch  # the class has none


def numbered_on(after_epoch: AfterEpoch | None, n_before: int) -> AfterEpoch | None:
    """Return the function, given rows whose epochs follow those of earlier stages."""
    if after_epoch is None:
        return None
    return lambda row: after_epoch({**row, "epoch": n_before + row["epoch"]})
