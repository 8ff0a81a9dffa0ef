"""From words to a command: what there is, parsing, exit codes."""

import difflib
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence

from digitwise.cli.bench import bench
from digitwise.cli.demo import demo
from digitwise.cli.errors import exit_code, one_line, sentence
from digitwise.cli.evaluate import evaluate
from digitwise.cli.inspect import inspect
from digitwise.cli.predict import predict
from digitwise.cli.report import report
from digitwise.cli.train import train
from digitwise.cli.tune import tune
from digitwise.version import __version__

COMMANDS: dict[str, Callable[..., None]] = {
    "train": train,
    "tune": tune,
    "predict": predict,
    "evaluate": evaluate,
    "report": report,
    "inspect": inspect,
    "bench": bench,
    "demo": demo,
}

OVERVIEW = """\
usage: digitwise COMMAND [OPTIONS]

Regression by decoding: predict a number by writing its digits, and get its whole law.

commands:
{commands}

  digitwise COMMAND --help   shows what a command takes

options:
  --version                  print the version
  --debug                    with any command: show the traceback of an error

example:
  digitwise train houses.csv --target price --out model
  digitwise predict model new_houses.csv --out predictions.csv --interval 0.9"""

INTERRUPTED, BROKEN_PIPE = 130, 141


def run(argv: Sequence[str] | None) -> int:
    """Run a command and return its exit code; see `digitwise.cli.main`."""
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    if words in (["-h"], ["--help"], ["help"]):
        print(overview())
        return 0
    if words == ["--version"]:
        print(f"digitwise {__version__}")
        return 0
    try:
        name = _command(words)
        with warnings.catch_warnings():
            if not debug:
                _say_warnings_in_a_line()
            _parse_and_call(name, words[1:])
            sys.stdout.flush()
    except SystemExit as stop:  # help was shown, or the parser has said what is wrong
        return stop.code if isinstance(stop.code, int) else 0
    except KeyboardInterrupt:
        print("digitwise: interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of the output, such as head, has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return BROKEN_PIPE
    except Exception as error:
        if debug:
            traceback.print_exc()
        print(f"digitwise: {sentence(error)}", file=sys.stderr)
        return exit_code(error)
    return 0


def overview() -> str:
    """Return the help that lists the commands, each with the first line of its docstring."""
    summaries = {name: (command.__doc__ or "").split("\n")[0] for name, command in COMMANDS.items()}
    return OVERVIEW.format(commands="\n".join(f"  {n:9} {text}" for n, text in summaries.items()))


def _command(words: list[str]) -> str:
    if words and words[0] in COMMANDS:
        return words[0]
    names = ", ".join(COMMANDS)
    if not words or words[0].startswith("-"):
        raise ValueError(f"Name a command first: {names}. See digitwise --help.")
    close = difflib.get_close_matches(words[0], COMMANDS, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"There are {names}."
    raise ValueError(f"There is no command {words[0]!r}. {hint}")


def _parse_and_call(name: str, words: list[str]) -> None:
    import tyro

    flags = (tyro.conf.FlagCreatePairsOff,)
    tyro.cli(COMMANDS[name], prog=f"digitwise {name}", args=words, config=flags)


def _say_warnings_in_a_line() -> None:
    """Show the library's warnings without file names, and none that are meant for developers."""

    def show(message: Warning | str, *where: object, **more: object) -> None:
        print(f"digitwise: note: {one_line(message)}", file=sys.stderr)

    warnings.simplefilter("ignore")
    warnings.simplefilter("default", UserWarning)
    warnings.showwarning = show
