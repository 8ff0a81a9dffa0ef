"""Group by group: every group keeps the promise, and what happens to those that cannot."""

import numpy as np
import pytest

from digitwise.calibration import GroupConformal, SplitConformal
from digitwise.distributions import Histogram
from tests.calibration.laws import LAWS


def law_of(n):
    return Histogram([-1.0, 1.0], np.ones((n, 1)))


def wild_and_calm(n, rng):
    wild = rng.random(n) < 0.3
    return np.where(wild, "wild", "calm"), rng.normal(size=n) * np.where(wild, 5.0, 0.5)


def test_each_group_keeps_the_promise_where_all_rows_together_break_it() -> None:
    rng = np.random.default_rng(0)
    misses = {"calm": [], "wild": []}
    pooled = {"calm": [], "wild": []}
    for _ in range(60):
        groups, y = wild_and_calm(200, rng)
        law = law_of(200)
        seen, new = slice(0, 100), slice(100, 200)
        by_group = GroupConformal.fit(law[seen], y[seen], groups[seen]).interval(law[new], groups[new], 0.8)
        together = SplitConformal.fit(law[seen], y[seen]).interval(law[new], 0.8)
        for intervals, record in ((by_group, misses), (together, pooled)):
            inside = (intervals[:, 0] <= y[new]) & (y[new] <= intervals[:, 1])
            for name in record:
                record[name].append(inside[groups[new] == name].mean())
    for name, n_rows in (("calm", 70), ("wild", 30)):
        assert 0.8 - 0.04 < np.mean(misses[name]) < 0.8 + 0.04 + 1 / n_rows
    assert np.mean(pooled["wild"]) < 0.6


def test_a_group_alone_is_split_conformal() -> None:
    rng = np.random.default_rng(1)
    law, y = LAWS["open"](60, rng), rng.normal(size=60)
    groups, weight = np.arange(60) % 2, rng.random(60)
    by_group = GroupConformal.fit(law, y, groups, sample_weight=weight, separate_tails=True)
    rows = groups == 1
    alone = SplitConformal.fit(law[rows], y[rows], sample_weight=weight[rows], separate_tails=True)
    np.testing.assert_array_equal(by_group.interval(law[:5], np.ones(5, int), 0.5), alone.interval(law[:5], 0.5))
    again = GroupConformal.from_dict(by_group.to_dict(), by_group.pooled.score)
    np.testing.assert_array_equal(again.interval(law, groups, 0.5), by_group.interval(law, groups, 0.5))


def test_small_and_unseen_groups_get_the_intervals_of_all_rows_and_are_named() -> None:
    rng = np.random.default_rng(2)
    law, y = law_of(50), rng.normal(size=50)
    groups = np.where(np.arange(50) < 5, "few", "many")
    by_group = GroupConformal.fit(law, y, groups)
    with pytest.warns(UserWarning, match="few, never"):
        intervals = by_group.interval(law[:3], ["few", "never", "many"], 0.9)
    pooled = SplitConformal.fit(law, y).interval(law[:1], 0.9)
    np.testing.assert_array_equal(intervals[:2], np.repeat(pooled, 2, axis=0))
    assert not np.array_equal(intervals[2], pooled[0])
    assert np.isfinite(by_group.interval(law[:1], ["few"], 0.8)).all()  # 4 rows are enough


def test_weights_of_new_rows_go_with_their_group() -> None:
    rng = np.random.default_rng(3)
    law, y = law_of(40), rng.normal(size=40)
    by_group = GroupConformal.fit(law, y, np.zeros(40, int), sample_weight=rng.random(40))
    plain = SplitConformal.fit(law, y, sample_weight=by_group.pooled.weight)
    weight = rng.random(10)
    np.testing.assert_array_equal(
        by_group.interval(law[:10], np.zeros(10, int), 0.7, weight), plain.interval(law[:10], 0.7, weight)
    )


@pytest.mark.parametrize(
    ("groups", "message"),
    [(["a"], "one group per row"), (np.array(["a", None], object), "missing"), ([0.0, np.nan], "are NaN")],
)
def test_impossible_groups_are_named(groups, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GroupConformal.fit(law_of(2), [0.0, 0.0], groups)
