import matplotlib.pyplot as plt
import numpy as np
import pytest

from digitwise.distributions import GaussianMixture


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def x():
    return np.linspace(0.0, 1.0, 40)


@pytest.fixture
def law(x):
    """Two modes that drift apart: one hump at the first row, two at the last."""
    return GaussianMixture(
        weights=np.full((40, 2), 0.5),
        means=np.stack([1.0 + 2.0 * x, 1.0 - 2.0 * x], axis=1),
        stds=np.full((40, 2), 0.3),
    )


@pytest.fixture
def y(law):
    return law.sample(1, random_state=0)[:, 0]
