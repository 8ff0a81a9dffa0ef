#!/usr/bin/env python3
"""Run digitwise from a bare checkout: ``python run.py demo`` or ``python run.py test``.

Needs Python 3.11 or newer and nothing else. The first run builds a virtual environment in
``.venv`` with the CPU build of PyTorch; later runs find it and start at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent
ENV = ROOT / ".venv"
ENV_PYTHON = ENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STARTED = ENV / ".install-started"  # there only while an install runs, or after one was cut off
BUILT_FOR = ENV / ".torch-build"
OLDEST_PYTHON = (3, 11)
PINNED_PYTHON = (3, 11)  # constraints.txt holds for this version only
CPU_INDEX = os.environ.get("TORCH_CPU_INDEX", "https://download.pytorch.org/whl/cpu")
EXAMPLE_SECONDS = 300

LAYERS = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_logo=True))"

# job: (what it does, extras it needs, commands given to the environment's python)
JOBS = {
    "demo": (
        "train a digit decoder on a small data set and show its predictive laws",
        ["data", "plot"],
        [["-m", "digitwise.cli", "demo"]],
    ),
    "test": (
        "run the tests; further arguments go to pytest",
        ["test"],
        [["-m", "pytest", "-n", "2", "--benchmark-disable"]],
    ),
    "fmt": (
        "format the code and apply safe fixes",
        ["lint"],
        [["-m", "ruff", "format", "."], ["-m", "ruff", "check", "--fix", "."]],
    ),
    "lint": (
        "check style and formatting",
        ["lint"],
        [["-m", "ruff", "check", "."], ["-m", "ruff", "format", "--check", "."]],
    ),
    "types": ("check types", ["lint", "test"], [["-m", "mypy"]]),
    "layers": ("check that imports only go down", ["lint"], [["-c", LAYERS]]),
    "doctest": (
        "run the examples in docstrings",
        ["test"],
        [["-m", "pytest", "--doctest-modules", "-p", "no:cacheprovider", "src/digitwise"]],
    ),
    "examples": ("run every script in examples/", ["test"], []),
    "bench-smoke": (
        "run the smallest benchmark suite",
        ["data"],
        [["benchmarks/run.py", "benchmarks/suites/smoke.toml"]],
    ),
}
CHECK = ["test", "lint", "types", "layers", "doctest", "examples"]


def usage() -> str:
    """Return the help text."""
    jobs = "\n".join(f"  {name:12} {help_text}" for name, (help_text, _, _) in JOBS.items())
    return f"""usage: python run.py JOB [arguments passed on]

{jobs}
  {"check":12} {", ".join(CHECK)}: all of them, in this order

environment variables:
  TORCH             cpu (default), cuda (the default build of the package index),
                    or system (the PyTorch that this Python already has)
  TORCH_CPU_INDEX   where to look for the CPU build of PyTorch
  DIGITWISE_PYTHON  use this interpreter and what it has installed; install nothing
"""


def say(text: str) -> None:
    """Print a line at once, so that it stays in order with the output of commands."""
    print(text, flush=True)


def stop(text: str, code: int = 1) -> SystemExit:
    """Return the exit that shows one sentence on standard error."""
    print(f"run.py: {text}", file=sys.stderr, flush=True)
    return SystemExit(code)


def pip(*arguments: str, quiet: bool = False) -> bool:
    """Install with the environment's pip; return whether that worked."""
    command = [str(ENV_PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "-qq"]
    sink = subprocess.DEVNULL if quiet else None
    return subprocess.call([*command, *arguments], stdout=sink, stderr=sink) == 0


def environment_version() -> tuple[int, int]:
    """Return the Python version of ``.venv``, or of this Python where there is none yet."""
    settings = ENV / "pyvenv.cfg"
    if ENV_PYTHON.exists() and settings.exists():
        text = settings.read_text(encoding="utf-8")
        found = re.search(r"^version(?:_info)?\s*=\s*(\d+)\.(\d+)", text, re.MULTILINE)
        if found:
            return int(found.group(1)), int(found.group(2))
    return sys.version_info[0], sys.version_info[1]


def wanted_pins() -> tuple[str, str]:
    """Return the PyTorch version and the other pins that hold for the environment's Python."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    torch_lines = [line for line in lines if line.startswith("torch==")]
    version = re.match(r"torch==([0-9.]+)", torch_lines[0]).group(1)
    if environment_version() != PINNED_PYTHON:
        return version, ""
    return version, "\n".join(line for line in lines if line not in torch_lines) + "\n"


def fingerprint(extra: str, build: str) -> str:
    """Return a hash of everything an installed extra depends on."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    facts = [project["project"], project["build-system"], wanted_pins(), extra, build]
    text = json.dumps([*facts, environment_version(), str(ROOT)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@contextlib.contextmanager
def one_install_at_a_time():
    """Hold a lock on this file, so that two runs do not install into one environment."""
    try:
        import fcntl
    except ImportError:  # not offered by Windows
        yield
        return
    with open(__file__, encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another install into .venv ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def build_environment(build: str) -> None:
    """Make sure that ``.venv`` is a whole environment with pip, meant for this PyTorch build."""
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        raise stop(
            "this Python lacks the venv and ensurepip modules; install them (on Debian and "
            "Ubuntu: apt install python3-venv) or use another Python."
        ) from None
    reason = ""
    if STARTED.exists():
        reason = "the last install was cut off"
    elif BUILT_FOR.exists() and BUILT_FOR.read_text() != build:
        reason = f"it was made with TORCH={BUILT_FOR.read_text()}, now TORCH={build}"
    elif ENV.exists() and not ENV_PYTHON.exists():
        reason = "its Python is gone"
    if reason:
        say(f"Building .venv afresh: {reason}.")
        shutil.rmtree(ENV)
    fresh = not ENV_PYTHON.exists()
    ENV.mkdir(exist_ok=True)
    STARTED.touch()
    if fresh:
        venv.create(ENV, with_pip=True, system_site_packages=build == "system")
        BUILT_FOR.write_text(build)
    elif subprocess.call([str(ENV_PYTHON), "-m", "pip", "--version"], stdout=subprocess.DEVNULL):
        subprocess.check_call([str(ENV_PYTHON), "-m", "ensurepip"], stdout=subprocess.DEVNULL)


def installed_torch() -> str:
    """Return the version of PyTorch in the environment, or an empty text."""
    probe = "import importlib.metadata as m; print(m.version('torch'))"
    result = subprocess.run(
        [str(ENV_PYTHON), "-c", probe],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return result.stdout.strip() if result.returncode == 0 else ""


def install_torch(build: str, version: str) -> str:
    """Install PyTorch before anything can ask for another build; return the version to hold."""
    present = installed_torch()
    if build == "system":
        if not present:
            raise stop(f"TORCH=system was asked for, but {sys.executable} has no PyTorch.")
        return present
    if present.split("+")[0] == version:
        return present
    if build == "cpu" and sys.platform == "linux" and platform.machine() == "x86_64":
        # Without a CPU wheel in reach these two stop within seconds and download nothing.
        say(f"  PyTorch {version}, CPU build (about 200 MB) ...")
        wheel = ["--no-deps", "--retries", "0", f"torch=={version}+cpu"]
        if pip(*wheel, quiet=True):
            return f"{version}+cpu"
        if pip(*wheel, "--timeout", "15", "--index-url", CPU_INDEX, quiet=True):
            return f"{version}+cpu"
        print(
            "run.py: no CPU build of PyTorch was found, so the default build is downloaded, which "
            "on Linux brings several GB of CUDA libraries.",
            file=sys.stderr,
            flush=True,
        )
    else:
        say(f"  PyTorch {version}, default build ...")
    if not pip(f"torch=={version}"):
        raise stop(f"PyTorch {version} could not be installed; pip says why above.")
    return version


def ensure(extras: list[str]) -> None:
    """Bring ``.venv`` up to date with the project and these extras; quick when it is."""
    build = os.environ.get("TORCH", "cpu")
    if build not in ("cpu", "cuda", "system"):
        raise stop(f"TORCH must be cpu, cuda or system, but it is {build!r}.", 2)
    with one_install_at_a_time():
        stamps = {ENV / f".ok-{extra}": fingerprint(extra, build) for extra in extras}
        missing = [
            path.name[len(".ok-") :]
            for path, key in stamps.items()
            if not (ENV_PYTHON.exists() and path.exists() and path.read_text() == key)
        ]
        if not missing and not STARTED.exists():
            return
        say("Updating .venv ..." if any(ENV.glob(".ok-*")) else "Installing into .venv (first time only) ...")
        build_environment(build)
        stamps = {ENV / f".ok-{extra}": fingerprint(extra, build) for extra in extras}
        if environment_version() != PINNED_PYTHON:
            say("  The tested versions are for Python 3.11; taking the newest that fit this one.")
        version, pins = wanted_pins()
        try:
            held = install_torch(build, version)
            constraints = ENV / "constraints.txt"
            constraints.write_text(f"torch=={held}\n{pins}", encoding="utf-8")
            say(f"  digitwise[{','.join(extras)}] ...")
            if not pip("-c", str(constraints), "-e", f"{ROOT}[{','.join(extras)}]"):
                raise stop("digitwise could not be installed; pip says why above.")
        except SystemExit:  # pip ended by itself and left a whole environment
            STARTED.unlink()
            raise
        STARTED.unlink()
        for path, key in stamps.items():  # last, so that a cut-off install is never trusted
            path.write_text(key)


def run_examples(python: str, environment: dict[str, str]) -> int:
    """Run every script in ``examples/``; return 1 if one fails."""
    scripts = sorted((ROOT / "examples").glob("*.py"))
    failed = []
    for script in scripts:
        say(f"  examples/{script.name}")
        try:
            code = subprocess.call([python, str(script)], cwd=ROOT, env=environment, timeout=EXAMPLE_SECONDS)
        except subprocess.TimeoutExpired:
            say(f"  took longer than {EXAMPLE_SECONDS} s")
            code = 1
        if code:
            failed.append(script.name)
    say(f"{len(scripts) - len(failed)} of {len(scripts)} examples ran")
    if failed:
        say(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def run_job(job: str, arguments: list[str]) -> int:
    """Install what the job needs, run it, and return its exit code."""
    _, extras, commands = JOBS[job]
    environment = dict(os.environ)
    if job != "demo":  # several processes share the machine: one thread each
        environment.setdefault("OMP_NUM_THREADS", "1")
        environment.setdefault("MPLBACKEND", "Agg")
    python = os.environ.get("DIGITWISE_PYTHON", "")
    if python:
        paths = [str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment["PYTHONPATH"] = os.pathsep.join(paths)
    else:
        ensure(extras)
        python = str(ENV_PYTHON)
    if job == "examples":
        return run_examples(python, environment)
    for command in commands:
        code = subprocess.call([python, *command, *arguments], cwd=ROOT, env=environment)
        if code:
            return code
    return 0


def main(arguments: list[str]) -> int:
    """Run the job named first in ``arguments`` and return the exit code."""
    if sys.version_info < OLDEST_PYTHON:
        raise stop(
            f"digitwise needs Python {'.'.join(map(str, OLDEST_PYTHON))} or newer, but this is "
            f"Python {platform.python_version()} ({sys.executable})."
        )
    if arguments and arguments[0] in ("-h", "--help", "help"):
        say(usage())
        return 0
    if not arguments or arguments[0] not in [*JOBS, "check"]:
        if arguments:
            print(f"run.py: there is no job {arguments[0]!r}.\n", file=sys.stderr)
        print(usage(), file=sys.stderr)
        return 2
    if arguments[0] != "check":
        return run_job(arguments[0], arguments[1:])
    if arguments[1:]:
        raise stop("check takes no further arguments; run one job to pass some on.", 2)
    failed = []
    for job in CHECK:
        say(f"\n== {job}: {JOBS[job][0]}")
        if run_job(job, []):
            failed.append(job)
    say(f"\nfailed: {', '.join(failed)}" if failed else "\nall checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
