"""Patients as CSV, and back with the same bits.

One row a patient: who they are, what instruments said at screening
(``baseline.NAME``), and every parameter that differs, its unit in the head
(``spinal.enkephalin.release [1]``). Numbers are written so that reading gives
the same number back. What is random later in a trial goes by ``seed`` and
``attempt``; states at week 0 are worked out again.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from deqi.core.writing import replace_file
from deqi.engine import Status
from deqi.errors import DeqiError, FileError, ParameterError, PopulationError, UnitError, UnknownNameError
from deqi.measurement import load_instrument
from deqi.models import Patient, load_patient, parameter_schema
from deqi.parameters import ParameterValue
from deqi.population.draws import SEED_LIMIT
from deqi.population.eligibility import SEXES
from deqi.population.enrolment import RTOL, Enrolled
from deqi.population.files import labelled
from deqi.population.person import drawn_patient, drawn_values
from deqi.simulation import Case, lane_engine, prepare_many

_WHOLE = ("patient", "seed", "attempt", "candidates", "centre", "age_group")
_REAL = ("age [y]", "duration [y]", "expectation", "opioid_responsiveness", "descending_control")
_MOST = {"age [y]": 120.0, "duration [y]": 120.0, "expectation": 1.0, "opioid_responsiveness": 100.0}
_MOST["descending_control"] = 2.0
_FIXED = (
    "patient",
    "seed",
    "recipe",
    "preset",
    "attempt",
    "candidates",
    "centre",
    "sex",
    "age_group",
    *_REAL,
)
_BASELINE = "baseline."
_PARAMETER = re.compile(r"(?P<path>\S+) \[(?P<unit>[^\]]*)\]")
_Read = TypeVar("_Read")


def write_patients(enrolled: Enrolled, path: str | Path) -> Path:
    """Write patients; a file of that name is replaced at once or not at all.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    covariates = {_bare(name): name for name in _REAL}
    columns: dict[str, list[Any]] = {
        "patient": enrolled.patients.tolist(),
        "seed": [enrolled.seed] * len(enrolled),
        "recipe": [enrolled.recipe] * len(enrolled),
        "preset": [enrolled.preset] * len(enrolled),
        "attempt": enrolled.attempt.tolist(),
        "candidates": enrolled.looked_at.tolist(),
        **{covariates.get(name, name): values.tolist() for name, values in enrolled.covariates.items()},
    }
    columns = {name: columns[name] for name in _FIXED}
    columns |= {f"{_BASELINE}{name}": values.tolist() for name, values in enrolled.baseline.items()}
    schema = parameter_schema()
    columns |= {f"{p} [{schema[p].unit}]": values.tolist() for p, values in enrolled.varied.items()}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    # The csv module writes a float as `repr` does: the shortest text that reads back as the same number.
    writer.writerows(zip(*columns.values(), strict=True))
    return replace_file(path, text.getvalue().encode())


def read_patients(path: str | Path, *, threads: int | None = None) -> Enrolled:
    """Patients from a file that `write_patients` wrote, or one like it.

    Parameters
    ----------
    path : str or Path
        The file.
    threads : int, optional
        By default as many as there are processors. Results do not depend on it.

    Raises
    ------
    FileError
        If it cannot be read, or is no CSV.
    PopulationError, ParameterError, UnitError, UnknownNameError
        If a column is missing or unknown, or a value is none; the message names the line.
    """
    sheet = _read(path)
    numbers: list[int] = sheet["patient"]
    for line, (before, number) in enumerate(pairwise(numbers), 3):
        if number != before + 1:
            raise PopulationError(
                f"patient {number} follows patient {before}",
                where=f"{sheet.name}, line {line}",
                fix="number the patients one by one",
            )
    seed, recipe, preset = (_one_value(sheet, name) for name in ("seed", "recipe", "preset"))
    varied = {p: np.array(values) for p, values in sheet.parameters.items()}
    case = Case.of("none", preset)
    states, status = prepare_many(
        case.model,
        case.patient,
        {**case.numbers, **varied},
        lane_engine(rtol=RTOL, threads=threads),
        len(numbers),
    )
    lost = np.flatnonzero(status != Status.DONE)
    if len(lost):
        raise PopulationError(
            f"could not be brought to week 0: {Status(status[lost[0]]).advice}",
            where=f"{sheet.name}, line {lost[0] + 2}",
        )
    return Enrolled(
        first=numbers[0],
        seed=seed,
        recipe=recipe,
        preset=preset,
        covariates={_bare(k): np.array(sheet[k]) for k in ("centre", "sex", "age_group", *_REAL)},
        varied=varied,
        states=states,
        baseline={name: np.array(values) for name, values in sheet.baseline.items()},
        attempt=np.array(sheet["attempt"]),
        looked_at=np.array(sheet["candidates"]),
        refused={},
    )


def one(path: str | Path, number: int) -> dict[str, ParameterValue]:
    """Parameters of one patient of a file, with the source that their preset gives for them.

    Raises
    ------
    PopulationError
        If there is no such patient; and as for `read_patients`.
    """
    sheet = _read(path)
    return drawn_values(*_one(sheet, number), f"patient {number} of {sheet.name}")


def one_patient(path: str | Path, number: int) -> Patient:
    """One patient of a file, to be simulated alone; errors as for `one`."""
    sheet = _read(path)
    preset, numbers = _one(sheet, number)
    return drawn_patient(preset, numbers, f"{sheet.name}:{number}", f"patient {number} of {sheet.name}")


@dataclass(frozen=True)
class _Sheet:
    """A file that was read: columns by their heads, parameters by path, baselines by instrument."""

    name: str
    columns: Mapping[str, list[Any]]
    parameters: Mapping[str, list[float]]
    baseline: Mapping[str, list[float]]

    def __getitem__(self, column: str) -> list[Any]:
        return self.columns[column]


def _one(sheet: _Sheet, number: int) -> tuple[str, dict[str, float]]:
    if number not in sheet["patient"]:
        low, high = min(sheet["patient"]), max(sheet["patient"])
        raise PopulationError(
            f"there is no patient {number}", where=sheet.name, fix=f"they are numbered {low} to {high}"
        )
    row = sheet["patient"].index(number)
    return sheet["preset"][row], {path: column[row] for path, column in sheet.parameters.items()}


def _read(path: str | Path) -> _Sheet:
    """Every column, each value checked."""
    file = Path(path)
    try:
        rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline=""), strict=True))
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileError(f"is no CSV: {error}", where=file.name) from error
    if len(rows) < 2:
        raise PopulationError("holds no patient", where=file.name)
    head, body = rows[0], rows[1:]
    readers = _readers(head, file.name)
    columns: dict[str, list[Any]] = {name: [] for name in head}
    seen: dict[str, int] = {}
    for line, row in enumerate(body, 2):
        place = f"{file.name}, line {line}"
        if len(row) != len(head):
            raise PopulationError(f"has {len(row)} cells, the head {len(head)}", where=place)
        for name, cell in zip(head, row, strict=True):
            columns[name].append(_checked(readers[name], cell, f"{place}: {name}"))
        number = columns["patient"][-1]
        if number in seen:
            raise PopulationError(
                f"patient {number} stands in line {seen[number]} already",
                where=place,
                fix="number each their own",
            )
        seen[number] = line
    parameters = {found: columns[name] for name in head if (found := _path(name))}
    baseline = {n.removeprefix(_BASELINE): columns[n] for n in head if n.startswith(_BASELINE)}
    return _Sheet(file.name, columns, parameters, baseline)


def _readers(head: list[str], file: str) -> dict[str, Callable[[str], Any]]:
    """How each column is read, by its head."""
    place = f"{file}, line 1"
    for name in _FIXED:
        if name not in head:
            raise PopulationError(f"column '{name}' is missing", where=place)
    if len(set(head)) < len(head):
        double = next(name for name in head if head.count(name) > 1)
        raise PopulationError(f"column '{double}' is there twice", where=place)
    return {name: _reader(name, place) for name in head}


def _reader(name: str, place: str) -> Callable[[str], Any]:
    if name in _WHOLE:
        return _whole
    if name == "sex":
        return _sex
    if name == "recipe":
        return _once(labelled)
    if name == "preset":
        return _once(load_patient)
    if name in _REAL:
        return lambda cell: _real(cell, 0.0, _MOST[name])
    if name.startswith(_BASELINE):
        _checked(load_instrument, name.removeprefix(_BASELINE), place)
        return _real
    path, schema = _path(name), parameter_schema()
    if name in schema:
        raise UnitError(f"{name} has no unit", where=place, fix=f"write '{name} [{schema[name].unit}]'")
    if path is None or path not in schema:
        known = (*_FIXED, *schema)
        raise UnknownNameError(
            "column", path or name, known, where=place, fix="parameters are written 'path [unit]'"
        )
    if name != f"{path} [{schema[path].unit}]":
        raise UnitError(f"{name} is in another unit", where=place, fix=f"give it in {schema[path].unit}")
    low, high = schema[path].bounds
    return lambda cell: _real(cell, low, high)


def _once(load: Callable[[str], object]) -> Callable[[str], str]:
    """A reader of names that loads each name once, to see that it can be."""
    fine: set[str] = set()

    def read(cell: str) -> str:
        if cell not in fine:
            load(cell)
            fine.add(cell)
        return cell

    return read


def _checked(read: Callable[[str], _Read], cell: str, place: str) -> _Read:
    try:
        return read(cell)
    except DeqiError as error:
        error.where = place
        raise


def _real(cell: str, low: float = -math.inf, high: float = math.inf) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise PopulationError(f"'{cell}' is no number")
    if not low <= value <= high:
        raise ParameterError(f"{value:g} is outside {low:g} to {high:g}")
    return value


def _whole(cell: str) -> int:
    if not re.fullmatch(r"\d{1,10}", cell) or int(cell) >= SEED_LIMIT:
        raise PopulationError(f"'{cell}' is no whole number from 0 up")
    return int(cell)


def _sex(cell: str) -> str:
    if cell not in SEXES:
        raise UnknownNameError("sex", cell, SEXES, fix=f"write {' or '.join(SEXES)}")
    return cell


def _one_value(sheet: _Sheet, column: str) -> Any:
    """The value that all rows have."""
    values = sheet[column]
    for line, value in enumerate(values, 2):
        if value != values[0]:
            raise PopulationError(
                f"{column} {value} differs from {values[0]} above",
                where=f"{sheet.name}, line {line}",
                fix="keep patients of one draw in one file",
            )
    return values[0]


def _path(head: str) -> str | None:
    """The parameter that a column holds."""
    found = _PARAMETER.fullmatch(head)
    return found["path"] if found and head not in _REAL else None


def _bare(head: str) -> str:
    return head.partition(" [")[0]
