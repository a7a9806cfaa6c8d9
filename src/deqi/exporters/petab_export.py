"""Findings on one typical patient as PEtab problems, a folder for each kind of patient.

Other tools read the tables and the SBML of the patient at rest; what a protocol
does to the patient stands in columns of deqi that they do not know.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deqi.core.writing import replace_file
from deqi.errors import FileError
from deqi.evidence import Finding
from deqi.exporters.sbml import to_sbml
from deqi.models import needling_analgesia
from deqi.simulation import Case, lane_engine, prepare

#: What can be written as a formula, by quantity of a finding; ``{x}`` is a state or output.
FORMULAS: Mapping[str, str] = {
    "level": "{x}",
    "change": "{x} - initial__{x}",
    "percent_change": "100 * ({x} / initial__{x} - 1)",
    "fold": "{x} / initial__{x}",
}
#: Half of a 95 % interval in SDs.
_HALF = 1.959964
#: Nominal SD, as a share of the value, of a figure that was published without one.
_ASSUMED = 0.3
_RTOL, _MINUTES_A_WEEK = 1e-6, 10080.0
_FILES = ("condition", "measurement", "observable")


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes
    ----------
    files : tuple of Path
        The YAML file of each problem.
    written : tuple of str
        Findings that are in them.
    left_out : mapping
        Why others are not, by finding.
    notices : tuple of str
        What else to know.
    """

    files: tuple[Path, ...]
    written: tuple[str, ...]
    left_out: Mapping[str, str]
    notices: tuple[str, ...]


def export_petab(findings: Iterable[Finding], folder: str | Path) -> Exported:
    """Write findings on one typical patient as PEtab problems.

    Parameters
    ----------
    findings : iterable of Finding
        Which; those that PEtab cannot hold are left out, and said.
    folder : str or Path
        Folder to write in: a folder for each patient preset.

    Raises
    ------
    FileError
        If it cannot be written, or no finding can be.
    """
    left_out: dict[str, str] = {}
    by_patient: dict[str, list[Finding]] = {}
    for one in findings:
        if reason := _unfit(one):
            left_out[one.id] = reason
        elif one.setup is not None:
            by_patient.setdefault(one.setup.patient, []).append(one)
    if not by_patient:
        raise FileError(
            "no finding can be written as PEtab", where="petab", fix="it holds single values of one patient"
        )
    files, notices = [], []
    for patient, some in by_patient.items():
        file, said = _write(patient, some, Path(folder) / patient)
        files.append(file)
        notices += said
    written = tuple(one.id for some in by_patient.values() for one in some)
    return Exported(tuple(files), written, left_out, tuple(notices))


def _unfit(one: Finding) -> str:
    """Why a finding cannot be written; empty if it can."""
    if one.role != "calibration":
        return "kept for validation"
    if one.setup is None or one.read is None:
        return one.excluded or "nothing is simulated for it"
    if one.setup.of_cohort:
        return "it is of a cohort, and PEtab follows one patient"
    if one.read.quantity not in FORMULAS:
        return f"{one.read.quantity} is no value at one time"
    if len(one.read.arms) != 1:
        return "it is a contrast of two conditions"
    if one.read.of not in needling_analgesia().sources:
        return f"{one.read.of} is no state or output of the model"
    if one.published.value is None:
        return "only a direction was published"
    return ""


def _noise(one: Finding) -> float | None:
    """SD of a published value, from its interval, or from the SD between patients and their number."""
    figure = one.published
    if figure.low is not None and figure.high is not None and figure.high > figure.low:
        return (figure.high - figure.low) / (2 * _HALF)
    if figure.sd and re.fullmatch(r"[0-9]+", figure.n):
        return figure.sd / math.sqrt(int(figure.n))
    return None


def _write(patient: str, findings: Sequence[Finding], folder: Path) -> tuple[Path, list[str]]:
    """One problem; the YAML file, and what to know."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot be made: {error.strerror}", where=str(folder), fix="give another") from error
    case = Case.of("none", patient)
    state = prepare(case.model, case.patient, case.numbers, lane_engine(rtol=_RTOL))
    conditions: dict[tuple[str, str], list[str]] = {}
    observables, measurements, initial = [], [], set()
    unknown: dict[str, float] = {}
    for one in findings:
        assert one.setup is not None
        assert one.read is not None
        arm = one.setup.arms[one.read.arms[0]]
        key = arm.protocol, " ".join(arm.challenges)
        name = conditions.setdefault(key, [f"condition_{len(conditions) + 1}", patient, *key])[0]
        x, seen = _id(one.read.of), _id(one.id)
        formula = FORMULAS[one.read.quantity].format(x=x)
        if "initial__" in formula:
            initial.add(x)
        observables.append([seen, one.says, formula, f"noiseParameter1_{seen}"])
        minute = one.read.minute if one.read.minute is not None else (one.read.week or 0.0) * _MINUTES_A_WEEK
        value, noise = one.published.value, _noise(one)
        if noise is None:
            assert value is not None
            unknown[f"sd__{seen}"] = _ASSUMED * abs(value) or 1.0
        given = f"sd__{seen}" if noise is None else repr(noise)
        measurements.append([seen, name, repr(value), repr(minute), given])
    tables = {
        "condition": [["conditionId", "patient", "protocol", "challenges"], *conditions.values()],
        "observable": [["observableId", "observableName", "observableFormula", "noiseFormula"], *observables],
        "measurement": [
            ["observableId", "simulationConditionId", "measurement", "time", "noiseParameters"],
            *measurements,
        ],
        "parameter": [
            ["parameterId", "parameterScale", "lowerBound", "upperBound", "nominalValue", "estimate"],
            *(["initial__" + x, "lin", "", "", repr(_at_rest(x, case, state)), "0"] for x in sorted(initial)),
            *(
                [sd, "log10", repr(nominal / 100), repr(nominal * 100), repr(nominal), "1"]
                for sd, nominal in sorted(unknown.items())
            ),
        ],
    }
    for name, rows in tables.items():
        replace_file(folder / f"{name}s.tsv", _tsv(rows))
    notices = []
    if unknown:
        notices.append(
            f"{patient}: no SD was published of {len(unknown)} values: each is a parameter to estimate, and "
            f"its nominal value ({_ASSUMED:.0%} of the published one) is no datum"
        )
    unwritten = False
    try:
        replace_file(folder / "model.xml", to_sbml(case.model, case.numbers, state).encode())
    except FileError as error:
        unwritten = True
        notices.append(f"{patient}: no SBML was written ({error})")
    sbml = [] if unwritten else ["  sbml_files: [model.xml]"]
    lines = ["format_version: 1", "parameter_file: parameters.tsv", "problems:"]
    lines += [f"{'- ' if k == 0 else '  '}{name}_files: [{name}s.tsv]" for k, name in enumerate(_FILES)]
    file = replace_file(folder / "problem.yaml", "\n".join([*lines, *sbml, ""]).encode())
    return file, notices


def _at_rest(name: str, case: Case, state: Mapping[str, float]) -> float:
    """A state or output before anything is done."""
    path = name.replace("__", ".")
    if path in state:
        return state[path]
    course = case.course(lane_engine(rtol=_RTOL), 1.0 / _MINUTES_A_WEEK)
    _, values = course.run(np.zeros(1), (path,))
    return float(values[0, 0, 0])


def _id(path: str) -> str:
    """A name as SBML and PEtab have them."""
    return re.sub(r"\W", "_", path.replace(".", "__"))


def _tsv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
