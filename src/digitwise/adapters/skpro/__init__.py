"""Estimators and laws for skpro, the scikit-learn of laws; importing this needs the extra ``skpro``."""

from digitwise.optional import optional_package

optional_package("skpro.regression.base", "digitwise.adapters.skpro is for skpro.", "skpro")

from digitwise.adapters.skpro.law import SkproLaw  # noqa: E402
from digitwise.adapters.skpro.regressor import SkproRegressor  # noqa: E402

__all__ = ["SkproRegressor", "SkproLaw"]
