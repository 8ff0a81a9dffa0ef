"""Inside scikit-learn: pipelines, cross-validation, grid search, sample weights."""

# %% The estimators follow scikit-learn's conventions, so its tools take them as they are
import numpy as np
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.metrics import make_scorer, mean_pinball_loss
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer

from digitwise import DecodingRegressor, SmoothedCrossEntropy
from digitwise.datasets import load_diabetes

data = load_diabetes()
folds = KFold(3, shuffle=True, random_state=0)
model = DecodingRegressor(max_epochs=15, hidden_dim=64, n_layers=2, learning_rate=3e-3, random_state=0, n_jobs=1)

# %% Cross-validation: by default the score is R², of the law's mean
print("R2 by fold:", cross_val_score(model, data.X, data.y, cv=folds).round(3))

# %% In a pipeline. Scaling columns is not needed, since the estimator does it; here two columns become splines
spline = make_column_transformer((SplineTransformer(), [2, 8]), remainder="passthrough")
pipeline = make_pipeline(spline, model)
print("with splines:", cross_val_score(pipeline, data.X, data.y, cv=folds).round(3))

# %% Grid search. Components are frozen objects, so they can stand in a grid like numbers
grid = {"n_layers": [1, 2], "objective": ["cross_entropy", SmoothedCrossEntropy(width=0.03)]}
search = GridSearchCV(model, grid, cv=folds, scoring="neg_mean_absolute_error").fit(data.X, data.y)
print("best:", search.best_params_, f"MAE {-search.best_score_:.1f}")

# %% Scores of other points: the median under a quantile loss (half the MAE at level 0.5)
pinball = make_scorer(mean_pinball_loss, greater_is_better=False, alpha=0.5)
median = clone(model).set_params(point_estimate="median")
print("pinball loss:", -cross_val_score(median, data.X, data.y, cv=folds, scoring=pinball).round(2))


# %% A scorer of the whole law: any function of a fitted model, features and targets
def negative_crps(fitted: DecodingRegressor, X: np.ndarray, y: np.ndarray) -> float:
    return -float(fitted.predict_distribution(X).crps(y).mean())


print("CRPS by fold:", -cross_val_score(model, data.X, data.y, cv=folds, scoring=negative_crps).round(2))

# %% Sample weights: patients with a high score count five times, so errors there weigh more
high = data.y > 200
weighted = clone(model).fit(data.X, data.y, sample_weight=np.where(high, 5.0, 1.0))
plain = clone(model).fit(data.X, data.y)
for name, fitted in {"plain": plain, "weighted": weighted}.items():
    bias = (fitted.predict(data.X) - data.y)[high].mean()
    print(f"{name:9} mean error where the score is high: {bias:6.1f}")
