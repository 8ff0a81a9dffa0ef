# %% [markdown]
# # Texts, code and molecules to a number
# A text goes in as it is; out comes the whole law of a number.

# %%
import numpy as np
import pandas as pd

from digitwise import DecodingRegressor, TextDecodingRegressor, TextTransformer
from digitwise.datasets import load_code_metrics
from digitwise.metrics import evaluate

# %% [markdown]
# ## Source code to its cost
# Functions of Python's own library, and how many instructions each compiles to. The split is by module, and so are the
# rows that stop training: functions of one module resemble each other.

# %%
data = load_code_metrics("instructions", n_rows=600)
train, held_out, test = (data.split == part for part in ("train", "validation", "test"))
texts = data.X["source"].to_numpy()
model = TextDecodingRegressor(preset="fast", scaling="log", point_estimate="median", random_state=0)
model.fit(texts[train], data.y[train], validation_data=(texts[held_out], data.y[held_out]))
law = model.predict_distribution(texts[test])
print(evaluate(data.y[test], law.median(), law, ("spearman", "mae", "crps", "coverage_90")))

# %% [markdown]
# What would this function take?

# %%
lines = [
    "def mean(values):",
    "    total = 0.0",
    "    for value in values:",
    "        total += value",
    "    return total",
]
source = "\n".join(lines)
print(model.predict([source]), model.predict_interval([source], coverage=0.8))

# %% [markdown]
# ## Texts beside numbers
# A table may have both. `DecodingRegressor` finds the columns that hold text.

# %%
rng = np.random.default_rng(0)
adjectives, things = ["small", "large", "old", "new", "broken"], ["lamp with a shade", "oak table", "wool carpet"]
notes = [f"{rng.choice(adjectives)} {rng.choice(things)}, item {number}" for number in range(300)]
table = pd.DataFrame({"note": notes, "weight": rng.uniform(1, 20, 300)})
price = 5 * table["weight"] + 40 * table["note"].str.contains("oak") - 20 * table["note"].str.contains("broken")
offers = DecodingRegressor(preset="fast", random_state=0).fit(table[:250], price[:250])
print(offers.columns_.texts.names, round(offers.score(table[250:], price[250:]), 2))

# %% [markdown]
# ## An encoder that is trained
# With many rows, or structure that features miss, a small transformer reads the text itself. Several ways to read may
# be put side by side.

# %%
small = TextTransformer(dim=32, n_layers=1, max_length=512)
reader = TextDecodingRegressor(encoder=["ngram", small], model="network", scaling="log", max_epochs=2, random_state=0)
reader.fit(texts[train], data.y[train])
print(reader.predict_quantiles([source], [0.1, 0.5, 0.9]).round())
