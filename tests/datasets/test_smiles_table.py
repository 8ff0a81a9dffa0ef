"""Tables of molecules: given splits, splits made here, invalid SMILES by row, and the files of MoleculeNet."""

import gzip
import sys
from pathlib import Path

import numpy as np
import pytest

from digitwise.datasets import load_moleculenet, load_text, read_smiles, scaffold_split
from digitwise.datasets.moleculenet import SETS

pd = pytest.importorskip("pandas")

ROWS = [f"{'C' * (1 + i)}O,{i / 8},{'Train' if i < 6 else 'valid' if i < 8 else 'TEST'}" for i in range(10)]
TABLE = "\n".join(["smiles,y,part", *ROWS])


def write(path: Path, text: str = TABLE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["alcohols.csv", "alcohols.csv.gz"])
def test_a_given_split_is_kept(tmp_path: Path, name: str) -> None:
    data = read_smiles(str(write(tmp_path / name)), target="y", split="part")
    assert data.X.columns.tolist() == ["smiles"] and data.X["smiles"].tolist()[:3] == ["CO", "CCO", "CCCO"]
    assert data.y.tolist() == [i / 8 for i in range(10)] and (data.name, data.target) == ("alcohols", "y")
    assert data.split is not None
    assert data.split.tolist() == ["train"] * 6 + ["validation"] * 2 + ["test"] * 2
    assert read_smiles(tmp_path / name, target="y").split is None


def test_files_of_a_folder_are_the_split(tmp_path: Path) -> None:
    for part, rows in (("train", ROWS[:6]), ("valid", ROWS[6:7]), ("test", ROWS[7:])):
        write(tmp_path / "alcohols" / f"{part}.csv", "\n".join(["smiles,y,part", *rows]))
    data = read_smiles(tmp_path / "alcohols", target="y")
    assert data.split is not None and data.n_rows == 10
    assert data.split.tolist() == ["train"] * 6 + ["validation"] + ["test"] * 3
    column = read_smiles(tmp_path / "alcohols", target="y", split="part").split
    assert column is not None and column.tolist() == ["train"] * 6 + ["validation"] * 2 + ["test"] * 2


def test_a_random_split_is_decided_by_the_seed(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv")
    splits = [read_smiles(path, target="y", split="random", random_state=seed).split for seed in (0, 0, 1)]
    assert [dict(zip(*np.unique(split, return_counts=True), strict=True)) for split in splits] == [
        {"test": 1, "train": 8, "validation": 1}
    ] * 3
    assert splits[0].tolist() == splits[1].tolist() != splits[2].tolist()  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="sum to 1"):
        read_smiles(path, target="y", split="random", fractions=(0.8, 0.1, 0.3))


def test_words_are_smiles_and_empty_cells_are_not(tmp_path: Path) -> None:
    data = read_smiles(write(tmp_path / "t.csv", "smiles,y\nN,1\n,2\nNA,3"), target="y")
    assert data.X["smiles"].tolist() == ["N", "", "NA"]


def test_invalid_smiles_are_named_by_row_or_left_out(tmp_path: Path) -> None:
    pytest.importorskip("rdkit", reason="molecules need the extra chem")
    path = write(tmp_path / "t.csv", "smiles,y\nC1CCCCC1,1\nC1CC,2\nOC1CCCCC1,3\n,4\nCCO,5\nCCN,6")
    assert read_smiles(path, target="y").n_rows == 6
    with pytest.raises(ValueError, match=r"2 of the 6 in .*'C1CC' at position 1: .*'' at position 3: it has no atoms"):
        read_smiles(path, target="y", invalid="raise")
    with pytest.warns(UserWarning, match=r"2 of 6 rows .*row 1: .*row 3: it has no atoms"):
        data = read_smiles(path, target="y", invalid="drop", split="scaffold", fractions=(0.5, 0.25, 0.25))
    assert data.y.tolist() == [1, 3, 5, 6] and list(data.X.index) == [0, 1, 2, 3]
    assert data.split is not None
    assert data.split.tolist() == scaffold_split(data.X["smiles"].tolist(), (0.5, 0.25, 0.25)).tolist()
    assert data.split[0] == data.split[1] != data.split[2] == data.split[3]


def test_rdkit_is_needed_for_chemistry_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("rdkit", "rdkit.Chem", "rdkit.rdBase", "rdkit.Chem.Scaffolds.MurckoScaffold"):
        monkeypatch.setitem(sys.modules, module, None)
    path = write(tmp_path / "t.csv")
    for split in (None, "part", "random"):
        assert read_smiles(path, target="y", split=split).n_rows == 10
    for arguments in ({"split": "scaffold"}, {"invalid": "drop"}):
        with pytest.raises(ImportError, match=r'pip install "digitwise\[chem\]"'):
            read_smiles(path, target="y", **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target": "z"}, r"no column 'z'\. It has 'smiles', 'y', 'part'\."),
        ({"target": "y", "smiles": "mol"}, "no column 'mol'"),
        ({"target": "y", "split": "scafold"}, "no column 'scafold'.* a split may be 'scaffold' or 'random'"),
        ({"target": "part"}, "10 of 10 in 'part' of .* are not: 'Train' in row 0"),
        ({"target": "y", "split": "smiles"}, "Split labels must be among"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_smiles(write(tmp_path / "t.csv"), **arguments)
    with pytest.raises(FileNotFoundError, match="no file or folder"):
        read_smiles(tmp_path / "absent.csv", target="y")


HEADERS = {
    "esol": "Compound ID,ESOL predicted log solubility in mols per litre,Minimum Degree,"
    "measured log solubility in mols per litre,smiles",
    "freesolv": "iupac,smiles,expt,calc",
    "lipophilicity": "CMPD_CHEMBLID,exp,smiles",
    "bace": "mol,CID,Class,Model,pIC50,MW",
}


def published_rows(name: str) -> str:
    """Three rows under the published header: numbers 1, 2, 3 where measured, 99 anywhere else."""
    columns = HEADERS[name].split(",")
    special = {SETS[name].smiles: ["CCO", "c1ccccc1", "CN"], SETS[name].target: [1, 2, 3]}
    special["Model"] = ["Train", "Valid", "Test"]
    return "\n".join([HEADERS[name], *(",".join(str(special.get(c, [99] * 3)[i]) for c in columns) for i in range(3))])


@pytest.mark.parametrize("name", sorted(SETS))
@pytest.mark.parametrize("where", ["{file}", "{file}.gz", "{name}/{file}"])
def test_published_files_of_moleculenet_are_found_and_read(tmp_path: Path, name: str, where: str) -> None:
    write(tmp_path / where.format(file=SETS[name].file, name=name), published_rows(name))
    data = load_moleculenet(tmp_path, name)
    assert data.X.iloc[:, 0].tolist() == ["CCO", "c1ccccc1", "CN"] and data.y.tolist() == [1, 2, 3]
    assert data.n_features == 1 and data.name == name and data.units and data.split is None
    if name == "bace":
        split = load_moleculenet(tmp_path, name, split="Model").split
        assert split is not None and split.tolist() == ["train", "validation", "test"]


def test_parts_of_moleculenet_and_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"SAMPL\.csv, or as freesolv/train\.csv"):
        load_moleculenet(tmp_path, "freesolv")
    with pytest.raises(ValueError, match="Did you mean freesolv"):
        load_moleculenet(tmp_path, "freesolve")
    for part in ("train", "valid", "test"):
        write(tmp_path / "freesolv" / f"{part}.csv", published_rows("freesolv"))
    split = load_moleculenet(tmp_path, "freesolv").split
    assert split is not None and split.tolist() == ["train"] * 3 + ["validation"] * 3 + ["test"] * 3


def test_a_whole_download_reads_as_the_folder_of_texts_does(tmp_path: Path, shared_data: Path) -> None:
    for name in ("esol", "freesolv", "lipophilicity"):
        known = load_text(shared_data, f"moleculenet_{name}")
        column, target = SETS[name].smiles, SETS[name].target
        frame = pd.DataFrame({"id": "x", target: known.y, column: known.X["smiles"]})
        frame.to_csv(tmp_path / SETS[name].file, index=False)
        data = load_moleculenet(tmp_path, name)
        assert data.X["smiles"].tolist() == known.X["smiles"].tolist()
        np.testing.assert_array_equal(data.y, known.y)
        assert data.units == known.units
