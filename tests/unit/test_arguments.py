"""A command's signature is what may be typed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest

from deqi.cli.arguments import Argument, Option, call
from deqi.cli.main import COMMANDS, command, run

seen: list[dict] = []


def cook_command(
    dish: Annotated[str, Argument(help="What to cook, 100 % of it.")],
    spices: Annotated[list[str] | None, Argument(help="What goes in.")] = None,
    minutes: Annotated[float, Option(help="How long.")] = 20.0,
    guest: Annotated[list[str] | None, Option(help="Who comes; may be repeated.")] = None,
    heat_level: Annotated[int | None, Option(help="How hot.")] = None,
    book: Annotated[Path | None, Option("--from", help="The recipe.")] = None,
    slow: Annotated[bool, Option(help="Take time.")] = False,
) -> None:
    """Cook a dish.

    It may take long.
    """
    seen.append(
        dict(dish=dish, spices=spices, minutes=minutes, guest=guest, heat=heat_level, book=book, slow=slow)
    )


NOTHING = dict(spices=None, minutes=20.0, guest=None, heat=None, book=None, slow=False)


def cook(*words):
    seen.clear()
    call(cook_command, "deqi cook", words)
    return seen[0]


@pytest.mark.parametrize(
    ("words", "given"),
    [
        (["soup"], {"dish": "soup"}),
        (["soup", "salt", "--slow", "mint"], {"dish": "soup", "spices": ["salt", "mint"], "slow": True}),
        (["--slow", "soup", "salt"], {"dish": "soup", "spices": ["salt"], "slow": True}),
        (["--minutes", "-3", "soup"], {"dish": "soup", "minutes": -3.0}),
        (["--minutes=7", "soup"], {"dish": "soup", "minutes": 7.0}),
        (["soup", "--guest", "a b", "--guest", "c"], {"dish": "soup", "guest": ["a b", "c"]}),
        (["soup", "--heat-level", "3"], {"dish": "soup", "heat": 3}),
        (["soup", "--from", "a/b.txt"], {"dish": "soup", "book": Path("a/b.txt")}),
        (["", "肾俞"], {"dish": "", "spices": ["肾俞"]}),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_what_is_typed_reaches_the_function(words, given):
    assert cook(*words) == {**NOTHING, **given}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Missing argument 'dish'."),
        (["soup", "--minutes", "x"], "argument --minutes: invalid float value: 'x'"),
        (["soup", "--minutes"], "argument --minutes: expected one argument"),
        (["soup", "--minute", "3"], "No such option: --minute; did you mean --minutes?"),
        (["soup", "--xyz"], "No such option: --xyz"),
    ],
)
def test_a_mistake_says_how_it_is_used(words, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        cook(*words)
    told = capsys.readouterr()
    assert stopped.value.code == 2
    assert told.out == ""
    assert told.err.splitlines() == [
        "Usage: deqi cook [OPTIONS] {dish} {spices}",
        "Try 'deqi cook --help' for help.",
        "",
        f"Error: {message}",
    ]


def test_help_says_what_there_is(capsys):
    with pytest.raises(SystemExit) as stopped:
        cook("--help")
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    for line in (
        "Usage: deqi cook [OPTIONS] {dish} {spices}",
        "It may take long.",
        "100 % of it. [required]",
        "--minutes FLOAT",
        "How long. [default: 20.0]",
        "--from PATH",
    ):
        assert line in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name, capsys):
    with pytest.raises(SystemExit) as stopped:
        run([name, "--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith(f"Usage: deqi {name} ")
    assert (command(name).__doc__ or "").split("\n")[0].split(":")[0][:40] in text


@pytest.mark.parametrize(
    ("words", "status", "out", "err"),
    [
        (["--version"], None, "deqi ", ""),
        (["--help"], 0, "Commands:", ""),
        ([], 2, "Commands:", ""),
        (["simulat"], 2, "", "Error: No such command 'simulat'. Did you mean simulate?"),
        (["--verbose"], 2, "", "Error: No such option: '--verbose'."),
        (["challenges", "more"], 2, "", "Error: Got an argument too many: more"),
    ],
)
def test_the_command_line_itself(words, status, out, err, capsys):
    if status is None:
        run(words)
    else:
        with pytest.raises(SystemExit) as stopped:
            run(words)
        assert stopped.value.code == status
    told = capsys.readouterr()
    assert out in told.out
    assert err in told.err
