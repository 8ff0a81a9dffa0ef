"""Arrays from ``.npy`` files that may hold text, without running what a pickle may carry.

Arrays of Python objects are pickles, and a pickle can call anything. Here only what makes up an array of plain values
is let through.
"""

import pickle
from pathlib import Path
from typing import Any

import numpy as np

ALLOWED = {"_reconstruct", "ndarray", "dtype", "scalar", "_frombuffer"}


def read_npy(path: Path) -> np.ndarray:
    """Return the array of a file; one of objects if it holds plain values only.

    Raises
    ------
    ValueError
        If the file is no ``.npy`` file, or holds objects that are no plain values.
    """
    with path.open("rb") as file:
        try:
            version = np.lib.format.read_magic(file)
            reader = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
            shape, _, dtype = reader(file)
            if not dtype.hasobject:
                file.seek(0)
                return np.lib.format.read_array(file, allow_pickle=False)
            array: np.ndarray = _PlainValues(file).load()
            return array.reshape(shape)
        except (ValueError, KeyError, EOFError, AttributeError, pickle.UnpicklingError) as error:
            raise ValueError(f"{path.name} must be a .npy file of numbers or text, but: {error}") from error


class _PlainValues(pickle.Unpickler):
    """Knows arrays, their types and their scalars; anything else that is not built in is refused."""

    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] == "numpy" and name in ALLOWED:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"it holds {module}.{name}, which is no plain value.")
