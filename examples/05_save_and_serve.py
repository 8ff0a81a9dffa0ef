"""Save, load and serve: a model as a folder, rows with gaps, and decisions that weigh costs."""

# %% A model trained on a data frame: prices of flats, made up, with a category and missing cells
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from digitwise import DecodingRegressor

rng = np.random.default_rng(0)
n_rows = 1500
flats = pd.DataFrame(
    {
        "area": rng.uniform(25, 140, n_rows).round(),
        "year": rng.integers(1900, 2024, n_rows).astype(float),
        "district": rng.choice(["centre", "north", "south"], n_rows),
    }
)
level = flats["district"].map({"centre": 6.0, "north": 3.5, "south": 4.0})
spread = np.where(flats["district"] == "centre", 0.25, 0.1)
price = flats["area"] * level * np.exp(spread * rng.standard_normal(n_rows))  # thousands
flats.loc[rng.random(n_rows) < 0.2, "year"] = np.nan
flats.loc[rng.random(n_rows) < 0.1, "district"] = None

model = DecodingRegressor(max_epochs=30, random_state=0, n_jobs=1).fit(flats, price)
print("scaling:", model.scaling_reason_)

# %% Saved models are a folder of JSON and safetensors: no pickle, no training data, nothing in it is executed
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "flat_prices"
    model.save(path)
    print("files:", sorted(file.name for file in path.iterdir()))
    served = DecodingRegressor.load(path)

# %% The loaded model predicts the same, whether rows come alone or together
together = served.predict(flats[:50])
alone = np.concatenate([served.predict(flats[i : i + 1]) for i in range(50)])
print("same as before saving:", np.array_equal(together, model.predict(flats[:50])))
print("same one by one:      ", np.allclose(together, alone, rtol=1e-9))

# %% Partial rows: a gap widens the law where training had such gaps; where it had none, the median stands in.
# Columns stand in the order of training.
requests = pd.DataFrame(
    {
        "district": ["centre", None, "south"],
        "year": [1995.0, np.nan, 2010.0],
        "area": [80.0, 80.0, np.nan],
    }
)
requests = requests[served.feature_names_in_]
intervals = served.predict_interval(requests, coverage=0.8)
for request, (low, high) in zip(requests.to_dict("records"), intervals, strict=True):
    print(f"{request}: 80 % between {low:.0f} and {high:.0f}")

# %% A column that the model needs but the table lacks is an error that names it
try:
    served.predict(requests.drop(columns="district"))
except ValueError as error:
    print("refused:", str(error).splitlines()[-1])

# %% A decision with a threshold: buy at 400 if the chance of selling for more than 420 is at least 70 %
law = served.predict_distribution(flats[:8])
chance = law.prob_above(420.0)
print("chance above 420:", chance.round(2), "buy:", (chance >= 0.7).tolist())

# %% A decision with costs: each unit asked too much costs 1 (it does not sell), each unit too little costs 3
too_high, too_low = 1.0, 3.0
best_price = law.quantile(too_low / (too_low + too_high))  # the quantile that minimises the expected cost
draws = law.sample(4000, random_state=0)


def expected_cost(asked: np.ndarray) -> np.ndarray:
    error = asked[:, None] - draws
    return np.where(error > 0, too_high * error, -too_low * error).mean(1)


print("price to ask:", best_price.round(0))
for name, asked in {"quantile": best_price, "mean": law.mean()}.items():
    print(f"expected cost when asking the {name}: {expected_cost(asked).mean():.1f}")
