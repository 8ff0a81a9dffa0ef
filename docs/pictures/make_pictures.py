"""Draw the pictures of the README: run ``python docs/pictures/make_pictures.py`` from the root.

Needs the extra `plot`; takes about a minute on one core.
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from digitwise import DecodingRegressor
from digitwise.datasets import make_bimodal
from digitwise.distributions import GaussianMixture
from digitwise.plots import predicted_fan
from digitwise.plots.style import LIGHT, NORMAL, SMALL

HERE = Path(__file__).parent
SLICE = 0.6  # value of the second feature at which the laws are drawn
NEAR = 0.12  # rows this close to the slice are drawn as points


def predicted_laws(path: Path) -> None:
    """The laws of a fitted model beside the laws that the data were drawn from."""
    data = make_bimodal(4000, random_state=0)
    model = DecodingRegressor(random_state=0).fit(data.X, data.y)

    across = np.linspace(-1.0, 1.0, 161)
    X = np.column_stack([across, np.full_like(across, SLICE), np.zeros_like(across)])
    near = np.abs(data.X[:, 1] - SLICE) < NEAR
    laws = {
        "What the model predicts, after 4,000 rows": model.predict_distribution(X),
        "The law the rows were drawn from": GaussianMixture(*data.true_law(X)),
    }

    figure, panels = plt.subplots(1, 2, figsize=(9.6, 3.9), sharey=True, layout="constrained", facecolor=LIGHT.paper)
    for ax, (title, law) in zip(panels, laws.items(), strict=True):
        predicted_fan(law, across, data.y[near], x_observed=data.X[near, 0], feature_name="feature", ax=ax)
        ax.plot(across, law.mean(), color=LIGHT.ink, linewidth=1.1, linestyle=(0, (4, 3)))
        ax.set_title(title, loc="left", fontsize=NORMAL + 1, color=LIGHT.ink, pad=10)
        ax.get_legend().remove()
    panels[1].set_ylabel("")
    handles, labels = panels[0].get_legend_handles_labels()
    handles.append(panels[0].lines[-1])
    labels = [label.replace(" region", " of the law") for label in labels] + ["mean of the law"]
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=5,
        frameon=False,
        fontsize=SMALL,
        labelcolor=LIGHT.ink,
    )
    figure.savefig(path, dpi=130)
    plt.close(figure)


if __name__ == "__main__":
    predicted_laws(HERE / "predicted_laws.png")
