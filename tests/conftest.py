"""Settings for every test: shape checks on, one thread each, no telemetry, shared fixtures."""

import os

# Before numpy and torch load: workers share the machine, one thread each.
for _name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

from pathlib import Path

import beartype.typing  # noqa: F401 (named in the text below)
import pytest
import torch
from jaxtyping import install_import_hook

torch.set_num_threads(1)

PROJECT_ROOT = Path(__file__).resolve().parent.parent

# Before digitwise loads: every annotated shape and type is checked while the tests run. The hook
# decorates methods one by one, where beartype cannot know what Self stands for: let it pass.
# The estimators are left out: scikit-learn has their __init__ store whatever comes, and `fit` says what is wrong.
# So are the adapters: skpro reads the signatures of their classes.
_PACKAGE = PROJECT_ROOT / "src" / "digitwise"
_NAMES = sorted(
    {path.stem for path in _PACKAGE.iterdir()} - {"__init__", "__pycache__", "estimators", "adapters", "py"}
)
install_import_hook(
    [f"digitwise.{name}" for name in _NAMES],
    "beartype.beartype(conf=beartype.BeartypeConf(hint_overrides=beartype.FrozenDict({beartype.typing.Self: object})))",
)


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder that holds ``pyproject.toml``."""
    return PROJECT_ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets beside the checkout; skips where there is none."""
    folder = PROJECT_ROOT.parent / "shared" / "data"
    if not (folder / "index.json").is_file():
        pytest.skip("real data sets are not here: expected ../shared/data/index.json beside the project")
    return folder
