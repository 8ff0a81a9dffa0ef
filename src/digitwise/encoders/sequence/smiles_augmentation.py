"""Other spellings of the same molecules."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int64

from digitwise.encoders.sequence.texts import checked_texts
from digitwise.optional import optional_package


def augmented(
    smiles: Sequence[str], n_times: int, random_state: int
) -> tuple[list[str], Int64[np.ndarray, " augmented"]]:
    """Return every molecule ``n_times``: as it is given, then in random spellings, which start from a random atom.

    Needs rdkit (extra ``chem``).

    Parameters
    ----------
    smiles
        One molecule a row.
    n_times
        Spellings of each, the given one among them, at least 1. Those of small molecules repeat.
    random_state
        Decides the spellings of a row together with its number, whatever the other rows are.

    Returns
    -------
    tuple
        The spellings, all of a row together, and the row that each comes from.

    Raises
    ------
    ValueError
        If ``n_times`` is below 1, or rdkit cannot read a string.
    ModuleNotFoundError
        If rdkit is not installed.

    References
    ----------
    Bjerrum, "SMILES enumeration as data augmentation", arXiv 1703.07076.

    Examples
    --------
    >>> texts, rows = augmented(["CCO", "C"], n_times=3, random_state=0)  # doctest: +SKIP
    >>> texts[0], texts[3:], rows.tolist()  # doctest: +SKIP
    ('CCO', ['C', 'C', 'C'], [0, 0, 0, 1, 1, 1])
    """
    if n_times < 1:
        raise ValueError(f"n_times must be at least 1, but got {n_times}.")
    chem = optional_package("rdkit.Chem", "Random spellings of molecules need rdkit.", "chem")
    texts = checked_texts(smiles)
    spellings: list[str] = []
    for row, text in enumerate(texts):
        molecule = chem.MolFromSmiles(text)
        if molecule is None:
            raise ValueError(f"smiles must be SMILES strings, but rdkit cannot read row {row}: {text[:80]!r}.")
        seed = int(np.random.default_rng([random_state, row]).integers(1, 2**31 - 1))
        spellings.append(text)
        spellings.extend(chem.MolToRandomSmilesVect(molecule, n_times - 1, randomSeed=seed) if n_times > 1 else [])
    return spellings, np.repeat(np.arange(len(texts)), n_times)
