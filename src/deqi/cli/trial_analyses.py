"""Analyses that were asked for, as tables for `deqi trial` and `deqi analyse`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deqi.trials.asked import Asked

__all__ = ["print_analyses", "read_analyses"]


def read_analyses(asked: Sequence[str] | None) -> tuple[Asked, ...]:
    """Analyses as they were typed, each once."""
    from deqi.trials.asked import read_asked, together

    return together([read_asked(text) for text in asked or ()])


def print_analyses(told: Sequence[dict[str, Any]]) -> None:
    """Print every analysis that was asked for: a table, what it answers, and what is to be said of it."""
    for one in told:
        _print_one(one)


def _print_one(told: dict[str, Any]) -> None:
    from deqi.cli.output import print_table

    settings = ", ".join(
        f"{name} {_setting(value)}" for name, value in told["settings"].items() if value not in (None, "", [])
    )
    if told["reason"]:
        print(f"\n{told['title']} ({settings}): not done: {told['reason']}")
        return
    rows = [_cells(row) for row in told["rows"]]
    print_table("", (told["title"], "week", "estimate", "95 % CI", "p", "n"), rows)
    print(f"{settings and settings + '. '}It answers: {told['estimand']['says']}.")
    print(f"Interval: {told['interval']}.")
    for name in ("why", "left_out"):
        if told["about"].get(name):
            print(f"{name.replace('_', ' ')}: {_setting(told['about'][name])}")
    for reason in dict.fromkeys(row["reason"] for row in told["rows"] if row["reason"]):
        print(f"note: {reason}")


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    from deqi.reports.tables import p_value

    share = row["measure"] in ("risk difference", "share")
    digits = 2 if row["measure"] == "risk ratio" else 1
    ends = row["ci95"]
    needed = row["more"].get("needed")
    words = [
        " - ".join(row["arms"]),
        "" if row["measure"] in ("difference", "share") else row["measure"],
        f"gain {row['group']} or more" if row["measure"] == "share" else row["group"],
        row["method"],
        "" if needed is None else needed["text"],
    ]
    if "rejected" in row["more"]:
        words.append("rejected" if row["more"]["rejected"] else "not rejected")
    return (
        f"{row['variable']}: " + ", ".join(filter(None, words)),
        f"{row['week']:g}",
        _figure(row["estimate"], share, digits),
        "-" if ends is None else " to ".join(_figure(end, share, digits) for end in ends),
        p_value(row["p"]),
        ", ".join(map(str, row["n"])) or "-",
    )


def _figure(value: float | None, share: bool, digits: int) -> str:
    if value is None:
        return "-"
    # Adding zero takes the sign of a zero away.
    rounded = round(100 * value if share else value, digits) + 0.0
    return f"{rounded:.{digits}f}" + (" %" if share else "")


def _setting(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_setting(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_setting, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
