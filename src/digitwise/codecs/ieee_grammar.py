"""Which tokens may follow where sign, exponent and mantissa are written in digits."""

from functools import lru_cache

from digitwise.codecs.grammar import Grammar, grammar_of

State = tuple[int, int, int, bool, bool]
"""Tokens written; sign; sign of the exponent; whether all digits of the present part are 0; whether the exponent is the
least, as far as it is written."""


@lru_cache(maxsize=64)
def ieee_grammar(base: int, exponent_digits: int, mantissa_digits: int) -> Grammar:
    """Return the grammar of `IEEECodec`: the mantissa starts with 0 at the least exponent only; no minus zero."""
    mantissa_place = 2 + exponent_digits
    length = mantissa_place + mantissa_digits

    def moves(state: State) -> list[tuple[int, State]]:
        written, sign, exponent_sign, is_zero, is_least = state
        if written == 0:
            return [(0, (1, -1, 1, True, True)), (1, (1, 1, 1, True, True))]
        if written == 1:
            return [(0, (2, sign, -1, True, True)), (1, (2, sign, 1, True, False))][::sign]
        following: list[tuple[int, State]] = []
        if written < mantissa_place:
            is_last = written == mantissa_place - 1
            for digit in range(1 if is_last and is_zero and exponent_sign < 0 else 0, base):
                still_least = is_least and digit == base - 1
                after = (1, True) if is_last else (exponent_sign, is_zero and digit == 0)
                following.append((digit, (written + 1, sign, *after, still_least)))
        elif written < length:
            would_be_minus_zero = sign < 0 and written == length - 1
            for digit in range(1 if is_zero and (would_be_minus_zero or not is_least) else 0, base):
                still_zero = is_zero and digit == 0
                following.append((digit, (written + 1, sign, 1, still_zero, is_least and still_zero)))
        return following[:: sign * exponent_sign]

    return grammar_of((0, 1, 1, True, True), moves, base, reordered=True)
