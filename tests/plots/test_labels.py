"""Names beside points cover neither each other nor the points, where there is room."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text

from digitwise.plots.labels import label_points


@pytest.mark.parametrize("seed", range(3))
def test_names_find_a_free_place(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = 10.0 ** rng.uniform(-1, 2, 12), rng.uniform(0.9, 1.2, 12)
    x[1:4], y[1:4] = x[0] * 1.01, y[0] + 0.001  # a cluster
    figure, ax = plt.subplots(figsize=(8, 5))
    ax.plot(x, y, "o")
    ax.set_xscale("log")
    label_points(ax, [f"method-{i}" for i in range(12)], x, y)
    assert [text.get_text() for text in sorted(ax.texts, key=lambda text: text.get_text())] == sorted(
        f"method-{i}" for i in range(12)
    )
    boxes = [Text.get_window_extent(text) for text in ax.texts]
    assert not any(one.overlaps(two) for i, one in enumerate(boxes) for two in boxes[:i])
    frame = ax.get_window_extent()
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in boxes)
    plt.close(figure)


def test_without_points_there_are_no_names() -> None:
    figure, ax = plt.subplots()
    label_points(ax, [], np.empty(0), np.empty(0))
    assert len(ax.texts) == 0
    plt.close(figure)
