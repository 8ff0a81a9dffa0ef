"""Molecules as SMILES: which are valid, and one spelling or many of each.

RDKit does the chemistry, and is loaded by the first call. What it would print about a SMILES is kept silent: a reason
comes back as a value, or in an error.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from digitwise.optional import optional_package

SHOWN = 5
"""How many invalid SMILES an error spells out."""


class InvalidSmiles(NamedTuple):
    """A SMILES that stands for no molecule.

    Parameters
    ----------
    position : int
        Where it is among those given, counted from 0.
    smiles : object
        What stands there.
    reason : str
        Why it is no molecule.
    """

    position: int
    smiles: Any
    reason: str


def invalid_smiles(smiles: Sequence[Any]) -> list[InvalidSmiles]:
    """Those that stand for no molecule, in order, and why.

    Parameters
    ----------
    smiles : sequence of str
        Anything but a text with at least one atom is invalid.

    Returns
    -------
    list of InvalidSmiles
        Empty if all are valid.

    Raises
    ------
    ImportError
        If RDKit is not installed.

    Examples
    --------
    >>> [(place, reason) for place, _, reason in invalid_smiles(["CCO", "", "C(C)(C)(C)(C)C"])]
    [(1, 'it has no atoms'), (2, 'Explicit valence for atom # 0 C, 5, is greater than permitted')]
    """
    chem = _chem()
    with silence():
        found = [(place, text, _fault(chem, text)) for place, text in enumerate(smiles)]
    return [InvalidSmiles(place, text, fault) for place, text, fault in found if fault is not None]


def canonical_smiles(smiles: Sequence[str]) -> list[str]:
    """The one spelling of each molecule that RDKit chooses, stereochemistry included.

    Parameters
    ----------
    smiles : sequence of str
        Valid ones.

    Raises
    ------
    ValueError
        If some are invalid.
    ImportError
        If RDKit is not installed.

    Examples
    --------
    >>> canonical_smiles(["OCC", "C(O)C", "C1=CC=CC=C1"])
    ['CCO', 'CCO', 'c1ccccc1']
    """
    molecules = molecules_of(smiles)
    return [_chem().MolToSmiles(molecule) for molecule in molecules]


def random_smiles(smiles: Sequence[str], n: int, random_state: int) -> list[list[str]]:
    """Other spellings of each molecule: the same graph, walked from a random atom in a random order.

    Parameters
    ----------
    smiles : sequence of str
        Valid ones.
    n : int
        Spellings per molecule. Small molecules have few, so some may be equal.
    random_state : int
        Decides them. What a molecule gets does not depend on the others, only on its position.

    Returns
    -------
    list of list of str
        For each molecule ``n`` spellings.

    Raises
    ------
    ValueError
        If some are invalid, or ``n`` is not positive.
    ImportError
        If RDKit is not installed.

    Examples
    --------
    >>> spellings = random_smiles(["CCO"], 20, random_state=0)[0]
    >>> sorted(set(spellings)), set(canonical_smiles(spellings))
    (['C(C)O', 'C(O)C', 'CCO', 'OCC'], {'CCO'})
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, but is {n}.")
    spellings = []
    for place, molecule in enumerate(molecules_of(smiles)):
        seed = int(np.random.default_rng([random_state, place]).integers(1, 2**31 - 1))
        spellings.append(list(_chem().MolToRandomSmilesVect(molecule, n, randomSeed=seed)))
    return spellings


def refuse_invalid(invalid: Sequence[InvalidSmiles], where: str) -> None:
    """Raise an error that spells out the first of them, if there are any."""
    if invalid:
        shown = "; ".join(f"{smiles!r} at position {place}: {reason}" for place, smiles, reason in invalid[:SHOWN])
        more = f"; and {len(invalid) - SHOWN} more" if len(invalid) > SHOWN else ""
        raise ValueError(
            f"Every SMILES must stand for a molecule, but {len(invalid)} of {where} do not. {shown}{more}. Leave them "
            "out, or correct them."
        )


def molecules_of(smiles: Sequence[str]) -> list[Any]:
    """Return RDKit's molecules; errors spell out the texts that are none.

    Raises
    ------
    TypeError
        If a single text is given.
    ValueError
        If some are invalid.
    ImportError
        If RDKit is not installed.
    """
    if isinstance(smiles, str):
        raise TypeError(f"smiles must be a sequence of texts, but is one text. Put it in a list: [{smiles!r}].")
    chem = _chem()
    with silence():
        molecules = [chem.MolFromSmiles(text) if isinstance(text, str) else None for text in smiles]
    if any(molecule is None or molecule.GetNumAtoms() == 0 for molecule in molecules):
        refuse_invalid(invalid_smiles(smiles), f"the {len(smiles)} given")
    return molecules


def silence() -> Any:
    """Return a context in which RDKit prints nothing."""
    return optional_package("rdkit.rdBase", "Molecules need RDKit.", "chem").BlockLogs()


def _chem() -> Any:
    return optional_package("rdkit.Chem", "Molecules need RDKit.", "chem")


def _fault(chem: Any, text: Any) -> str | None:
    """Return why a text is no molecule, or None."""
    if not isinstance(text, str):
        return "it is no text"
    molecule = chem.MolFromSmiles(text)
    if molecule is not None:
        return None if molecule.GetNumAtoms() else "it has no atoms"
    raw = chem.MolFromSmiles(text, sanitize=False)
    if raw is None:
        return "it is not written as SMILES are"
    problems = chem.DetectChemistryProblems(raw)
    return problems[0].Message() if problems else "RDKit cannot make a molecule of it"
