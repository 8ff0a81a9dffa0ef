"""The command line: ``digitwise train``, ``predict``, ``evaluate``, ``report`` ...

One command is one file with one function; its signature and docstring are options and help.
Commands raise ordinary exceptions, and `digitwise.cli.errors` alone turns them into one sentence.
"""

from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    0 is success, 2 a mistake in the arguments or in the data, 1 a mistake of the program or a benchmark's cell that
    failed, and 130 an interruption. Nothing is raised, and no module of the command line is loaded before.

    Parameters
    ----------
    argv
        Words after the program's name; None takes those of the process.

    Examples
    --------
    >>> main(["--version"])
    digitwise ...
    0
    """
    from digitwise.cli.app import run

    return run(argv)
