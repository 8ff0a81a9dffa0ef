"""The learning rate, step by step."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitwise.training.schedules import warmup_cosine


@pytest.mark.parametrize(
    ("step", "n_steps", "warmup", "final", "share"),
    [
        (0, 10, 0.2, 0.0, 0.5),
        (1, 10, 0.2, 0.0, 1.0),
        (2, 10, 0.2, 0.0, 1.0),  # the cosine starts at the peak
        (6, 10, 0.2, 0.0, 0.5),
        (6, 10, 0.2, 0.5, 0.75),
        (10, 10, 0.2, 0.25, 0.25),
        (99, 10, 0.2, 0.25, 0.25),  # beyond the plan
        (0, 10, 0.0, 0.0, 1.0),  # no warm-up
        (0, 10, 1.0, 0.0, 0.1),  # nothing but warm-up
        (9, 10, 1.0, 0.0, 1.0),
        (5, 10, 0.0, 1.0, 1.0),  # constant
        (0, 1, 0.05, 0.0, 1.0),
    ],
)
def test_the_share_of_the_peak(step: int, n_steps: int, warmup: float, final: float, share: float) -> None:
    assert warmup_cosine(step, n_steps, warmup, final) == pytest.approx(share, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 300), st.floats(0, 1), st.floats(0, 1))
def test_it_rises_to_one_and_falls_to_the_end(n_steps: int, warmup: float, final: float) -> None:
    shares = [warmup_cosine(step, n_steps, warmup, final) for step in range(n_steps + 1)]
    peak = shares.index(max(shares))
    assert max(shares) == pytest.approx(1.0)
    assert shares[:peak] == sorted(shares[:peak])
    assert shares[peak:] == sorted(shares[peak:], reverse=True)
    assert min(shares[peak:]) >= final - 1e-12
    assert shares[0] > 0
