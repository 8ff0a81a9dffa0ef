"""Numbers written in texts."""

import math

import pytest

from digitwise.encoders.text import Literals
from digitwise.encoders.text.literals import SUMMARY, groups_of


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("", []),
        ("no numbers, at all", []),
        ("xnumel = 64", [("xnumel =", (64.0,))]),
        ("ci.role_id<=30 AND t.year>2008;", [("ci.role_id <=", (30.0,)), ("t.year >", (2008.0,))]),
        ("f((4, 4), x, 3)", [("f ((", (4.0, 4.0)), ("x ,", (3.0,))]),
        ("1 <= n <= 2 * 10^5", [("", (1.0,)), ("n <=", (2.0,)), ("n <=#*", (100000.0,))]),
        ("10^{9} and 10**3 and 1_000 and 9e99", [("", (1e9,)), ("and", (1e3,)), ("and", (1e3,)), ("and", (1e18,))]),
        ("10^99", [("", (1e18,))]),
        ("x1 = tmp2 - .5", [("tmp2 -", (0.5,))]),
        ("3,", [("", (3.0,))]),
        ("(1, -2)", [("(", (1.0,)), ("(#,-", (2.0,))]),
    ],
)
def test_groups(text, groups) -> None:
    assert list(groups_of(text)) == groups


def test_places_that_occur_often_have_features_of_their_own() -> None:
    fitted = Literals(min_share=0.5).fit(["n = 3; m = 4", "n = 5", "n = 6; k = 1", "m = 2"])
    assert fitted.places == ("n =", "m =")
    row = dict(zip(fitted.names, fitted.transform(["n = 7, 2; n = 6"])[0].tolist(), strict=True))
    assert row["after n ="] == pytest.approx(math.log1p(7 * 2 + 6))
    assert math.isnan(row["after m ="])
    assert row["numbers"] == pytest.approx(math.log1p(3))
    assert row["largest group"] == pytest.approx(math.log1p(14))
    assert row["second largest group"] == pytest.approx(math.log1p(6))
    assert math.isnan(row["third largest group"])


def test_a_text_without_numbers_has_none() -> None:
    (row,) = Literals().fit(["a", "b"]).transform(["c"])
    assert row[:3].tolist() == [0.0, 0.0, 0.0]
    assert all(math.isnan(value) for value in row[3:]) and len(row) == len(SUMMARY)
