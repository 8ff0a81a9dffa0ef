"""What the package's estimators are held against: the field's own packages, behind one interface."""

from collections.abc import Callable
from typing import Any

from digitwise.benchmark.peers.boosting import (
    HistGradientBoostingCompetitor,
    LightGBMCompetitor,
    LightGBMQuantileCompetitor,
    XGBoostCompetitor,
)
from digitwise.benchmark.peers.catboost import CatBoostCompetitor
from digitwise.benchmark.peers.constant import ConstantCompetitor
from digitwise.benchmark.peers.forests import RandomForestCompetitor
from digitwise.benchmark.peers.published_encoder import PublishedEncoderCompetitor
from digitwise.benchmark.peers.pytabkit import PytabkitCompetitor
from digitwise.benchmark.peers.texts import FeaturesCompetitor

__all__ = [
    "ConstantCompetitor",
    "CatBoostCompetitor",
    "LightGBMCompetitor",
    "LightGBMQuantileCompetitor",
    "XGBoostCompetitor",
    "HistGradientBoostingCompetitor",
    "RandomForestCompetitor",
    "PytabkitCompetitor",
    "PublishedEncoderCompetitor",
    "FeaturesCompetitor",
    "PEERS",
]

PEERS: dict[str, Callable[..., Any]] = {
    "constant": ConstantCompetitor,
    "catboost": CatBoostCompetitor,
    "lightgbm": LightGBMCompetitor,
    "lightgbm_quantiles": LightGBMQuantileCompetitor,
    "xgboost": XGBoostCompetitor,
    "hist_gradient_boosting": HistGradientBoostingCompetitor,
    "forest": RandomForestCompetitor,
    "pytabkit": PytabkitCompetitor,
    "published_encoder": PublishedEncoderCompetitor,
    "text_features": FeaturesCompetitor,
}
"""The peers by the name that a suite gives as ``estimator``."""
