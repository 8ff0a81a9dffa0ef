"""Regression sets of MoleculeNet from the files that it publishes, or from a folder of parts for each set.

References
----------
Wu et al. (2018), "MoleculeNet: a benchmark for molecular machine learning", arXiv:1703.00564.
"""

import difflib
from dataclasses import dataclass, replace
from pathlib import Path

from digitwise.datasets.dataset import Dataset
from digitwise.datasets.smiles_table import read_smiles


@dataclass(frozen=True, kw_only=True)
class PublishedSet:
    """Where a set is, and what its file holds.

    Parameters
    ----------
    file : str
        Name of the file.
    target, units : str
        The column of the numbers, and their units.
    smiles : str
        The column of the molecules.
    description : str
        What is measured.
    """

    file: str
    target: str
    units: str
    smiles: str = "smiles"
    description: str


SETS = {
    "esol": PublishedSet(
        file="delaney-processed.csv",
        target="measured log solubility in mols per litre",
        units="log10(mol/L)",
        description="Solubility in water.",
    ),
    "freesolv": PublishedSet(
        file="SAMPL.csv", target="expt", units="kcal/mol", description="Free energy of hydration, measured."
    ),
    "lipophilicity": PublishedSet(
        file="Lipophilicity.csv",
        target="exp",
        units="logD",
        description="Distribution between octanol and water at pH 7.4.",
    ),
    "bace": PublishedSet(
        file="bace.csv",
        target="pIC50",
        units="-log10(mol/L)",
        smiles="mol",
        description="How strongly molecules inhibit human beta-secretase 1.",
    ),
}


def load_moleculenet(folder: str | Path, name: str, *, split: str | None = None, random_state: int = 0) -> Dataset:
    r"""One of MoleculeNet's regression sets.

    The first of these that is there: the published file in the folder, the same in a subfolder of the set's name, and
    in that subfolder ``train.csv``, ``valid.csv`` and ``test.csv``. Each may end in ``.csv.gz``. Columns must have the
    published names.

    Parameters
    ----------
    folder : str or Path
        Where the files are.
    name : str
        ``"esol"``, ``"freesolv"``, ``"lipophilicity"`` or ``"bace"`` (its regression).
    split : str, optional
        As for `read_smiles`: a column, ``"scaffold"`` or ``"random"``. None for the parts of a subfolder; a published
        file has no split.
    random_state : int
        Decides a random split.

    Raises
    ------
    FileNotFoundError
        If the set is not there.
    ValueError
        If there is no such set, or its file does not have the published columns.
    ImportError
        If pandas, or for a split by scaffold RDKit, is not installed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     rows = ["iupac,smiles,expt,calc", "methane,C,2.0,2.446", "methanol,CO,-5.1,-3.491"]
    ...     _ = Path(folder, "SAMPL.csv").write_text("\n".join(rows))
    ...     data = load_moleculenet(folder, "freesolv")
    >>> data.X["smiles"].tolist(), data.y.tolist(), data.units
    (['C', 'CO'], [2.0, -5.1], 'kcal/mol')
    """
    if name not in SETS:
        close = difflib.get_close_matches(name, SETS, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"Choose among {', '.join(SETS)}."
        raise ValueError(f"There is no regression set {name!r} of MoleculeNet here. {hint}")
    published = SETS[name]
    folder = Path(folder)
    places = [
        *(place / f"{published.file}{end}" for place in (folder, folder / name) for end in ("", ".gz")),
        folder / name,
    ]
    path = next((place for place in places if place.exists()), None)
    if path is None:
        raise FileNotFoundError(
            f"{name} must be in {folder} as {published.file}, or as {name}/train.csv, {name}/valid.csv and "
            f"{name}/test.csv, but neither is there."
        )
    data = read_smiles(
        path, target=published.target, smiles=published.smiles, split=split, random_state=random_state, name=name
    )
    return replace(data, units=published.units, description=f"MoleculeNet: {published.description}")
