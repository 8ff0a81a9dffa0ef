"""Features of SQL texts: what a query says, column by column, and the reading of a folder of queries."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from digitwise.datasets import list_queries, load_query_features
from digitwise.datasets.query_features import parse_query, query_features

JOINED = "SELECT COUNT(*) FROM book b,loan l WHERE b.id=l.book_id AND b.year>1990 AND l.days<=14;"
PLAIN = "SELECT COUNT(*) FROM book WHERE book.year = 2001 AND title <> 'A > 1'"
BARE = "select * from shelf"


@pytest.mark.parametrize(
    ("text", "tables", "n_joins", "predicates"),
    [
        (JOINED, ("book", "loan"), 1, (("book.year", ">", 1990.0), ("loan.days", "<=", 14.0))),
        ("SELECT 1 FROM a WHERE a.x != -2.5 AND a.y=1e3", ("a",), 0, (("a.x", "<>", -2.5), ("a.y", "=", 1000.0))),
        (BARE, ("shelf",), 0, ()),
        ("SELECT 1", (), 0, ()),
    ],
)
def test_what_a_query_says(text: str, tables: tuple, n_joins: int, predicates: tuple) -> None:
    query = parse_query(text)
    assert (query.tables, query.n_joins, query.predicates) == (tables, n_joins, predicates)


def test_text_is_compared_without_a_number() -> None:
    (year, title) = parse_query(PLAIN).predicates
    assert year == ("book.year", "=", 2001.0)
    assert title[:2] == ("title", "<>") and np.isnan(title[2])


def test_features_by_name() -> None:
    names, values = query_features([JOINED, PLAIN, BARE])
    table = dict(zip(names, values.T.tolist(), strict=True))
    assert len(set(names)) == len(names)
    assert table["tables"] == [2, 1, 1] and table["joins"] == [1, 0, 0] and table["predicates"] == [2, 2, 0]
    assert table["operator:>"] == [1, 0, 0] and table["operator:<>"] == [0, 1, 0]
    assert table["table:book"] == [1, 1, 0] and table["table:shelf"] == [0, 0, 1]
    assert table["compared:loan.days"] == [1, 0, 0]
    np.testing.assert_array_equal(table["direction:book.year"], [1, 0, np.nan])
    np.testing.assert_array_equal(table["direction:loan.days"], [-1, np.nan, np.nan])
    np.testing.assert_allclose(table["literal:book.year"], [np.log(1991), np.log(2002), np.nan])
    np.testing.assert_allclose(table["literal_min"], [np.log(15), np.log(2002), np.nan])


def test_rare_names_get_no_feature_and_the_order_of_queries_does_not_matter() -> None:
    queries = [JOINED] * 150 + [BARE]
    names, values = query_features(queries)
    assert "table:book" in names and "table:shelf" not in names
    again, reverse = query_features(queries[::-1])
    assert again == names
    np.testing.assert_array_equal(values, reverse[::-1])


def test_no_query_has_no_features() -> None:
    with pytest.raises(ValueError, match="at least one query"):
        query_features([])


def write_queries(folder: Path) -> Path:
    entry = {
        "name": "loans",
        "kind": "code",
        "file": "code/loans.csv.gz",
        "text_columns": ["query"],
        "target": "rows",
        "target_units": "rows",
        "split_columns": ["split"],
        "licence": "none",
        "notes": "A toy.",
    }
    programs = {**entry, "name": "programs", "text_columns": ["code"]}
    (folder / "code").mkdir()
    (folder / "index.json").write_text(json.dumps({"datasets": [entry, programs]}))
    with gzip.open(folder / "code" / "loans.csv.gz", "wt") as file:
        file.write(f'query,split,rows\n"{JOINED}",train,7\n{BARE},test,12\n')
    return folder


def test_a_folder_of_queries_is_a_table_of_features(tmp_path: Path) -> None:
    folder = write_queries(tmp_path)
    assert list_queries(folder) == ("loans",)
    data = load_query_features(folder, "loans")
    assert data.X.shape == (2, len(data.feature_names)) and data.y.tolist() == [7.0, 12.0]
    assert data.split is not None and data.split.tolist() == ["train", "test"]
    with pytest.raises(ValueError, match="has no table 'loan'"):
        load_query_features(folder, "loan")


def test_the_real_queries_load(shared_data: Path) -> None:
    assert "sql_cardinality" in list_queries(shared_data)
    data = load_query_features(shared_data, "sql_cardinality")
    assert data.n_rows == 5000 and 20 < data.n_features < 80
    spread = np.nanstd(data.X, axis=0)
    assert (spread > 0).sum() > 20
