"""SMILES: tokens, vocabulary and random spellings."""

import numpy as np
import pytest

from digitwise.encoders.sequence import SmilesTokenizer, SmilesTransformer, augmented, smiles_tokens

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"


@pytest.mark.parametrize(
    ("smiles", "tokens"),
    [
        ("", []),
        ("CCl", ["C", "Cl"]),
        ("BrB", ["Br", "B"]),
        ("C%12CC%12", ["C", "%12", "C", "C", "%12"]),
        ("C%(123)C", ["C", "%(123)", "C"]),
        ("C1CC1", ["C", "1", "C", "C", "1"]),
        ("[13C@@H](N)C", ["[13C@@H]", "(", "N", ")", "C"]),
        ("[Na+].[Cl-]", ["[Na+]", ".", "[Cl-]"]),
        (r"F/C=C\F", ["F", "/", "C", "=", "C", "\\", "F"]),
        ("CO>>C", ["C", "O", ">>", "C"]),
        ("C#N$", ["C", "#", "N", "$"]),
        ("[unclosed", ["[", "u", "n", "c", "l", "o", "s", "e", "d"]),
        ("C\nO", ["C", "\n", "O"]),
    ],
)
def test_tokens(smiles: str, tokens: list[str]) -> None:
    assert smiles_tokens(smiles) == tokens
    assert "".join(tokens) == smiles


def test_unseen_tokens_share_an_id_of_their_own() -> None:
    tokenizer = SmilesTransformer().tokenizer([ASPIRIN])
    seen = tokenizer.ids([ASPIRIN])
    assert (seen != 1).all()
    assert tokenizer.ids(["[Pt]C[Au]"])[0].tolist() == [0, 1, tokenizer.ids(["C"])[0, 1], 1]
    assert seen.max() < tokenizer.n_ids


def test_the_vocabulary_does_not_depend_on_the_order_of_texts() -> None:
    texts = [ASPIRIN, "CCl", "[nH]1cccc1"]
    assert SmilesTokenizer.fit(texts, 10) == SmilesTokenizer.fit(texts[::-1], 10)


def test_long_strings_keep_both_ends() -> None:
    ids = SmilesTransformer(max_length=6).tokenizer(["NCO"]).ids(["N" + "C" * 1000 + "O"])
    whole = SmilesTransformer().tokenizer(["NCO"]).ids(["NCO"])[0]
    assert ids.shape == (1, 6)
    assert (ids[0, 1], ids[0, -1]) == (whole[1], whole[3])


def test_spellings_are_of_the_same_molecule() -> None:
    chem = pytest.importorskip("rdkit.Chem")
    smiles = [ASPIRIN, "C[C@H](N)C(=O)O", "C"]
    texts, rows = augmented(smiles, 8, random_state=3)
    assert rows.tolist() == np.repeat([0, 1, 2], 8).tolist()
    canonical = [chem.CanonSmiles(text) for text in smiles]
    assert [chem.CanonSmiles(text) for text in texts] == [canonical[row] for row in rows]
    assert [texts[start] for start in (0, 8, 16)] == smiles
    assert len(set(texts[:8])) > 4, "spellings differ"


def test_spellings_depend_on_the_seed_and_the_row_alone() -> None:
    pytest.importorskip("rdkit.Chem")
    texts, _ = augmented([ASPIRIN, "CCOCC"], 5, random_state=0)
    assert augmented([ASPIRIN, "CCOCC"], 5, random_state=0)[0] == texts
    assert augmented([ASPIRIN], 5, random_state=0)[0] == texts[:5]
    assert augmented([ASPIRIN], 5, random_state=1)[0] != texts[:5]
    assert augmented([ASPIRIN], 1, random_state=0)[0] == [ASPIRIN]


def test_what_rdkit_cannot_read_is_named() -> None:
    pytest.importorskip("rdkit.Chem")
    with pytest.raises(ValueError, match="cannot read row 1: 'C1CC'"):
        augmented(["C", "C1CC"], 2, random_state=0)
    with pytest.raises(ValueError, match="n_times must be at least 1"):
        augmented(["C"], 0, random_state=0)
