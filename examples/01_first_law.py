"""A first law: fit a table, then ask for points, intervals, quantiles and probabilities."""

# %% The data: 442 patients, ten measurements, and a score of how far the disease has gone a year later (25 to 346)
from digitwise import DecodingRegressor
from digitwise.datasets import load_diabetes, train_validation_test
from digitwise.metrics import evaluate

data = load_diabetes()
split = train_validation_test(data, seed=0)
X_test, y_test = data.X[split.test], data.y[split.test]

# %% Fit: the validation rows choose the best epoch; without `validation_data` a fifth of the rows would be held out
model = DecodingRegressor(random_state=0, n_jobs=1)
model.fit(
    data.X[split.train], data.y[split.train], validation_data=(data.X[split.validation], data.y[split.validation])
)
for fact, value in model.fit_summary_.items():
    print(f"{fact}: {value}")

# %% One number per row, in the units of the target: the mean of the law, unless `point_estimate` says otherwise
points = model.predict(X_test)
print("first points:", points[:3].round(1))

# %% What the number leaves out: where the truth may lie
intervals = model.predict_interval(X_test, coverage=0.9)
quantiles = model.predict_quantiles(X_test, [0.1, 0.5, 0.9])
for row in range(3):
    low, high = intervals[row]
    print(f"row {row}: 90 % between {low:.0f} and {high:.0f}, median {quantiles[row, 1]:.0f}, truth {y_test[row]:.0f}")

# %% The law itself answers every other question, for all rows at once
law = model.predict_distribution(X_test)
print("chance of a score above 200:", law.prob_above(200.0)[:3].round(3))
print("density at 150:             ", law.pdf(150.0)[:3].round(5))
print("standard deviation:         ", (law.variance()[:3] ** 0.5).round(1))
print("four draws of row 0:        ", law[0].sample(4, random_state=0).round(0))

# %% How good it is: RMSE and MAE score the points, CRPS and NLL the laws; 90 % intervals should hold 90 % of the rows
for name, value in evaluate(y_test, points, law).items():
    print(f"{name:18} {value:8.3f}")
