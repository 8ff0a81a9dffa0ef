"""A uniform sample, of bounded size, of all rows that a model has seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int64

from digitwise.estimators.joined_rows import joined_rows
from digitwise.estimators.table_rows import TableRows


@dataclass(frozen=True, kw_only=True)
class Reservoir:
    """Rows that stand for all rows seen so far: any of those is in it with the same probability.

    Every row draws a uniform number when it comes, and those with the lowest numbers stay. So the sample is uniform
    however the rows were divided into tables.

    Parameters
    ----------
    rows
        The sample, in the order in which the rows came.
    is_held_out
        Which of them validated, and were not trained on.
    ticket
        The numbers they drew.
    capacity
        How many rows stay at the most.
    n_seen
        How many rows came so far.

    References
    ----------
    Vitter, "Random sampling with a reservoir", ACM TOMS 11, 1985. *Differs from the paper*: tickets in the place of
    skips, so that whole tables come at once.

    Examples
    --------
    >>> rows = TableRows(np.zeros((5, 1)), np.arange(5.0), np.ones(5))
    >>> sample = Reservoir.of([rows], np.zeros(5, dtype=bool), capacity=3, seed=0)
    >>> len(sample.rows), sample.n_seen
    (3, 5)
    """

    rows: TableRows
    is_held_out: Bool[np.ndarray, " row"]
    ticket: Float[np.ndarray, " row"]
    capacity: int
    n_seen: int

    @classmethod
    def of(
        cls, tables: Sequence[TableRows], is_held_out: Bool[np.ndarray, " row"], *, capacity: int, seed: int
    ) -> "Reservoir":
        """Return a sample of the first rows that come, in one or several tables one below the other."""
        kept, ticket = _lowest(len(is_held_out), capacity, [seed, 0])
        return cls(
            rows=_taken(tables, kept),
            is_held_out=is_held_out[kept],
            ticket=ticket,
            capacity=capacity,
            n_seen=len(is_held_out),
        )

    def with_rows(
        self, tables: Sequence[TableRows], is_held_out: Bool[np.ndarray, " row"], *, capacity: int, seed: int
    ) -> "Reservoir":
        """Return a sample of all rows so far and new ones, of this size at the most."""
        kept, ticket = _lowest(len(is_held_out), capacity, [seed, self.n_seen])
        return Reservoir(
            rows=joined_rows([self.rows, _taken(tables, kept)]),
            is_held_out=np.concatenate([self.is_held_out, is_held_out[kept]]),
            ticket=np.concatenate([self.ticket, ticket]),
            capacity=self.capacity,
            n_seen=self.n_seen + len(is_held_out),
        )._holding(capacity, gave_up=self.n_seen > len(self.rows))

    def holding(self, capacity: int) -> "Reservoir":
        """Return a sample of the same rows, of this size at the most; once rows were given up, none can grow."""
        return self._holding(capacity, gave_up=self.n_seen > len(self.rows))

    def _holding(self, capacity: int, *, gave_up: bool) -> "Reservoir":
        if gave_up:
            capacity = min(capacity, self.capacity)
        kept = np.sort(np.argsort(self.ticket, kind="stable")[:capacity])
        return Reservoir(
            rows=self.rows.take(kept),
            is_held_out=self.is_held_out[kept],
            ticket=self.ticket[kept],
            capacity=capacity,
            n_seen=self.n_seen,
        )

    def parts(self) -> tuple[TableRows, TableRows]:
        """Return the rows to train on and those to validate with; all of them twice if none was held out."""
        if not self.is_held_out.any():
            return self.rows, self.rows
        return self.rows.take(np.flatnonzero(~self.is_held_out)), self.rows.take(np.flatnonzero(self.is_held_out))


def _lowest(
    n_rows: int, capacity: int, seed: Sequence[int]
) -> tuple[Int64[np.ndarray, " kept"], Float[np.ndarray, " kept"]]:
    """Return which of new rows draw numbers so low that they may stay, and the numbers."""
    ticket = np.random.default_rng(seed).uniform(size=n_rows)
    kept = np.sort(np.argsort(ticket, kind="stable")[:capacity])
    return kept, ticket[kept]


def _taken(tables: Sequence[TableRows], kept: Int64[np.ndarray, " kept"]) -> TableRows:
    """Return some rows of tables one below the other; the tables themselves are not copied."""
    ends = np.cumsum([len(table) for table in tables])
    starts = ends - [len(table) for table in tables]
    parts = [
        table.take(kept[(kept >= start) & (kept < end)] - start)
        for table, start, end in zip(tables, starts, ends, strict=True)
    ]
    return joined_rows(parts)
