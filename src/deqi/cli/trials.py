"""`deqi trials`: trials of the library, one of them in short, or a copy of it to start from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from deqi.cli.arguments import Argument, Option

if TYPE_CHECKING:
    from deqi.trials import Trial

__all__ = ["trials_command"]


def trials_command(
    name: Annotated[str | None, Argument(help="A trial to show; without it, all are listed.")] = None,
    copy: Annotated[
        Path | None, Option(help="Write the trial to this TOML file, to be changed; none is replaced.")
    ] = None,
    as_json: Annotated[bool, Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the trials of the library, published ones and templates; show one, or copy it to a file."""
    from deqi.cli.output import print_json, print_table
    from deqi.errors import DeqiError
    from deqi.trials import copy_trial, load_trial, trials

    if copy is not None:
        if name is None:
            raise DeqiError(
                "no trial is named", where="--copy", fix="give one: deqi trials gerac --copy my.toml"
            )
        copy_trial(name, copy)
    chosen = [load_trial(name)] if name else [load_trial(each) for each in trials()]
    if as_json:
        print_json({"trials": [_told(trial) for trial in chosen], "copy": copy and str(copy)})
        return
    if not name:
        rows = [(t.name, f"{len(t.arms)}", f"{t.patients}", f"{t.weeks:g}", t.title) for t in chosen]
        print_table("", ("trial", "arms", "patients", "weeks", "title"), rows)
        return
    for line in _lines(chosen[0]):
        print(line)
    if copy is not None:
        print(f"\ncopied to {copy}; run it with: deqi trial {copy}")


def _told(trial: Trial) -> dict[str, Any]:
    return {
        "name": trial.name,
        "title": trial.title,
        "arms": {arm.name: arm.protocol for arm in trial.arms},
        "patients": trial.patients,
        "weeks": trial.weeks,
        "visits": list(trial.weeks_seen),
        "endpoints": {e.name: e.instrument for e in trial.endpoints},
        "primary": trial.primary.name,
        "published": trial.published or None,
        "assumptions": list(trial.assumptions),
        "cites": list(trial.cites),
    }


def _lines(trial: Trial) -> list[str]:
    """A trial, a line for each thing that makes it."""
    visits = ", ".join(f"{week:g}" for week in trial.weeks_seen)
    return [
        trial.title,
        f"{trial.patients} patients, {trial.condition}, population {trial.population}",
        *(f"arm: {arm.name} ({arm.protocol})" for arm in trial.arms),
        f"visits in weeks: {visits}",
        *(f"endpoint: {e.name} ({e.instrument}){', primary' * e.primary}" for e in trial.endpoints),
        *(f"contrast: {first} - {second}" for first, second in trial.contrasts),
        *(f"assumed: {text}" for text in trial.assumptions),
        *(f"source: {key}" for key in trial.cites),
    ]
