"""The rows that the model was most wrong about."""

from typing import Any

import numpy as np

from digitwise import metrics
from digitwise.report.columns import is_present, table_columns
from digitwise.report.evidence import COVERAGE, Evidence
from digitwise.report.numbers import aligned, percent, plain
from digitwise.report.picture import Section, Table

MOST_ROWS, MOST_FEATURES, LONGEST = 10, 5, 14


def worst_rows(evidence: Evidence) -> Section:
    """Return the rows with the largest CRPS, the worst first."""
    crps = np.asarray(evidence.law.crps(evidence.y), dtype=np.float64)
    rows = np.argsort(-crps, kind="stable")[:MOST_ROWS]
    place = metrics.pit(evidence.law, evidence.y)[rows]
    columns = table_columns(evidence.X)
    shown = columns[:MOST_FEATURES]
    numbers = [
        evidence.y[rows],
        evidence.prediction[rows],
        evidence.interval[rows, 0],
        evidence.interval[rows, 1],
    ]
    size = aligned(np.concatenate(numbers))
    cells = [
        [f"{row}" for row in rows.tolist()],
        *(size[k * len(rows) : (k + 1) * len(rows)] for k in range(len(numbers))),
        [percent(p) for p in place],
        aligned(crps[rows]),
        *(_feature([values[row] for row in rows.tolist()]) for _, values in shown),
    ]
    heads = ["row", "true", "predicted", f"{COVERAGE:.0%} from", "to", "place", "CRPS"]
    first = len(heads)
    texts = {first + k for k, (_, values) in enumerate(shown) if not _are_numbers([values[r] for r in rows.tolist()])}
    n_outside = int(
        ((evidence.interval[rows, 0] > evidence.y[rows]) | (evidence.y[rows] > evidence.interval[rows, 1])).sum()
    )
    share = crps[rows].sum() / crps.sum() if crps.sum() > 0 else 0.0
    sentences = [
        f"The {len(rows)} rows with the largest CRPS make up {percent(share)} of its sum over all "
        f"{evidence.n_rows:,} rows (average {plain(crps.mean())}); the truth is outside the interval in {n_outside} of "
        "them. Rows are counted from 0.",
        "Place is where the truth falls in the predicted law: near 0% the model expected more, near 100% less. Look "
        "here for wrong entries, units that were mixed up, and kinds of rows that training did not have.",
    ]
    if len(columns) > MOST_FEATURES:
        sentences.append(f"The first {MOST_FEATURES} of {len(columns)} columns are shown.")
    return Section(
        heading="Where is it most wrong?",
        sentences=sentences,
        table=Table(
            columns=[*heads, *(_trimmed(name) for name, _ in shown)],
            rows=[list(row) for row in zip(*cells, strict=True)],
            texts=frozenset(texts),
        ),
    )


def _are_numbers(values: list[Any]) -> bool:
    return all(isinstance(v, int | float | np.number) and not isinstance(v, bool) for v in values if is_present(v))


def _feature(values: list[Any]) -> list[str]:
    """Return the values of a column in a few characters each."""
    present = [is_present(value) for value in values]
    if _are_numbers(values):
        numbers = np.array([float(v) if there else np.nan for v, there in zip(values, present, strict=True)])
        return aligned(numbers)
    return [_trimmed(str(v)) if there else "–" for v, there in zip(values, present, strict=True)]


def _trimmed(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
