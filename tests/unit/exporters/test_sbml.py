"""A course as SBML: sound, with units, events and annotations; and what a walk holds."""

import json
from dataclasses import replace

import pytest

pytest.importorskip("libsbml")

import libsbml

from deqi.core import Instance, Model
from deqi.core.trace import trace
from deqi.core.units import parse
from deqi.errors import FileError, UnknownNameError
from deqi.exporters import sbml_faults, sbml_text, walk_course, walk_model
from deqi.exporters.sbml_units import UnitTable, factors
from deqi.exporters.walk import Edge, walk
from deqi.models import needling_analgesia
from deqi.protocols import PainSite, lay_out, load_challenge, load_protocol
from deqi.simulation import Case


@pytest.fixture(scope="module")
def course():
    return walk_course(
        "li4-2hz", patient="healthy_volunteer", weeks=0.3, challenges=["naloxone-0.8mg"], rtol=1e-6
    )


@pytest.fixture(scope="module")
def document(course):
    read = libsbml.readSBMLFromString(sbml_text(course))
    assert read.getNumErrors() == 0
    return read


@pytest.fixture(scope="module")
def model(document):
    return document.getModel()


def test_libsbml_finds_nothing(course):
    assert sbml_faults(sbml_text(course)) == ()


def test_a_unit_that_does_not_close_is_found(document):
    copy = document.clone()
    copy.getModel().getParameter("pain__report__lag").setUnits("nM")
    found = sbml_faults(libsbml.writeSBMLToString(copy))
    assert any("10513" in fault or "10533" in fault or "10501" in fault for fault in found)


def test_it_is_level_3_version_2_in_minutes(document, model):
    assert (document.getLevel(), document.getVersion()) == (3, 2)
    minute = model.getUnitDefinition(model.getTimeUnits())
    assert (minute.getUnit(0).getMultiplier(), minute.getUnit(0).isSecond()) == (60.0, True)


def test_every_quantity_has_its_unit_and_its_rule(course, model):
    assert model.getNumParameters() == len(course.quantities)
    for quantity in course.quantities:
        made = model.getParameter(quantity.symbol)
        assert made.isSetUnits(), quantity.path
        rule = model.getRule(quantity.symbol)
        assert {"state": rule and rule.isRate(), "output": rule and rule.isAssignment()}.get(
            quantity.role, rule is None
        ), quantity.path
        if quantity.value is not None:
            assert made.getValue() == pytest.approx(quantity.value, rel=1e-14), quantity.path


def test_every_number_in_a_formula_has_a_unit(model):
    def bare(node, exponent=False):
        if node.isNumber() and not node.isSetUnits() and not exponent:
            yield node
        # Not by its type: libSEDML and libCombine, once loaded, turn that into a pointer.
        power = bool({node.getOperatorName(), node.getName()} & {"power", "pow"})
        for k in range(node.getNumChildren()):
            yield from bare(node.getChild(k), exponent=power and k == 1)

    rules = [model.getRule(k) for k in range(model.getNumRules())]
    assert rules
    assert not [rule.getVariable() for rule in rules if list(bare(rule.getMath()))]


def test_events_are_the_edges_of_the_timetable(course, model):
    minutes = [edge.minute for edge in course.edges]
    assert len(minutes) == model.getNumEvents()
    naloxone = load_challenge("naloxone-0.8mg")
    numbers = Case.of("li4-2hz", "healthy_volunteer").numbers
    timeline = lay_out(load_protocol("li4-2hz"), numbers, PainSite(), days=2.1, challenges=[naloxone])
    assert minutes == [m for m in timeline.breaks() if 0 < m < 2.1 * 1440]
    first = model.getEvent(0)
    assert first.getName() == course.edges[0].label
    assert first.getTrigger().getInitialValue()
    assert first.getUseValuesFromTriggerTime()
    assigned = {first.getEventAssignment(k).getVariable() for k in range(first.getNumEventAssignments())}
    assert assigned == {
        course.by_path[path].symbol for path in (*course.edges[0].sets, *course.edges[0].adds)
    }


def test_what_happens_at_week_0_stands_in_the_initial_values():
    once = load_protocol("morphine-17mg-once")
    (dose,) = once.doses
    now, later = (
        walk_course(replace(once, doses=(replace(dose, minute=minute),)), weeks=0.1, rtol=1e-6)
        for minute in (0.0, 5.0)
    )
    gut = "drugs.opioid.gut"
    assert now.by_path[gut].value == pytest.approx(dose.mg * 1e6 / 285.34, rel=1e-12)
    assert later.by_path[gut].value == 0
    assert not [edge for edge in now.edges if edge.adds]
    assert [edge.adds for edge in later.edges if edge.adds] == [{gut: now.by_path[gut].value}]


def test_rules_are_decided_and_told():
    gerac = walk_course("gerac-verum", weeks=10, rtol=1e-6)
    assert len(gerac.edges) == 2 * 15 - 1
    assert any("day 42" in note and "5 more visits" in note for note in gerac.notes)


def test_annotations_say_what_it_is_and_where_the_value_is_from(model):
    def resources(name):
        element = model.getParameter(name)
        terms = [element.getCVTerm(k) for k in range(element.getNumCVTerms())]
        return {t.getResourceURI(k) for t in terms for k in range(t.getNumResources())}

    base = "https://identifiers.org/"
    assert resources("brainstem__grey__activity") == {f"{base}UBERON:0003040"}
    assert f"{base}CHEBI:6618" in resources("fluids__enkephalin__csf")
    assert any(one.startswith(f"{base}doi:") for one in resources("drugs__opioid__bioavailability"))
    assert model.getNumCVTerms() == 1


def test_the_model_alone_has_no_events():
    alone = walk_model("healthy_volunteer", rtol=1e-6)
    assert (alone.edges, alone.days) == ((), 0.0)
    assert libsbml.readSBMLFromString(sbml_text(alone)).getModel().getNumEvents() == 0


def test_an_edge_must_name_what_the_model_has(course):
    with pytest.raises(UnknownNameError, match="minute 5"):
        course.with_course(
            name="x", title="x", edges=[Edge(5.0, {"environment.nothing": 1.0})], days=1, notes=(), cites=()
        )


def test_factors_of_wires_are_quantities_and_no_number_is_left():
    import sympy as sp

    model = needling_analgesia()
    walked = walk(model, dict.fromkeys(model.parameters, 1.0), dict.fromkeys(model.states, 0.0))
    scaled = {(model.sources[s].unit, f) for s, f in model.feeds.values() if f != 1}
    assert {(q.meaning.split(" told in ")[0], q.value) for q in walked.of("conversion")} == scaled
    before = trace(model)
    assert any(e.has(sp.Float) for _, e in before.algebraic.values())
    assert not [q.path for q in walked.quantities if q.formula is not None and q.formula.has(sp.Float)]


@pytest.mark.parametrize("unit", ["nM/min", "L/h", "1/Hz", "mA*mm", "point**2", "kg", "um", "N", "percent"])
def test_factors_multiply_to_the_unit(unit):
    from deqi.core.units import registry

    ours = {"metre": "meter", "litre": "liter", "item": "point"}
    product = registry().Quantity(1.0, "")
    for f in factors(parse(unit)):
        kind = registry().Quantity(1.0, ours.get(f.kind, f.kind))
        product = product * (f.multiplier * 10.0**f.scale * kind) ** f.exponent
    assert (product / registry().Quantity(1.0, parse(unit))).to_base_units().magnitude == pytest.approx(1)


def test_names_of_units_are_identifiers(course):
    table = UnitTable(course)
    for quantity in course.quantities:
        assert table.name(quantity.unit).replace("_", "a").isalnum(), quantity.unit
    assert table.name("1") == "dimensionless"
    assert table.name("nM/(pmol/L)") != "dimensionless"


def test_without_libsbml_one_line_says_what_to_install(course, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "libsbml", None)
    with pytest.raises(FileError, match=r"pip install 'deqi\[sbml\]'"):
        sbml_text(course)


def test_a_model_may_be_as_small_as_one_mechanism():
    from deqi.core import Block, Expr, Mechanism, var

    class Clearance(Mechanism):
        class State(Block):
            peptide: Expr = var("nM", "free peptide", symbol="c", initial=1.0)

        class Params(Block):
            rate: Expr = var("1/min", "clearance", symbol="k")

        @staticmethod
        def rhs(t, x, p, u, ops):
            return {"peptide": -p.rate * x.peptide}

    model = Model("tiny", [Instance("a", Clearance)], [])
    text = sbml_text(walk(model, {"a.rate": 0.1}, {"a.peptide": 2.0}))
    assert sbml_faults(text) == ()
    assert json.dumps(text).count("rateRule ") == 1
