"""A split of molecules by scaffold: what is tested looks unlike what was trained on."""

from collections.abc import Sequence

import numpy as np

from digitwise.datasets.molecules import molecules_of, silence
from digitwise.optional import optional_package

Fractions = tuple[float, float, float]


def scaffold_split(smiles: Sequence[str], fractions: Fractions = (0.8, 0.1, 0.1)) -> np.ndarray:
    """Labels ``"train"``, ``"validation"`` and ``"test"``, such that no scaffold is in two parts.

    Molecules with the same Bemis-Murcko scaffold (rings and what links them, without stereochemistry) form a group;
    those without rings are one. Groups are dealt out whole, the largest first, and among equals the one that begins
    last: to training while it has room, else to validation, else to testing. Nothing is random.

    Parameters
    ----------
    smiles : sequence of str
        Valid ones.
    fractions : (float, float, float)
        Shares for training, validation and testing; positive, summing to 1.

    Returns
    -------
    array of str, shape (molecule,)
        One label per molecule.

    Raises
    ------
    ValueError
        If some SMILES are invalid, or the fractions are no shares.
    ImportError
        If RDKit is not installed.

    References
    ----------
    Bemis and Murcko (1996), "The properties of known drugs. 1. Molecular frameworks", J. Med. Chem. 39.
    Wu et al. (2018), "MoleculeNet: a benchmark for molecular machine learning", arXiv:1703.00564.

    Examples
    --------
    >>> scaffold_split(["Cc1ccccc1", "CCO", "c1ccccc1O", "C1CC1"], (0.5, 0.25, 0.25)).tolist()
    ['train', 'test', 'train', 'validation']
    """
    check_fractions(fractions)
    murcko = optional_package("rdkit.Chem.Scaffolds.MurckoScaffold", "Scaffolds need RDKit.", "chem")
    groups: dict[str, list[int]] = {}
    for place, molecule in enumerate(molecules_of(smiles)):
        with silence():
            scaffold = murcko.MurckoScaffoldSmiles(mol=molecule, includeChirality=False)
        groups.setdefault(scaffold, []).append(place)
    room_train, room_both = (len(smiles) * share + 1e-9 for share in (fractions[0], fractions[0] + fractions[1]))
    labels = np.full(len(smiles), "test", dtype="<U10")
    n_train = n_validation = 0
    for group in sorted(groups.values(), key=lambda group: (len(group), group[0]), reverse=True):
        if n_train + len(group) <= room_train:
            labels[group] = "train"
            n_train += len(group)
        elif n_train + n_validation + len(group) <= room_both:
            labels[group] = "validation"
            n_validation += len(group)
    return labels


def check_fractions(fractions: Fractions) -> None:
    """Raise an error unless these are three positive shares that sum to 1."""
    if len(fractions) != 3 or min(fractions) <= 0 or abs(sum(fractions) - 1) > 1e-9:
        raise ValueError(f"fractions must be three positive shares that sum to 1, but are {fractions}.")
