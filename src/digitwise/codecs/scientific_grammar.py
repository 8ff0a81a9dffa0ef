"""Which tokens may follow in scientific notation."""

from functools import lru_cache
from typing import Any

from digitwise.codecs.floating_grid import FloatingGrid
from digitwise.codecs.grammar import Grammar, grammar_of

State = tuple[Any, ...]
"""What is written next, and what of the tokens before counts."""
Moves = list[tuple[int, State]]


@lru_cache(maxsize=64)
def scientific_grammar(grid: FloatingGrid, signs: str, exponent_first: bool, vocab_size: int) -> Grammar:
    """Return the grammar of a sign, an exponent and digits; see `ScientificCodec`.

    Parameters
    ----------
    grid
        The numbers that can be written, signs aside.
    signs, exponent_first
        As for the codec.
    vocab_size
        Number of token ids.
    """
    number: State = ("exponent", 1) if exponent_first else ("digits", grid.n_digits, 0)
    negative: State = ("exponent", -1) if exponent_first else number
    zero: State = ("zero", grid.n_digits + 1)

    def moves(state: State) -> Moves:
        match state:
            case ("sign",):
                return [(0, negative), (1, zero), (2, number)] if signs == "all" else [(0, zero), (1, number)]
            case ("zero", left):
                return [(0, ("zero", left - 1))] if left > 0 else []
            case _:
                return _exponent_first(grid, state) if exponent_first else _exponent_last(grid, state)

    start = number if signs == "positive" else ("sign",)
    return grammar_of(start, moves, vocab_size, reordered=signs == "all" and exponent_first)


def _exponent_first(grid: FloatingGrid, state: State) -> Moves:
    match state:
        case ("exponent", sign):
            exponents = range(grid.min_exponent, grid.max_exponent + 1)
            states = [("digits", sign, grid.n_digits, grid.free_digits(exponent)) for exponent in exponents]
            return list(enumerate(states))[::sign]
        case ("digits", sign, left, free) if left > 0:  # how many are left to write, how many of them not as 0
            digits = range(1 if left == grid.n_digits else 0, 10 if free > 0 else 1)
            return [(digit, ("digits", sign, left - 1, max(free - 1, 0))) for digit in digits][::sign]
    return []


def _exponent_last(grid: FloatingGrid, state: State) -> Moves:
    n_exponents = grid.max_exponent - grid.min_exponent + 1
    match state:
        case ("digits", 0, needed):
            return [(exponent, ("end",)) for exponent in range(max(needed - 1, 0), n_exponents)]
        case ("digits", left, needed):  # how many are left to write, how many must stand before the point
            place = grid.n_digits - left + 1
            digits = range(1 if place == 1 else 0, 1 if grid.whole and place > n_exponents else 10)
            return [(digit, ("digits", left - 1, place if grid.whole and digit > 0 else needed)) for digit in digits]
    return []
