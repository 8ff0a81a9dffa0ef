"""The tree of digits shows the law: its boxes have the law's probabilities, and nothing likely is missing."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from digitwise import plots
from digitwise.distributions import Atoms, GaussianMixture, Histogram
from digitwise.plots.branches import Branch, depth_of, likely_branches

BORDERS = [np.linspace(0.0, 8.0, 2**level + 1) for level in (1, 2, 3)]
DIGITS = [[f"{k:0{level}b}" for k in range(2**level)] for level in (1, 2, 3)]
LAWS = {
    "mixture": GaussianMixture([[0.7, 0.3]], [[1.5, 6.5]], [[0.8, 0.5]]),
    "histogram": Histogram(BORDERS[-1], np.random.default_rng(0).dirichlet(np.ones(8), size=1)),
    "atoms": Atoms([0.5, 2.5, 3.5, 9.0], [[0.1, 0.2, 0.3, 0.4]]),
}


def all_branches(root: Branch) -> list[Branch]:
    return [root, *(below for child in root.children for below in all_branches(child))]


@pytest.mark.parametrize("name", LAWS)
def test_boxes_have_the_probability_of_their_interval_and_add_up(name):
    law = LAWS[name]
    root = likely_branches(law, BORDERS, DIGITS, smallest=1e-12, most_branches=99)
    branches = all_branches(root)
    assert depth_of(root) == 3
    for branch in branches:
        below = law.cdf(branch.low)[0] if np.isfinite(branch.low) else 0.0
        to_high = law.cdf(branch.high)[0] if np.isfinite(branch.high) else 1.0
        assert branch.prob == pytest.approx(to_high - below)
        if branch.children:
            assert sum(child.prob for child in branch.children) == pytest.approx(branch.prob, abs=1e-9)
            assert all(child.text.startswith(branch.text) for child in branch.children)


def test_improbable_branches_and_levels_that_do_not_fit_are_left_out():
    law = LAWS["mixture"]
    likely = all_branches(likely_branches(law, BORDERS, smallest=0.1))
    assert min(branch.prob for branch in likely) >= 0.1
    assert likely_branches(law, BORDERS, smallest=0.1).n_ends < likely_branches(law, BORDERS, smallest=0.0).n_ends
    assert depth_of(likely_branches(law, BORDERS, smallest=0.0, most_branches=4)) == 2
    assert depth_of(likely_branches(law, BORDERS, smallest=0.0, most_branches=1)) == 1


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", LAWS)
def test_it_is_drawn_on_the_given_axes(name):
    figure, ax = plt.subplots()
    assert plots.digit_tree(LAWS[name], BORDERS, digits=DIGITS, y=6.2, target_name="depth", unit="m", ax=ax) is ax
    figure.canvas.draw()
    words = [text.get_text() for text in ax.texts]
    assert "depth (m)" in words and "any number" in words
    assert any(word.startswith("0 · ") for word in words) and "below 4.0" in words
    assert plt.get_fignums() == [figure.number]


def test_it_makes_axes_and_needs_neither_digits_nor_truth():
    ax = plots.digit_tree(LAWS["mixture"], BORDERS[:1])
    assert {"4 and more", "below 4"} <= {text.get_text().replace(".00", "") for text in ax.texts}


def test_a_long_name_stays_within_its_box():
    ax = plots.digit_tree(LAWS["mixture"], BORDERS[:2], target_name="a name that is longer than any interval")
    assert max(len(text.get_text()) for text in ax.texts) < 20
