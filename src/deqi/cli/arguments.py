"""A command is a function: its signature says what may be typed, and its docstring what the help shows.

    def compare_command(
        first: Annotated[str, Argument(help="Protocol A.")],
        weeks: Annotated[float, Option(help="Weeks to follow.")] = 26.0,
        as_json: Annotated[bool, Option("--json", help="Print one JSON object.")] = False,
    ) -> None: ...

The standard library's `argparse` does the reading; it loads in a tenth of the
time that a library for command lines takes.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, NoReturn, get_args, get_origin, get_type_hints

from deqi.errors import nearest

__all__ = ["Argument", "Option", "call", "refuse"]


@dataclass(frozen=True)
class Argument:
    """What stands in a place; with a default it may be left out, and a list takes all that follow."""

    help: str


@dataclass(frozen=True)
class Option:
    """What has a flag: `--name` unless another is given; a list may be given several times."""

    flag: str = ""
    help: str = field(default="", kw_only=True)


def call(function: Callable[..., None], name: str, words: Sequence[str]) -> None:
    """Run a command with the words typed after its name.

    A mistake is told on standard error, with exit status 2; `--help` prints the help, with 0.

    Parameters
    ----------
    function : callable
        The command; each parameter is annotated with its type, and an `Argument` or an `Option`.
    name : str
        What was typed to reach it: ``deqi compare``.
    words : sequence of str
        What was typed after that.

    Examples
    --------
    >>> from typing import Annotated
    >>> def greet(who: Annotated[str, Argument(help="Who.")], times: Annotated[int, Option()] = 1) -> None:
    ...     print("hello", who, times)
    >>> call(greet, "greet", ["--times", "2", "you"])
    hello you 2
    """
    parser = _Parser(function, name)
    given, rest = parser.parse_known_intermixed_args(list(words))
    for word in rest:
        if word.startswith("-"):
            near = nearest(word, parser.flags)
            parser.error(f"No such option: {word}" + (f"; did you mean {' or '.join(near)}?" if near else ""))
        parser.error(f"Got an argument too many: {word}")
    for needed in parser.needed:
        if getattr(given, needed) is None:
            parser.error(f"Missing argument '{needed}'.")
    # Where a list may be left out and is, argparse gives an empty one.
    function(**{name: None if value == [] else value for name, value in vars(given).items()})


def refuse(name: str, usage: str, message: str) -> NoReturn:
    """Tell a mistake in what was typed, and exit with status 2."""
    print(f"Usage: {name} {usage}\nTry '{name} --help' for help.\n\nError: {message}", file=sys.stderr)
    sys.exit(2)


class _Parser(argparse.ArgumentParser):
    """The parser of one command."""

    def __init__(self, function: Callable[..., None], name: str) -> None:
        super().__init__(
            prog=name,
            description=inspect.getdoc(function),
            formatter_class=_Help,
            add_help=False,
            allow_abbrev=False,
        )
        self.needed: list[str] = []
        self.flags: list[str] = ["--help"]
        self._places = self.add_argument_group("Arguments")
        self._options = self.add_argument_group("Options")
        hints = get_type_hints(function, include_extras=True)
        for parameter in inspect.signature(function).parameters.values():
            self._add(parameter.name, parameter.default, *get_args(hints[parameter.name]))
        self._options.add_argument("--help", action="help", help="Show this message and exit.")
        self._asked = " ".join(["[OPTIONS]", *(f"{{{a.dest}}}" for a in self._places._group_actions)])
        self.usage = f"{name} {self._asked}"

    def _add(self, name: str, default: Any, kind: Any, about: Argument | Option) -> None:
        # `list[str] | None` is read as a list of str.
        kinds = [k for k in get_args(kind) if k is not NoneType]
        if get_origin(kind) is not list and kinds:
            (kind,) = kinds
        several = get_origin(kind) is list
        made = get_args(kind)[0] if several else kind
        text = about.help.replace("%", "%%")
        if isinstance(about, Argument):
            if default is inspect.Parameter.empty:
                self.needed.append(name)
                default, text = None, f"{text} [required]"
            elif default is not None:
                text = f"{text} [default: {default}]"
            nargs = "*" if several else "?"
            self._places.add_argument(name, nargs=nargs, type=made, default=default, help=text)
            return
        flag = about.flag or f"--{name.replace('_', '-')}"
        self.flags.append(flag)
        if made is bool:
            self._options.add_argument(flag, dest=name, action="store_true", help=text)
            return
        if default is not None:
            text = f"{text} [default: {default}]"
        self._options.add_argument(
            flag,
            dest=name,
            action="append" if several else "store",
            type=made,
            default=default,
            metavar=made.__name__.upper(),
            help=text,
        )

    def error(self, message: str) -> NoReturn:
        refuse(self.prog, self._asked, message)


class _Help(argparse.HelpFormatter):
    """Help with capitals, as wide as it reads well."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=100)

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = "Usage: ") -> None:
        super().add_usage(usage, actions, groups, prefix or "Usage: ")
