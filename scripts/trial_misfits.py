"""Virtual trials beside the published ones, with so many patients that chance is small.

``python scripts/trial_misfits.py`` runs GERAC and ART and writes what stands between
the markers of ``docs/misfits.md``.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from deqi.core.writing import replace_file
from deqi.trials import run_trial

PAGE = Path(__file__).resolve().parents[1] / "docs" / "misfits.md"
PATIENTS, SEED = 6000, 3
#: What is compared: trial, part of an arm's summary, endpoint or rule, weeks, figure, published part.
COMPARED = (
    ("gerac", "outcomes", "pain", (6, 13, 26), "mean", "published"),
    ("gerac", "outcomes", "pain", (26,), "sd", "published"),
    ("gerac", "responders", "gerac", (6, 13, 26), "share", "published_responders"),
    ("art", "change", "pain", (8,), "mean", "published_change"),
    ("art", "change", "pain", (8,), "sd", "published_change"),
)


def main() -> None:
    """Run, compare, write."""
    with tempfile.TemporaryDirectory() as folder:
        found = {
            name: run_trial(name, patients=PATIENTS, seed=SEED, out=f"{folder}/{name}").summary.as_json()
            for name in ("gerac", "art")
        }
    rows = [row for what in COMPARED for row in compared(found[what[0]], *what)]
    rows += [row for name in found for row in contrasts(found[name], name)]
    head = ["trial", "figure", "arm", "week", "model", "published", "published interval, 95 %"]
    lines = [head, ["---"] * len(head), *rows]
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    begin, end = "<!-- trials: begin -->", "<!-- trials: end -->"
    page, count = re.subn(
        f"{begin}.*{end}", lambda _: f"{begin}\n\n{text}\n\n{end}", PAGE.read_text(), flags=re.S
    )
    if count != 1:
        raise SystemExit(f"{PAGE} has no markers for the trials")
    replace_file(PAGE, page.encode())


def compared(
    summary: dict[str, Any], trial: str, part: str, name: str, weeks: tuple[int, ...], figure: str, said: str
) -> list[list[str]]:
    """Rows of one figure: every arm that has a published one beside it."""
    rows = []
    for arm, told in summary["arms"].items():
        for week in map(str, weeks):
            row = summary[said].get(arm, {}).get(name, {}).get(week)
            if row is None or row[figure] is None:
                continue
            show = percent if figure == "share" else points
            ends = row["interval"] if figure != "sd" else None
            rows.append(
                [
                    trial,
                    words(part, name, figure),
                    arm,
                    week,
                    show(told[part][name][week][figure]),
                    show(row[figure]),
                    "" if ends is None else " to ".join(map(show, ends)),
                ]
            )
    return rows


def contrasts(summary: dict[str, Any], trial: str) -> list[list[str]]:
    """Rows of the differences between arms in pain; an asterisk is for a difference of published means."""
    rows = []
    for c in summary["contrasts"]:
        said = c["published"]
        if c["endpoint"] != "pain" or said is None:
            continue
        ends = " to ".join(map(points, said["interval"])) if said["interval"] else ""
        mark = "" if said["printed"] else "*"
        rows.append(
            [
                trial,
                "pain, difference",
                " - ".join(c["arms"]),
                f"{c['week']:g}",
                f"{points(c['difference'])} (SMD {c['smd']:.2f})",
                points(said["difference"]) + mark,
                ends,
            ]
        )
    return rows


def words(part: str, name: str, figure: str) -> str:
    """What a figure is."""
    return {
        ("outcomes", "mean"): f"{name}, mean",
        ("outcomes", "sd"): f"{name}, SD",
        ("responders", "share"): f"responders, {name}",
        ("change", "mean"): f"{name}, change",
        ("change", "sd"): f"{name}, SD of change",
    }[part, figure]


def points(value: float) -> str:
    """Points of a score."""
    return f"{value:.1f}"


def percent(value: float) -> str:
    """A share."""
    return f"{100 * value:.0f} %"


if __name__ == "__main__":
    main()
