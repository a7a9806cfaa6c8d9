"""`deqi instruments`: the questionnaires and scales, how far they err, and who says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from deqi.cli.arguments import Argument, Option

if TYPE_CHECKING:
    from deqi.measurement import Instrument

__all__ = ["instruments_command"]


def instruments_command(
    name: Annotated[
        str | None, Argument(help="An instrument to show, or a TOML file; without it, all are listed.")
    ] = None,
    as_json: Annotated[bool, Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the instruments, or show one: how a score follows from the model, and each number's source."""
    from deqi.cli.output import number, print_json, print_table
    from deqi.measurement import instruments, load_instrument

    chosen = [load_instrument(each) for each in ([name] if name else instruments())]
    if as_json:
        print_json({"instruments": [instrument.as_dict() for instrument in chosen]})
        return
    if name:
        _show(chosen[0])
        return
    rows = [
        (
            each.name,
            _range(each),
            each.better,
            _recall(each),
            number(each.numbers["error_sd"]),
            number(each.numbers["person_sd"]),
            _origin(each, "error_sd"),
            each.what,
        )
        for each in chosen
    ]
    columns = ("instrument", "scores", "better", "recall", "SEM", "mapping SD", "SEM from", "what")
    print_table("", columns, rows)
    print("SEM: SD of measurement error. Mapping SD: between patients of one state; stays with a patient.")
    print("next: deqi instruments hfaq")


def _show(instrument: Instrument) -> None:
    """One instrument in full."""
    from deqi.cli.output import number, print_table
    from deqi.core.citations import references
    from deqi.parameters import count_kinds

    print(instrument.title)
    print(f"asks: {instrument.what}")
    print(f"scores: {_range(instrument)}, in steps of {number(instrument.smallest_step)}")
    print(f"better: {instrument.better}")
    recall = _recall(instrument)
    print(f"recall: {recall}" + (f" ({', '.join(instrument.reads)})" if "pain" in instrument.slopes else ""))
    terms = "".join(f" {slope:+g} x {latent}" for latent, slope in instrument.slopes.items())
    print(f"score = {instrument.numbers['intercept']:g}{terms}")
    for label, text in (("use", instrument.use), ("note", instrument.note)):
        if text:
            print(f"{label}: {text}")
    values = list(instrument.values.values())
    rows = [(v.path, number(v.value, 4), v.unit, v.kind, v.grade, v.source or "-") for v in values]
    print_table("", ("value", "number", "unit", "kind", "grade", "source"), rows)
    for value in values:
        if value.note:
            print(f"{value.path}: {value.note}")
    for key in dict.fromkeys(value.source for value in values if value.source):
        # A user's own file may name what our bibliography does not hold.
        print(f"source: {references().get(key, key)}")
    print(f"{len(values)} values: " + ", ".join(f"{n} {kind}" for kind, n in count_kinds(values).items()))


def _range(instrument: Instrument) -> str:
    return f"{instrument.low:g}-{instrument.high:g}"


def _recall(instrument: Instrument) -> str:
    return f"{instrument.recall_days} d" if instrument.recall_days else "now"


def _origin(instrument: Instrument, key: str) -> str:
    """Where a number comes from: an assumption stays one, whatever it leans on."""
    value = instrument.values[key]
    return "assumed" if value.kind == "assumed" else value.source or "-"
