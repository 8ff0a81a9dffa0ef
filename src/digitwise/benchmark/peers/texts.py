"""What people fit to texts and molecules without a network: features, then trees."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from digitwise.benchmark.peers.package import package
from digitwise.distributions import Distribution
from digitwise.encoders.text import text_features


@dataclass(kw_only=True, eq=False)
class FeaturesCompetitor:
    """A learner of scikit-learn or CatBoost on features of the text columns; other columns are left out.

    Parameters
    ----------
    seed, threads
        Of the fit.
    features
        ``"tf_idf"``: scikit-learn's TF-IDF of words and pairs of words, and the first 128 directions of its truncated
        SVD. ``"smiles"``: RDKit's descriptors and counted substructures.
    learner
        ``"extra_trees"`` (nothing to choose, so it learns from the validation rows too), ``"hist_gradient_boosting"``
        or ``"catboost"``, which stop early by the validation rows.
    log_target
        Whether it learns the logarithm of the target; its predictions are then medians rather than means.
    settings
        Parameters of the learner.
    """

    seed: int = 0
    threads: int = 1
    features: Literal["tf_idf", "smiles"] = "tf_idf"
    learner: Literal["extra_trees", "hist_gradient_boosting", "catboost"] = "extra_trees"
    log_target: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    _model: Any = field(default=None, init=False)
    _features: list[Any] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Check the names."""
        for name, known in (("features", FEATURES), ("learner", LEARNERS)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, but got {getattr(self, name)!r}.")

    def fit(self, X: Any, y: np.ndarray, validation_data: tuple[Any, np.ndarray]) -> None:
        """Learn features from the training texts, and the learner from them."""
        self._features = [FEATURES[self.features](texts, self.seed) for texts in text_columns(X)]
        held_out, y_held_out = validation_data
        z, z_held_out = (np.log(part) if self.log_target else part for part in (y, y_held_out))
        train, validation = self._numbers(X), self._numbers(held_out)
        self._model = LEARNERS[self.learner](self, train, z, validation, z_held_out)

    def predict(self, X: Any) -> tuple[Float[np.ndarray, " row"], Distribution | None]:
        """Return points."""
        found = np.asarray(self._model.predict(self._numbers(X)), dtype=np.float64)
        return (np.exp(found) if self.log_target else found), None

    def facts(self) -> dict[str, float | int | str | None]:
        """There is nothing to tell."""
        return {}

    def _numbers(self, X: Any) -> Float[np.ndarray, "row feature"]:
        columns = zip(self._features, text_columns(X), strict=True)
        return np.concatenate([transform(texts) for transform, texts in columns], axis=1)


def text_columns(X: Any) -> list[list[str]]:
    """Return the texts of each column of strings."""
    return [X[name].tolist() for name, kind in X.dtypes.items() if kind == "str" or kind == "object"]


def _tf_idf(texts: list[str], seed: int) -> Any:
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline

    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"\w+|[^\w\s]")
    return make_pipeline(words, TruncatedSVD(128, random_state=seed)).fit(texts).transform


def _molecules(texts: list[str], seed: int) -> Any:
    return text_features("smiles").fit(texts, seed).transform


def _extra_trees(peer: FeaturesCompetitor, X: Any, y: Any, held_out: Any, y_held_out: Any) -> Any:
    from sklearn.ensemble import ExtraTreesRegressor

    settings = {"n_estimators": 500, "min_samples_leaf": 2, **peer.settings}
    model = ExtraTreesRegressor(random_state=peer.seed, n_jobs=peer.threads, **settings)
    return model.fit(np.concatenate([X, held_out]), np.concatenate([y, y_held_out]))


def _hist_gradient_boosting(peer: FeaturesCompetitor, X: Any, y: Any, held_out: Any, y_held_out: Any) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    settings = {"learning_rate": 0.05, "max_iter": 1000, "early_stopping": True, "n_iter_no_change": 50}
    model = HistGradientBoostingRegressor(random_state=peer.seed, **{**settings, **peer.settings})
    return model.fit(X, y, X_val=held_out, y_val=y_held_out)


def _catboost(peer: FeaturesCompetitor, X: Any, y: Any, held_out: Any, y_held_out: Any) -> Any:
    kind = package("catboost", "CatBoost").CatBoostRegressor
    settings = {"iterations": 3000, "learning_rate": 0.05, "early_stopping_rounds": 100, **peer.settings}
    model = kind(random_seed=peer.seed, thread_count=peer.threads, verbose=False, allow_writing_files=False, **settings)
    return model.fit(X, y, eval_set=(held_out, y_held_out), use_best_model=True)


FEATURES = {"tf_idf": _tf_idf, "smiles": _molecules}
LEARNERS = {"extra_trees": _extra_trees, "hist_gradient_boosting": _hist_gradient_boosting, "catboost": _catboost}
