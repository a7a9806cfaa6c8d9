"""A model as SBML Level 3 Version 2: units, formulas, what happens as events, and what everything is.

Time is in minutes, as everywhere in the model. Nothing is a species or a
reaction: the model's states are not all amounts, and its rates are no balances,
so each state is a parameter with a rate rule. Needs the optional package
``python-libsbml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deqi.core.citations import references
from deqi.core.wiring import Model
from deqi.errors import FileError
from deqi.exporters.identifiers import address, link, meanings, publication
from deqi.exporters.infix import infix
from deqi.exporters.sbml_units import UnitTable, factors
from deqi.exporters.walk import ENVIRONMENT, OUTPUT, STATE, Edge, Quantity, Walk, walk

# Terms of the Systems Biology Ontology.
_FRAMEWORK = "SBO:0000293"
_PARAMETER = "SBO:0000002"
_MINUTE = "min"


def to_sbml(
    model: Model,
    parameters: Mapping[str, float],
    state: Mapping[str, float],
    environment: Mapping[str, float] | None = None,
) -> str:
    """SBML text of a model with values.

    Parameters
    ----------
    model : Model
        The model.
    parameters, state : mapping
        Value of each parameter, and of each state at time 0.
    environment : mapping, optional
        Value of each environment path; 0 where missing.

    Raises
    ------
    FileError
        If python-libsbml is not installed, or refuses a formula.
    """
    return sbml_text(walk(model, parameters, state, environment))


def sbml_text(walked: Walk) -> str:
    """SBML text of a walk, with what happens as events.

    Parameters
    ----------
    walked : Walk
        A model with numbers, and with a course if it has one.

    Raises
    ------
    FileError
        If python-libsbml is not installed, or refuses a formula.
    """
    return _Writer(walked).text()


def sbml_faults(text: str) -> tuple[str, ...]:
    """What libSBML's validator finds in a text: errors, and warnings, those about units among them.

    Parameters
    ----------
    text : str
        SBML.

    Raises
    ------
    FileError
        If python-libsbml is not installed.
    """
    document = _library().readSBMLFromString(text)
    document.checkConsistency()
    found = (document.getError(k) for k in range(document.getNumErrors()))
    return tuple(f"{e.getSeverityAsString()} {e.getErrorId()}: {e.getMessage().strip()}" for e in found)


def _library() -> Any:
    try:
        import libsbml
    except ImportError as error:
        raise FileError("SBML needs python-libsbml", fix="pip install 'deqi[sbml]'") from error
    return libsbml


class _Writer:
    """One document."""

    def __init__(self, walked: Walk) -> None:
        self.sbml, self.walk = _library(), walked
        self.units = UnitTable(walked)
        self.means = meanings(walked)
        self.document = self.sbml.SBMLDocument(3, 2)
        self.model = self.document.createModel()

    def text(self) -> str:
        """The whole."""
        self._head()
        for quantity in self.walk.quantities:
            self._quantity(quantity)
        for k, edge in enumerate(self.walk.edges):
            self._event(k, edge)
        # Units are known when everything that has one was written.
        for name, unit in self.units.definitions.items():
            self._unit(name, unit)
        return str(self.sbml.writeSBMLToString(self.document))

    def _head(self) -> None:
        model, walked = self.model, self.walk
        model.setId(_identifier(walked.name))
        model.setName(walked.title)
        model.setMetaId("the_model")
        model.setSBOTerm(_FRAMEWORK)
        model.setTimeUnits(self.units.name(_MINUTE))
        for sentence in walked.notes:
            model.appendNotes(f'<p xmlns="http://www.w3.org/1999/xhtml">{_escaped(sentence)}</p>')
        cited = [link(references()[key]) for key in walked.cites if key in references()]
        self._described_by(model, [one for one in cited if one])

    def _unit(self, name: str, unit: Any) -> None:
        made = self.model.createUnitDefinition()
        made.setId(name)
        for factor in factors(unit):
            one = made.createUnit()
            one.setKind(self.sbml.UnitKind_forName(factor.kind))
            one.setExponent(float(factor.exponent))
            one.setScale(factor.scale)
            one.setMultiplier(factor.multiplier)

    # ------------------------------------------------------------------ quantities

    def _quantity(self, quantity: Quantity) -> None:
        made = self.model.createParameter()
        made.setId(quantity.symbol)
        made.setMetaId(f"meta_{quantity.symbol}")
        made.setName(quantity.meaning)
        made.setUnits(self.units.name(quantity.unit))
        made.setSBOTerm(_PARAMETER)
        made.setConstant(quantity.role not in (STATE, OUTPUT, ENVIRONMENT))
        if quantity.value is not None:
            made.setValue(quantity.value)
        source = publication(quantity)
        self._described_by(made, [source] if source else [])
        for term in self.means.get(quantity.path, ()):
            self._is(made, term.relation, [address(one) for one in term.ids])
        if quantity.formula is not None:
            rate = quantity.role == STATE
            rule = self.model.createRateRule() if rate else self.model.createAssignmentRule()
            rule.setVariable(quantity.symbol)
            rule.setMath(self._math(infix(quantity.formula, self.units.number)))

    def _math(self, text: str) -> Any:
        parsed = self.sbml.parseL3Formula(text)
        if parsed is None:
            raise FileError(f"SBML refuses {text[:60]}: {self.sbml.getLastParseL3Error()}")
        return parsed

    # ------------------------------------------------------------------ what happens

    def _event(self, number: int, edge: Edge) -> None:
        event = self.model.createEvent()
        event.setId(f"edge_{number + 1}")
        event.setName(edge.label)
        event.setUseValuesFromTriggerTime(True)
        trigger = event.createTrigger()
        # What is true from the start was put into the initial values.
        trigger.setInitialValue(True)
        trigger.setPersistent(True)
        trigger.setMath(self._math(f"time >= {edge.minute!r} {self.units.name(_MINUTE)}"))
        for path, value in edge.sets.items():
            self._assign(event, path, "", value)
        for path, amount in edge.adds.items():
            self._assign(event, path, f"{self.walk.by_path[path].symbol} + ", amount)

    def _assign(self, event: Any, path: str, before: str, value: float) -> None:
        quantity = self.walk.by_path[path]
        made = event.createEventAssignment()
        made.setVariable(quantity.symbol)
        made.setMath(self._math(f"{before}{value!r} {self.units.name(quantity.unit)}"))

    # ------------------------------------------------------------------ annotations

    def _described_by(self, element: Any, links: list[str]) -> None:
        sbml = self.sbml
        self._annotate(element, sbml.MODEL_QUALIFIER, sbml.BQM_IS_DESCRIBED_BY, links)

    def _is(self, element: Any, relation: str, links: list[str]) -> None:
        sbml = self.sbml
        qualifier = {
            "is": sbml.BQB_IS,
            "has part": sbml.BQB_HAS_PART,
            "occurs in": sbml.BQB_OCCURS_IN,
            "is property of": sbml.BQB_IS_PROPERTY_OF,
        }[relation]
        self._annotate(element, sbml.BIOLOGICAL_QUALIFIER, qualifier, links)

    def _annotate(self, element: Any, kind: int, qualifier: int, links: list[str]) -> None:
        if not links:
            return
        term = self.sbml.CVTerm(kind)
        if kind == self.sbml.MODEL_QUALIFIER:
            term.setModelQualifierType(qualifier)
        else:
            term.setBiologicalQualifierType(qualifier)
        for one in links:
            term.addResource(one)
        element.addCVTerm(term)


def _identifier(name: str) -> str:
    text = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in name)
    return text if text[:1].isalpha() else f"m_{text}"


def _escaped(text: str) -> str:
    from xml.sax.saxutils import escape

    return escape(text)
