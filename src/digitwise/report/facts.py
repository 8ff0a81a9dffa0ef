"""Plain facts about the target, the training and the settings of a model."""

import inspect
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from digitwise.report.evidence import Evidence
from digitwise.report.numbers import plain, value_in_words

LONG = 40  # characters that fit into one column


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A name and a value.

    Parameters
    ----------
    name, value : str
    changed : bool
        Whether it stands out, such as a setting that is not the default.
    """

    name: str
    value: str
    changed: bool = False

    @property
    def long(self) -> bool:
        """Whether it needs the width of the page."""
        return len(self.name) + len(self.value) > LONG


def target_facts(evidence: Evidence) -> list[Fact]:
    """Return the distribution of the true values in a few numbers."""
    y = evidence.y
    low, first, middle, third, high = (plain(v) for v in np.quantile(y, [0, 0.25, 0.5, 0.75, 1]))
    return [
        Fact(name="lowest, highest", value=f"{low}, {high}"),
        Fact(name="median (middle half)", value=f"{middle} ({first} to {third})"),
        Fact(name="mean (standard deviation)", value=f"{plain(y.mean())} ({plain(y.std())})"),
        Fact(name="different values", value=f"{len(np.unique(y)):,}"),
    ]


def fit_facts(model: Any) -> list[Fact]:
    """Return what the model says about its training; nothing if it says nothing."""
    summary = getattr(model, "fit_summary_", {})
    return [Fact(name=str(name).replace("_", " "), value=value_in_words(value)) for name, value in summary.items()]


def settings(model: Any) -> list[Fact]:
    """Return the parameters of an estimator by name, marked where they are not the defaults."""
    defaults = {k: repr(p.default) for k, p in inspect.signature(type(model)).parameters.items()}
    values = {k: repr(v) for k, v in sorted(model.get_params(deep=False).items())}
    return [Fact(name=k, value=v, changed=v != defaults.get(k)) for k, v in values.items()]


def example_code(evidence: Evidence) -> str:
    """Return the lines that save, load and use the model."""
    name = type(evidence.model).__name__
    above = f"law.prob_above({float(f'{np.median(evidence.y):.3g}'):g})"
    return f"""\
from digitwise import {name}

model.save("model_dir")                  # after training: JSON and safetensors, no pickle, no training data
model = {name}.load("model_dir")

model.predict(X)                         # {evidence.label}, one number per row
model.predict_interval(X, coverage=0.9)  # lower and upper end, one pair per row
law = model.predict_distribution(X)      # the whole distribution of each row
law.quantile(0.95)                       # the truth lies above it with a chance of 5 %
{above:40} # the chance of more than that"""


def written_by() -> str:
    """Return the package and its version; without the version where it runs from its sources.

    Examples
    --------
    >>> written_by().startswith("digitwise")
    True
    """
    try:
        return f"digitwise {version('digitwise')}"
    except PackageNotFoundError:
        return "digitwise"
