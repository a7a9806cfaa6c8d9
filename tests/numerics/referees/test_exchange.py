"""What deqi writes runs elsewhere and gives the same; the whole courses: ``scripts/verify_exchange.py``."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

pytest.importorskip("roadrunner")
# Asked for without loading it: see `copasi`.
if find_spec("basico") is None:
    pytest.skip("COPASI is not installed", allow_module_level=True)

from referee_exchange import BAR, RTOL, Course, alternating, by_copasi, compare, copasi, courses, exchange
from referee_verdict import errors

from deqi.exporters import write_walk
from deqi.exporters.antimony import antimony_text
from deqi.protocols import load_protocol


@pytest.fixture(scope="module")
def opioid():
    """A week of needles with an opioid; a dose of naloxone comes before the first session."""
    course = Course("a week", load_protocol("acupuncture-plus-opioid"), ("naloxone-0.8mg",), weeks=1)
    return course, exchange(course)


def test_libsbml_finds_no_error_and_no_warning(opioid):
    assert opioid[1].faults == ()


def test_libroadrunner_agrees_on_every_observable(opioid):
    course, given = opioid
    found = compare(course, given, "libRoadRunner")
    assert found.holds, found
    assert given.ours.shape[1] == len(given.walk.of("state", "output")) > 150


def test_copasi_agrees_on_every_observable(opioid):
    found = compare(*opioid, "COPASI")
    assert found.holds, found


def test_an_event_left_out_is_noticed(opioid):
    import libsbml

    _, given = opioid
    document = libsbml.readSBMLFromString(given.sbml)
    document.getModel().getListOfEvents().remove(0)
    without = replace(given, sbml=libsbml.writeSBMLToString(document))
    assert errors(by_copasi(without)[None], given.ours[None]).max() > 100 * BAR


def test_every_course_of_verify_is_what_it_says():
    gerac, alternates, opioid = courses()
    assert gerac.protocol.rules
    assert {n.frequency_hz for s in alternating().sessions for n in s.needlings} == {(2.0, 100.0)}
    assert alternates.protocol == alternating()
    assert len(alternates.protocol.sessions[0].days) >= 8
    assert opioid.challenges == ("naloxone-0.8mg",)
    assert opioid.protocol.medicines()
    assert {course.weeks for course in (gerac, alternates, opioid)} == {26.0}


def test_antimony_becomes_the_same_model(opioid):
    antimony = pytest.importorskip("antimony")
    _, given = opioid
    assert antimony.loadAntimonyString(antimony_text(given.walk)) != -1, antimony.getLastError()
    read = replace(given, sbml=antimony.getSBMLString(given.walk.name.replace("-", "_")))
    assert errors(by_copasi(read)[None], given.ours[None]).max() < BAR


def test_a_combine_archive_runs_as_it_is(opioid, tmp_path):
    basico = copasi()
    pytest.importorskip("libcombine")
    _, given = opioid
    (archive,) = write_walk(given.walk, "omex", tmp_path / "week.omex")
    with zipfile.ZipFile(archive) as inside:
        assert {"model.xml", "course.sedml", "equations.md", "references.bib"} <= set(inside.namelist())
        assert inside.read("model.xml").decode() == given.sbml
    model = basico.load_model(str(archive))
    try:
        asked = basico.get_task_settings("Time-Course", model=model)
        assert asked["problem"]["Duration"] == 7 * 1440.0
        assert asked["method"]["Relative Tolerance"] == RTOL
        assert list(basico.get_plots(model=model)["active"]) == [True]
        found = basico.run_time_course(use_sbml_id=True, model=model)
        ours = dict(zip(given.symbols, given.ours[-1], strict=True))
        assert found.index[-1] == given.times[-1]
        pain = "pain__report__intensity"
        assert found[pain].iloc[-1] == pytest.approx(ours[pain], rel=BAR)
        assert np.ptp(found[pain]) > 1
    finally:
        basico.remove_datamodel(model)
