"""Saved models: a folder of JSON and safetensors. No pickle, no training data; nothing in it is ever executed."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load, save
from torch import Tensor

from digitwise.codecs.auto_scaling import scaling_from_dict
from digitwise.codecs.scaling import Scaling
from digitwise.encoders.columns import Columns
from digitwise.estimators.component_json import from_json, to_json
from digitwise.version import __version__

if TYPE_CHECKING:
    from digitwise.estimators.base import DistributionalRegressor

SCHEMA = 6
CONFIG, WEIGHTS = "config.json", "model.safetensors"
FACTS = ("history_", "n_iter_", "best_epoch_", "stopped_by_", "saturation_rate_", "scaling_reason_", "fit_summary_")
LATER_FACTS = ("finetune_summary_", "update_summary_")
"""Of what not every model has been through."""


def save_estimator(estimator: "DistributionalRegressor", path: str | os.PathLike[str]) -> None:
    """Write a fitted estimator to the folder ``path``: all of it or nothing.

    A folder that already holds a saved model is replaced.

    Raises
    ------
    FileExistsError
        If ``path`` is something else than a saved model.
    TypeError
        If a parameter is an object that the library does not know, and so could not load.
    """
    target = Path(path)
    if target.exists() and not (target / CONFIG).is_file() and not (target.is_dir() and not any(target.iterdir())):
        raise FileExistsError(f"{target} exists and is not a saved model. Choose another path.")
    arrays = {
        f"{prefix}.{name}": value.cpu().float() if value.is_floating_point() else value.cpu()
        for prefix, network in estimator._networks().items()
        for name, value in network.state_dict().items()
    }  # trained in float32: exact
    config = {
        "schema": SCHEMA,
        "digitwise": __version__,
        "estimator": type(estimator).__name__,
        "parameters": _split_arrays(_parameters(estimator), "parameters", arrays),
        "fitted": _split_arrays(_fitted(estimator), "fitted", arrays),
    }
    weights = save({name: value.contiguous() for name, value in arrays.items()})
    config["sha256"] = hashlib.sha256(weights).hexdigest()
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        (partial / WEIGHTS).write_bytes(weights)
        (partial / CONFIG).write_text(json.dumps(config, indent=1), encoding="utf-8")
        partial.chmod(0o755)
        if target.exists():
            previous = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
            os.replace(target, previous / "previous")
            os.replace(partial, target)
            shutil.rmtree(previous)
        else:
            os.replace(partial, target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def load_estimator(
    path: str | os.PathLike[str], known: Mapping[str, type["DistributionalRegressor"]]
) -> "DistributionalRegressor":
    """Return the estimator that `save_estimator` wrote.

    Raises
    ------
    FileNotFoundError
        If the folder or one of its parts is missing.
    ValueError
        If the schema is unknown, the estimator is, or the weights are damaged.
    """
    folder = Path(path)
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise FileNotFoundError(f"{folder} must be a saved model, but has no {name}.")
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{folder / CONFIG} is damaged: {error}. Save the model again.") from error
    if not isinstance(config, dict) or config.get("schema") != SCHEMA:
        found = config.get("schema") if isinstance(config, dict) else None
        is_older = isinstance(found, int) and found < SCHEMA
        advice = "Fit and save the model again." if is_older else "Upgrade digitwise."
        raise ValueError(f"{folder} has schema {found}, but this version reads {SCHEMA}. {advice}")
    weights = (folder / WEIGHTS).read_bytes()
    if hashlib.sha256(weights).hexdigest() != config.get("sha256"):
        raise ValueError(f"{folder / WEIGHTS} is damaged: its checksum differs. Copy or save the model again.")
    if config.get("estimator") not in known:
        raise ValueError(f"{folder} holds an unknown estimator {config.get('estimator')!r}. Upgrade digitwise.")
    arrays = load(weights)
    try:
        parameters = _join_arrays(config["parameters"], arrays)
        estimator = known[config["estimator"]](**{name: _from_saved(value) for name, value in parameters.items()})
        _restore(estimator, _join_arrays(config["fitted"], arrays), arrays)
    except (KeyError, TypeError, RuntimeError) as error:
        raise ValueError(f"{folder} does not hold what its schema promises: {error}. Save the model again.") from error
    return estimator


def _parameters(estimator: "DistributionalRegressor") -> dict[str, Any]:
    return {name: _to_saved(name, value) for name, value in estimator.get_params(deep=False).items()}


def _to_saved(name: str, value: object) -> Any:
    if isinstance(value, Scaling):
        return {"scaling": value.to_dict()}
    if name == "random_state" and isinstance(value, np.random.RandomState):
        return None  # a generator's state is no setting
    if name.endswith("_path"):
        return None if value is None else os.fspath(value)  # type: ignore[call-overload]
    return to_json(value)


def _from_saved(value: Any) -> Any:
    return (
        scaling_from_dict(value["scaling"])
        if isinstance(value, dict) and set(value) == {"scaling"}
        else from_json(value)
    )


def _fitted(estimator: "DistributionalRegressor") -> dict[str, Any]:
    fitted: dict[str, Any] = {name: getattr(estimator, name) for name in FACTS}
    fitted["columns"] = estimator.columns_.to_dict()
    fitted["target"] = estimator._saved_target()
    fitted["n_features_in_"] = estimator.n_features_in_
    if hasattr(estimator, "feature_names_in_"):
        fitted["feature_names_in_"] = [str(name) for name in estimator.feature_names_in_]
    fitted |= {name: getattr(estimator, name) for name in LATER_FACTS if hasattr(estimator, name)}
    return fitted


def _restore(estimator: "DistributionalRegressor", fitted: dict[str, Any], arrays: dict[str, Tensor]) -> None:
    for name in FACTS:
        setattr(estimator, name, fitted[name])
    estimator.columns_ = Columns.from_dict(fitted["columns"])
    estimator._restore_target(fitted["target"])
    estimator.n_features_in_ = fitted["n_features_in_"]
    if "feature_names_in_" in fitted:
        estimator.feature_names_in_ = np.array(fitted["feature_names_in_"], dtype=object)
    for name in LATER_FACTS:
        if name in fitted:
            setattr(estimator, name, fitted[name])
    estimator._rebuild_networks()
    for name, network in estimator._networks().items():
        prefix = f"{name}."
        network.load_state_dict({k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)})
        network.settle_precision()
        network.eval()


def _split_arrays(value: Any, name: str, arrays: dict[str, Tensor]) -> Any:
    """Return ``value`` as JSON; numpy arrays go to ``arrays`` and leave their name behind."""
    if isinstance(value, np.ndarray):
        arrays[name] = torch.tensor(value)
        return {"array": name}
    if isinstance(value, dict):
        return {key: _split_arrays(part, f"{name}.{key}", arrays) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_split_arrays(part, f"{name}.{index}", arrays) for index, part in enumerate(value)]
    return value.item() if isinstance(value, np.generic) else value


def _join_arrays(value: Any, arrays: dict[str, Tensor]) -> Any:
    if isinstance(value, dict):
        if set(value) == {"array"}:
            return arrays[value["array"]].numpy()
        return {key: _join_arrays(part, arrays) for key, part in value.items()}
    if isinstance(value, list):
        return [_join_arrays(part, arrays) for part in value]
    return value
