"""Where figures come from: commit, versions, machine. No paths, no host names."""

import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("digitwise", "torch", "numpy", "scikit-learn", "pandas", "catboost")


def provenance() -> dict[str, Any]:
    """Return commit, versions and machine of this process.

    ``commit`` is None outside a git checkout; ``dirty`` says whether the package's files differ
    from it. Packages that are not installed are left out.

    Examples
    --------
    >>> sorted(provenance())
    ['commit', 'dirty', 'machine', 'versions']
    """
    folder = Path(__file__).resolve().parents[1]
    commit = _git(folder, "rev-parse", "--verify", "HEAD")
    changed = None if commit is None else _git(folder, "status", "--porcelain", "--", ".")
    return {
        "commit": commit,
        "dirty": None if changed is None else changed != "",
        "versions": {"python": platform.python_version(), **_versions()},
        "machine": {
            "system": platform.system(),
            "processor": platform.machine(),
            "cores": _cores(),
            "accelerator": _accelerator(),
        },
    }


def _git(folder: Path, *arguments: str) -> str | None:
    """Return what git answers without touching the checkout, or None where it has no answer."""
    command = ["git", "--no-optional-locks", "-C", str(folder), *arguments]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _accelerator() -> str | None:
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else None
