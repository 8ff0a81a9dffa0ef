"""What exact objectives become where there are too many numbers to sum over: estimates from draws, same gradient."""

import warnings

from digitwise.codecs.codec import Codec
from digitwise.codecs.open_tree import is_enumerable
from digitwise.objectives.objective import Objective
from digitwise.objectives.on_policy import OnPolicy


def exact_or_by_draws(exact: Objective, sampled: OnPolicy, codec: Codec) -> Objective:
    """Return the exact objective where the codec's numbers can be listed; else, with a warning, the sampled one."""
    if is_enumerable(codec):
        return exact
    warnings.warn(
        f"{codec} has too many numbers to sum over: {exact} is estimated from {sampled.n_draws} draws "
        "of each row. Its expected gradient is the same.",
        stacklevel=3,
    )
    return sampled
