"""Two modes: a target that is either low or high, where the mean is a value that hardly ever occurs."""

# %% Data whose law is known: two humps, whose distance grows with the second feature
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # pictures go to files, so no screen is needed

import matplotlib.pyplot as plt
import numpy as np

from digitwise import DecodingRegressor, PointwiseRegressor
from digitwise.datasets import make_bimodal
from digitwise.distributions import GaussianMixture
from digitwise.metrics import reliability
from digitwise.plots import predicted_density, predicted_fan, reliability_curve

output = Path(__file__).parent / "output"
output.mkdir(exist_ok=True)
train, test = make_bimodal(4000, random_state=0), make_bimodal(1000, random_state=1)

# %% A digit decoder, and a network that predicts one number; both share encoder and settings
settings = {"max_epochs": 30, "hidden_dim": 128, "dropout": 0.05, "learning_rate": 3e-3, "random_state": 0, "n_jobs": 1}
decoder = DecodingRegressor(**settings).fit(train.X, train.y)
pointwise = PointwiseRegressor(**settings, select_by="rmse").fit(train.X, train.y)

# %% As points they are alike; as laws they are not. The true law sets the limit.
laws = {
    "decoder": decoder.predict_distribution(test.X),
    "pointwise": pointwise.predict_distribution(test.X),
    "true law": GaussianMixture(*test.true_law(test.X)),
}
print(f"{'':10} {'RMSE':>7} {'CRPS':>7} {'NLL':>7}")
for name, law in laws.items():
    rmse = np.sqrt(np.mean((law.mean() - test.y) ** 2))
    print(f"{name:10} {rmse:7.3f} {law.crps(test.y).mean():7.3f} {-law.log_prob(test.y).mean():7.3f}")

# %% One row with modes near 9.6 and 15.3: the mean lies in the gap between them, where hardly any target falls
row = np.array([[0.3, 0.9, 0.0]])
at_row = {
    "decoder": decoder.predict_distribution(row),
    "pointwise": pointwise.predict_distribution(row),
    "true law": GaussianMixture(*test.true_law(row)),
}
print(f"{'':10} {'mean':>7} {'< 11':>7} {'between':>7} {'> 14':>7}")
for name, law in at_row.items():
    below, above = law.cdf(11.0)[0], law.prob_above(14.0)[0]
    print(f"{name:10} {law.mean()[0]:7.2f} {below:7.1%} {1 - below - above:7.1%} {above:7.1%}")

# %% Pictures: the law along one feature, the laws of some rows, and whether intervals keep their promise
figure, axes = plt.subplots(1, 3, figsize=(15, 4), layout="constrained")
across = np.linspace(-1, 1, 101)
slice_ = np.column_stack([across, np.full_like(across, 0.6), np.zeros_like(across)])
predicted_fan(decoder.predict_distribution(slice_), across, feature_name="first feature", ax=axes[0])
predicted_density(laws["decoder"][:6], test.y[:6], ax=axes[1])
reliability_curve(*reliability(laws["decoder"], test.y), n_rows=len(test.y), ax=axes[2])
figure.savefig(output / "two_modes.png", dpi=100)
print(f"picture: {output.name}/two_modes.png")
