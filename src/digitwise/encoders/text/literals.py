"""Numbers written in texts: how many, how large, and what stands before them.

In code and queries the literals often decide: the sizes of an array, the bound of a loop, the constant that a column
is compared with. Numbers that follow each other, with only commas between, are one group, whose size is their product:
the ``(4, 16, 64)`` after ``zeros`` is an array of 4096. Where a group stands is said by the dotted name before it and
the signs between: ``xnumel =``, ``role_id <``, ``zeros ((``.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, final

import numpy as np
from jaxtyping import Float

from digitwise.encoders.text.features import MAX_CHARACTERS, check_texts, head_and_tail
from digitwise.encoders.text.tokens import NUMBER, OPERATOR, WORD

ITEM = re.compile(
    rf"(?P<word>{WORD}(?:\.{WORD})*)|(?P<base>{NUMBER})(?:\s?(?:\^|\*\*)\s?[{{(]?(?P<power>\d{{1,2}})\b[}})]?)?|(?P<sign>{OPERATOR})"
)
LARGEST = 1e18
SIGNS_KEPT = 6
SUMMARY = (
    "numbers",
    "groups",
    "distinct groups",
    "largest number",
    "largest group",
    "second largest group",
    "third largest group",
    "all groups together",
    "mean logarithm of numbers",
    "mean logarithm of groups",
    "spread of logarithms",
    "median number",
)


@final
@dataclass(frozen=True, kw_only=True)
class Literals:
    """Settings of features of the numbers written in texts; sizes enter as ``log(1 + size)``.

    Parameters
    ----------
    n_places
        For how many places, those that occur in most training texts, the numbers there get a feature of their own: the
        sum of the groups, NaN where a text has no such place.
    min_share
        In which share of the training texts a place must occur.
    max_characters
        Of longer texts only the first and the last half of so many characters are read.

    Examples
    --------
    >>> fitted = Literals(min_share=0.5).fit(["zeros((4, 16))", "zeros((2, 2)) if role_id < 30"])
    >>> names, values = fitted.names, fitted.transform(["zeros((3, 5))"])[0]
    >>> [(name, float(value)) for name, value in zip(names, values) if name == "after zeros (("]
    [('after zeros ((', 2.772588722239781)]
    """

    n_places: int = 64
    min_share: float = 0.02
    max_characters: int = MAX_CHARACTERS

    def __post_init__(self) -> None:
        """Check the settings."""
        if self.n_places < 0 or not 0 <= self.min_share <= 1 or self.max_characters < 1:
            raise ValueError(
                "n_places must be at least 0, min_share between 0 and 1 and max_characters at least 1, "
                f"but got {self.n_places}, {self.min_share} and {self.max_characters}."
            )

    def fit(self, texts: Sequence[str], random_state: int = 0) -> "FittedLiterals":
        """Return the places that occur in most of these texts."""
        check_texts(texts)
        n_texts: Counter[str] = Counter()
        for text in texts:
            n_texts.update({place for place, _ in groups_of(head_and_tail(text, self.max_characters))})
        enough = max(2.0, self.min_share * len(texts))
        found = sorted((-count, place) for place, count in n_texts.items() if count >= enough)
        return FittedLiterals(settings=self, places=tuple(place for _, place in found[: self.n_places]))


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class FittedLiterals:
    """What `Literals` learnt: which places have features of their own."""

    kind: ClassVar[str] = "literals"
    settings: Literals
    places: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the summary, then of the places."""
        return SUMMARY + tuple(f"after {place or 'nothing'}" for place in self.places)

    def transform(self, texts: Sequence[str]) -> Float[np.ndarray, "row feature"]:
        """Return the features of the numbers in each text."""
        check_texts(texts)
        rows = [self._row(list(groups_of(head_and_tail(text, self.settings.max_characters)))) for text in texts]
        return np.array(rows, dtype=np.float64).reshape(len(texts), len(self.names))

    def _row(self, groups: list[tuple[str, tuple[float, ...]]]) -> list[float]:
        sums: dict[str, float] = {}
        for place, numbers in groups:
            sums[place] = sums.get(place, 0.0) + size_of(numbers)
        return summary(groups) + [math.log1p(sums[place]) if place in sums else math.nan for place in self.places]

    def to_dict(self) -> dict[str, Any]:
        """Return everything learnt."""
        return {"kind": self.kind, "settings": asdict(self.settings), "places": list(self.places)}

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "FittedLiterals":
        """Return what `to_dict` described."""
        return cls(settings=Literals(**state["settings"]), places=tuple(state["places"]))


def groups_of(text: str) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Yield each group of numbers, after its place.

    Numbers lose their minus sign, which becomes part of the place. Powers of literals are worked out.

    Examples
    --------
    >>> list(groups_of("zeros((4, 16), (1, 1)) x<=10^5 and -7"))
    [('zeros ((', (4.0, 16.0)), ('zeros ((#),(', (1.0, 1.0)), ('x <=', (100000.0,)), ('and -', (7.0,))]
    """
    word, signs, comma = "", "", ""
    numbers: list[float] = []
    for item in ITEM.finditer(text):
        if item["base"]:
            numbers.append(number(item["base"], item["power"]))
            comma = ""
            continue
        if numbers and not comma and item["sign"] == ",":
            comma = ","
            continue
        if numbers:
            yield f"{word} {signs[-SIGNS_KEPT:]}".strip(), tuple(numbers)
            signs, numbers, comma = signs + "#" + comma, [], ""
        word, signs = (item["word"], "") if item["word"] else (word, signs + item["sign"])
    if numbers:
        yield f"{word} {signs[-SIGNS_KEPT:]}".strip(), tuple(numbers)


def number(base: str, power: str | None = None) -> float:
    """Return the number that is written, at most 1e18.

    Examples
    --------
    >>> number("1_000"), number("2.5e3"), number("10", "9")
    (1000.0, 2500.0, 1000000000.0)
    """
    value = min(float(base.replace("_", "")), LARGEST)
    return value if power is None else size_of([value] * int(power))


def size_of(numbers: Sequence[float]) -> float:
    """Return the product of the numbers, at most 1e18; 1 for none."""
    return min(math.prod(numbers, start=1.0), LARGEST)


def summary(groups: Sequence[tuple[str, tuple[float, ...]]]) -> list[float]:
    """Return the numbers that `SUMMARY` names; NaN for the sizes of what is not there."""
    numbers = np.log1p([number for _, group in groups for number in group])
    sizes = np.log1p(sorted((size_of(group) for _, group in groups), reverse=True))
    together = min(math.fsum(size_of(group) for _, group in groups), LARGEST)
    counts = [math.log1p(len(numbers)), math.log1p(len(sizes)), math.log1p(len(set(sizes.tolist())))]
    if len(numbers) == 0:
        return [*counts, *[math.nan] * (len(SUMMARY) - len(counts))]
    ranked = [float(size) for size in sizes[:3]] + [math.nan] * (3 - len(sizes[:3]))
    moments = [numbers.mean(), sizes.mean(), numbers.std(), np.median(numbers)]
    return [*counts, float(numbers.max()), *ranked, math.log1p(together), *map(float, moments)]
