"""Molecules."""

import sys

import numpy as np
import pytest

from digitwise.encoders.text import Molecules
from digitwise.encoders.text.molecules import described

pytest.importorskip("rdkit")
ACIDS = ["CC(=O)O", "CCC(=O)O", "CCCC(=O)O", "OCC(=O)O"]
SMALL = Molecules(n_substructures=4, n_components=2)


def test_descriptors_are_rdkits() -> None:
    fitted = SMALL.fit(ACIDS)
    row = dict(zip(fitted.names, fitted.transform(["CCO"])[0].tolist(), strict=True))
    assert row["MolWt"] == pytest.approx(46.069, abs=1e-3)
    assert row["NumHDonors"] == 1
    assert len(fitted.descriptors) > 200


def test_other_ways_to_write_a_molecule_give_the_same_features() -> None:
    fitted = SMALL.fit(ACIDS)
    one, other = fitted.transform(["OC(C)=O", " CC(=O)O\n"])
    np.testing.assert_allclose(one, other, atol=1e-9)


def test_texts_that_are_no_molecule_are_refused(capfd) -> None:
    with pytest.raises(ValueError, match=r"2 of 3 are not: rows 1 \('C1CC'\), 2 \(' '\)"):
        SMALL.fit(["C", "C1CC", " "])
    assert capfd.readouterr() == ("", "")


def test_texts_that_are_no_molecule_can_be_missing() -> None:
    settings = Molecules(n_substructures=4, n_components=2, invalid="missing")
    with pytest.warns(UserWarning, match="All of their features are missing"):
        fitted = settings.fit([*ACIDS, "nonsense"])
    with pytest.warns(UserWarning, match=r"1 of 2 are not: rows 0 \('c1c'\)"):
        bad, good = fitted.transform(["c1c", "CCO"])
    assert np.isnan(bad).all()
    assert np.array_equal(good, SMALL.fit(ACIDS).transform(["CCO"])[0], equal_nan=True)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("x", 2.0, 2.0),
        ("x", -np.inf, -1e9),
        ("x", np.nan, np.nan),
        ("Ipc", np.e - 1, 1.0),
        ("Ipc", 1e300, 300 * np.log(10)),
    ],
)
def test_descriptors_are_bounded(name, value, expected) -> None:
    assert described(lambda _: value, name, None) == pytest.approx(expected, nan_ok=True)


def test_a_descriptor_that_fails_is_missing() -> None:
    assert np.isnan(described(lambda _: 1 / 0, "x", None))


def test_without_rdkit_the_extra_is_named(monkeypatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "rdkit"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "digitwise\[chem\]"'):
        SMALL.fit(ACIDS)


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="radius must be at least 0"):
        Molecules(radius=-1)
