"""What a trial was made with, so that it can be made again to the bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from deqi.reports.html import Table
from deqi.reports.tables import tolerance

if TYPE_CHECKING:
    from deqi.trials import OverMembers, TrialRun


def provenance_table(run: TrialRun, over: OverMembers | None) -> Table:
    """Versions, hashes, seed, tolerances and digests.

    Parameters
    ----------
    run : TrialRun
        The trial.
    over : OverMembers or None
        Its runs under members of an ensemble.
    """
    made = run.provenance
    solver = made["solver"]
    rows = [
        ["trial", f"{run.trial.name}, {run.trial.patients} patients, {run.trial.weeks:g} weeks"],
        ["seed", str(run.seed)],
        ["population", made["recipe"]["name"]],
        ["deqi", f"{made['deqi']}, code {made['code']}"],
        ["model", f"{made['model']['name']} {made['model']['hash']}"],
        ["parameters", made["parameters"]["hash"]],
        [
            "solver",
            f"{solver['name']}, relative tolerance {solver['rtol']:g}, absolute {tolerance(solver['atol'])}",
        ],
        *(
            [f"solver: {name.replace('_', ' ')}", _setting(value)]
            for name, value in solver.items()
            if name not in ("name", "rtol", "atol")
        ),
        ["chunks", f"{len(run.folder.ranges)} of up to {run.folder.manifest['chunk']} patients"],
        ["SHA-256 of the cohort", run.folder.digest()],
        *([name, digest] for name, digest in run.trial.describe()["digests"].items()),
        *([["ensemble", f"{over.ensemble.name} {over.ensemble.fingerprint}"]] if over else []),
        ["Python", made["python"]],
        ["packages", ", ".join(f"{name} {version}" for name, version in made["packages"].items())],
    ]
    return Table(
        "What the trial was made with; the same versions, hashes, seed and tolerances give the same "
        "numbers. Digests are SHA-256 of what each file says.",
        ["", "made with"],
        rows,
        text=True,
    )


def _setting(value: object) -> str:
    """A setting of the solver in words."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_setting(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_setting, value)) or "none"
    return str(value)
