"""Why a prediction is what it is and how sure, which digit is unsure, and a model that goes on learning."""

# %% Fuel use from four columns, one of which says nothing
import warnings

import numpy as np
import pandas as pd

from digitwise import DecodingRegressor
from digitwise.explain import permutation_importance
from digitwise.metrics import mean_crps

random = np.random.default_rng(0)


def cars(n_rows: int, electric_share: float) -> tuple[pd.DataFrame, np.ndarray]:
    """Return made-up cars and what they use in 100 km; heavy ones are far less certain."""
    kind = np.where(random.random(n_rows) < electric_share, "electric", "petrol")
    table = pd.DataFrame({"weight": random.uniform(0.8, 2.4, n_rows), "kind": kind})
    table["power"] = 40 * table["weight"] + random.normal(0, 10, n_rows)
    table["colour"] = random.choice(["red", "grey", "blue"], n_rows)
    use = np.where(kind == "electric", 1.5, 3.0) * table["weight"] + 0.02 * table["power"]
    return table, (use + 0.3 * table["weight"] ** 2 * random.normal(size=n_rows)).to_numpy()


X, y = cars(1200, electric_share=0.1)
X_test, y_test = cars(400, electric_share=0.1)
model = DecodingRegressor(preset="plain", max_epochs=40, random_state=0, n_jobs=1).fit(X, y)

# %% What is each column worth: for the mean, for the whole law, for the 90 % quantile?
figures = permutation_importance(
    model, X_test, y_test, metrics=["rmse", "crps", "pinball(0.9)"], n_repeats=3, random_state=0
)
print(figures.round(3).to_string(), "\n")

# %% Answers by name, side by side; the index of the rows stays
print(model.predict_frame(X_test.head(4), ["mean", "interval(0.9)", "prob_above(5)", "uncertainty"]).round(2), "\n")

# %% The width of an interval as a function of the features, as SHAP and partial dependence take it
width = model.prediction_function("width(0.9)")
for weight in (1.0, 1.5, 2.0):
    print(f"all cars at {weight} tons: 90 % intervals are {width(X_test.assign(weight=weight)).mean():.1f} wide")

# %% Which digit is unsure? Of eight binary digits the first ones are decided, the last ones are noise (at most ln 2)
print("\nentropy by digit:", model.predict_digit_entropy(X_test).mean(axis=0).round(2), "\n")

# %% The market changes: most new cars are electric. An update learns them and replays old rows, so as not to forget
X_new, y_new = cars(400, electric_share=0.9)
X_later, y_later = cars(400, electric_share=0.9)
for when in ("before the update", "after it"):
    old, new = (mean_crps(model.predict_distribution(X), y) for X, y in ((X_test, y_test), (X_later, y_later)))
    print(f"{when:18} CRPS {old:.3f} on cars as they were, {new:.3f} on cars as they are")
    if when == "before the update":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some new cars use less than any in training: they count as the lowest
            model.partial_fit(X_new, y_new)
