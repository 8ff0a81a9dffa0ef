"""Numeric features of SQL queries: what they join, what they compare, and with which numbers.

Nothing is known of the database. A query ``SELECT … FROM title t, cast_info ci WHERE t.id = ci.movie_id AND
ci.role_id > 2`` joins two tables and compares one column with a number; which tables and columns get features of their
own is decided by how often they occur among the queries given.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

DIRECTION = {"=": 0.0, "<": -1.0, ">": 1.0, "<=": -1.0, ">=": 1.0, "<>": 0.0}
PREDICATE = re.compile(r"([\w.]+)\s*(<=|>=|<>|!=|=|<|>)\s*('[^']*'|[\w.+-]+)")
TABLES = re.compile(r"\bFROM\b(.*?)(?:\bWHERE\b|;|$)", re.IGNORECASE | re.DOTALL)
OFTEN = 0.01


@dataclass(frozen=True)
class Query:
    """What a query says.

    Parameters
    ----------
    tables
        Names of the tables it reads, as often as it names them.
    n_joins
        How many comparisons have a column on both sides.
    predicates
        The other comparisons: ``(table.column, operator, number)``; the number is NaN for text.
    """

    tables: tuple[str, ...]
    n_joins: int
    predicates: tuple[tuple[str, str, float], ...]


def parse_query(text: str) -> Query:
    """Return the tables, joins and comparisons of a query.

    Examples
    --------
    >>> query = parse_query("SELECT COUNT(*) FROM a x, b WHERE x.id = b.a_id AND b.size<=30;")
    >>> query.tables, query.n_joins, query.predicates
    (('a', 'b'), 1, (('b.size', '<=', 30.0),))
    """
    found = TABLES.search(text)
    named = [part.split() for part in found.group(1).split(",")] if found else []
    named = [words for words in named if words]
    table_of = {words[-1]: words[0] for words in named}
    n_joins, predicates = 0, []
    for left, operator, right in PREDICATE.findall(text[found.end(1) :] if found else text):
        number = _number(right)
        if math.isnan(number) and not right.startswith("'"):
            n_joins += 1
            continue
        alias, _, column = left.rpartition(".")
        name = f"{table_of.get(alias, alias)}.{column}" if alias else column
        predicates.append((name, "<>" if operator == "!=" else operator, number))
    return Query(tuple(words[0] for words in named), n_joins, tuple(predicates))


def query_features(queries: Sequence[str]) -> tuple[tuple[str, ...], Float[np.ndarray, "query feature"]]:
    """Return names and values of the features of some queries.

    Counts of tables, joins, comparisons and each operator; the length of the text; the least, mean and greatest
    logarithm of the literals; one column for each table that occurs in at least 1 % of the queries; and three for each
    such column that is compared: whether it is, the direction (-1 below, 0 equal, 1 above), and the logarithm of the
    literal. What a query does not say is missing (NaN).

    Parameters
    ----------
    queries
        SQL texts; the same texts give the same features, in the same order.

    Raises
    ------
    ValueError
        If there are no queries.

    Examples
    --------
    >>> names, values = query_features(["SELECT * FROM a WHERE a.size < 99", "SELECT * FROM a, b WHERE a.id = b.a_id"])
    >>> [float(values[1, names.index(name)]) for name in ("tables", "joins", "literal_max", "table:b")]
    [2.0, 1.0, nan, 1.0]
    """
    if len(queries) == 0:
        raise ValueError("Features are made of at least one query, but got none.")
    parsed = [parse_query(text) for text in queries]
    tables = _frequent([set(query.tables) for query in parsed])
    columns = _frequent([{name for name, _, _ in query.predicates} for query in parsed])
    rows = [_row(text, query, tables, columns) for text, query in zip(queries, parsed, strict=True)]
    return tuple(rows[0]), np.array([list(row.values()) for row in rows], dtype=np.float64)


def _row(text: str, query: Query, tables: Sequence[str], columns: Sequence[str]) -> dict[str, float]:
    """Return the features of one query, by name."""
    sizes = [_log(number) for _, _, number in query.predicates if not math.isnan(number)]
    operators = Counter(operator for _, operator, _ in query.predicates)
    row = {
        "length": float(len(text)),
        "tables": float(len(query.tables)),
        "joins": float(query.n_joins),
        "predicates": float(len(query.predicates)),
        **{f"operator:{operator}": float(operators[operator]) for operator in DIRECTION},
        "literal_min": min(sizes, default=math.nan),
        "literal_mean": sum(sizes) / len(sizes) if sizes else math.nan,
        "literal_max": max(sizes, default=math.nan),
        **{f"table:{name}": float(query.tables.count(name)) for name in tables},
    }
    compared = {name: (operator, number) for name, operator, number in query.predicates}
    for name in columns:
        operator, number = compared.get(name, ("", math.nan))
        row[f"compared:{name}"] = float(name in compared)
        row[f"direction:{name}"] = DIRECTION[operator] if operator else math.nan
        row[f"literal:{name}"] = _log(number)
    return row


def _frequent(sets: Sequence[set[str]]) -> list[str]:
    """Return the names that occur in at least 1 % of the sets, in alphabetical order."""
    counts = Counter(name for names in sets for name in names)
    return sorted(name for name, count in counts.items() if count >= OFTEN * len(sets))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _log(number: float) -> float:
    """Return the logarithm of a size plus one, with the number's sign."""
    return math.copysign(math.log1p(abs(number)), number)
