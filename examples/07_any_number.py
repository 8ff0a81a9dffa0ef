"""Numbers of any size, limits instead of numbers, and several targets at once."""

# %% A service: run times over orders of magnitude, a time limit, and the memory that goes with them
import numpy as np
import pandas as pd

from digitwise import DecodingRegressor, JointDecodingRegressor, QualifiedTargets
from digitwise.codecs.doctor import diagnose

random = np.random.default_rng(0)
jobs = pd.DataFrame({"rows": random.uniform(2, 6, 1200), "joins": random.integers(0, 4, 1200)})
noise = random.standard_normal(1200)
seconds = 10 ** (jobs["rows"] - 3.5 + 0.4 * jobs["joins"] + 0.2 * noise)
megabytes = 40 + 30 * jobs["rows"] + 25 * noise + 10 * random.standard_normal(1200)
train, test = slice(0, 900), slice(900, None)
settings = {"max_epochs": 40, "hidden_dim": 64, "random_state": 0}

# %% Which digits? Before anything is trained: what rounding loses, how many leaves are used, what it costs
print(diagnose(seconds[train].to_numpy(), low=0.0))

# %% Significant digits, nothing below zero
model = DecodingRegressor(codec="scientific", low=0.0, point_estimate="median", **settings)
model.fit(jobs[train], seconds[train])
error = np.median(np.abs(model.predict(jobs[test]) / seconds[test] - 1))
print(f"\nhow it writes: {model.codec_}")
lowest = model.sample(jobs[test], random_state=0).min()
print(f"median relative error {error:.0%}; lowest draw {lowest:.2g} s")

# %% Jobs were stopped after 100 s: a limit is no number, but it says something
limit = 100.0
stopped = seconds > limit
y = QualifiedTargets.right_censored(np.minimum(seconds, limit)[train], stopped[train])
censored = DecodingRegressor(**settings).fit(jobs[train], y)
dropped = DecodingRegressor(**settings).fit(jobs[train][~stopped[train]], seconds[train][~stopped[train]])
for name, one in (("limits by their likelihood", censored), ("stopped jobs dropped", dropped)):
    chance = one.predict_distribution(jobs[test]).prob_above(0.99 * limit).mean()
    print(f"{name:28} expects {chance:5.1%} of jobs to be stopped; {stopped[test].mean():.1%} are")

# %% Two targets, one sequence: what is known of one says much about the other
both = JointDecodingRegressor(scaling={"seconds": "log", "megabytes": "affine"}, finetune=None, **settings)
both.fit(jobs[train], pd.DataFrame({"seconds": seconds, "megabytes": megabytes})[train])
law = both.predict_distribution(jobs[test][:50])
given = both.predict_distribution(jobs[test][:50], given={"seconds": seconds[test][:50]})
print(f"\ncorrelation within a job: {np.median(law.correlation()[:, 0, 1]):.2f}")
for name, one in (("memory", law), ("memory, once the time is known", given)):
    width = np.diff(one.marginal("megabytes").interval(0.9)).mean()
    print(f"{name:32} 90 % interval {width:5.0f} MB wide")
