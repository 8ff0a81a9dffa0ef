"""Learning-rate schedules: pure functions of the step."""

import math


def warmup_cosine(step: int, n_steps: int, warmup_fraction: float, final_fraction: float) -> float:
    """Return the share of the peak learning rate at a step: a linear rise, then half a cosine down.

    Parameters
    ----------
    step
        Steps done before this one.
    n_steps
        Steps planned.
    warmup_fraction
        Share of the steps in which the rate rises.
    final_fraction
        Where the cosine ends.

    Examples
    --------
    >>> [round(warmup_cosine(step, 100, 0.1, 0.0), 2) for step in (0, 9, 10, 55, 99)]
    [0.1, 1.0, 1.0, 0.5, 0.0]
    """
    n_warmup = math.ceil(warmup_fraction * n_steps)
    if step < n_warmup:
        return (step + 1) / n_warmup
    progress = min(1.0, (step - n_warmup) / max(1, n_steps - n_warmup))
    return final_fraction + (1 - final_fraction) * 0.5 * (1 + math.cos(math.pi * progress))
