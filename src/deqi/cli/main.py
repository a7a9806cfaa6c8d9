"""`deqi`: the commands, and how errors reach the user."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

from deqi import __version__
from deqi.cli.arguments import call, refuse
from deqi.errors import DeqiError, nearest

#: Each command, and the file of this folder that it stands in. A file is loaded when it is called.
COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "simulate": "simulate",
        "compare": "compare",
        "points": "points",
        "protocols": "protocols",
        "challenges": "protocols",
        "patients": "protocols",
        "parameters": "parameters",
        "check": "check",
        "instruments": "instruments",
        "population": "population",
        "trials": "trials",
        "trial": "trial",
        "design": "design",
        "dose": "dose",
        "analyse": "analyse",
        "fit": "fit",
        "petab": "petab",
        "export": "export",
        "cite": "cite",
        "validate": "validate",
        "calibrate": "calibrate",
        "classics": "classics",
        "credibility": "credibility",
        "serve": "serve",
    }
)
_USAGE = "[OPTIONS] COMMAND [ARGS]..."
_WIDTH = 80


def command(name: str) -> Callable[..., None]:
    """The function of a command."""
    function: Callable[..., None] = getattr(import_module(f"deqi.cli.{COMMANDS[name]}"), f"{name}_command")
    return function


def run(words: Sequence[str]) -> None:
    """Do what was typed after `deqi`; errors are raised."""
    if not words or words[0] == "--help":
        print(_help())
        # Nothing was asked for: that is a mistake, but the help is the answer to it.
        sys.exit(0 if words else 2)
    first, *rest = words
    if first == "--version":
        print(f"deqi {__version__}")
    elif first in COMMANDS:
        call(command(first), f"deqi {first}", rest)
    else:
        kind = "option: " if first.startswith("-") else "command "
        near = nearest(first, COMMANDS)
        advice = f" Did you mean {' or '.join(near)}?" if near else ""
        refuse("deqi", _USAGE, f"No such {kind}'{first}'.{advice}")


def main() -> None:
    """Run the command line; a `DeqiError` becomes one line on standard error and exit status 2."""
    # A course needs one core. NumPy's linear algebra would start a thread on each, which costs
    # more than loading NumPy does.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        run(sys.argv[1:])
        sys.stdout.flush()
    except DeqiError as error:
        print(f"deqi: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        # The reader (head, less) has gone: that is no error, and Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt as stop:
        if stop.args:
            print(f"deqi: {stop}", file=sys.stderr)
        sys.exit(130)


def _help() -> str:
    lines = []
    for name in COMMANDS:
        meaning = (command(name).__doc__ or "").split("\n")[0]
        lines.append(f"  {name:11}  {textwrap.shorten(meaning, _WIDTH - 15, placeholder='...')}")
    return "\n".join(
        [
            f"Usage: deqi {_USAGE}\n",
            "  An in-silico laboratory of acupuncture analgesia: from needle to pain score.\n",
            "Options:",
            "  --version  Print the version.",
            "  --help     Show this message and exit.\n",
            "Commands:",
            *lines,
            "\n  A model for research and teaching. It gives no advice on care.",
        ]
    )
