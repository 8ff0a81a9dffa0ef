"""The networks of pytabkit, with its tuned defaults."""

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.benchmark.peers.frames import Filled
from digitwise.benchmark.peers.package import package


@dataclass(kw_only=True, eq=False)
class PytabkitCompetitor:
    """A network of pytabkit: points only. Needs the ``bench`` extra.

    Parameters
    ----------
    seed, threads
        Of the fit.
    model
        Name without its end: ``"RealMLP_TD"`` stands for ``RealMLP_TD_Regressor``, ``"TabM_D"`` for
        ``TabM_D_Regressor``.
    settings
        Further parameters of the model.

    References
    ----------
    Holzmüller et al., "Better by default", arXiv 2407.04491 (RealMLP-TD). Gorishniy et al., "TabM", arXiv 2410.24210.
    *Differs from them*: missing numbers are filled by medians and flagged, because pytabkit takes none.
    """

    seed: int = 0
    threads: int = 1
    model: str = "RealMLP_TD"
    settings: dict[str, Any] = field(default_factory=dict)
    _filled: Filled = field(default_factory=Filled, init=False)
    _model: Any = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Load the package, so that one that is missing is noticed before anything runs."""
        package("pytabkit", "pytabkit")

    def fit(self, X: Any, y: np.ndarray, validation_data: tuple[Any, np.ndarray]) -> None:
        """Train the network, and keep the epoch that does best on the validation rows."""
        models = package("pytabkit", "pytabkit")
        self._filled.fit(X)
        self._model = getattr(models, f"{self.model}_Regressor")(
            device="cpu",
            random_state=self.seed,
            n_threads=self.threads,
            n_cv=1,
            n_refit=0,
            verbosity=0,
            **self.settings,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            held_out = self._filled.apply(validation_data[0])
            self._model.fit(self._filled.apply(X), y, X_val=held_out, y_val=validation_data[1])

    def predict(self, X: Any) -> tuple[Float[np.ndarray, " row"], None]:
        """Return points, and no laws."""
        return np.asarray(self._model.predict(self._filled.apply(X)), dtype=np.float64), None

    def facts(self) -> dict[str, float | int | str | None]:
        """There is nothing to tell."""
        return {}
