"""Texts that are read once, however many features are made of them.

A pretrained model takes its time. What learns from its vectors, what they become in each row, and how far two columns
agree all start from the same ones: they are kept with the texts, as long as these are at hand.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import final

import numpy as np


@final
class ReadOnce(list[str]):
    """Texts, as any list of them, that keep what was made of them by `made_once`.

    Parameters
    ----------
    parts
        The texts, in one or several sequences. What was made of a sequence that is `ReadOnce` itself is not made again.

    Examples
    --------
    >>> first, second = ReadOnce(["a", "bb"]), ReadOnce(["ccc"])
    >>> lengths = lambda texts: print("reads", texts) or np.array([len(text) for text in texts])
    >>> made_once(first, "lengths", lengths)
    reads ['a', 'bb']
    array([1, 2])
    >>> made_once(ReadOnce(first, second), "lengths", lengths)
    reads ['ccc']
    array([1, 2, 3])
    """

    def __init__(self, *parts: Sequence[str]) -> None:
        super().__init__(text for part in parts for text in part)
        self._parts = parts
        self._made: dict[Hashable, np.ndarray] = {}

    def once(self, key: Hashable, make: Callable[[Sequence[str]], np.ndarray]) -> np.ndarray:
        """Return what a function makes of these texts, a row each, and keep it under a key."""
        if key not in self._made:
            self._made[key] = np.concatenate([made_once(part, key, make) for part in self._parts])
        return self._made[key]


def made_once(texts: Sequence[str], key: Hashable, make: Callable[[Sequence[str]], np.ndarray]) -> np.ndarray:
    """Return what a function makes of texts, a row each; of `ReadOnce` only the first time.

    Parameters
    ----------
    texts
        The texts.
    key
        What tells the function, with all its settings, from others.
    make
        The function. A row must depend on its text alone, up to rounding.
    """
    return texts.once(key, make) if isinstance(texts, ReadOnce) else make(texts)
