"""`deqi`: the commands, and how errors reach the user."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from deqi import __version__
from deqi.cli.check import check_command
from deqi.cli.compare import compare_command
from deqi.cli.parameters import parameters_command
from deqi.cli.points import points_command
from deqi.cli.protocols import challenges_command, patients_command, protocols_command
from deqi.cli.reproduce import reproduce_command
from deqi.cli.simulate import simulate_command
from deqi.errors import DeqiError

app = typer.Typer(
    name="deqi",
    help="An in-silico laboratory of acupuncture analgesia: from needle to pain score.",
    epilog="A model for research and teaching. It gives no advice on care.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"deqi {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """An in-silico laboratory of acupuncture analgesia: from needle to pain score."""


app.command("simulate")(simulate_command)
app.command("compare")(compare_command)
app.command("points")(points_command)
app.command("protocols")(protocols_command)
app.command("challenges")(challenges_command)
app.command("patients")(patients_command)
app.command("parameters")(parameters_command)
app.command("check")(check_command)
app.command("reproduce")(reproduce_command)


def main() -> None:
    """Run the command line; a `DeqiError` becomes one line on standard error and exit status 2."""
    try:
        app()
    except DeqiError as error:
        print(f"deqi: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        # The reader (head, less) has gone: that is no error, and Python must not complain at exit.
        sys.stderr.close()
        sys.exit(0)
