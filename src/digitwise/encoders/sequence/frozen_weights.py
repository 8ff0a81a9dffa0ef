"""Weights that stay as they are need not be stored: they come from their own files, and a fingerprint says which."""

import hashlib
from collections.abc import Collection
from typing import Any

import torch
from jaxtyping import UInt8
from torch import Tensor, nn

N_VALUES = 64
"""How many numbers of each weight the fingerprint takes, spread over it."""
FINGERPRINT = "frozen_fingerprint"


def leave_out(module: nn.Module, names: Collection[str]) -> None:
    """Leave some weights out of ``module.state_dict()``, and have ``load_state_dict`` keep those that are there.

    In their place a buffer is stored, ``frozen_fingerprint``: 32 bytes that depend on these weights. Loading a state
    into a module with other frozen weights is an error. All this works inside larger modules too, so that whoever
    stores those (best epochs, checkpoints, saved models) stores no copy of what is frozen.

    Parameters
    ----------
    module
        Any module; its own state, and states that are loaded into it, are changed by hooks.
    names
        Names of parameters and buffers as in ``module.state_dict()``.

    Examples
    --------
    >>> module = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    >>> leave_out(module, ["0.weight", "0.bias"])
    >>> list(module.state_dict())
    ['frozen_fingerprint', '1.weight', '1.bias']
    """
    frozen = frozenset(names)
    module.register_buffer(FINGERPRINT, fingerprint(module, frozen))

    def without_frozen(owner: nn.Module, state: dict[str, Any], prefix: str, _: Any) -> None:
        for name in frozen:
            state.pop(prefix + name, None)

    def with_frozen(owner: nn.Module, state: dict[str, Any], prefix: str, *others: Any) -> None:
        errors: list[str] = others[-1]
        stored, own = state.get(prefix + FINGERPRINT), owner.get_buffer(FINGERPRINT)
        if stored is not None and not torch.equal(stored.to(own.device), own):
            errors.append(
                "The frozen weights must be those that the rest was trained with, but the files hold others. Give the "
                "path of the model that was used in training."
            )
        for name in frozen:
            state[prefix + name] = _entry(owner, name)

    module.register_state_dict_post_hook(without_frozen)  # type: ignore[no-untyped-call]
    module.register_load_state_dict_pre_hook(with_frozen)  # type: ignore[no-untyped-call]


def fingerprint(module: nn.Module, names: Collection[str]) -> UInt8[Tensor, "32"]:
    """Return 32 bytes that depend on names, shapes and numbers of some weights, in whatever precision they are held."""
    digest = hashlib.sha256()
    for name in sorted(names):
        entry = _entry(module, name).detach()
        values = entry.flatten()[:: max(1, entry.numel() // N_VALUES)].cpu().float()
        digest.update(f"{name}{tuple(entry.shape)}".encode() + values.numpy().tobytes())
    return torch.frombuffer(bytearray(digest.digest()), dtype=torch.uint8)


def _entry(module: nn.Module, name: str) -> Tensor:
    """Return a parameter or buffer by name."""
    owner, _, last = name.rpartition(".")
    entry = getattr(module.get_submodule(owner), last)
    assert isinstance(entry, Tensor)
    return entry
