"""Checkpoints of a run under way: one safetensors file, replaced atomically after each epoch."""

import json
import os
import re
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from digitwise.training.batches import Rows
from digitwise.training.network import Network
from digitwise.training.settings import TrainingSettings

SCHEMA = 2
MAY_CHANGE = {"time_limit"}
"""Settings that a resumed run may have otherwise: they leave the steps as they are."""


@dataclass(frozen=True)
class Best:
    """The best epoch so far.

    Parameters
    ----------
    epoch, metric
        When it was, and its value of the selection metric.
    weights
        Copies of the network's weights after it.
    """

    epoch: int
    metric: float
    weights: dict[str, Tensor]


@dataclass
class Progress:
    """How far a run has come.

    Parameters
    ----------
    history
        One row of figures per epoch done.
    best
        The best epoch; None before there is one.
    start
        Validation figures before the first epoch; None where they were not asked for.
    """

    history: list[dict[str, float | int]] = field(default_factory=list)
    best: Best | None = None
    start: dict[str, float | int] | None = None

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.history)

    @property
    def seconds(self) -> float:
        """Time spent so far."""
        return self.history[-1]["seconds"] if self.history else 0.0


def save_checkpoint(
    path: Path,
    network: Network,
    optimizer: torch.optim.Optimizer,
    rows: Rows,
    settings: TrainingSettings,
    progress: Progress,
    task: str = "",
) -> None:
    """Write all that an exact resume needs; an interrupted write leaves the previous checkpoint."""
    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items()}
    facts: dict[str, Any] = {"schema": SCHEMA, "settings": _plain(settings), "rows": _fingerprint(rows), "task": task}
    facts |= {"history": progress.history, "best": None, "start": progress.start}
    if progress.best is not None:
        tensors |= {f"best.{name}": value for name, value in progress.best.weights.items()}
        facts["best"] = {"epoch": progress.best.epoch, "metric": progress.best.metric}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".partial")
    separate = {name: value.detach().clone(memory_format=torch.contiguous_format) for name, value in tensors.items()}
    save_file(separate, temporary, {"checkpoint": json.dumps(facts)})
    os.replace(temporary, path)


def load_checkpoint(
    path: Path,
    network: Network,
    optimizer: torch.optim.Optimizer,
    rows: Rows,
    settings: TrainingSettings,
    task: str = "",
) -> Progress:
    """Restore network and optimiser, and return the progress.

    Raises
    ------
    ValueError
        If the file is not a checkpoint, or was written with other settings, for other training rows, another objective
        or another network. Network and optimiser are then as they were. What leaves no trace in any of these, such as
        another set of columns of the same shapes, is not noticed.
    """
    tensors, facts = _read(path, network.device)

    def part(prefix: str) -> dict[str, Tensor]:
        return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}

    current = json.loads(json.dumps(_plain(settings)))
    changed = [name for name in current if name not in MAY_CHANGE and facts["settings"].get(name) != current[name]]
    if changed:
        raise ValueError(f"{path} was written with other settings ({', '.join(changed)}). Delete it to start afresh.")
    if facts["task"] != task:
        raise ValueError(f"{path} was written for another objective, {facts['task']}. Delete it to start afresh.")
    if facts["rows"] != _fingerprint(rows):
        raise ValueError(f"{path} was written for other training rows. Delete it to start afresh.")
    if _shapes(part("network.")) != _shapes(network.state_dict()):
        raise ValueError(f"{path} was written for another network. Delete it to start afresh.")
    network.load_state_dict(part("network."))
    states: dict[int, dict[str, Tensor]] = {}
    for name, value in part("optimizer.").items():
        index, key = name.split(".", 1)
        states.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict(optimizer.state_dict() | {"state": states})
    best = None if facts["best"] is None else Best(**facts["best"], weights=part("best."))
    return Progress(facts["history"], best, facts["start"])


def _read(path: Path, device: torch.device) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the tensors and the facts of a checkpoint."""
    try:
        with safe_open(path, framework="pt", device=str(device)) as file:
            facts = json.loads((file.metadata() or {})["checkpoint"])
            if facts["schema"] != SCHEMA:
                raise ValueError(f"{path} must be a checkpoint of schema {SCHEMA}, but says {facts['schema']}.")
            return {name: file.get_tensor(name) for name in file.keys()}, facts  # noqa: SIM118 (not a dict)
    except (SafetensorError, KeyError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} must be a training checkpoint, but is not, or is damaged. Delete it.") from error


def task_of(network: Network) -> str:
    """Return what a network minimises, in words; empty where its head has no objective of its own."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(getattr(network.head, "objective", "")))


def _plain(settings: TrainingSettings) -> dict[str, int | float | None]:
    """Return the settings by name, numpy's numbers as Python's."""
    return {name: value.item() if hasattr(value, "item") else value for name, value in asdict(settings).items()}


def _shapes(weights: dict[str, Tensor]) -> dict[str, tuple[torch.Size, torch.dtype]]:
    return {name: (value.shape, value.dtype) for name, value in weights.items()}


def _fingerprint(rows: Rows) -> int:
    """Return a checksum of the targets, in their order."""
    ends = [rows.z] if rows.z_high is None else [rows.z, rows.z_high]
    return zlib.crc32(b"".join(end.cpu().numpy().tobytes() for end in ends))
