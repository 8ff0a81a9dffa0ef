"""Intervals that hold what they promise, group by group, and the answer that costs least when it is wrong."""

# %% Deliveries: minutes from distance and hour; rush hours are far less certain. Later ones calibrate and test
import numpy as np
import pandas as pd

from digitwise import DecodingRegressor
from digitwise.metrics import mean_nll, pit

random = np.random.default_rng(0)
n_rows = 3000
trips = pd.DataFrame({"km": random.gamma(3.0, 2.0, n_rows), "hour": random.integers(6, 22, n_rows)})
trips["weekday"] = random.choice(["mon", "wed", "sat"], n_rows)
is_rush = trips["hour"].isin([8, 9, 17, 18]).to_numpy()
minutes = (8 + 3 * trips["km"].to_numpy()) * np.exp(np.where(is_rush, 0.5, 0.1) * random.normal(size=n_rows))
train, held_out, test = np.split(np.arange(n_rows), [800, 1900])
model = DecodingRegressor(preset="plain", max_epochs=20, low=0.0, random_state=0, n_jobs=1)
model.fit(trips.iloc[train], minutes[train])


def report(name: str, interval: np.ndarray) -> None:
    """Print how often intervals hold the truth, and how wide they are."""
    inside = (interval[:, 0] <= minutes[test]) & (minutes[test] <= interval[:, 1])
    rush = is_rush[test]
    width = np.diff(interval, axis=1)[:, 0]
    print(
        f"{name:26} holds {inside.mean():.0%} (rush hours {inside[rush].mean():.0%}, else {inside[~rush].mean():.0%}), "
        f"mean width {width[rush].mean():.0f} and {width[~rush].mean():.0f} minutes"
    )


# %% Three steps: fit, conformalize on rows the model has not seen, predict_interval. 80 % then is 80 %, on average
report("the law's own 80 %", model.predict_interval(trips.iloc[test], coverage=0.8))
model.conformalize(trips.iloc[held_out], minutes[held_out])
report("conformal", model.predict_interval(trips.iloc[test], coverage=0.8))

# %% … and within each group, if groups are named
model.conformalize(trips.iloc[held_out], minutes[held_out], groups=is_rush[held_out])
report("conformal within groups", model.predict_interval(trips.iloc[test], coverage=0.8, groups=is_rush[test]))

# %% Not intervals alone: recalibrate the laws, and every verb reads better ones
before = model.predict_distribution(trips.iloc[test])
model.recalibrate(trips.iloc[held_out], minutes[held_out], method="smooth")
after = model.predict_distribution(trips.iloc[test])
for name, law in (("before", before), ("after", after)):
    below = (pit(law, minutes[test])[:, None] <= [0.1, 0.5, 0.9]).mean(axis=0).round(2)
    print(f"{name:6} negative log likelihood {mean_nll(law, minutes[test]):.3f}; below the 10, 50, 90 % level: {below}")


# %% What to promise? Each minute of waiting costs the courier 1, each minute late 3, and any delay 20 more
def cost(promised: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """Return what a promise costs."""
    return np.where(actual > promised, 20 + 3 * (actual - promised), promised - actual)


for name, promise in (
    ("the mean", model.predict(trips.iloc[test])),
    ("the 75 % quantile", model.predict(trips.iloc[test], loss="pinball(0.75)")),
    ("least expected cost", model.predict(trips.iloc[test], loss=cost)),
):
    late = (minutes[test] > promise).mean()
    print(f"{name:20} costs {cost(promise, minutes[test]).mean():5.1f} on average, late {late:.0%} of the time")

# %% Which of ten trips may be fastest? Their chance, their expected gain over the best so far, and a bold guess
few, best = trips.iloc[test[:10]], float(np.quantile(minutes[train], 0.05))
print("chance above 60 minutes:", model.prob_above(few, 60.0).round(2))
print("expected gain in minutes:", model.expected_improvement(few, best, minimize=True).round(2))
print("may take no longer than: ", model.upper_confidence_bound(few, level=0.1).round(0))
