"""What the doctor finds: candidates side by side, and which one to take."""

from dataclasses import dataclass

from digitwise.codecs.auto_scaling import IDENTITY
from digitwise.codecs.codec import Codec
from digitwise.codecs.scaling import Scaling

HEADER = ("codec", "scaling", "leaves", "used", "err/std", "err %", "outside", "chance", "weights")
LEGEND = """\
err      of held-out targets, written as the mean of the others in their leaf: root mean square over the
         standard deviation, and median over the size of the target
outside  held-out targets beyond the range of the others
chance   loss of a model that sees no features, nats per target
weights  of the tree decoder, and its multiply-adds per row; open: too many leaves to write out, take the
         transformer, whose laws are walked best first"""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One way to write the targets, and what it costs.

    Parameters
    ----------
    name
        What `fitted_codec` takes.
    codec, scaling
        Fitted to all rows.
    error
        Root mean squared error of held-out targets within the range, written as the mean of their leaf, over the
        standard deviation of the targets; NaN where that is 0, or nothing could be held out.
    error_of_middles
        The same, written as the mid-point of their leaf.
    relative_error
        Median of the error over the size of the target.
    saturation
        Share of held-out targets outside the range of the others.
    n_folds
        In how many parts the rows were held out.
    chance
        Loss of each token for a model that sees no features, in nats (`chance_losses`).
    n_leaves, n_occupied
        Numbers that can be written, and those that the targets take.
    n_nodes
        Prefixes: how often a tree of digits asks for a next digit.
    n_weights
        Weights of the tree decoder, which are also its multiply-adds per row; None where the tree is too large to be
        written out, so that there is a transformer, and a law is walked best first.
    """

    name: str
    codec: Codec
    scaling: Scaling
    error: float
    error_of_middles: float
    relative_error: float
    saturation: float
    n_folds: int
    chance: tuple[float, ...]
    n_leaves: int
    n_occupied: int
    n_nodes: int
    n_weights: int | None

    @property
    def cells(self) -> tuple[str, ...]:
        """A text for each column of the table."""
        return (
            self.name,
            "none" if self.scaling == IDENTITY else self.scaling.name,
            f"{self.n_leaves:,}",
            f"{self.n_occupied:,}",
            _figure(self.error, 4),
            _figure(100 * self.relative_error, 2),
            _figure(100 * self.saturation, 2, "%"),
            f"{sum(self.chance):.2f}",
            "open" if self.n_weights is None else f"{self.n_weights:,}",
        )


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What the doctor says of some targets; printing it shows the table.

    Parameters
    ----------
    candidates
        Ways to write them.
    recommended
        Name of one of them.
    reason
        Why, in one plain sentence.
    n_rows, n_folds
        Rows looked at, and in how many parts they were held out.
    """

    candidates: tuple[Candidate, ...]
    recommended: str
    reason: str
    n_rows: int
    n_folds: int

    def __getitem__(self, name: str) -> Candidate:
        """Return the candidate of a name."""
        for candidate in self.candidates:
            if candidate.name == name:
                return candidate
        raise KeyError(f"There is no candidate {name!r}. Known: {', '.join(c.name for c in self.candidates)}.")

    @property
    def advice(self) -> str:
        """The recommendation in one line."""
        return f"Recommended: {self.recommended}: {self.reason}"

    @property
    def digits(self) -> tuple[str, ...]:
        """One line for each candidate: the chance-level loss, digit by digit."""
        width = max(len(candidate.name) for candidate in self.candidates)
        return tuple(
            f"{candidate.name:<{width}}  " + " ".join(f"{loss:.2f}" for loss in candidate.chance)
            for candidate in self.candidates
        )

    def __str__(self) -> str:
        rows = [HEADER, *(candidate.cells for candidate in self.candidates)]
        widths = [max(len(row[place]) for row in rows) for place in range(len(HEADER))]
        table = [
            "  ".join(
                cell.ljust(width) if place < 2 else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        rows_read = f"What digits would make of {self.n_rows:,} targets ({self.n_folds} folds)"
        return "\n".join(
            [rows_read, "", *table, "", LEGEND, "", "Chance, digit by digit", *self.digits, "", self.advice]
        )


def _figure(value: float, decimals: int, unit: str = "") -> str:
    return "–" if value != value else f"{value:.{decimals}f}{unit}"
