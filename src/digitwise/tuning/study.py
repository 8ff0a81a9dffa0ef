"""A study that goes on where it stopped: where it is kept, what it must match, which of its trials count."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitwise.tuning.fingerprint import differences
from digitwise.tuning.package import optuna_package

if TYPE_CHECKING:
    import optuna

FINGERPRINT, SEED = "fingerprint", "seed"
OWN_SETTINGS, CUT_OFF = "own settings", "cut off"
SQLITE_SUFFIXES = (".db", ".sqlite", ".sqlite3")


def open_study(storage: str | os.PathLike[str] | None, study_name: str, *, greater_is_better: bool) -> "optuna.Study":
    """Return a study, the stored one if there is one.

    Parameters
    ----------
    storage
        None keeps it in memory. A path ending in ``.db``, ``.sqlite`` or ``.sqlite3`` is an SQLite file, any other an
        Optuna journal; a URL such as ``sqlite:///study.db`` is Optuna's.
    study_name
        Its name there.
    greater_is_better
        Direction of the metric.

    Raises
    ------
    FileNotFoundError
        If the folder of the file does not exist.
    ValueError
        If the stored study goes in the other direction.
    """
    direction = "maximize" if greater_is_better else "minimize"
    study: optuna.Study = optuna_package().create_study(
        storage=_storage(storage), study_name=study_name, direction=direction, load_if_exists=True
    )
    if study.direction.name.lower() != direction:
        raise ValueError(
            f"The study {study_name!r} in {storage} would {study.direction.name.lower()} its metric, but this one must "
            f"{direction} it. Choose another study_name or storage."
        )
    return study


def settled_seed(study: "optuna.Study", random_state: int | None, draw: Callable[[], int]) -> int:
    """Return the seed of a study: what is given, else what it has been so far, else a new one."""
    if random_state is not None:
        return random_state
    return int(study.user_attrs[SEED]) if SEED in study.user_attrs else draw()


def claim(study: "optuna.Study", fingerprint: dict[str, str], seed: int) -> None:
    """Note what a new study is about, or compare with what a stored one has noted.

    Raises
    ------
    ValueError
        If they differ.
    """
    stored = study.user_attrs.get(FINGERPRINT)
    if stored is None and study.trials:
        raise ValueError(
            f"The study {study.study_name!r} was not made by digitwise. Choose another study_name or storage."
        )
    if stored is None:
        study.set_user_attr(SEED, seed)
        study.set_user_attr(FINGERPRINT, fingerprint)
        return
    changed = differences(stored, fingerprint)
    if changed:
        raise ValueError(
            f"The stored study {study.study_name!r} can only go on as it began, but differs in: {', '.join(changed)}. "
            "Choose another study_name or storage to start afresh."
        )


def finished_trials(study: "optuna.Study") -> "list[optuna.trial.FrozenTrial]":
    """Return the trials that count: those that ended by themselves, whether complete, pruned or failed.

    A trial that was under way when its process was killed is still running for the study; one that was interrupted has
    been marked as cut off. Neither counts.
    """
    return [trial for trial in study.trials if trial.state.is_finished() and CUT_OFF not in trial.user_attrs]


def enqueue_own_settings(study: "optuna.Study", stored_params: dict[str, Any]) -> None:
    """Have the next trial be the estimator as it is, unless there has been one, or it is waiting already."""
    waiting = optuna_package().trial.TrialState.WAITING
    open_or_done = [*finished_trials(study), *(trial for trial in study.trials if trial.state == waiting)]
    if not any(OWN_SETTINGS in trial.user_attrs for trial in open_or_done):
        study.enqueue_trial(stored_params, user_attrs={OWN_SETTINGS: True})


def _storage(storage: str | os.PathLike[str] | None) -> Any:
    if storage is None or "://" in str(storage):
        return storage
    path = Path(storage)
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"The study cannot be stored in '{path}': there is no folder '{path.parent}'.")
    if path.is_dir():
        raise ValueError(f"A study is stored in a file, but '{path}' is a folder.")
    if path.suffix.lower() in SQLITE_SUFFIXES:
        return f"sqlite:///{path}"
    journal = optuna_package().storages.journal
    return optuna_package().storages.JournalStorage(journal.JournalFileBackend(str(path)))
