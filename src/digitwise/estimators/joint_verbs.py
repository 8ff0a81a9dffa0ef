"""Verbs that read the joint law of several targets."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from digitwise.distributions import JointLaw
from digitwise.estimators.answers import answer_of_law
from digitwise.estimators.fitted_target import FittedTarget
from digitwise.estimators.framed import framed
from digitwise.estimators.hardware import cpu_threads
from digitwise.estimators.law_verbs import LawVerbs
from digitwise.estimators.questions import read_questions
from digitwise.objectives import JointHead
from digitwise.objectives.joint_head import N_DRAWS
from digitwise.training import Rows

FEW_DRAWS = 2
"""Where only marginal laws are read, which need no draws."""


class JointVerbs(LawVerbs):
    """Verbs for laws of several targets, some of which may be known."""

    target_names_: tuple[str, ...]
    targets_: tuple[FittedTarget, ...]

    def predict_distribution(
        self, X: Any, given: Mapping[str, Any] | None = None, *, n_draws: int = N_DRAWS, random_state: Any = 0
    ) -> JointLaw:
        """Return the predicted joint laws, in the units of the targets.

        Parameters
        ----------
        X
            Features.
        given
            Targets that are known already: name to one number for all rows, or one per row. The law is that of the
            others given these, whether they are written before or after them.
        n_draws, random_state
            Joint draws of each row, and their seed.

        Raises
        ------
        ValueError
            If a name is no target, or a number is not finite.
        """
        seed = int(check_random_state(random_state).randint(2**31 - 1))
        with cpu_threads(self.n_jobs):
            rows = self._rows(X)
            z = self._given_table(given or {}, len(rows))
            return self._joint_head.law_given(self._memory(rows), z, n_draws=n_draws, seed=seed)

    def predict_frame(self, X: Any, ask: str | Sequence[str] = "summary") -> Any:
        """Return answers about each target's law as a pandas frame, with the row index of ``X`` if it has one.

        Parameters
        ----------
        X
            As for `predict`.
        ask
            As for `DecodingRegressor.predict_frame`; what laws alone know.

        Returns
        -------
        pandas.DataFrame
            One column for each target and question, named ``"target: question"``.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If there is no model yet.
        ModuleNotFoundError
            If pandas is not installed.
        ValueError
            If something is no question, or a law alone does not answer it.

        Examples
        --------
        >>> from digitwise import JointDecodingRegressor
        >>> X = np.random.default_rng(0).normal(size=(60, 1))
        >>> model = JointDecodingRegressor(max_epochs=2, random_state=0).fit(X, np.hstack([X, X**2]))
        >>> list(model.predict_frame(X[:3], ["mean", "width(0.9)"]))
        ['y0: mean', 'y0: width(0.9)', 'y1: mean', 'y1: width(0.9)']
        """
        check_is_fitted(self)
        questions = read_questions(ask)
        columns = [f"{name}: {question}" for name in self.target_names_ for question in questions]

        def read(law: JointLaw) -> Float[np.ndarray, "row column"]:
            marginals = [law.marginal(name) for name in self.target_names_]
            answers = [
                answer_of_law(each, question, self.point_estimate) for each in marginals for question in questions
            ]
            return np.stack(answers, axis=1)

        return framed(dict(zip(columns, self._read(X, read).T, strict=True)), X)

    def sample(self, X: Any, n_draws: int = 1, random_state: Any = None) -> Float[np.ndarray, "row draw target"]:
        """Return ``(rows, n_draws, targets)`` joint draws from each row's law."""
        return np.array(self.predict_distribution(X, n_draws=n_draws, random_state=random_state).draws)

    @property
    def _joint_head(self) -> JointHead:
        head = self.network_.head
        assert isinstance(head, JointHead)
        return head

    @torch.no_grad()
    def _memory(self, rows: Rows) -> Any:
        self.network_.eval()
        return self.network_.memory(rows)

    def _law(self, rows: Rows) -> JointLaw:
        unknown = self._given_table({}, len(rows))
        return self._joint_head.law_given(self._memory(rows), unknown, n_draws=FEW_DRAWS)

    def _given_table(self, given: Mapping[str, Any], n_rows: int) -> Float[np.ndarray, "row target"]:
        """Return known targets in scaled units, NaN where they are not known."""
        unknown = sorted(set(given) - set(self.target_names_))
        if unknown:
            raise ValueError(f"given may name {', '.join(self.target_names_)}, but names {', '.join(unknown)}.")
        z = np.full((n_rows, len(self.target_names_)), np.nan)
        for name, value in given.items():
            number = np.asarray(value, dtype=np.float64)
            if number.shape not in ((), (n_rows,)) or not np.isfinite(number).all():
                raise ValueError(
                    f"given[{name!r}] must be one finite number, or one for each of the {n_rows} rows, but has shape "
                    f"{number.shape}{'' if np.isfinite(number).all() else ' and holds NaN or infinity'}."
                )
            index = self.target_names_.index(name)
            z[:, index] = self.targets_[index].scaling.forward(np.broadcast_to(number, (n_rows,)))
        return z
