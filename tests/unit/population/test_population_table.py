"""Patients as CSV: the same bits come back, and what is wrong in a file is told with its line."""

import numpy as np
import pytest

from deqi.errors import DeqiError, FileError
from deqi.population import enrol, load_recipe, meet, one, one_patient, read_patients, write_patients
from deqi.simulation import simulate


@pytest.fixture(scope="module")
def enrolled():
    return enrol(meet(load_recipe("gerac")), 3, 40, 52)


@pytest.fixture
def file(enrolled, tmp_path):
    return write_patients(enrolled, tmp_path / "patients.csv")


def test_what_is_read_is_what_was_written_bit_for_bit(enrolled, file, tmp_path):
    again = read_patients(file)
    assert (again.first, again.seed, again.preset) == (40, 3, enrolled.preset)
    for name in ("covariates", "varied", "baseline"):
        before, after = getattr(enrolled, name), getattr(again, name)
        assert set(before) == set(after)
        assert all(np.array_equal(before[k], after[k]) for k in before)
    assert np.array_equal(again.states, enrolled.states)
    assert np.array_equal(again.attempt, enrolled.attempt)
    assert np.array_equal(again.looked_at, enrolled.looked_at)
    assert write_patients(again, tmp_path / "again.csv").read_bytes() == file.read_bytes()


def test_the_head_says_units(file):
    head = file.read_text().splitlines()[0].split(",")
    assert {"patient", "age [y]", "duration [y]", "baseline.cpgs_pain"} <= set(head)
    assert "hypothalamus.stress_axis.cortisol_level [nmol/L]" in head
    assert "mind.memory.consolidation [min]" in head


def test_one_patient_can_be_opened_alone(enrolled, file):
    values = one(file, 43)
    assert set(values) == set(enrolled.varied)
    assert values["enrolment.flare"].value == enrolled.varied["enrolment.flare"][3]
    assert "patient 43 of patients.csv" in values["enrolment.flare"].note
    person = one_patient(file, 43)
    assert person.name == "patients.csv:43"
    run = simulate("none", patient=person, weeks=0.1)
    from deqi.models import needling_analgesia

    column = list(needling_analgesia().states).index("pain.report.intensity")
    assert run["pain.report.intensity"][0] == pytest.approx(enrolled.states[3, column], rel=1e-4)
    with pytest.raises(DeqiError, match="there is no patient 5; they are numbered 40 to 51"):
        one(file, 5)


def _cell(line, column, text):
    def change(rows):
        rows[line - 1][rows[0].index(column)] = text

    return change


def _head(column, text):
    return _cell(1, column, text)


def _without(column):
    def change(rows):
        k = rows[0].index(column)
        for row in rows:
            del row[k]

    return change


PATH = "spinal.enkephalin.release [1]"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_without("attempt"), "line 1: column 'attempt' is missing"),
        (_without("age [y]"), "line 1: column 'age [y]' is missing"),
        (_head(PATH, "spinal.enkephalin.relaese [1]"), "did you mean spinal.enkephalin.release"),
        (
            _head(PATH, "spinal.enkephalin.release [nM]"),
            "line 1: spinal.enkephalin.release [nM] is in another",
        ),
        (_head(PATH, "spinal.enkephalin.release"), "write 'spinal.enkephalin.release [1]'"),
        (_head(PATH, "zzz"), "parameters are written 'path [unit]'"),
        (_head(PATH, "enrolment.flare [1]"), "column 'enrolment.flare [1]' is there twice"),
        (_head("baseline.cpgs_pain", "baseline.cpgs_pian"), "did you mean cpgs_pain"),
        (_cell(3, PATH, "many"), "line 3: spinal.enkephalin.release [1]: 'many' is no number"),
        (_cell(3, PATH, "nan"), "'nan' is no number"),
        (_cell(3, PATH, "-2"), "-2 is outside 0 to inf"),
        (_cell(4, "patient", "40"), "line 4: patient 40 stands in line 2 already; number each their own"),
        (_cell(13, "patient", "90"), "line 13: patient 90 follows patient 50"),
        (_cell(5, "patient", "-1"), "line 5: patient: '-1' is no whole number"),
        (_cell(5, "sex", "femal"), "line 5: sex: unknown sex 'femal'; did you mean female"),
        (_cell(5, "seed", "4"), "line 5: seed 4 differs from 3 above"),
        (_cell(5, "preset", "chronic_low_back_pane"), "did you mean chronic_low_back_pain"),
        (lambda rows: rows[6].pop(), "line 7: has 5"),
        (lambda rows: rows.__delitem__(slice(1, None)), "holds no patient"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_line(change, told, file):
    rows = [line.split(",") for line in file.read_text().splitlines()]
    change(rows)
    file.write_text("\n".join(",".join(row) for row in rows))
    with pytest.raises(DeqiError) as error:
        read_patients(file)
    assert told in str(error.value)
    assert str(error.value).startswith("patients.csv")
    assert "\n" not in str(error.value)


def test_what_is_no_csv_is_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.csv").write_text('"patient\n')
    for name in ("a.csv", "b.csv", "none.csv"):
        with pytest.raises(FileError):
            read_patients(tmp_path / name)


def test_a_file_that_cannot_be_written_leaves_nothing(enrolled, tmp_path):
    with pytest.raises(FileError, match="cannot be written"):
        write_patients(enrolled, tmp_path / "no" / "patients.csv")
