"""Single predictions as trees of digits."""

import numpy as np

from digitwise import plots
from digitwise.codecs import Bounded, Codec, DigitLevel, NormalizedCodec, digit_levels, is_enumerable
from digitwise.plots.branches import likely_branches
from digitwise.plots.tree import tree_size
from digitwise.report.evidence import Evidence
from digitwise.report.picture import Picture, Section
from digitwise.report.pictures import width_of_laws
from digitwise.report.svg import draw

MOST_LEVELS, MOST_BRANCHES, SMALLEST = 5, 10, 0.02


def digit_trees(evidence: Evidence) -> Section | None:
    """Return the digits of a sure and of an unsure prediction; a sentence where they cannot be drawn.

    None for models that do not write digits at all.
    """
    target = getattr(evidence.model, "target_", None)
    codec: Codec | None = getattr(target, "codec", None)
    if target is None or codec is None:
        return None
    heading = "How are numbers written?"
    if not codec.ordered or not is_enumerable(codec) or len(target.edges_y) != _n_leaves(codec) + 1:
        reason = (
            "its first digits cover no interval of numbers"
            if not codec.ordered
            else "it has too many digits, or several spellings of a number, to lay them all out"
        )
        return Section(heading=heading, sentences=[f"The tree of digits is not drawn for {codec!r}: {reason}."])
    levels = digit_levels(codec, target.edges_y, MOST_LEVELS)
    order = np.argsort(width_of_laws(evidence), kind="stable")
    rows = {"surer": int(order[len(order) // 10]), "less sure": int(order[-1 - len(order) // 10])}
    pictures = [_tree(evidence, levels, _spelt(codec, levels), row, kind) for kind, row in rows.items()]
    return Section(
        heading=heading,
        sentences=[
            "The model writes a number digit by digit. Each digit narrows the number down to one of the intervals that "
            "remain, and each has a probability: the law of a row is nothing but these choices." + _binary(codec)
        ],
        pictures=pictures,
    )


def _tree(evidence: Evidence, levels: list[DigitLevel], digits: list[list[str]] | None, row: int, kind: str) -> Picture:
    law, borders = evidence.law[[row]], [level.borders for level in levels]
    options = {"smallest": SMALLEST, "most_branches": MOST_BRANCHES}
    width, height = tree_size(likely_branches(law, borders, digits, **options))  # type: ignore[arg-type]
    return Picture(
        svg=draw(
            plots.digit_tree,
            law,
            borders,
            digits=digits,
            y=float(evidence.y[row]),
            target_name=evidence.target_name,
            unit=evidence.unit,
            name="tree" + kind.replace(" ", ""),
            description=f"Tree of the first digits of row {row} with the probability of each branch",
            width=width,
            height=height,
            **options,
        ),
        heading=f"Row {row}, {kind} than nine tenths of the rows.",
        reading="From left to right: one more digit, a narrower interval. Thick and dark is likely; branches below "
        f"{SMALLEST:.0%} are left out. Orange frames hold the true value; if they run out early, the model gave the "
        "truth next to no chance.",
    )


def _binary(codec: Codec) -> str:
    """Return what binary digits say; nothing for others."""
    inner = codec.codec if isinstance(codec, Bounded) else codec
    is_binary = isinstance(inner, NormalizedCodec) and inner.base == 2
    return " Digits are binary: 0 is the lower half of what remains, 1 the upper half." if is_binary else ""


def _n_leaves(codec: Codec) -> int:
    return int(codec.grammar.count(codec.length))


def _spelt(codec: Codec, levels: list[DigitLevel]) -> list[list[str]] | None:
    """Return prefixes as digits, where tokens are digits of one number."""
    inner = codec.codec if isinstance(codec, Bounded) else codec
    if not isinstance(inner, NormalizedCodec) or inner.base > 10:
        return None
    return [["".join(map(str, prefix)) for prefix in level.tokens.tolist()] for level in levels]
