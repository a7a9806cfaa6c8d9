"""`deqi export`: the model, a protocol or a course for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from deqi.cli.arguments import Argument, Option

if TYPE_CHECKING:
    from deqi.exporters.walk import Walk
    from deqi.protocols import Protocol

__all__ = ["export_command"]

_PATIENT, _WEEKS = "chronic_low_back_pain", 26.0
_STRICTA = {
    "stricta": "STRICTA 2010 as Markdown, with what was not reported",
    "stricta-csv": "STRICTA 2010 as CSV, with what is simulated; it can be filled in and read again",
    "protocol": "a protocol as TOML: from a filled STRICTA CSV, or from the library",
}
_RUNS = {
    "netcdf": "the simulated course as netCDF",
    "zarr": "the simulated course as a folder of Zarr's",
}
_PETAB = {"petab": "findings that may be fitted, as PEtab tables; name calibration"}
_FINDINGS = "calibration"


def export_command(
    form: Annotated[
        str,
        Argument(
            help="sbml, sedml, omex, antimony, latex, markdown, netcdf, zarr, stricta, stricta-csv, "
            "protocol or petab."
        ),
    ],
    what: Annotated[
        str,
        Argument(
            help="A protocol: a library name, a TOML file, or a filled STRICTA CSV. Or the model by "
            "its name, needling_analgesia."
        ),
    ],
    out: Annotated[Path | None, Option(help="The file to write, or the folder for zarr and petab.")] = None,
    patient: Annotated[str, Option(help="A patient preset, or a TOML file.")] = _PATIENT,
    weeks: Annotated[float, Option(help="Weeks to follow after week 0.")] = _WEEKS,
    challenge: Annotated[
        list[str] | None,
        Option(help="A drug, block or lesion: a name or a TOML file; may be repeated."),
    ] = None,
    as_json: Annotated[bool, Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write the model, or a protocol in a patient, for other tools: SBML, SED-ML, COMBINE, STRICTA."""
    from deqi.cli.output import print_json
    from deqi.errors import DeqiError, UnknownNameError
    from deqi.exporters.formats import FORMATS

    known = {**FORMATS, **_RUNS, **_STRICTA, **_PETAB}
    if form not in known:
        raise UnknownNameError("format", form, known, fix=f"one of {', '.join(known)}")
    if out is None:
        raise DeqiError("is missing", where="--out", fix="name the file to write")
    if form in FORMATS:
        found = _walk(form, what, out, patient, weeks, challenge or [])
    elif form in _RUNS:
        found = _course(form, what, out, patient, weeks, challenge or [])
    elif form in _STRICTA:
        found = _stricta(form, what, out)
    else:
        found = _petab(what, out)
    found = {"format": form, "means": known[form], **found}
    if as_json:
        print_json(found)
    else:
        _print(found)


def _protocol(what: str) -> Protocol:
    """A protocol by name, or from a file of TOML or of STRICTA's items."""
    from deqi.exporters.stricta_table import read_stricta
    from deqi.protocols import load_protocol

    return read_stricta(what) if what.endswith(".csv") else load_protocol(what)


def _walk(
    form: str, what: str, out: Path, patient: str, weeks: float, challenges: list[str]
) -> dict[str, Any]:
    from deqi.exporters import sbml_faults, walk_course, walk_model, write_walk
    from deqi.models import needling_analgesia

    walked = (
        walk_model(patient)
        if what == needling_analgesia().name
        else walk_course(_protocol(what), patient=patient, weeks=weeks, challenges=challenges)
    )
    files = write_walk(walked, form, out)
    sbml = next((file for file in files if file.suffix == ".xml" or form == "sbml"), None)
    faults = None if sbml is None else list(sbml_faults(sbml.read_text(encoding="utf-8")))
    return {"files": [str(file) for file in files], "notes": list(walked.notes), **_counts(walked, faults)}


def _counts(walked: Walk, faults: list[str] | None) -> dict[str, Any]:
    from deqi.exporters.walk import ROLES

    quantities = {role: len(walked.of(role)) for role in ROLES}
    return {"quantities": quantities, "events": len(walked.edges), "faults": faults}


def _course(
    form: str, what: str, out: Path, patient: str, weeks: float, challenges: list[str]
) -> dict[str, Any]:
    from deqi.exporters.zarr_store import write_zarr
    from deqi.simulation import simulate

    run = simulate(_protocol(what), patient=patient, weeks=weeks, challenges=challenges)
    file = write_zarr(run, out) if form == "zarr" else run.save(out)
    return {"files": [str(file)], "notes": list(run.provenance["warnings"])}


def _stricta(form: str, what: str, out: Path) -> dict[str, Any]:
    from deqi.core.writing import replace_file
    from deqi.exporters.stricta_table import stricta_csv, stricta_markdown
    from deqi.protocols import Stricta, write_protocol

    protocol = _protocol(what)
    if form == "protocol":
        file = write_protocol(protocol, out)
    else:
        text = stricta_csv(protocol) if form == "stricta-csv" else stricta_markdown(protocol)
        file = replace_file(out, text.encode())
    items = Stricta.items()
    missing = [f"{items[name][0]} {items[name][1]}" for name in protocol.stricta.missing()]
    return {"files": [str(file)], "notes": list(protocol.warnings), "not_reported": missing}


def _petab(what: str, out: Path) -> dict[str, Any]:
    from deqi.errors import UnknownNameError
    from deqi.evidence import findings
    from deqi.exporters.petab import export_petab

    if what != _FINDINGS:
        raise UnknownNameError("set of findings", what, [_FINDINGS], fix=f"name {_FINDINGS}")
    done = export_petab(findings("calibration"), out)
    return {"files": [str(file) for file in done.files], "notes": list(done.notices)}


def _print(found: dict[str, Any]) -> None:
    for file in found["files"]:
        print(f"written: {file}")
    if "quantities" in found:
        many = ", ".join(f"{count} {role}" for role, count in found["quantities"].items())
        print(f"quantities: {many}; events: {found['events']}")
    if found.get("faults") is not None:
        print(f"libSBML: {len(found['faults'])} errors and warnings")
        for fault in found["faults"]:
            print(f"  {fault}")
    if "not_reported" in found:
        print(f"not reported: {'; '.join(found['not_reported']) or 'nothing'}")
    for note in found["notes"]:
        print(f"note: {note}")
