"""The one place where an exception becomes a sentence and an exit code."""

USER_MISTAKES = (ValueError, TypeError, OSError, ImportError, MemoryError)
"""What commands raise on purpose, or because of the files and data they were given."""


def sentence(error: Exception) -> str:
    r"""Return what to tell the user, on one line.

    Parameters
    ----------
    error
        What a command raised.

    Examples
    --------
    >>> sentence(FileNotFoundError(2, "No such file or directory", "data.csv"))
    "'data.csv' cannot be used: no such file or directory."
    >>> sentence(ValueError("The file is empty.\n Give another."))
    'The file is empty. Give another.'
    >>> sentence(KeyError("x"))
    "Unexpected KeyError: 'x'. Run the command with --debug to see where, and please report it."
    """
    if isinstance(error, MemoryError):
        return "The memory of this machine does not suffice: use fewer rows or columns."
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        reason = error.strerror[0].lower() + error.strerror[1:]
        return f"{str(error.filename)!r} cannot be used: {reason}."
    text = one_line(error)
    if not isinstance(error, USER_MISTAKES):
        return (
            f"Unexpected {type(error).__name__}: {text.rstrip('.')}. "
            "Run the command with --debug to see where, and please report it."
        )
    return text if text.endswith((".", "?", "!")) else f"{text}."


def exit_code(error: Exception) -> int:
    """Return 2 for what the user can mend, 1 for what only we can.

    Examples
    --------
    >>> exit_code(ValueError()), exit_code(KeyError())
    (2, 1)
    """
    return 2 if isinstance(error, USER_MISTAKES) else 1


def one_line(message: object) -> str:
    r"""Return a message without line breaks.

    Examples
    --------
    >>> one_line("two\n  lines")
    'two lines'
    """
    return " ".join(str(message).split())
