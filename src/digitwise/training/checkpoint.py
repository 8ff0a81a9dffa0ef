"""Checkpoints of a run under way: one safetensors file, replaced atomically after each epoch."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from digitwise.training.network import Network
from digitwise.training.settings import TrainingSettings

SCHEMA = 1


@dataclass
class Progress:
    """How far a run has come.

    Parameters
    ----------
    epoch
        Epochs done.
    best_epoch, best_metric
        The best validation metric so far, and when; epoch 0 before there is one.
    best_weights
        Copies of the network's weights at the best epoch.
    history
        One row of figures per epoch.
    seconds
        Time spent training.
    """

    epoch: int
    best_epoch: int
    best_metric: float
    best_weights: dict[str, Tensor]
    history: list[dict[str, float | int]]
    seconds: float


def save_checkpoint(
    path: Path, network: Network, optimizer: torch.optim.Optimizer, progress: Progress, settings: TrainingSettings
) -> None:
    """Write all that an exact resume needs; an interrupted write leaves the previous checkpoint."""
    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    tensors |= {f"best.{name}": value for name, value in progress.best_weights.items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items()}
    facts = {key: value for key, value in vars(progress).items() if key != "best_weights"}
    metadata = {"schema": str(SCHEMA), "progress": json.dumps(facts), "settings": json.dumps(asdict(settings))}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".partial")
    save_file({name: value.contiguous().clone() for name, value in tensors.items()}, temporary, metadata)
    os.replace(temporary, path)


def load_checkpoint(
    path: Path, network: Network, optimizer: torch.optim.Optimizer, settings: TrainingSettings
) -> Progress:
    """Restore network and optimiser, and return the progress.

    Raises
    ------
    ValueError
        If the file is not a checkpoint, or was written with other settings or for another network.
    """
    with safe_open(path, framework="pt", device=str(network.device)) as file:
        metadata = file.metadata() or {}
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    if metadata.get("schema") != str(SCHEMA):
        raise ValueError(f"{path} must be a training checkpoint of schema {SCHEMA}, but says {metadata.get('schema')}.")
    saved, current = json.loads(metadata["settings"]), json.loads(json.dumps(asdict(settings)))
    changed = {key for key in current if key != "time_limit" and saved.get(key) != current[key]}
    if changed:
        raise ValueError(
            f"{path} was written with other settings ({', '.join(sorted(changed))}). Delete it to restart."
        )

    def part(prefix: str) -> dict[str, Tensor]:
        return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}

    try:
        network.load_state_dict(part("network."))
    except RuntimeError as error:
        raise ValueError(f"{path} was written for another network. Delete it to restart.") from error
    states: dict[int, dict[str, Tensor]] = {}
    for name, value in part("optimizer.").items():
        index, field = name.split(".", 1)
        states.setdefault(int(index), {})[field] = value
    optimizer.load_state_dict(optimizer.state_dict() | {"state": states})
    return Progress(best_weights=part("best."), **json.loads(metadata["progress"]))
