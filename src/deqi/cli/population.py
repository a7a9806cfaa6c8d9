"""`deqi population`: who the patients are, how they differ, and drawing them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from deqi.cli.arguments import Argument, Option

if TYPE_CHECKING:
    from deqi.population import Met

__all__ = ["population_command"]


def population_command(
    name: Annotated[
        str | None, Argument(help="A population of the library, or a TOML file; without it, all are listed.")
    ] = None,
    patients: Annotated[int | None, Option(help="Draw so many patients.")] = None,
    seed: Annotated[int, Option(help="Seed of the draw.")] = 1,
    out: Annotated[Path | None, Option(help="Write the patients to this CSV file.")] = None,
    as_json: Annotated[bool, Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Describe a population, or draw patients of it: what was asked against what was drawn."""
    from deqi.cli.output import print_json, print_table
    from deqi.errors import PopulationError
    from deqi.population import enrol, load_recipe, meet, recipes, summarise, write_patients

    if name is None:
        if patients is not None or out is not None:
            raise PopulationError(
                "no population is named", where="population", fix="write one before the options"
            )
        found = [load_recipe(one) for one in recipes()]
        if as_json:
            print_json({"populations": [one.as_dict() for one in found], "met": None, "drawn": None})
            return
        print_table(
            "", ("population", "centres", "title"), [(r.name, str(r.centres), r.title) for r in found]
        )
        return
    if out is not None and patients is None:
        raise PopulationError("there are no patients to write", where="--out", fix="add --patients 100")
    if patients is not None and not 1 <= patients <= _MOST:
        raise PopulationError(f"{patients} patients", where="--patients", fix=f"draw 1 to {_MOST}")
    met = meet(load_recipe(name))
    drawn: dict[str, Any] | None = None
    if patients is not None:
        enrolled = enrol(met, seed, 0, patients)
        written = str(write_patients(enrolled, out)) if out is not None else None
        drawn = {**summarise(enrolled, met), "written": written}
    if as_json:
        print_json({"populations": [met.recipe.as_dict()], "met": met.as_dict(), "drawn": drawn})
    elif drawn is None:
        _print_recipe(met)
    else:
        _print_drawn(met, drawn)


#: Patients that one command draws; a trial draws more, in parts.
_MOST = 100_000


def _print_recipe(met: Met) -> None:
    from deqi.cli.output import number, print_table
    from deqi.population import plan_of

    recipe = met.recipe
    print(f"{recipe.title}\npatient: {recipe.patient}; centres: {recipe.centres}")
    rows = [
        (
            c.name,
            _shape({"kind": c.distribution.kind, **c.distribution.numbers}),
            c.unit,
            c.kind,
            c.source or "-",
        )
        for c in recipe.covariates.values()
    ]
    print_table("", ("covariate", "distribution", "unit", "kind", "source"), rows)
    differ = [
        (
            one.path,
            number(one.value.value),
            _shape({"kind": one.distribution.kind, **one.distribution.numbers}),
            one.value.unit,
            one.value.kind,
            one.value.source or "-",
        )
        for one in plan_of(recipe).varying.values()
    ]
    heads = ("parameter that differs", "typical", "distribution", "unit", "kind", "source")
    print_table("", heads, differ)
    for c in recipe.correlations:
        print(f"correlation: {c.of[0]} and {c.of[1]} {c.value:g} ({c.source or c.kind})")
    for limit in recipe.limits:
        low = "" if limit.at_least is None else f" from {limit.at_least:g}"
        high = "" if limit.at_most is None else f" to {limit.at_most:g}"
        print(f"refused as '{limit.reason}' outside: {limit.path}{low}{high}")
    for criterion in met.eligibility.criteria:
        print(f"eligible: {criterion}")
    for v in recipe.within.values.values():
        spread = f", log-SD {v.distribution.numbers['sd']:g}" if v.distribution else ""
        unit = "" if v.unit == "1" else f" {v.unit}"
        print(
            f"within a patient: {v.path.replace('_', ' ')} {v.value:g}{unit}{spread} ({v.source or v.kind})"
        )
    _print_met(met)
    for label, lines in (("assumed", recipe.assumptions), ("source", recipe.sources)):
        for line in lines:
            print(f"{label}: {line}")


def _print_met(met: Met) -> None:
    from deqi.cli.output import print_table

    if met.fits:
        rows = [
            (
                fit.instrument,
                f"{fit.asked_mean:.1f}",
                f"{fit.mean:.2f} ({fit.mean_error:.2f})",
                "-" if fit.asked_sd is None else f"{fit.asked_sd:.1f}",
                f"{fit.sd:.2f} ({fit.sd_error:.2f})",
            )
            for fit in met.fits
        ]
        heads = ("baseline", "mean asked", "reached (MC error)", "SD asked", "reached (MC error)")
        print_table("", heads, rows)
        print(f"met by: log odds of pain {met.shift:+.3f}, spread of severity x {met.spread:.3f}")
        for name, a in met.adjustments.items():
            sd = "" if a.person_sd is None else f", SD between patients of one state {a.person_sd:.2f}"
            print(f"  {name}: {a.shift:+.2f} points{sd}")
    else:
        print("baseline: none asked")
    for line in met.shortfalls:
        print(f"not met: {line}")
    _print_refusals(met.candidates, met.refusals, "of the reference sample")


def _print_refusals(candidates: int, refusals: Any, of: str) -> None:
    refused = sum(refusals.values())
    print(f"{candidates} candidates {of}, {candidates - refused} taken ({1 - refused / candidates:.0%})")
    for reason, count in refusals.items():
        if count:
            print(f"  refused: {reason}, {count} ({count / candidates:.1%})")


def _print_drawn(met: Met, drawn: dict[str, Any]) -> None:
    from deqi.cli.output import print_table

    print(met.recipe.title)
    _print_refusals(drawn["candidates"], drawn["refusals"], f"drawn with seed {drawn['seed']}")
    rows = [
        (
            row.get("instrument") or row["name"],
            _short(row["asked_mean"]),
            f"{_short(row['mean'])} ({_short(row['mean_error'])})",
            _short(row["asked_sd"]),
            _short(row["sd"]),
        )
        for row in (*drawn["baseline"], *drawn["covariates"])
    ]
    heads = ("", "mean asked", "drawn (SE between patients)", "SD asked", "drawn")
    print_table("", heads, rows)
    for row in drawn["correlations"]:
        names = " and ".join(row["of"])
        print(f"correlation: {names}, asked {row['asked']:g}, drawn {_short(row['drawn'])}")
    if parts := drawn["components"]:
        kinds = ("between", "within", "mapping", "error", "together", "total")
        told = ", ".join(f"{kind} {parts[kind]:.0f}" for kind in kinds)
        print(f"variance of {parts['instrument']}: {told}")
    for line in met.shortfalls:
        print(f"not met: {line}")
    if drawn["written"]:
        print(f"written: {drawn['written']}")


def _shape(distribution: dict[str, Any]) -> str:
    numbers = ", ".join(f"{key} {value:g}" for key, value in distribution.items() if key != "kind")
    return f"{distribution['kind']} ({numbers})"


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
