"""Molecules: invalid ones are named, spellings keep the molecule, and no scaffold is in two parts."""

from pathlib import Path

import numpy as np
import pytest

from digitwise.datasets import canonical_smiles, invalid_smiles, load_text, random_smiles, scaffold_split
from digitwise.datasets.dataset import SPLIT_LABELS

pytest.importorskip("rdkit", reason="molecules need the extra chem")

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
MOLECULES = [ASPIRIN, "OCC", "C[C@H](N)C(=O)O", "[Na+].[Cl-]", "C1CC1", "c1ccc2ccccc2c1", "Cc1ccccc1"]


def test_invalid_smiles_are_named_and_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    wrong = ["CCO", "C1CC", "C(C)(C)(C)(C)C", "", "   ", "c1cccc1", "not a molecule", np.nan, ASPIRIN]
    found = invalid_smiles(wrong)
    assert [place for place, _, _ in found] == [1, 2, 3, 4, 5, 6, 7]
    reasons = {place: reason for place, _, reason in found}
    assert "valence" in reasons[2] and "kekulize" in reasons[5]
    assert reasons[3] == "it has no atoms" and reasons[7] == "it is no text"
    with pytest.raises(ValueError, match=r"7 of the 9 given do not\. 'C1CC' at position 1: .*; and 2 more"):
        canonical_smiles(wrong)
    assert capfd.readouterr() == ("", "")
    assert invalid_smiles(MOLECULES) == []


def test_one_text_is_not_taken_for_many() -> None:
    with pytest.raises(TypeError, match=r"\['CCO'\]"):
        canonical_smiles("CCO")


def test_random_spellings_are_of_the_same_molecule_and_decided_by_the_seed() -> None:
    spelt = random_smiles(MOLECULES, 8, random_state=3)
    assert [len(texts) for texts in spelt] == [8] * len(MOLECULES)
    for texts, canonical in zip(spelt, canonical_smiles(MOLECULES), strict=True):
        assert set(canonical_smiles(texts)) == {canonical}
    assert len(set(spelt[0])) > 4
    assert spelt == random_smiles(MOLECULES, 8, random_state=3)
    assert spelt[:2] == random_smiles(MOLECULES[:2], 8, random_state=3)
    assert spelt != random_smiles(MOLECULES, 8, random_state=4)
    with pytest.raises(ValueError, match="at least 1, but is 0"):
        random_smiles(MOLECULES, 0, random_state=3)


def test_groups_are_dealt_out_whole_largest_first() -> None:
    benzenes, rings, chains = ["Cc1ccccc1", "c1ccccc1O", "c1ccccc1N"], ["C1CC1C", "C1CC1O"], ["CCO"]
    smiles = [chains[0], benzenes[0], rings[0], benzenes[1], rings[1], benzenes[2]]
    assert scaffold_split(smiles, (0.5, 0.35, 0.15)).tolist() == [
        "test",
        "train",
        "validation",
        "train",
        "validation",
        "train",
    ]
    assert set(scaffold_split(smiles, (0.9, 0.05, 0.05)).tolist()) == {"train", "test"}


@pytest.mark.parametrize("fractions", [(0.8, 0.2, 0.0), (0.8, 0.1, 0.2), (0.5, 0.5)])
def test_shares_that_are_none_are_refused(fractions: tuple) -> None:
    with pytest.raises((ValueError, TypeError)):
        scaffold_split(MOLECULES, fractions)


@pytest.mark.parametrize("name", ["esol", "lipophilicity", "bace_pic50"])
def test_the_scaffold_splits_of_the_real_sets_are_reproduced(shared_data: Path, name: str) -> None:
    data = load_text(shared_data, name)
    mine = scaffold_split(data.X["smiles"].tolist())
    assert set(mine) == set(SPLIT_LABELS)
    np.testing.assert_array_equal(mine, data.split)
