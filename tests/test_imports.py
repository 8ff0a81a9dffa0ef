"""``import digitwise`` stays light: optional packages load only where they are used."""

import os
import subprocess
import sys
from pathlib import Path

OPTIONAL = (
    "pandas",
    "polars",
    "pyarrow",
    "matplotlib",
    "jinja2",
    "rich",
    "tyro",
    "pydantic",
    "accelerate",
    "optuna",
    "transformers",
    "rdkit",
    "skpro",
    "mapie",
)

# scikit-learn loads pandas and rich by itself where they are installed: what core packages load is not counted
LOADED_BY_US = f"""
import sys
import torch, sklearn, narwhals.stable.v2, rtdl_num_embeddings, tabm
before = set(sys.modules)
import digitwise, digitwise.adapters, digitwise.explain
print(*(name for name in {OPTIONAL} if name in sys.modules and name not in before))
"""

WITHOUT_THEM = f"""
import sys
sys.modules.update(dict.fromkeys({OPTIONAL}))  # importing one of them now fails
import digitwise, digitwise.adapters, digitwise.explain
print(digitwise.__name__)
"""


def output_of_fresh_process(code: str, project_root: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(project_root / "src")}
    output = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)
    return output.strip()


def test_importing_the_package_loads_nothing_optional(project_root: Path) -> None:
    assert output_of_fresh_process(LOADED_BY_US, project_root) == ""


def test_importing_the_package_needs_nothing_optional(project_root: Path) -> None:
    assert output_of_fresh_process(WITHOUT_THEM, project_root) == "digitwise"
