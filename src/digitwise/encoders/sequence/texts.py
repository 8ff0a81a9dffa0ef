"""What comes in as texts must be strings."""

from collections.abc import Sequence


def checked_texts(texts: Sequence[str]) -> list[str]:
    """Return the texts as a list.

    Raises
    ------
    ValueError
        If it is one string instead of many, or something among them is no string.

    Examples
    --------
    >>> checked_texts(("CCO", "C"))
    ['CCO', 'C']
    """
    if isinstance(texts, str):
        raise ValueError(f"Texts must be a sequence of strings, but got the string {texts[:40]!r}. Put it in a list.")
    checked = list(texts)
    for row, text in enumerate(checked):
        if not isinstance(text, str):
            raise ValueError(
                f"Texts must be strings, but row {row} holds {text!r}, a {type(text).__name__}. Convert it, or write "
                "'' where nothing is known."
            )
    return checked
